"""A place for texts that are read again in parts: in memory up to a bound, beyond it in a file that nobody else sees.

The listings of a few hundred projects are as large as everything else that a scan holds, and hardly a line of each is
ever asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import IO

MOST_HELD_BYTES = 1024 * 1024
_LEAST_BYTES = 16 * 1024  # smaller texts stay in memory: a file has its price too

Reader = Callable[[int, int], bytes]
"""Gives the bytes from a start to before a stop."""


class Scratch:
    """Texts of one scan; ``close`` gives the file back."""

    def __init__(self, most_held_bytes: int = MOST_HELD_BYTES, file: IO[bytes] | None = None) -> None:
        """Hold so many bytes in memory; ``file`` takes the place of a temporary one that is made when it is needed."""
        self._left_bytes = most_held_bytes
        self._file = file
        self._is_off = False
        self._size_bytes = 0

    def hold(self, text: bytes) -> Reader:
        """Something that gives the parts of the text again; beyond the bound, only until ``close``."""
        if len(text) > self._left_bytes and len(text) > _LEAST_BYTES:
            start = self._append(text)
            if start is not None:
                return partial(self._read, start)
        self._left_bytes -= len(text)
        return partial(_slice, text)

    def close(self) -> None:
        """Remove the file; a second time does nothing."""
        file, self._file, self._is_off = self._file, None, True
        if file is not None:
            file.close()

    def _append(self, text: bytes) -> int | None:
        """Where the text begins in the file; None where there is no room for one, and memory has to do."""
        if self._is_off:
            return None
        try:
            if self._file is None:
                import tempfile  # noqa: PLC0415 - most scans never need it

                self._file = tempfile.TemporaryFile(prefix="compat-scan-", buffering=0)  # noqa: SIM115 - see close
            self._file.seek(self._size_bytes)
            written = self._file.write(text)
        except OSError:
            self._is_off = True
            return None
        if written != len(text):
            self._is_off = True
            return None
        start = self._size_bytes
        self._size_bytes += len(text)
        return start

    def _read(self, offset: int, start: int, stop: int) -> bytes:
        assert self._file is not None, "the scan is over"  # noqa: S101 - what was held in the file is read in time
        self._file.seek(offset + start)
        return self._file.read(stop - start)


def _slice(text: bytes, start: int, stop: int) -> bytes:
    return text[start:stop]
