"""METADATA by itself: one read, the other entries left alone, and every doubt left to the full directory."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import dataclass, field

import pytest

from scanner.index.archive.contents import read_wheel_contents, read_wheel_metadata
from scanner.index.archive.pieces import MemorySource
from scanner.model.errors import ArtifactError

FILENAME = "foo-1.0-py3-none-any.whl"
FOLDER = "foo-1.0.dist-info"
METADATA = "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: bar\n\nlong description\n"


@dataclass
class Counted:
    """A file behind a server that counts what is asked of it."""

    data: bytes
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        return len(self.data)

    async def read(self, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        return self.data[start:stop]


def _wheel(*members: tuple[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, content in members:
            archive.writestr(path, content)
    return buffer.getvalue()


def _plain(*more: tuple[str, str | bytes]) -> bytes:
    info = [(f"{FOLDER}/METADATA", METADATA), (f"{FOLDER}/WHEEL", "Tag: py3-none-any\n"), (f"{FOLDER}/RECORD", "")]
    return _wheel(("foo/__init__.py", "x = 1\n" * 50), *more, *info)


def test_the_lines_that_matter_come_back_from_a_few_reads_at_the_end() -> None:
    source = Counted(_plain(*((f"foo/m{number}.py", bytes(4000)) for number in range(50))))
    text = asyncio.run(read_wheel_metadata(FILENAME, source))
    assert text == METADATA.partition("\n\n")[0]
    assert len(source.asked) <= 3
    assert min(start for start, _ in source.asked) > len(source.data) // 3


def test_it_is_what_the_full_look_finds() -> None:
    data = _plain(("foo/_vendor/bar-2.dist-info/METADATA", "Name: bar\n"), ("foo\\odd.py", ""))
    with pytest.raises(ArtifactError):
        asyncio.run(read_wheel_contents(FILENAME, MemorySource(data)))
    data = _plain(("foo/_vendor/bar-2.dist-info/METADATA", "Name: bar\n"))
    contents = asyncio.run(read_wheel_contents(FILENAME, MemorySource(data)))
    assert asyncio.run(read_wheel_metadata(FILENAME, MemorySource(data))) == contents.metadata


@pytest.mark.parametrize(
    "more",
    [
        (f"{FOLDER}/./METADATA", "Name: other\n"),
        (f"{FOLDER}//METADATA", "Name: other\n"),
        ("bar-2.dist-info/METADATA", "Name: bar\n"),
        ("bar-2.dist-info/RECORD", ""),
        ("foo\\..\\x", ""),
    ],
)
def test_what_could_be_read_in_two_ways_takes_the_full_look(more: tuple[str, str]) -> None:
    data = _plain(more)
    with pytest.raises(ArtifactError):
        asyncio.run(read_wheel_metadata(FILENAME, MemorySource(data)))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_the_name_are_refused() -> None:
    data = _plain((f"{FOLDER}/METADATA", "Name: other\n"))
    with pytest.raises(ArtifactError, match="duplicate entry"):
        asyncio.run(read_wheel_metadata(FILENAME, MemorySource(data)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_wheel(("foo.py", "")), "no .dist-info folder"),
        (_wheel((f"{FOLDER}/WHEEL", "")), "has no METADATA"),
        (_wheel(("bar-1.0.dist-info/METADATA", "Name: bar\n")), "another project's"),
        (_wheel((f"{FOLDER}/METADATA", "x" * 5_000_000)), "larger than"),
        (_plain()[:-1], "not a usable zip archive"),
        (b"", "not a usable zip archive"),
    ],
)
def test_what_has_no_metadata_of_its_own_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        asyncio.run(read_wheel_metadata(FILENAME, MemorySource(data)))


@pytest.mark.parametrize("change", ["crc", "name", "flag"])
def test_the_entry_of_the_metadata_passes_every_guard(change: str) -> None:
    data = bytearray(_plain())
    name = f"{FOLDER}/METADATA".encode()
    central = data.rfind(name) - 46
    local = data.find(name) - 30
    if change == "crc":
        data[central + 16] ^= 1
        data[local + 14] ^= 1
    elif change == "name":
        data[local + 30] ^= 1
    else:
        data[central + 8] |= 1
    with pytest.raises(ArtifactError):
        asyncio.run(read_wheel_metadata(FILENAME, MemorySource(bytes(data))))
