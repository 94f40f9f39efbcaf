"""Native code told from its first bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.index.archive.native import MOST_BYTES, is_extension_name, parse_native
from scanner.model.contents import NativeKind, NativeRole


def _elf(kind: int = 3, machine: int = 62, *, interpreter: bool = False, wide: bool = True) -> bytes:
    head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9) + struct.pack("<2HL", kind, machine, 1)
    if wide:
        head += struct.pack("<3QL6H", 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
        return head + struct.pack("<L", 6) + bytes(52) + struct.pack("<L", 3 if interpreter else 1) + bytes(52)
    head += struct.pack("<3LL6H", 0, 52, 0, 0, 52, 32, 2, 0, 0, 0)
    return head + struct.pack("<L", 6) + bytes(28) + struct.pack("<L", 3 if interpreter else 1) + bytes(28)


def _pe(machine: int = 0x8664, flags: int = 0, *, dotnet: bool = False) -> bytes:
    head = b"MZ" + bytes(58) + struct.pack("<L", 128) + bytes(64)
    optional = bytearray(b"\x0b\x02" + bytes(300))
    optional[224:228] = struct.pack("<L", 8 if dotnet else 0)
    return head + b"PE\0\0" + struct.pack("<2H3L2H", machine, 1, 0, 0, 0, 240, flags) + bytes(optional)


def _macho(cpu: int = 0x0100000C, kind: int = 8, *, order: str = "<") -> bytes:
    return struct.pack(f"{order}6L", 0xFEEDFACF, cpu, 0, kind, 1, 1) + bytes(64)


FAT = b"\xca\xfe\xba\xbe" + struct.pack(">L", 2) + bytes(40)
CLASS = b"\xca\xfe\xba\xbe" + struct.pack(">2H", 0, 61) + bytes(40)
E, L, P = NativeRole.EXTENSION, NativeRole.LIBRARY, NativeRole.PROGRAM


@pytest.mark.parametrize(
    ("path", "start", "kind", "role", "detail"),
    [
        ("a/_x.cpython-314-x86_64-linux-gnu.so", _elf(), NativeKind.ELF, E, "Linux shared object for x86-64"),
        ("a/data.dat", _elf(), NativeKind.ELF, L, "Linux shared object for x86-64"),
        ("a/libz.so.1", _elf(machine=183), NativeKind.ELF, L, "Linux shared object for AArch64"),
        ("a/driver/node", _elf(interpreter=True), NativeKind.ELF, P, "Linux program for x86-64"),
        ("a/data.dat", _elf(interpreter=True), NativeKind.ELF, P, "Linux program for x86-64"),
        ("a/old.bin", _elf(wide=False, machine=3, interpreter=True), NativeKind.ELF, P, "Linux program for x86"),
        ("a/static.bin", _elf(kind=2), NativeKind.ELF, P, "Linux program for x86-64"),
        ("a/static", _elf()[:30], NativeKind.ELF, P, "Linux program for x86-64"),
        ("a/x.o", _elf(kind=1), NativeKind.ELF, L, "Linux object file for x86-64"),
        ("a/kernel.cubin", _elf(kind=2, machine=190), NativeKind.ELF, L, "object code for CUDA"),
        ("a/probe.o", _elf(kind=1, machine=247), NativeKind.ELF, L, "object code for eBPF"),
        ("a/x.bin", _elf(machine=999), NativeKind.ELF, L, "Linux shared object for machine 999"),
        ("a/t64.exe", _pe(), NativeKind.PE, P, "Windows program for x86-64"),
        ("a/x.dll", _pe(flags=0x2000), NativeKind.PE, L, "Windows library for x86-64"),
        ("a/_x.cp314-win_arm64.pyd", _pe(0xAA64, 0x2000), NativeKind.PE, E, "Windows library for AArch64"),
        ("a/x.dll", _pe(flags=0x2000, dotnet=True), NativeKind.PE, L, ".NET assembly"),
        ("a/t64.exe", _pe()[:100], NativeKind.PE, P, "Windows program"),
        ("a/x.dll", _pe()[:100], NativeKind.PE, L, "Windows library"),
        ("a/_x.cpython-314-darwin.so", _macho(), NativeKind.MACHO, E, "macOS library for AArch64"),
        ("a/tool", _macho(kind=2, order=">"), NativeKind.MACHO, P, "macOS program for AArch64"),
        ("a/tool", FAT, NativeKind.MACHO, P, "macOS universal program"),
        ("a/x.dylib", FAT, NativeKind.MACHO, L, "macOS universal library"),
        ("a/X.class", CLASS, NativeKind.JAVA, L, "Java class"),
        ("a/x.jar", b"PK\x03\x04" + bytes(40), NativeKind.JAVA, L, "Java archive"),
        ("a/x.a", b"!<arch>\n" + bytes(40), NativeKind.STATIC_LIBRARY, L, "static library"),
        ("a/x.wasm", b"\0asm\1\0\0\0" + bytes(40), NativeKind.WASM, L, "WebAssembly module"),
        (
            "a/_x.cpython-314-wasm32-emscripten.so",
            b"\0asm\1\0\0\0\0\x0f\x08dylink.0" + bytes(20),
            NativeKind.WASM,
            E,
            "WebAssembly shared object",
        ),
    ],
)
def test_native_code_is_told_by_its_magic_bytes(
    path: str, start: bytes, kind: NativeKind, role: NativeRole, detail: str
) -> None:
    found = parse_native(path, start, 1234)
    assert found is not None
    assert (found.path, found.kind, found.role, found.detail, found.size_bytes) == (path, kind, role, detail, 1234)


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("a/b.so", b"INPUT(-lc)\n" + bytes(40)),
        ("a/b.exe", b"#!/bin/sh\n" + bytes(40)),
        ("a/b.txt", b"MZ is how a text may begin, and then it goes on for a long while, as texts do."),
        ("a/b.dat", b"MZ" + bytes(300)),
        ("a/b.dat", b"MZ"),
        ("a/b.dat", b"\x7fELF"),
        ("a/b.dat", b"\x7fELF" + bytes([9] * 40)),
        ("a/b.dat", b"\xca\xfe\xba\xbe"),
        ("a/b.zip", b"PK\x03\x04" + bytes(40)),
        ("a/b.pyc", b"\xf3\r\r\n" + bytes(40)),
        ("a/empty", b""),
    ],
)
def test_what_only_resembles_native_code_is_none(path: str, start: bytes) -> None:
    assert parse_native(path, start, 1234) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("_x.so", True),
        ("a/_x.abi3.so", True),
        ("a/x.cp39-win_amd64.pyd", True),
        ("a/x.pypy311-pp73-x86_64-linux-gnu.so", True),
        ("a/libx.cpython-314-x86_64-linux-gnu.so", True),
        ("a/libx.so", False),
        ("a/libx.so.1.2", False),
        ("a/x-y.so", False),
        ("a/x.dll", False),
        ("a/x.so.py", False),
        ("a/x", False),
    ],
)
def test_names_of_extension_modules_are_those_that_the_import_system_looks_for(path: str, *, expected: bool) -> None:
    assert is_extension_name(path) is expected


MAGICS = [b"\x7fELF\2\1", b"MZ", b"\xfe\xed\xfa\xce", b"\xca\xfe\xba\xbe", b"\0asm", b"!<arch>\n", b"PK\x03\x04"]


@given(st.sampled_from(MAGICS), st.binary(max_size=MOST_BYTES), st.sampled_from(["a/x", "x.so", "a.exe", "b.jar"]))
def test_no_header_makes_the_parser_fail(magic: bytes, rest: bytes, path: str) -> None:
    found = parse_native(path, magic + rest, 1)
    assert found is None or found.detail
