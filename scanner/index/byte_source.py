"""Where an archive's bytes come from: ranges that somebody fetches, or the whole file in memory."""

from __future__ import annotations

from bisect import bisect_right
from typing import Protocol


class ByteSource(Protocol):
    """A file that can be read in parts."""

    @property
    def size_bytes(self) -> int | None:
        """The size of the file; None where it is not known, and then the whole file is read in one piece."""
        ...

    async def read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``; fewer at the end of the file.

        Raises:
            IndexFailure: they could not be fetched.
        """
        ...


class MemorySource:
    """A file that is at hand as a whole; archives over it are checked in every part."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return len(self.data)

    async def read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``."""
        return self.data[start:stop]


class CachedSource:
    """Another source's bytes, none of them read twice; it lives as long as one archive is looked at."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._starts: list[int] = []
        self._pieces: list[bytes] = []  # in the order of _starts, never overlapping

    @property
    def size_bytes(self) -> int | None:
        """The size of the file, where the other source knows it."""
        return self._source.size_bytes

    async def read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``."""
        for gap_start, gap_stop in self._gaps(start, stop):
            piece = await self._source.read(gap_start, gap_stop)
            self._keep(gap_start, piece[: gap_stop - gap_start])
        return self._join(start, stop)

    def _gaps(self, start: int, stop: int) -> list[tuple[int, int]]:
        gaps = []
        for piece_start, piece in zip(self._starts, self._pieces, strict=True):
            if piece_start >= stop:
                break
            if piece_start > start:
                gaps.append((start, piece_start))
            start = max(start, piece_start + len(piece))
        if start < stop:
            gaps.append((start, stop))
        return gaps

    def _keep(self, start: int, piece: bytes) -> None:
        """Keeps a fetched piece, unless another reader has brought the same bytes in the meantime."""
        for gap_start, gap_stop in self._gaps(start, start + len(piece)):
            index = bisect_right(self._starts, gap_start)
            self._starts.insert(index, gap_start)
            self._pieces.insert(index, piece[gap_start - start : gap_stop - start])

    def _join(self, start: int, stop: int) -> bytes:
        parts = []
        for piece_start, piece in zip(self._starts, self._pieces, strict=True):
            if piece_start > start or piece_start >= stop:
                break
            if piece_start + len(piece) > start:
                parts.append(piece[start - piece_start : stop - piece_start])
                start = min(piece_start + len(piece), stop)
        return b"".join(parts)
