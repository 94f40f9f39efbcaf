"""aiohttp as a transport of httpx: the same answers for a third of the processor time; only with the extra «fast».

Its parser is native. httpx-aiohttp is not used: it writes addresses anew, which breaks those that are signed, and tells
broken connections as timeouts.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx

from scanner.index.lean_imports import certificates_unread

with certificates_unread():
    import aiohttp
    from aiohttp.http_exceptions import HttpProcessingError
    from yarl import URL

_OLDEST = (3, 11)
if tuple(int(part) for part in aiohttp.__version__.split(".")[:2]) < _OLDEST:
    raise ImportError(f"aiohttp {aiohttp.__version__} is older than {'.'.join(map(str, _OLDEST))}")

_HEADER_BYTES = 100 * 1024  # what httpx's own transport takes for all headers together
_READ_BYTES = 512 * 1024

# The first that fits: the more special ones stand before those that they are special ones of.
_TRANSLATIONS: tuple[tuple[type[BaseException], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerFingerprintMismatch, httpx.ConnectError),
    (ssl.SSLCertVerificationError, httpx.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (HttpProcessingError, httpx.RemoteProtocolError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.ClientError, httpx.ReadError),
    (OSError, httpx.ReadError),  # ssl.SSLError is one
    (ValueError, httpx.LocalProtocolError),
)


class FastTransport(httpx.AsyncBaseTransport):
    """Sends requests through aiohttp: directly, without redirects, cookies or unpacking, which are httpx's."""

    def __init__(self, *, verify: ssl.SSLContext, most_connections: int, idle_seconds: float) -> None:
        self._verify = verify
        self._most_connections, self._idle_seconds = most_connections, idle_seconds
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body still to be read, and as packed as it travels."""
        if self._session is None:
            self._session = self._open()
        with _translated():
            answer = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                timeout=_timeout(request),
                allow_redirects=False,
            )
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Stream(answer), request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        """A session, which belongs to the loop that runs."""
        connector = aiohttp.TCPConnector(
            ssl=self._verify, limit=self._most_connections, keepalive_timeout=self._idle_seconds
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_READ_BYTES,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
        )
        # Tries are counted by the client, which knows how many are allowed.
        session._retry_connection = False  # noqa: SLF001 - there is no public way
        return session


class _Stream(httpx.AsyncByteStream):
    """The body as it travels."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._answer.release()  # what was not read to its end is closed with its connection


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    asked = request.extensions.get("timeout", {})
    # The time to connect counts with and without looking up the name, which only the first of the two includes.
    connect = asked.get("connect")
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=asked.get("read"))


@contextmanager
def _translated() -> Iterator[None]:
    """Turns everything that aiohttp and what is below it raise into what httpx's own transport would.

    Raises:
        httpx.TransportError: that.
    """
    try:
        yield
    except Exception as error:
        for kind, translation in _TRANSLATIONS:
            if isinstance(error, kind):
                # What failed, without how aiohttp was told to connect.
                raise translation(str(getattr(error, "os_error", None) or error)) from error
        raise
