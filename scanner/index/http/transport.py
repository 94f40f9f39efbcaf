"""httpx's own transport, once for each connection.

For each request, the pool of connections below it looks several times at all of them, and for each at all others;
of one there is nothing to look at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx

_Origin = tuple[str, str, int | None]


class SpreadTransport(httpx.AsyncBaseTransport):
    """Sends each request through a transport that is free, the last one used before others, or through a new one."""

    def __init__(
        self, first: httpx.AsyncBaseTransport, make: Callable[[], httpx.AsyncBaseTransport], most: int
    ) -> None:
        """``make`` gives further transports as ``first``, each for one connection; before there are more than ``most``,
        the one that was not used for longest is closed.
        """
        self._first: httpx.AsyncBaseTransport | None = first
        self._make = make
        self._most = most
        self._idle: deque[tuple[_Origin, httpx.AsyncBaseTransport]] = deque()
        self._busy: set[httpx.AsyncBaseTransport] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; its transport is free again when the answer is closed."""
        origin = (request.url.scheme, request.url.host, request.url.port)
        transport = await self._take(origin)
        self._busy.add(transport)
        try:
            answer = await transport.handle_async_request(request)
        except BaseException:
            self._give_back(origin, transport)
            raise
        assert isinstance(answer.stream, httpx.AsyncByteStream)  # noqa: S101 - what an asynchronous transport gives

        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Stream(answer.stream, partial(self._give_back, origin, transport)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        transports = [*(transport for _, transport in self._idle), *self._busy]
        self._idle.clear()
        self._busy.clear()
        for transport in transports:
            await transport.aclose()

    async def _take(self, origin: _Origin) -> httpx.AsyncBaseTransport:
        for place in range(len(self._idle) - 1, -1, -1):
            known, transport = self._idle[place]
            if known == origin:
                del self._idle[place]
                return transport
        if self._idle and len(self._idle) + len(self._busy) >= self._most:
            await self._idle.popleft()[1].aclose()
        first, self._first = self._first, None
        return first if first is not None else self._make()

    def _give_back(self, origin: _Origin, transport: httpx.AsyncBaseTransport) -> None:
        if transport in self._busy:  # and not closed meanwhile
            self._busy.discard(transport)
            self._idle.append((origin, transport))


class _Stream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, give_back: Callable[[], None]) -> None:
        self._inner = inner
        self._give_back = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._give_back()
