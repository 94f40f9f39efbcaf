"""The kind of native code, from its first bytes; its name only decides its role."""

from __future__ import annotations

import re
import struct

from scanner.model.contents import NativeKind, NativeMember, NativeRole

LEAST_BYTES = 24
"""Fewer bytes hold only the magic number; an ELF header has its machine at byte 18."""

MOST_BYTES = 1024
"""Enough for the program headers of ELF and for the second header of Windows programs."""

_ELF_MACHINES = {
    2: "SPARC", 3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "s390x", 40: "ARM", 62: "x86-64",
    183: "AArch64", 190: "CUDA", 224: "AMD GPU", 243: "RISC-V", 247: "eBPF", 258: "LoongArch",
}  # fmt: skip
_PE_MACHINES = {0x14C: "x86", 0x1C0: "ARM", 0x1C4: "ARM", 0x8664: "x86-64", 0xAA64: "AArch64"}
_MACHO_CPUS = {7: "x86", 12: "ARM", 0x01000007: "x86-64", 0x0100000C: "AArch64"}
_MACHO_MAGICS = {
    b"\xfe\xed\xfa\xce": ">", b"\xfe\xed\xfa\xcf": ">", b"\xce\xfa\xed\xfe": "<", b"\xcf\xfa\xed\xfe": "<",
}  # fmt: skip
_FAT_MAGICS = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_FIRST_CLASS_VERSION = 45  # Java 1.0; a universal binary has far fewer architectures in the same place

_EXTENSION_NAME = re.compile(
    r"(?P<stem>[^.]+)(?P<tag>\.(?:cpython-|cp\d|abi3|pypy|graalpy)[^/]*)?\.(?:so|pyd)", re.IGNORECASE
)
_Found = tuple[NativeKind, NativeRole, str]

_NOT_FOR_CPUS = (190, 224, 247)
_ELF_RELOCATABLE, _ELF_EXECUTABLE, _ELF_INTERPRETER = 1, 2, 3
_PE_LIBRARY = 0x2000
_MACHO_EXECUTABLE = 2
_JAVA_SUFFIXES = (".jar", ".war", ".ear", ".aar", ".jmod")


def parse_native(path: str, start: bytes, size_bytes: int) -> NativeMember | None:
    """Return what the file is, from its first bytes; None if it is not native code.

    ``path`` is where it is installed; only its suffix distinguishes a Java archive from other zip archives.
    """
    found = _parse_kind(path, start)
    if found is None:
        return None
    kind, role, detail = found
    if role is not NativeRole.PROGRAM and kind is not NativeKind.JAVA and is_extension_name(path):
        role = NativeRole.EXTENSION
    return NativeMember(path=path, kind=kind, role=role, detail=detail, size_bytes=size_bytes)


def is_extension_name(path: str) -> bool:
    """Return whether the import system of some platform loads a file of this name as an extension module.

    ``lib*.so`` without a Python tag is a library: no module has such a name.
    """
    match = _EXTENSION_NAME.fullmatch(path.rpartition("/")[2])
    if match is None or not match["stem"].isidentifier():
        return False
    return match["tag"] is not None or not match["stem"].startswith("lib")


def _parse_kind(path: str, start: bytes) -> _Found | None:
    found: _Found | None = None
    if start.startswith(b"\x7fELF"):
        found = _parse_elf(path, start)
    elif start.startswith(b"MZ"):
        found = _parse_pe(path, start)
    elif start[:4] in _MACHO_MAGICS or start[:4] in _FAT_MAGICS:
        found = _parse_macho(path, start)
    elif start.startswith(b"\0asm"):
        found = _parse_wasm(start)
    elif start.startswith(b"!<arch>\n"):
        found = NativeKind.STATIC_LIBRARY, NativeRole.LIBRARY, "static library"
    elif start.startswith(b"PK\x03\x04") and path.lower().endswith(_JAVA_SUFFIXES):
        found = NativeKind.JAVA, NativeRole.LIBRARY, "Java archive"
    return found


def _parse_elf(path: str, start: bytes) -> _Found | None:
    if len(start) < LEAST_BYTES or start[4] not in (1, 2) or start[5] not in (1, 2):
        return None
    order = "<" if start[5] == 1 else ">"
    kind, machine = struct.unpack_from(f"{order}2H", start, 16)
    name = _ELF_MACHINES.get(machine, f"machine {machine}")
    if machine in _NOT_FOR_CPUS:
        return NativeKind.ELF, NativeRole.LIBRARY, f"object code for {name}"
    if kind == _ELF_RELOCATABLE:
        return NativeKind.ELF, NativeRole.LIBRARY, f"Linux object file for {name}"
    if kind == _ELF_EXECUTABLE or _is_relocatable_program(path, start, order):
        return NativeKind.ELF, NativeRole.PROGRAM, f"Linux program for {name}"
    return NativeKind.ELF, NativeRole.LIBRARY, f"Linux shared object for {name}"


def _is_relocatable_program(path: str, start: bytes, order: str) -> bool:
    """Programs are position-independent today, so they have the type of shared objects: look for an interpreter."""
    name = path.rpartition("/")[2]
    if ".so" in name:
        return False
    wide = start[4] == 2
    table, size_at = ("Q", 54) if wide else ("L", 42)
    if len(start) < size_at + 4:
        return "." not in name
    offset = struct.unpack_from(f"{order}{table}", start, 32 if wide else 28)[0]
    entry_bytes, count = struct.unpack_from(f"{order}2H", start, size_at)
    entries = range(offset, min(offset + entry_bytes * count, len(start) - 3), max(entry_bytes, 1))
    types = {struct.unpack_from(f"{order}L", start, at)[0] for at in entries}
    return _ELF_INTERPRETER in types or "." not in name


def _parse_pe(path: str, start: bytes) -> _Found | None:
    if len(start) < 64:
        return None
    offset = struct.unpack_from("<L", start, 60)[0]
    header = start[offset : offset + 24]
    if len(header) < 24:
        return _guess_pe(path) if 64 <= offset < 4096 and offset % 4 == 0 else None
    if not header.startswith(b"PE\0\0"):
        return None
    machine, flags = struct.unpack_from("<4xH16xH", header)
    name = _PE_MACHINES.get(machine, f"machine {machine:#x}")
    if _is_dotnet(start[offset + 24 :]):
        return NativeKind.PE, NativeRole.LIBRARY, ".NET assembly"
    if flags & _PE_LIBRARY:
        return NativeKind.PE, NativeRole.LIBRARY, f"Windows library for {name}"
    return NativeKind.PE, NativeRole.PROGRAM, f"Windows program for {name}"


def _guess_pe(path: str) -> _Found:
    """Return what the name suggests if there are too few bytes for the second header."""
    if path.lower().endswith(".exe"):
        return NativeKind.PE, NativeRole.PROGRAM, "Windows program"
    return NativeKind.PE, NativeRole.LIBRARY, "Windows library"


def _is_dotnet(optional_header: bytes) -> bool:
    """Return whether the fifteenth data directory, that of the common language runtime, is used."""
    at = 224 if optional_header.startswith(b"\x0b\x02") else 208
    return len(optional_header) >= at + 4 and optional_header[at : at + 4] != b"\0\0\0\0"


def _parse_macho(path: str, start: bytes) -> _Found | None:
    if len(start) < LEAST_BYTES:
        return None
    if start[:4] in _FAT_MAGICS:
        if struct.unpack_from(">L", start, 4)[0] >= _FIRST_CLASS_VERSION:
            return NativeKind.JAVA, NativeRole.LIBRARY, "Java class"
        is_library = "." in path.rpartition("/")[2]
        role = NativeRole.LIBRARY if is_library else NativeRole.PROGRAM
        return NativeKind.MACHO, role, f"macOS universal {'library' if is_library else 'program'}"
    cpu, _, kind = struct.unpack_from(f"{_MACHO_MAGICS[start[:4]]}3L", start, 4)
    name = _MACHO_CPUS.get(cpu, f"CPU {cpu:#x}")
    if kind == _MACHO_EXECUTABLE:
        return NativeKind.MACHO, NativeRole.PROGRAM, f"macOS program for {name}"
    return NativeKind.MACHO, NativeRole.LIBRARY, f"macOS library for {name}"


def _parse_wasm(start: bytes) -> _Found:
    if b"dylink" in start[8:24]:
        return NativeKind.WASM, NativeRole.LIBRARY, "WebAssembly shared object"
    return NativeKind.WASM, NativeRole.LIBRARY, "WebAssembly module"
