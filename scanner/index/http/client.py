"""The client over httpx: bounded, retried, and careful with credentials.

Nothing of httpx goes in or out; its exceptions become ``IndexUnreachable`` and ``IndexAnswerError``.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

import httpx

from scanner.index.http import LISTING_BYTES, NO_HEADERS
from scanner.index.http.addresses import AddressGuard
from scanner.index.http.answer import Answer, ByteRange, check_answer, range_header
from scanner.index.http.body import BodyReader, drain
from scanner.index.http.environment import Proxies
from scanner.index.http.retry import MOST_CONNECTIONS, RETRY_STATUSES, Budget, Reachability, pause_seconds
from scanner.index.http.transport import ProxyRouter
from scanner.index.settings.credentials import Credentials, basic_header
from scanner.model.errors import IndexAnswerError, IndexFailure, IndexUnreachable, SettingsError
from scanner.model.urls import Origin, find_origin, join_url, redact_url, split_credentials

MOST_REDIRECTS = 10
CONNECT_TIMEOUT_SECONDS = 10.0
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN = (TimeoutError, httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError)
_NOT_REACHED = (TimeoutError, httpx.ConnectError, httpx.TimeoutException, httpx.ProxyError)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """One request, at the URL where its redirects have led."""

    url: str
    origin: Origin
    headers: Mapping[str, str] = field(repr=False)
    given: str | None = field(repr=False)
    """The Authorization header for credentials in the URL itself."""
    max_bytes: int
    budget: Budget


class HttpClient:
    """An HTTP/1.1 ``Client`` for one event loop; close it with ``close``."""

    def __init__(
        self,
        *,
        user_agent: str,
        tls: Callable[[], ssl.SSLContext],
        own_hosts: Collection[str],
        credentials: Credentials | None = None,
        proxies: Proxies | None = None,
        timeout_seconds: float = 30.0,
        retries: int = 2,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Open nothing yet; ``tls`` is called for the first https connection.

        ``timeout_seconds`` is for one request with all its tries and redirects. ``own_hosts`` are the hosts that the
        user's own settings name: only these may have an address that is not public.
        """
        self._credentials = credentials or Credentials()
        self._timeout_seconds = timeout_seconds
        self._tries = retries + 1
        self._sleep, self._now, self._jitter = sleep, now, jitter
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)
        self._reachability = Reachability()
        self._proxies = proxies or Proxies()
        self._guard = AddressGuard(own_hosts)
        self._bodies = BodyReader()
        connect = min(timeout_seconds, CONNECT_TIMEOUT_SECONDS)
        self._http = httpx.AsyncClient(
            transport=ProxyRouter(tls),
            timeout=httpx.Timeout(None, connect=connect),
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
        headers: Mapping[str, str] = NO_HEADERS,
        absent_statuses: frozenset[int] = frozenset(),
    ) -> Answer:
        """As ``Client.fetch``.

        Raises:
            IndexUnreachable, IndexAnswerError: as there.
        """
        sent = {"Accept": accept, **headers}
        if byte_range is not None:
            # A range counts the bytes that travel, so they must not be compressed on the way.
            sent |= {"Range": range_header(byte_range), "Accept-Encoding": "identity"}
        target, username, password = split_credentials(url)
        first = find_origin(target)
        budget = Budget(self._timeout_seconds)
        for _ in range(MOST_REDIRECTS + 1):
            origin = find_origin(target)
            if origin is None:
                raise IndexAnswerError(target, "is no http or https address")
            given = basic_header(username, password) if username is not None and origin == first else None
            request = _Request(url=target, origin=origin, headers=sent, given=given, max_bytes=max_bytes, budget=budget)
            answer = await self._try_until_answered(request)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECT_STATUSES or location is None:
                return check_answer(answer, byte_range, absent_statuses)
            target = _redirect_target(target, location)
        raise IndexAnswerError(redact_url(url), f"redirects more than {MOST_REDIRECTS} times")

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _try_until_answered(self, request: _Request) -> Answer:
        """One answer, whatever its status, after as many tries as are necessary and allowed."""
        attempt = 0
        while True:
            attempt += 1
            outcome = await self._try_once(request, attempt)
            is_last = attempt >= self._tries or request.budget.is_spent
            if isinstance(outcome, Answer) and (is_last or outcome.status not in RETRY_STATUSES):
                return outcome
            if isinstance(outcome, IndexUnreachable) and is_last:
                raise outcome
            retry_after = outcome.headers.get("retry-after") if isinstance(outcome, Answer) else None
            await self._sleep(pause_seconds(attempt, retry_after=retry_after, now=self._now(), jitter=self._jitter()))

    async def _try_once(self, request: _Request, attempt: int) -> Answer | IndexUnreachable:
        """The answer, or a failure that another try may mend; any other failure is raised."""
        origin = request.origin
        async with self._slots:
            given_up = self._reachability.why_given_up(origin)
            if given_up is not None:
                reason = f"not tried: {origin.host} could not be reached before ({given_up})"
                raise IndexUnreachable(request.url, reason)
            try:
                async with request.budget.spend():
                    answer = await self._exchange(request, attempt)
            except _TRY_AGAIN as error:
                failure = IndexUnreachable(request.url, _describe(error))
                if isinstance(error, _NOT_REACHED):
                    is_spent = request.budget.is_spent
                    self._reachability.note_failure(origin, attempt, failure.reason, is_spent=is_spent)
                if _is_distrust(error):
                    raise failure from error
                return failure
        self._reachability.note_success(origin)
        return answer

    async def _exchange(self, request: _Request, attempt: int) -> Answer:
        """One answer.

        Raises:
            IndexUnreachable, IndexAnswerError: there is none, and another try would change nothing.
            TimeoutError, httpx.TransportError: there is none this time.
        """
        authorization = request.given or self._credentials.header_for(request.url)
        sent = request.headers if authorization is None else {**request.headers, "Authorization": authorization}
        try:
            return await self._send(request, sent, attempt)
        except (IndexFailure, SettingsError, *_TRY_AGAIN):
            raise
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise IndexAnswerError(request.url, _describe(error)) from error
        except Exception as error:  # whatever a transport raises is no fault of this program
            raise IndexUnreachable(request.url, f"the transport failed: {type(error).__name__}") from error

    async def _send(self, request: _Request, headers: Mapping[str, str], attempt: int) -> Answer:
        prepared = self._http.build_request("GET", request.url, headers=headers)
        proxy = prepared.extensions["proxy"] = self._proxies.find(request.url)
        if proxy is None and (addresses := await self._guard.find(request.origin)):
            prepared.extensions["sni_hostname"] = prepared.url.host
            prepared.url = prepared.url.copy_with(host=addresses[(attempt - 1) % len(addresses)])
        response = await self._http.send(prepared, stream=True)
        try:
            received = MappingProxyType(dict(response.headers))
            if response.status_code in (200, 203, 206):
                body = await self._bodies.read(response, request.url, request.max_bytes, request.budget)
            else:
                body = b""
                await drain(response)
        finally:
            await response.aclose()
        return Answer(url=request.url, status=response.status_code, headers=received, body=body)


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
    """The reason as a sentence, with the detail that the library gives."""
    detail = redact_url(str(error).strip().splitlines()[0][:200]) if str(error).strip() else ""
    match error:
        case httpx.ConnectTimeout():
            kind = "no connection in time"
        case TimeoutError() | httpx.TimeoutException():
            kind = "no answer in time"
        case httpx.ProxyError():
            kind, detail = "the proxy refuses", ""  # its sentence can name the proxy with its password
        case httpx.ConnectError() if _is_distrust(error):
            kind = "the certificate is not trusted (pip's setting cert, else SSL_CERT_FILE, names those that are)"
        case httpx.ConnectError():
            kind = "no connection"
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            kind = "the connection broke"
        case _:
            kind = "the address cannot be used"
    return f"{kind}: {detail}" if detail else kind
