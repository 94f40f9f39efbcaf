"""Wheels read whole and by ranges: the directory, the members, and what each costs."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pytest

from scanner.index.archive.pieces import ByteSource, MemorySource
from scanner.index.archive.wheel import (
    MAX_MEMBER_BYTES,
    WheelDirectory,
    read_members,
    read_starts,
    read_wheel_directory,
    verify_sha256,
)
from scanner.model.errors import ArtifactError, IndexUnreachable

if TYPE_CHECKING:
    from tests.conftest import MakeWheel

NAME = "a-1.0-py3-none-any.whl"


class Ranges:
    """A source that keeps count of what is asked of it, as an HTTP server would see it."""

    def __init__(self, data: bytes, *, size_bytes: int | None = None) -> None:
        self.data = data
        self.size_bytes = len(data) if size_bytes is None else size_bytes
        self.asked: list[tuple[int, int]] = []

    async def read(self, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        return self.data[start:stop]


class Failing:
    size_bytes = 1000

    async def read(self, start: int, stop: int) -> bytes:
        raise IndexUnreachable("https://example.org/a.whl", f"no answer for {start}-{stop}")


def _zip(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
        archive.comment = comment
    return buffer.getvalue()


def _open(source: ByteSource) -> WheelDirectory:
    return asyncio.run(read_wheel_directory(NAME, source))


def _noise(count: int, seed: int = 1) -> bytes:
    """Bytes that do not compress."""
    state, out = seed, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(state >> 16 & 0xFF)
    return bytes(out)


FILES = {"a/__init__.py": b"x = 1\n" * 50, "a/b.py": b"", "a/data.bin": _noise(3000), "a/c.py": b"y = 2\n"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_come_with_their_content_whole_and_by_ranges(method: int) -> None:
    data = _zip(FILES, method=method)
    for source in (MemorySource(data), Ranges(data)):
        directory = _open(source)
        assert [member.path for member in directory.members] == list(FILES)
        assert asyncio.run(read_members(directory, directory.members)) == FILES


def test_a_member_tells_its_size_mode_and_kind() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.mkdir("a")
        info = zipfile.ZipInfo("a/run")
        info.external_attr = 0o100755 << 16
        archive.writestr(info, b"12345")
    folder, program = _open(MemorySource(buffer.getvalue())).members
    assert (folder.is_directory, program.is_directory) == (True, False)
    assert (program.size_bytes, program.mode, program.is_executable) == (5, 0o755, True)


def test_an_archive_written_to_a_stream_is_read_with_its_data_descriptors() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in FILES.items():
            archive.writestr(path, data)
    for source in (MemorySource(bytes(pipe.data)), Ranges(bytes(pipe.data))):
        directory = _open(source)
        assert all(member.has_descriptor for member in directory.members)
        assert asyncio.run(read_members(directory, directory.members)) == FILES


def test_an_archive_with_zip64_fields_everywhere_is_read() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.py", "w", force_zip64=True) as f,
    ):
        f.write(b"x = 1\n")
    directory = _open(MemorySource(buffer.getvalue()))
    assert asyncio.run(read_members(directory, directory.members)) == {"a.py": b"x = 1\n"}


def test_names_in_utf8_are_read_and_names_that_differ_in_case_are_two() -> None:
    files = {"a/é.py": b"1", "a/README": b"2", "a/readme": b"3"}
    directory = _open(MemorySource(_zip(files)))
    assert asyncio.run(read_members(directory, directory.members)) == files


def test_the_directory_of_a_small_archive_costs_one_read() -> None:
    source = Ranges(_zip(FILES))
    _open(source)
    assert len(source.asked) == 1


def test_a_directory_longer_than_the_first_read_costs_two_and_no_byte_twice() -> None:
    data = _zip({f"package/module_{number:04}.py": b"" for number in range(500)})
    source = Ranges(data)
    directory = _open(source)
    assert len(directory.members) == 500
    assert len(source.asked) == 2
    assert _overlap(source.asked) == 0


def test_a_long_archive_comment_costs_a_second_read() -> None:
    source = Ranges(_zip({"a.bin": _noise(200_000)}, method=zipfile.ZIP_STORED, comment=b"c" * 60_000))
    assert [member.path for member in _open(source).members] == ["a.bin"]
    assert _overlap(source.asked) == 0


def test_neighbouring_members_are_read_in_one_range_and_distant_ones_apart() -> None:
    files = {"a.py": b"1" * 50, "b.py": b"2" * 50, "big.bin": _noise(100_000), "c.py": b"3" * 50}
    source = Ranges(_zip(files, method=zipfile.ZIP_STORED))
    directory = _open(source)
    wanted = [member for member in directory.members if member.path.endswith(".py")]
    before = len(source.asked)
    contents = asyncio.run(read_members(directory, wanted))
    assert contents == {path: data for path, data in files.items() if path.endswith(".py")}
    assert len(source.asked) - before <= 2
    assert sum(stop - start for start, stop in source.asked) < 10_000


def test_first_bytes_are_read_without_the_rest() -> None:
    files = {"a.bin": _noise(50_000), "b.bin": _noise(50_000, seed=2)}
    source = Ranges(_zip(files))
    directory = _open(source)
    before = sum(stop - start for start, stop in source.asked)
    starts = asyncio.run(read_starts(directory, directory.members, least=16, most=64))
    assert starts == {path: data[: len(starts[path])] for path, data in files.items()}
    assert all(16 <= len(start) <= 64 for start in starts.values())
    assert sum(stop - start for start, stop in source.asked) - before < 1000


def test_first_bytes_behind_a_long_extra_field_are_found_with_a_second_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("a.bin")
        info.extra = b"\xfe\xca\x00\x10" + bytes(0x1000)
        archive.writestr(info, b"\x7fELF" + bytes(5000))
    directory = _open(Ranges(buffer.getvalue()))
    starts = asyncio.run(read_starts(directory, directory.members, least=4, most=4))
    assert starts == {"a.bin": b"\x7fELF"}


def test_a_member_shorter_than_what_is_wanted_is_given_whole() -> None:
    directory = _open(Ranges(_zip({"a": b"abc", "b": b""})))
    assert asyncio.run(read_starts(directory, directory.members, least=16, most=64)) == {"a": b"abc", "b": b""}


def test_a_member_larger_than_the_limit_is_refused_before_it_is_fetched() -> None:
    source = Ranges(_zip({"a.py": b"x" * 2000}))
    directory = _open(source)
    before = len(source.asked)
    with pytest.raises(ArtifactError, match="larger than 1,000 bytes"):
        asyncio.run(read_members(directory, directory.members, max_bytes=1000))
    assert len(source.asked) == before


def test_members_that_are_too_much_together_are_refused() -> None:
    directory = _open(MemorySource(_zip({"a.bin": bytes(MAX_MEMBER_BYTES)}, method=zipfile.ZIP_STORED)))
    with pytest.raises(ArtifactError, match="larger than 96 MiB together"):
        asyncio.run(read_members(directory, directory.members * 4))


def test_a_source_that_gives_too_little_is_refused_as_truncated() -> None:
    data = _zip(FILES)
    with pytest.raises(ArtifactError, match="truncated"):
        _open(Ranges(data[:-10], size_bytes=len(data)))


def test_a_failing_source_stays_the_failure_of_the_index() -> None:
    with pytest.raises(IndexUnreachable):
        _open(Failing())


def test_a_hash_is_verified_whatever_its_case() -> None:
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    verify_sha256(NAME, b"abc", digest)
    verify_sha256(NAME, b"abc", digest.upper())
    with pytest.raises(ArtifactError, match="its sha256 is ba7816bf"):
        verify_sha256(NAME, b"abc", digest.replace("a", "b"))


def test_a_made_wheel_is_the_same_whole_and_by_ranges(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("a", files={"a/__init__.py": "x = 1", "a/b.py": "y = 2"})
    assert _open(MemorySource(wheel.data)).members == _open(Ranges(wheel.data)).members


def _overlap(spans: Iterable[tuple[int, int]]) -> int:
    """How many bytes were asked for more than once."""
    end, twice = 0, 0
    for start, stop in sorted(spans):
        twice += max(0, min(end, stop) - start)
        end = max(end, stop)
    return twice
