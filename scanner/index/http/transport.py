"""The transports below the client: one httpx transport for each connection, behind the proxy of the request.

httpcore scans its connection list quadratically for every request; one pool per connection avoids that.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial

import httpx

from scanner.index.http.retry import MOST_CONNECTIONS
from scanner.model.errors import SettingsError
from scanner.model.urls import find_origin, redact_url

_IDLE_SECONDS = 30.0  # the resolver may think between two requests
_Origin = tuple[str, str, int | None]


class ProxyRouter(httpx.AsyncBaseTransport):
    """Sends each request through its proxy (the extension "proxy"), or directly; connects lazily."""

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = tls
        self._transports: dict[tuple[str | None, bool], httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer."""
        proxy = request.extensions["proxy"]
        # Reading the system's certificates takes tens of milliseconds; plain http does not need them.
        needs_tls = request.url.scheme == "https" or proxy is not None
        key = (proxy, needs_tls)
        if key not in self._transports:
            self._transports[key] = self._connect(proxy, needs_tls=needs_tls)
        return await self._transports[key].handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            await transport.aclose()

    def _connect(self, proxy: str | None, *, needs_tls: bool) -> httpx.AsyncBaseTransport:
        context = self._tls() if needs_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_SECONDS)
        try:
            through = None if proxy is None else _proxy(proxy, context)
            make = partial(httpx.AsyncHTTPTransport, verify=context, trust_env=False, limits=limits, proxy=through)
            return SpreadTransport(make(), make, most=MOST_CONNECTIONS)
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            reason = "SOCKS needs the package socksio" if isinstance(error, ImportError) else "is no usable proxy URL"
            raise SettingsError(None, "proxy", f"{redact_url(proxy or '')} {reason}") from error


def _proxy(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    if not url.lower().startswith("socks5") and find_origin(url) is None:
        raise ValueError("neither http nor https nor socks5")
    return httpx.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)


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
        # A connection belongs to the host that it was opened for, even if another host has the same address.
        host = request.extensions.get("sni_hostname", request.url.host)
        origin = (request.url.scheme, host, request.url.port)
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
