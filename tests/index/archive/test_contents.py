"""What a wheel carries, and what it costs to find out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from scanner.index.archive.contents import install_path, read_wheel_contents, select_metadata
from scanner.index.archive.pieces import MemorySource
from scanner.model.contents import EntryPoint, NativeKind, NativeRole, WheelContents
from scanner.model.errors import ArtifactError

if TYPE_CHECKING:
    from tests.conftest import MakeWheel, WheelFile

ELF = b"\x7fELF\2\1\1" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(200)
WASM = b"\0asm\1\0\0\0" + bytes(100)


class Ranges:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size_bytes = len(data)
        self.bytes_read = 0
        self.reads = 0

    async def read(self, start: int, stop: int) -> bytes:
        self.bytes_read += stop - start
        self.reads += 1
        return self.data[start:stop]


def _whole(wheel: WheelFile) -> WheelContents:
    return asyncio.run(read_wheel_contents(wheel.filename, MemorySource(wheel.data)))


def _ranges(wheel: WheelFile) -> tuple[WheelContents, Ranges]:
    source = Ranges(wheel.data)
    return asyncio.run(read_wheel_contents(wheel.filename, source)), source


def _noise(count: int, seed: int = 1) -> bytes:
    state, out = seed, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(state >> 16 & 0xFF)
    return bytes(out)


def test_a_wheel_tells_its_modules_names_scripts_and_sizes(make_wheel: MakeWheel) -> None:
    wheel = make_wheel(
        "a",
        files={
            "a/__init__.py": "x = 1",
            "a/b/c.py": "",
            "top.py": "",
            "a/data-1.py": "",
            "a-1.0.data/purelib/p.py": "",
        },
        entry_points="[gui_scripts]\ng = a:g\n[console_scripts]\na = a.b.c:main\nb=a:b [extra]\n# c = a:c\n",
    )
    contents = _whole(wheel)
    assert contents.python_modules == ("a", "a.b.c", "p", "top")
    assert contents.top_level == ("a", "p", "top")
    assert contents.console_scripts == (
        EntryPoint(name="a", target="a.b.c:main"),
        EntryPoint(name="b", target="a:b"),
    )
    assert contents.member_count == 9
    assert contents.uncompressed_bytes > len("x = 1")
    assert contents.is_purelib is True


def test_only_the_metadata_that_decides_is_kept(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("a", requires=["b>=1", "c; extra == 'd'"], requires_python=">=3.9", extras=["d"])
    assert _whole(wheel).metadata.splitlines() == [
        "Metadata-Version: 2.3",
        "Name: a",
        "Version: 1.0",
        "Requires-Python: >=3.9",
        "Requires-Dist: b>=1",
        "Requires-Dist: c; extra == 'd'",
        "Provides-Extra: d",
    ]


def test_continued_lines_are_kept_with_their_field_and_the_description_is_left_out() -> None:
    text = "Name: a\nSummary: s\n  more\nRequires-Dist: b\n  >=1\nLicense: x\n\nRequires-Dist: in the description\n"
    assert select_metadata(text) == "Name: a\nRequires-Dist: b\n  >=1"


@pytest.mark.parametrize("path", ["a/data.dat", "a/picture.png", "a/readme.txt", "a/module.py", "a-1.0.dist-info/x"])
def test_native_code_under_any_name_is_found_in_a_file_at_hand(make_wheel: MakeWheel, path: str) -> None:
    contents = _whole(make_wheel("a", files={"a/__init__.py": "x = 1\n" * 9, path: ELF}))
    assert [(native.path, native.kind) for native in contents.native] == [(path, NativeKind.ELF)]


@pytest.mark.parametrize("path", ["a/data.dat", "a/noname", "a/_x.so", "a/lib.so.1", "a/blob.model"])
def test_native_code_that_is_not_named_as_text_or_media_is_found_by_ranges(make_wheel: MakeWheel, path: str) -> None:
    contents, _ = _ranges(make_wheel("a", files={"a/__init__.py": "x = 1", path: ELF}))
    assert [native.path for native in contents.native] == [path]


def test_by_ranges_the_first_bytes_of_text_and_media_are_left_unread(make_wheel: MakeWheel) -> None:
    files: dict[str, bytes | str] = {"a/__init__.py": "x = 1 # long", "a/picture.png": ELF, "a/data.dat": ELF}
    files["a/noise.png"] = _noise(5000)  # longer than the tail that is read first
    contents, _ = _ranges(make_wheel("a", files=files))
    assert [native.path for native in contents.native] == ["a/data.dat"]


def test_the_most_suspicious_members_are_looked_at_first(make_wheel: MakeWheel) -> None:
    files: dict[str, bytes | str] = {f"a/{number:03}.model": _noise(400, number + 1) for number in range(200)}
    files |= {"a/__init__.py": "", "a/_z.so": ELF}
    contents, source = _ranges(make_wheel("a", files=files))
    assert [native.path for native in contents.native] == ["a/_z.so"]
    assert source.reads < 40


def test_a_large_wheel_costs_less_than_two_parts_in_a_hundred(make_wheel: MakeWheel) -> None:
    files: dict[str, bytes | str] = {f"a/{number}.bin": _noise(60_000, number + 1) for number in range(25)}
    contents, source = _ranges(
        make_wheel("a", files={"a/__init__.py": "", **files, "a/_x.abi3.so": ELF + _noise(9000)})
    )
    assert [native.path for native in contents.native] == ["a/_x.abi3.so"]
    assert source.bytes_read < source.size_bytes * 0.02


def test_an_extension_module_is_a_top_level_name_too(make_wheel: MakeWheel) -> None:
    contents = _whole(make_wheel("a", files={"_a.cpython-314-wasm32-emscripten.so": WASM}))
    assert contents.top_level == ("_a",)
    assert [(native.role, native.module) for native in contents.native] == [(NativeRole.EXTENSION, "_a")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a-1.0.data/platlib/a/_x.so", "a/_x.so"),
        ("a-1.0.data/purelib/a.py", "a.py"),
        ("a-1.0.data/scripts/tool", "a-1.0.data/scripts/tool"),
        ("a/b.data/purelib/c.py", "a/b.data/purelib/c.py"),
    ],
)
def test_paths_are_those_of_the_installed_files(path: str, expected: str) -> None:
    assert install_path(path) == expected


@pytest.mark.parametrize("path", ["b-1.0.dist-info/METADATA", "a-2.0.dist-info/METADATA"])
def test_a_wheel_with_several_dist_info_folders_is_refused(make_wheel: MakeWheel, path: str) -> None:
    with pytest.raises(ArtifactError, match=r"several \.dist-info folders"):
        _whole(make_wheel("a", files={path: ""}))


def test_a_wheel_of_another_project_is_refused(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("a")
    with pytest.raises(ArtifactError, match=r"another project's: 'a-1\.0\.dist-info'"):
        asyncio.run(read_wheel_contents("b-1.0-py3-none-any.whl", MemorySource(wheel.data)))


def test_names_that_are_spelled_differently_are_one_project(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("a.b")
    asyncio.run(read_wheel_contents("A_B-1.0-py3-none-any.whl", MemorySource(wheel.data)))


@pytest.mark.parametrize(
    ("replaced", "by", "reason"),
    [
        (b"/METADATA", b"/METADATE", "has no METADATA"),
        (b"/WHEEL", b"/WHEAL", "has no WHEEL"),
        (b".dist-info", b".dist-inf0", "no .dist-info folder"),
    ],
)
def test_an_archive_that_lacks_what_a_wheel_must_have_is_refused(
    make_wheel: MakeWheel, replaced: bytes, by: bytes, reason: str
) -> None:
    wheel = make_wheel("a")
    with pytest.raises(ArtifactError, match=reason):
        asyncio.run(read_wheel_contents(wheel.filename, MemorySource(wheel.data.replace(replaced, by))))


def test_metadata_larger_than_any_real_one_is_refused(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("a", metadata_text="Name: a\n\n" + "x" * (4 * 1024 * 1024))
    with pytest.raises(ArtifactError, match="METADATA: larger than 4,194,304 bytes"):
        _whole(wheel)


def test_metadata_that_is_no_utf8_is_read_with_replacements(make_wheel: MakeWheel) -> None:
    assert "Name: a\ufffd" in _whole(make_wheel("a", metadata_text=b"Name: a\xff\nVersion: 1.0\n")).metadata
