"""The bytes of an archive, fetched in pieces: its end first, other parts when a reader needs them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, TypeVar

from scanner.model.errors import ArtifactError

MAX_READ_BYTES = 8 * 1024 * 1024
"""The longest single read of ``zipfile``, which reads a directory at once: 65,535 entries with paths of 80 bytes."""

_TAIL_SHARE = 128
"""The first read takes one part in this many of the file, because the whole directory often fits into it."""

_MIN_TAIL_BYTES, _MAX_TAIL_BYTES = 4 * 1024, 64 * 1024

T = TypeVar("T")


class ByteSource(Protocol):
    """A file that can be read in parts."""

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        ...

    async def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to before ``stop``; fewer at the end of the file.

        Raises:
            IndexFailure: they could not be fetched.
        """
        ...


class MemorySource:
    """A whole file in memory; every part of an archive in it is checked."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return len(self.data)

    async def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` to before ``stop``."""
        return self.data[start:stop]


class MissingBytesError(Exception):
    """A reader needs bytes from ``start`` on that have not been fetched."""

    def __init__(self, start: int) -> None:
        super().__init__(start)
        self.start = start


class Pieces:
    """The end of a file, as ``zipfile`` reads it; it grows toward the beginning, and no byte of it is fetched twice."""

    def __init__(self, filename: str, source: ByteSource) -> None:
        self._filename = filename
        self._source = source
        self.size_bytes = source.size_bytes
        self._tail = source.data if isinstance(source, MemorySource) else b""
        self._position = 0

    @property
    def is_whole(self) -> bool:
        """Whether the whole file is in memory, so that no read costs a request."""
        return len(self._tail) == self.size_bytes

    async def apply(self, reader: Callable[[Pieces], T]) -> T:
        """Return what the reader returns; it starts again each time it needed bytes that had to be fetched first.

        Raises:
            ArtifactError: the reader refuses the file, or the file is shorter than its size.
            IndexFailure: the source failed.
        """
        while True:
            try:
                return reader(self)
            except MissingBytesError as missing:
                least = max(self.size_bytes // _TAIL_SHARE, _MIN_TAIL_BYTES)
                await self._extend(max(min(missing.start, self.size_bytes - min(least, _MAX_TAIL_BYTES)), 0))

    async def fetch(self, start: int, stop: int) -> bytes:
        """Return all bytes from ``start`` to before ``stop``.

        Raises:
            ArtifactError: the file ends before.
            IndexFailure: the source failed.
        """
        if stop <= self._tail_start:
            return await self._fetch_exactly(start, stop)
        if start < self._tail_start:
            await self._extend(start)
        return self._tail[start - self._tail_start : stop - self._tail_start]

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to a position, as the method of a file."""
        position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        if position < 0:
            raise OSError(f"no position {position}")
        self._position = position
        return position

    def tell(self) -> int:
        """Return the position, as the method of a file."""
        return self._position

    def read(self, count: int = -1, /) -> bytes:
        """Return the next bytes, all for a negative ``count``, as the method of a file.

        Raises:
            MissingBytesError: they have not been fetched.
            ValueError: they are more than ``MAX_READ_BYTES``.
        """
        left = max(self.size_bytes - self._position, 0)
        count = left if count < 0 else min(count, left)
        if count > MAX_READ_BYTES:
            raise ValueError(f"a directory of {count:,} bytes")
        start = self._position - self._tail_start
        if start < 0 < count:
            raise MissingBytesError(self._position)
        self._position += count
        return self._tail[start : start + count]

    @property
    def _tail_start(self) -> int:
        return self.size_bytes - len(self._tail)

    async def _extend(self, start: int) -> None:
        self._tail = await self._fetch_exactly(start, self._tail_start) + self._tail

    async def _fetch_exactly(self, start: int, stop: int) -> bytes:
        data = await self._source.read(start, stop)
        if len(data) != stop - start:
            reason = f"truncated: received {len(data):,} of {stop - start:,} bytes at {start:,}"
            raise ArtifactError(self._filename, reason)
        return data
