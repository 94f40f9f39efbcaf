"""Compressed tar archives as a stream of plain bytes that can be read forward, and only so far."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator

from scanner.model.errors import ArtifactError

MAX_RATIO = 200
"""Unpacked to packed, beyond ``RATIO_FREE_BYTES``; real source distributions stay below 50."""

RATIO_FREE_BYTES = 64 * 1024 * 1024

_MIB = 1024 * 1024
_MAX_UNPACKED_BYTES = {".gz": 512 * _MIB, ".tgz": 512 * _MIB, ".xz": 256 * _MIB, ".bz2": 64 * _MIB}
"""What each unpacks in a few seconds; the largest real source distributions are .tar.gz and have some 300 MiB."""

_XZ_MEMORY_BYTES = 96 * _MIB
"""``xz -9`` asks for 65 MiB to unpack; a header may ask for 4 GiB."""

_MAX_GZIP_MEMBERS = 1000
"""Tools that compress in parallel write several members; a whole distribution in one is the rule."""

_CHUNK_BYTES = 256 * 1024


class PlainStream:
    """The unpacked bytes, read forward within limits of size and ratio."""

    def __init__(self, filename: str, data: bytes) -> None:
        suffix = filename[filename.rfind(".") :].lower()
        if suffix not in _MAX_UNPACKED_BYTES:
            raise ArtifactError(filename, f"a kind of archive that is not read: {suffix}")
        self._filename = filename
        self._packed_bytes = len(data)
        self._limit_bytes = _MAX_UNPACKED_BYTES[suffix]
        self._chunks = _unpack(suffix, data)
        self._buffer = b""
        self._unpacked_bytes = 0

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes, fewer at the end.

        Raises:
            ArtifactError: the compressed data is damaged or a decompression bomb.
        """
        parts = []
        while count > 0 and (self._buffer or self._fill()):
            parts.append(self._buffer[:count])
            self._buffer = self._buffer[count:]
            count -= len(parts[-1])
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """How many of the next ``count`` bytes were there to be passed over."""
        left = count
        while left > 0 and (self._buffer or self._fill()):
            step = min(left, len(self._buffer))
            self._buffer = self._buffer[step:]
            left -= step
        return count - left

    def drain(self) -> None:
        """Passes over the rest, so that the checksum at the end of the compressed data is verified.

        Raises:
            ArtifactError: as ``read``.
        """
        while self._fill():
            pass

    def _fill(self) -> bool:
        try:
            chunk = next(self._chunks, b"")
        except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
            raise ArtifactError(self._filename, f"its compressed data is damaged: {error}") from error
        self._buffer = chunk
        self._unpacked_bytes += len(chunk)
        if self._unpacked_bytes > self._limit_bytes:
            raise ArtifactError(self._filename, f"unpacks to more than {self._limit_bytes // _MIB} MiB")
        if self._unpacked_bytes > max(RATIO_FREE_BYTES, self._packed_bytes * MAX_RATIO):
            raise ArtifactError(self._filename, f"unpacks to more than {MAX_RATIO} times its size")
        return bool(chunk)


def _unpack(suffix: str, data: bytes) -> Iterator[bytes]:
    if suffix == ".xz":
        return _unpack_xz(data)
    return _unpack_bzip2(data) if suffix == ".bz2" else _unpack_gzip(data)


def _unpack_gzip(data: bytes) -> Iterator[bytes]:
    """The members one after the other; ``gzip.GzipFile`` would spend seconds on a million empty ones."""
    position = 0
    for _ in range(_MAX_GZIP_MEMBERS):
        decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not decompressor.eof:
            packed = decompressor.unconsumed_tail or data[position : position + _CHUNK_BYTES]
            if not packed:
                raise EOFError("it ends before its end marker")
            position += 0 if decompressor.unconsumed_tail else len(packed)
            if chunk := decompressor.decompress(packed, _CHUNK_BYTES):
                yield chunk
        position -= len(decompressor.unused_data)
        if not data[position : position + _CHUNK_BYTES].strip(b"\0"):
            return
    raise ValueError(f"it has more than {_MAX_GZIP_MEMBERS} members")


def _unpack_bzip2(data: bytes) -> Iterator[bytes]:
    with bz2.BZ2File(io.BytesIO(data)) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk


def _unpack_xz(data: bytes) -> Iterator[bytes]:
    """The first stream; ``lzma.LZMAFile`` would read several, but cannot limit its memory."""
    decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_BYTES)
    chunk = decompressor.decompress(data, _CHUNK_BYTES)
    while chunk:
        yield chunk
        chunk = b"" if decompressor.eof else decompressor.decompress(b"", _CHUNK_BYTES)
    if not decompressor.eof:
        raise EOFError("it ends before its end marker")
