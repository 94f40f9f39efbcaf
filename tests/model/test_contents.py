"""What is kept of a wheel or a source distribution, and that it comes back from a cache as it was."""

from __future__ import annotations

import json

import pytest

from scanner.model.contents import (
    BuildFile,
    EntryPoint,
    NativeKind,
    NativeMember,
    NativeRole,
    SdistContents,
    WheelContents,
    sdist_from_json,
    sdist_to_json,
    wheel_from_json,
    wheel_to_json,
)

WHEEL = WheelContents(
    filename="a-1.0-py3-none-any.whl",
    member_count=3,
    uncompressed_bytes=2**40,
    native=(
        NativeMember(path="a/é.so", kind=NativeKind.ELF, role=NativeRole.EXTENSION, detail="Linux", size_bytes=9),
        NativeMember(path="a/x", kind=NativeKind.PE, role=NativeRole.PROGRAM, detail="Windows", size_bytes=8),
    ),
    python_modules=("a", "a.b", "a.b.c", "a.d", "top"),
    top_level=("a", "top"),
    console_scripts=(EntryPoint(name="a", target="a:main"),),
    metadata='Name: a\nRequires-Dist: b; extra == "c"',
    is_purelib=None,
)
SDIST = SdistContents(
    filename="a-1.0.tar.gz",
    file_count=4,
    unpacked_bytes=100,
    build_files=(BuildFile(path="pyproject.toml", text='[project]\nname = "é"'), BuildFile(path="setup.py", text=None)),
    sources=("a/_x.c",),
    source_count=7,
    python_count=2,
    metadata="Name: a",
)


def test_both_come_back_as_they_were() -> None:
    assert wheel_from_json(wheel_to_json(WHEEL)) == WHEEL
    assert sdist_from_json(sdist_to_json(SDIST)) == SDIST


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "7", '{"shape": 1}', '{"shape": 0}', "[" * 100_000])
def test_anything_else_is_absent(text: str) -> None:
    assert wheel_from_json(text) is None
    assert sdist_from_json(text) is None


@pytest.mark.parametrize("key", json.loads(wheel_to_json(WHEEL)))
def test_a_wheel_with_a_broken_value_is_absent(key: str) -> None:
    raw = json.loads(wheel_to_json(WHEEL))
    del raw[key]
    assert wheel_from_json(json.dumps(raw)) is None


@pytest.mark.parametrize("key", json.loads(sdist_to_json(SDIST)))
def test_a_source_distribution_with_a_broken_value_is_absent(key: str) -> None:
    raw = json.loads(sdist_to_json(SDIST))
    del raw[key]
    assert sdist_from_json(json.dumps(raw)) is None


@pytest.mark.parametrize(
    ("path", "role", "expected"),
    [
        ("_x.abi3.so", NativeRole.EXTENSION, "_x"),
        ("a/b/_x.cpython-314-darwin.so", NativeRole.EXTENSION, "a.b._x"),
        ("a-1.0.data/scripts/x.so", NativeRole.EXTENSION, None),
        ("a/x.so", NativeRole.LIBRARY, None),
    ],
)
def test_an_extension_module_has_a_dotted_name(path: str, role: NativeRole, expected: str | None) -> None:
    native = NativeMember(path=path, kind=NativeKind.ELF, role=role, detail="", size_bytes=1)
    assert native.module == expected


def test_the_text_of_a_build_file_is_found_by_its_path() -> None:
    assert SDIST.text("pyproject.toml") == '[project]\nname = "é"'
    assert (SDIST.has("setup.py"), SDIST.text("setup.py")) == (True, None)
    assert (SDIST.has("setup.cfg"), SDIST.text("setup.cfg")) == (False, None)
