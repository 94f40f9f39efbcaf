"""A file whose end is fetched first, as zipfile reads it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

import pytest

from scanner.index.archive.pieces import MAX_READ_BYTES, MemorySource, Pieces
from scanner.model.errors import ArtifactError

NAME = "a-1.0-py3-none-any.whl"
DATA = bytes(range(256)) * 400


@dataclass
class Counted:
    """A source that keeps count of what it is asked for."""

    data: bytes
    size_bytes: int
    asked: list[tuple[int, int]] = field(default_factory=list)

    async def read(self, start: int, stop: int) -> bytes:
        self.asked.append((start, stop))
        return self.data[start:stop]


def _counted(data: bytes = DATA) -> Counted:
    return Counted(data, len(data))


def _read_at(pieces: Pieces, offset: int, count: int) -> bytes:
    pieces.seek(offset, os.SEEK_END)
    return pieces.read(count)


def test_a_reader_starts_again_when_it_needs_more_and_no_byte_is_fetched_twice() -> None:
    source = _counted()
    pieces = Pieces(NAME, source)
    assert asyncio.run(pieces.apply(lambda file: _read_at(file, -10, 10) + _read_at(file, -9000, 5))) == (
        DATA[-10:] + DATA[-9000:-8995]
    )
    assert source.asked == [(len(DATA) - 4096, len(DATA)), (len(DATA) - 9000, len(DATA) - 4096)]
    assert not pieces.is_whole


def test_what_the_end_holds_is_not_fetched_again_and_what_precedes_it_is() -> None:
    source = _counted()
    pieces = Pieces(NAME, source)
    asyncio.run(pieces.apply(lambda file: _read_at(file, -10, 10)))
    end = len(DATA) - 4096
    for start, stop in ((end + 5, end + 9), (100, 200), (end - 50, end + 50)):
        assert asyncio.run(pieces.fetch(start, stop)) == DATA[start:stop]
    assert source.asked[1:] == [(100, 200), (end - 50, end)]


def test_a_file_in_memory_costs_no_read() -> None:
    pieces = Pieces(NAME, MemorySource(DATA))
    assert pieces.is_whole
    assert pieces.seek(0) == 0
    assert pieces.read(3) == DATA[:3]
    assert pieces.tell() == 3
    assert pieces.seek(2, os.SEEK_CUR) == 5
    assert pieces.read() == DATA[5:]
    assert pieces.read(1) == b""


def test_a_file_shorter_than_its_size_is_truncated() -> None:
    pieces = Pieces(NAME, Counted(DATA[:-1], len(DATA)))
    with pytest.raises(ArtifactError, match=r"truncated: received 4,095 of 4,096 bytes at 98,304"):
        asyncio.run(pieces.apply(lambda file: _read_at(file, -10, 10)))


def test_no_read_is_longer_than_a_directory_may_be() -> None:
    pieces = Pieces(NAME, MemorySource(bytes(MAX_READ_BYTES + 1)))
    assert len(pieces.read(MAX_READ_BYTES)) == MAX_READ_BYTES
    pieces.seek(0)
    with pytest.raises(ValueError, match="a directory of 8,388,609 bytes"):
        pieces.read()


def test_a_position_before_the_file_is_an_error_of_the_file() -> None:
    with pytest.raises(OSError, match="no position -5"):
        Pieces(NAME, MemorySource(b"")).seek(-5, os.SEEK_END)
