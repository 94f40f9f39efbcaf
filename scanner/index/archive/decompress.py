"""Compressed tar archives as a stream of plain bytes that is read forward, within limits of size and ratio."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator

from scanner.model.errors import ArtifactError

_MAX_RATIO = 200
"""Unpacked to packed, beyond ``_RATIO_FREE_BYTES``; real source distributions stay below 50."""

_RATIO_FREE_BYTES = 64 * 1024 * 1024
_MIB = 1024 * 1024

_XZ_MEMORY_BYTES = 96 * _MIB
"""``xz -9`` requires 65 MiB to unpack; a header can declare 4 GiB."""

_MAX_GZIP_MEMBERS = 1000
"""Tools that compress in parallel write several members; one for the whole distribution is the rule."""

_CHUNK_BYTES = 256 * 1024


class PlainStream:
    """The unpacked bytes of one archive."""

    def __init__(self, filename: str, data: bytes) -> None:
        suffix = filename[filename.rfind(".") :].lower()
        kind = next((kind for kind in _KINDS if suffix in kind[0]), None)
        if kind is None:
            raise ArtifactError(filename, f"unknown kind of archive: {suffix}")
        _, max_mib, unpack = kind
        self._filename = filename
        self._packed_bytes = len(data)
        self._limit_bytes = max_mib * _MIB
        self._chunks = unpack(data)
        self._buffer = b""
        self._unpacked_bytes = 0

    def read(self, count: int) -> bytes:
        """Return the next ``count`` bytes, fewer at the end.

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
        """Pass over the next ``count`` bytes and return how many there were."""
        left = count
        while left > 0 and (self._buffer or self._fill()):
            step = min(left, len(self._buffer))
            self._buffer = self._buffer[step:]
            left -= step
        return count - left

    def drain(self) -> None:
        """Pass over the rest, so that the checksum at the end of the compressed data is verified.

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
        if self._unpacked_bytes > max(_RATIO_FREE_BYTES, self._packed_bytes * _MAX_RATIO):
            raise ArtifactError(self._filename, f"unpacks to more than {_MAX_RATIO} times its size")
        return bool(chunk)


def _unpack_gzip(data: bytes) -> Iterator[bytes]:
    """Yield the members one after the other; ``gzip.GzipFile`` would spend seconds on a million empty ones."""
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
    return _unpack_lzma(data, lzma.FORMAT_XZ)


def _unpack_lzma(data: bytes, form: int = lzma.FORMAT_ALONE) -> Iterator[bytes]:
    """Yield the first stream; ``lzma.LZMAFile`` would read several, but cannot limit its memory."""
    decompressor = lzma.LZMADecompressor(format=form, memlimit=_XZ_MEMORY_BYTES)
    chunk = decompressor.decompress(data, _CHUNK_BYTES)
    while chunk:
        yield chunk
        chunk = b"" if decompressor.eof else decompressor.decompress(b"", _CHUNK_BYTES)
    if not decompressor.eof:
        raise EOFError("it ends before its end marker")


def _split_plain(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _CHUNK_BYTES] for start in range(0, len(data), _CHUNK_BYTES))


_KINDS = (
    ((".gz", ".tgz"), 512, _unpack_gzip),
    ((".xz", ".txz"), 256, _unpack_xz),
    ((".lzma", ".tlz"), 256, _unpack_lzma),
    ((".bz2", ".tbz", ".tbz2"), 64, _unpack_bzip2),
    ((".tar",), 128, _split_plain),
)
"""The kinds of tar archives: suffixes, the MiB that each unpacks in a few seconds, and how. The largest real source
distributions are .tar.gz and have some 300 MiB."""
