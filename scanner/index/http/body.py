"""The body of an answer: unpacked, complete and within bounds, or an error."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator

import httpx

from scanner.index.http.retry import Budget
from scanner.model.errors import IndexAnswerError

_LARGE_BYTES = 4 * 1024 * 1024
_DRAINED_BYTES = 64 * 1024
_MOST_MEMBERS = 16
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_BROKEN = "the compression of the answer is broken"


class BodyReader:
    """Reads bodies; of large ones only one at a time, so that parallel answers cannot fill the memory together."""

    def __init__(self) -> None:
        self._large = asyncio.Lock()

    async def read(self, response: httpx.Response, url: str, max_bytes: int, budget: Budget) -> bytes:
        """The unpacked body.

        Raises:
            IndexAnswerError: it is larger than ``max_bytes``, or its compression is unknown, broken or incomplete.
        """
        chunks = _unpack(response, url, max_bytes, budget)
        body = bytearray()
        async for chunk in chunks:
            body += chunk
            if len(body) > _LARGE_BYTES:
                break
        else:
            return bytes(body)
        async with budget.paused(self._large):
            async for chunk in chunks:
                body += chunk
        return bytes(body)


async def drain(response: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be used again; a long one is cut off with it."""
    read_bytes = 0
    async for chunk in response.aiter_raw():
        read_bytes += len(chunk)
        if read_bytes > _DRAINED_BYTES:
            return


async def _unpack(response: httpx.Response, url: str, max_bytes: int, budget: Budget) -> AsyncIterator[bytes]:
    """The body in pieces as they arrive, never more than one byte beyond the bound together."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise IndexAnswerError(url, "the answer has a compression that was not requested")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > max_bytes:
        raise IndexAnswerError(url, f"the answer is larger than {max_bytes} bytes")
    packed = _Packed(url) if encoding not in ("", "identity") else None
    size_bytes = 0
    async for chunk in response.aiter_raw():
        budget.extend(len(chunk))
        piece = packed.unpack(chunk, max_bytes + 1 - size_bytes) if packed else chunk
        size_bytes += len(piece)
        if size_bytes > max_bytes:
            raise IndexAnswerError(url, f"the answer is larger than {max_bytes} bytes")
        yield piece
    if packed and not packed.is_complete:
        raise IndexAnswerError(url, f"{_BROKEN}: it ends too early")


class _Packed:
    """A body in gzip or zlib format; several gzip members one after the other are one body (RFC 1952)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._members = 0
        self._decoder: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the last member has come to its end, with the checksum that stands there."""
        return self._decoder is None

    def unpack(self, chunk: bytes, max_bytes: int) -> bytes:
        """What a chunk adds, ``max_bytes`` of it at most."""
        pieces: list[bytes] = []
        while chunk and max_bytes > 0:
            if self._decoder is None:
                self._members += 1
                self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                pieces.append(self._decoder.decompress(chunk, max_bytes))
            except zlib.error as error:
                raise IndexAnswerError(self._url, _BROKEN) from error
            max_bytes -= len(pieces[-1])
            chunk = self._decoder.unused_data or self._decoder.unconsumed_tail
            if self._decoder.eof:
                self._decoder = None
            if self._members > _MOST_MEMBERS:
                raise IndexAnswerError(self._url, _BROKEN)
        return b"".join(pieces)
