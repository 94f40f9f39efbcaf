"""The only HTTP of compat-scan: bounded, retried, and careful with credentials.

Nothing of httpx goes in or out; its exceptions become ``IndexUnreachable`` («try later») and ``IndexAnswerError`` («an
answer nobody can use»).
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import httpx

from scanner.index.http.answer import Answer, ByteRange, check_answer, range_header
from scanner.index.http.proxies import Proxies
from scanner.index.http.retry import MOST_CONNECTIONS, RETRY_STATUSES, Reachability, pause_seconds
from scanner.index.http.transport import SpreadTransport
from scanner.index.http.urls import Origin, find_origin, join_url, redact_url
from scanner.index.settings.credentials import Credentials
from scanner.model.errors import IndexAnswerError, IndexUnreachable, SettingsError

MOST_REDIRECTS = 10
LISTING_BYTES = 64 * 1024 * 1024
CONNECT_TIMEOUT_SECONDS = 10.0
_IDLE_SECONDS = 30.0  # the resolver may think between two requests
_DRAINED_BYTES = 64 * 1024  # what is read of an answer nobody wants, to keep the connection
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_TRY_AGAIN = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError)
_NOT_REACHED = (httpx.ConnectError, httpx.TimeoutException, httpx.ProxyError)


class Client:
    """An HTTP/1.1 client for one event loop; close it with ``close``."""

    def __init__(
        self,
        *,
        user_agent: str,
        tls: Callable[[], ssl.SSLContext],
        credentials: Credentials | None = None,
        proxies: Proxies | None = None,
        timeout_seconds: float = 30.0,
        retries: int = 2,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Open nothing yet; ``tls`` is called for the first https connection, ``timeout_seconds`` is for each read."""
        self._credentials = credentials or Credentials()
        self._tries = retries + 1
        self._sleep, self._now, self._jitter = sleep, now, jitter
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)
        self._reachability = Reachability()
        connect = min(timeout_seconds, CONNECT_TIMEOUT_SECONDS)
        self._http = httpx.AsyncClient(
            transport=_Router(proxies or Proxies(), tls),
            timeout=httpx.Timeout(timeout_seconds, connect=connect, pool=None),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            trust_env=False,
        )

    async def fetch(
        self,
        url: str,
        *,
        accept: str = "*/*",
        max_bytes: int = LISTING_BYTES,
        byte_range: ByteRange | None = None,
        headers: Mapping[str, str] = _NO_HEADERS,
        absent_statuses: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer to a GET, after redirects and retries; ``max_bytes`` bounds the body once it is unpacked.

        ``absent_statuses`` are further statuses with which this server means «not there»; they come back as 404.

        Raises:
            IndexUnreachable: no answer, a refusal, or still «try later» after the last try.
            IndexAnswerError: an answer that breaks a bound or a rule.
        """
        request = {"Accept": accept, **headers}
        if byte_range is not None:
            # A range counts the bytes that travel, so they must not be compressed on the way.
            request |= {"Range": range_header(byte_range), "Accept-Encoding": "identity"}
        target = redact_url(url)
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._try_until_answered(target, request, max_bytes)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECT_STATUSES or location is None:
                return check_answer(answer, byte_range, absent_statuses)
            target = _redirect_target(target, location)
        raise IndexAnswerError(redact_url(url), f"redirects more than {MOST_REDIRECTS} times")

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _try_until_answered(self, url: str, headers: Mapping[str, str], max_bytes: int) -> Answer:
        """One answer, whatever its status, after as many tries as it takes and as are allowed."""
        origin = find_origin(url)
        if origin is None:
            raise IndexAnswerError(url, "is no http or https address")
        attempt = 0
        while True:
            attempt += 1
            outcome = await self._try_once(url, origin, attempt, headers, max_bytes)
            is_last = attempt >= self._tries
            if isinstance(outcome, Answer) and (is_last or outcome.status not in RETRY_STATUSES):
                return outcome
            if isinstance(outcome, IndexUnreachable) and is_last:
                raise outcome
            asked = outcome.headers.get("retry-after") if isinstance(outcome, Answer) else None
            await self._sleep(pause_seconds(attempt, retry_after=asked, now=self._now(), jitter=self._jitter()))

    async def _try_once(
        self, url: str, origin: Origin, attempt: int, headers: Mapping[str, str], max_bytes: int
    ) -> Answer | IndexUnreachable:
        """The answer, or a failure that another try may mend; any other failure is raised."""
        async with self._slots:
            given_up = self._reachability.why_given_up(origin)
            if given_up is not None:
                reason = f"not tried: {origin.host} could not be reached several times in a row ({given_up})"
                raise IndexUnreachable(url, reason)
            try:
                answer = await self._exchange(url, headers, max_bytes)
            except _TRY_AGAIN as error:
                failure = IndexUnreachable(url, _describe(error))
                if isinstance(error, _NOT_REACHED):
                    self._reachability.note_failure(origin, attempt, failure.reason)
                if _is_distrust(error):
                    raise failure from error
                return failure
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                raise IndexAnswerError(url, _describe(error)) from error
        self._reachability.note_success(origin)
        return answer

    async def _exchange(self, url: str, headers: Mapping[str, str], max_bytes: int) -> Answer:
        authorization = self._credentials.header_for(url)
        sent = headers if authorization is None else {**headers, "Authorization": authorization}
        response = await self._http.send(self._http.build_request("GET", url, headers=sent), stream=True)
        try:
            received = MappingProxyType(dict(response.headers))
            if response.status_code in (200, 203, 206):
                body = await _read_body(response, url, max_bytes)
            else:
                body = b""
                await _drain(response)
        finally:
            await response.aclose()
        return Answer(url=url, status=response.status_code, headers=received, body=body)


class _Router(httpx.AsyncBaseTransport):
    """Sends each request through the proxy that is meant for it, or directly; connects lazily."""

    def __init__(self, proxies: Proxies, tls: Callable[[], ssl.SSLContext]) -> None:
        self._proxies = proxies
        self._tls = tls
        self._transports: dict[tuple[str | None, bool], httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        proxy = self._proxies.find(str(request.url))
        # Reading the system's certificates takes tens of milliseconds, which plain http need not spend.
        needs_tls = request.url.scheme == "https" or proxy is not None
        key = (proxy, needs_tls)
        if key not in self._transports:
            self._transports[key] = self._connect(proxy, needs_tls=needs_tls)
        return await self._transports[key].handle_async_request(request)

    async def aclose(self) -> None:
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
            raise SettingsError(None, "proxy", f"«{redact_url(proxy or '')}» {reason}") from error


def _proxy(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    if not url.lower().startswith("socks5") and find_origin(url) is None:
        raise ValueError("neither http nor https nor socks5")
    return httpx.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)


async def _read_body(response: httpx.Response, url: str, max_bytes: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise IndexAnswerError(url, "answered in a compression that was not asked for")
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length[:18]) > max_bytes:
        raise IndexAnswerError(url, f"the answer is larger than {max_bytes} bytes")
    chunks, size_bytes = [], 0
    async for chunk in response.aiter_bytes():
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise IndexAnswerError(url, f"the answer is larger than {max_bytes} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


async def _drain(response: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be used again; a long one is cut off with it."""
    read_bytes = 0
    async for chunk in response.aiter_raw():
        read_bytes += len(chunk)
        if read_bytes > _DRAINED_BYTES:
            return


def _redirect_target(url: str, location: str) -> str:
    """The URL that a redirect leads to, without credentials.

    Raises:
        IndexAnswerError: it leads out of the web, or from https to http.
    """
    joined = join_url(url, location)
    target = redact_url(joined or "")
    if find_origin(target) is None:
        raise IndexAnswerError(url, "redirects to something that is no http or https address")
    if url.lower().startswith("https:") and not target.lower().startswith("https:"):
        raise IndexAnswerError(url, "redirects from https to http")
    return target


def _is_distrust(error: BaseException) -> bool:
    """Whether the server's certificate was refused: trying again changes nothing."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _describe(error: Exception) -> str:
    """A sentence for people; what the library says is added where it says more than its type."""
    detail = redact_url(str(error).strip().splitlines()[0][:200]) if str(error).strip() else ""
    match error:
        case httpx.ConnectTimeout():
            kind = "no connection in time"
        case httpx.TimeoutException():
            kind = "no answer in time"
        case httpx.ProxyError():
            kind, detail = "the proxy refuses", ""  # its sentence can name the proxy with its password
        case httpx.ConnectError() if _is_distrust(error):
            kind = "the certificate is not trusted (pip's setting cert, else SSL_CERT_FILE, names those that are)"
        case httpx.ConnectError():
            kind = "no connection"
        case httpx.DecodingError():
            kind = "the answer's compression is broken"
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            kind = "the connection broke"
        case _:
            kind = "the address cannot be used"
    return f"{kind}: {detail}" if detail else kind
