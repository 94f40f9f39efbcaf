"""Both transports against servers that misbehave: whatever breaks, it is told in the same words by both."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest

from scanner.errors import IndexAnswerError, IndexUnreachable
from scanner.index import client as client_module
from scanner.index.answer import Answer
from scanner.index.client import Client
from scanner.index.proxies import Proxies
from scanner.index.retry import MOST_CONNECTIONS

if TYPE_CHECKING:
    from tests.conftest import FakeIndex

_RESET = struct.pack("ii", 1, 0)  # linger for no time at all: close() then sends a reset


class RawServer:
    """Answers every request with the same bytes and closes the connection; ``heads`` are the requests as they came."""

    def __init__(self, answer: bytes, *, resets: bool) -> None:
        self.heads: list[bytes] = []
        self._answer, self._resets = answer, resets
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heads.append(connection.recv(65536))
                connection.sendall(self._answer)
                if self._resets:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


Serve = Callable[..., RawServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[RawServer] = []

    def start(answer: bytes, *, resets: bool = False) -> RawServer:
        servers.append(RawServer(answer, resets=resets))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def _fetch(url: str, *, tls: Callable[[], ssl.SSLContext] = ssl.create_default_context, retries: int = 1) -> Answer:
    async def fetch() -> Answer:
        client = Client(
            user_agent="tests", tls=tls, retries=retries, timeout_seconds=2, sleep=lambda _: asyncio.sleep(0)
        )
        try:
            return await client.fetch(url)
        finally:
            await client.close()

    return asyncio.run(fetch())


_OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.usefixtures("transport")
@pytest.mark.parametrize(
    ("answer", "resets"),
    [
        (b"", False),
        (b"", True),
        (b"nonsense\r\n\r\n", False),
        (b"HTTP/1.1 two hundred\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (_OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", False),
        (_OK + b"Content-Length: many\r\n\r\nhello", False),
        (_OK + b"Content-Length: 10\r\n\r\nhello", False),
        (_OK + b"Content-Length: 10\r\n\r\nhello", True),
        (_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", False),
        (_OK + b"Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n", False),
        (_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", True),
        (_OK + b"X-Long: " + b"a" * 200_000 + b"\r\n\r\n", False),
    ],
)
def test_an_answer_that_breaks_is_tried_again_and_then_told(serve: Serve, answer: bytes, *, resets: bool) -> None:
    server = serve(answer, resets=resets)
    with pytest.raises(IndexUnreachable, match="the connection broke"):
        _fetch(f"{server.origin}/x")
    assert len(server.heads) == 2


@pytest.mark.usefixtures("transport")
@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (_OK + b"\r\nto the end", b"to the end"),
        (_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX-Late: 1\r\n\r\n", b"hello!"),
        (b"HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + b"Content-Length: 2\r\n\r\nhi", b"hi"),
        (_OK + b"X-Long: " + b"a" * 20_000 + b"\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
    ],
)
def test_an_unusual_answer_is_read(serve: Serve, answer: bytes, body: bytes) -> None:
    assert _fetch(f"{serve(answer).origin}/x").body == body


@pytest.mark.usefixtures("transport")
@pytest.mark.parametrize("path", ["/a%7Eb/c%2Fd?sign=%2F%2b+%7e&x=a%26b", "/~a//b/", "/%E2%82%AC"])
def test_an_address_travels_as_it_was_given(serve: Serve, path: str) -> None:
    server = serve(_OK + b"Content-Length: 0\r\n\r\n")
    _fetch(server.origin + path)
    assert server.heads[0].split(b"\r\n")[0] == b"GET %s HTTP/1.1" % path.encode()


@pytest.mark.usefixtures("transport")
def test_a_request_carries_the_same_headers(serve: Serve) -> None:
    server = serve(_OK + b"Content-Length: 0\r\nSet-Cookie: a=b\r\n\r\n")
    _fetch(f"{server.origin}/x")
    sent = sorted(line.decode().lower() for line in server.heads[0].split(b"\r\n")[1:] if line)
    assert sent == [
        "accept-encoding: gzip, deflate",
        "accept: */*",
        "connection: keep-alive",
        f"host: {server.origin.removeprefix('http://')}",
        "user-agent: tests",
    ]


@pytest.mark.usefixtures("transport")
def test_a_server_that_speaks_no_tls_is_no_distrust(serve: Serve) -> None:
    server = serve(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(IndexUnreachable, match="no connection") as caught:
        _fetch(server.origin.replace("http:", "https:") + "/x")
    assert "SSL_CERT_FILE" not in str(caught.value)
    assert len(server.heads) == 2


@pytest.mark.usefixtures("transport")
def test_a_host_without_an_address_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    with pytest.raises(IndexUnreachable, match="no connection"):
        _fetch("http://nowhere.invalid/x")


@pytest.mark.usefixtures("transport")
def test_a_header_that_cannot_be_sent_is_an_answer_error(serve: Serve) -> None:
    async def fetch() -> None:
        client = Client(user_agent="tests", tls=ssl.create_default_context)
        try:
            await client.fetch(f"{serve(_OK).origin}/x", headers={"If-None-Match": "a\r\nb"})
        finally:
            await client.close()

    with pytest.raises(IndexAnswerError):
        asyncio.run(fetch())


def test_the_fast_transport_sends_what_goes_directly_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp")
    from scanner.index.fast_transport import FastTransport  # noqa: PLC0415 - importable only with aiohttp

    sent: list[str] = []

    async def note(_: object, request: object) -> None:
        sent.append(str(getattr(request, "url", "")))
        raise UnicodeError("noted")

    async def fetch() -> None:
        proxies = Proxies(by_scheme={"http": "http://127.0.0.1:9"}, bypass="direct.invalid")
        client = Client(user_agent="tests", tls=ssl.create_default_context, proxies=proxies, retries=0)
        try:
            with pytest.raises(IndexAnswerError, match="noted"):
                await client.fetch("http://direct.invalid/")
            with pytest.raises(IndexUnreachable):
                await client.fetch("http://other.invalid/")
        finally:
            await client.close()

    monkeypatch.setattr(FastTransport, "handle_async_request", note)
    asyncio.run(fetch())
    assert sent == ["http://direct.invalid/"]


def test_every_error_of_the_library_is_translated() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    from aiohttp import http_exceptions  # noqa: PLC0415 - as below

    from scanner.index import fast_transport  # noqa: PLC0415 - importable only with aiohttp

    known = tuple(kind for kind, _ in fast_transport._TRANSLATIONS)
    kinds = [
        kind
        for module in (aiohttp.client_exceptions, http_exceptions)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == module.__name__
    ]
    others = [TimeoutError, ConnectionResetError, BrokenPipeError, socket.gaierror, ssl.SSLError, ssl.CertificateError]
    about_websockets = {aiohttp.client_exceptions.WSMessageTypeError}
    assert len(kinds) > 30
    assert [kind for kind in (*kinds, *others) if not issubclass(kind, known) and kind not in about_websockets] == []


def test_errors_become_those_of_httpx_the_special_ones_before_the_general() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    from scanner.index.fast_transport import _translated  # noqa: PLC0415 - importable only with aiohttp

    to = SimpleNamespace(host="example.org", port=443, ssl=True, is_ssl=True)
    expected: list[tuple[Exception, type[Exception]]] = [
        (aiohttp.ConnectionTimeoutError("x"), httpx.ConnectTimeout),
        (aiohttp.SocketTimeoutError("x"), httpx.ReadTimeout),
        (TimeoutError("x"), httpx.ReadTimeout),
        (aiohttp.ClientConnectorError(to, OSError(111, "refused")), httpx.ConnectError),
        (aiohttp.ClientConnectorCertificateError(to, ssl.SSLCertVerificationError("x")), httpx.ConnectError),
        (aiohttp.ServerDisconnectedError(), httpx.RemoteProtocolError),
        (aiohttp.ClientPayloadError("x"), httpx.RemoteProtocolError),
        (aiohttp.InvalidURL("x"), httpx.UnsupportedProtocol),
        (aiohttp.ClientOSError(104, "reset"), httpx.ReadError),
        (aiohttp.ClientConnectionResetError("x"), httpx.ReadError),
        (ssl.SSLError("x"), httpx.ReadError),
        (ValueError("x"), httpx.LocalProtocolError),
        (KeyError("a fault of the program"), KeyError),
    ]
    for error, kind in expected:
        with pytest.raises(kind) as caught, _translated():
            raise error
        assert type(caught.value) is kind


def test_a_failed_connection_is_told_without_the_librarys_own_words_around_it() -> None:
    aiohttp = pytest.importorskip("aiohttp")
    from scanner.index.fast_transport import _translated  # noqa: PLC0415 - importable only with aiohttp

    to = SimpleNamespace(host="example.org", port=443, ssl=True, is_ssl=True)
    unknown = socket.gaierror(-2, "Name or service not known")
    for kind in (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError):
        with pytest.raises(httpx.ConnectError) as caught, _translated():
            raise kind(to, unknown)
        assert str(caught.value) == "[Errno -2] Name or service not known"


def test_without_aiohttp_requests_travel_by_httpx() -> None:
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from scanner.index import client\n"
        "print(client._find_fast_transport(), 'rich' in sys.modules, 'httpx._main' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["None", "False", "False"]


@pytest.mark.parametrize(
    "source", ["__version__ = '3.9.5'", "__version__ = '4.0'", "raise RuntimeError('built for another Python')"]
)
def test_an_aiohttp_that_will_not_do_is_passed_over(source: str, tmp_path: Path) -> None:
    (tmp_path / "aiohttp").mkdir()
    (tmp_path / "aiohttp" / "__init__.py").write_text(source, encoding="utf-8")
    (tmp_path / "aiohttp" / "http_exceptions.py").write_text("HttpProcessingError = OSError", encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from scanner.index import client\n"
        "print(client._find_fast_transport())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["None"]


def test_importing_the_transports_leaves_certificates_to_others() -> None:
    pytest.importorskip("aiohttp")
    code = (
        "import ssl\n"
        "from scanner.index import fast_transport\n"
        "print('set_default_verify_paths' in vars(ssl.SSLContext))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"]
    assert client_module._find_fast_transport() is not None


@pytest.mark.usefixtures("transport")
def test_connections_are_used_again_and_are_no_more_than_allowed(index: FakeIndex) -> None:
    index.answer("/x", b"body")

    async def fetch_many() -> None:
        client = Client(user_agent="tests", tls=ssl.create_default_context)
        try:
            await asyncio.gather(*(client.fetch(f"{index.origin}/x") for _ in range(100)))
        finally:
            await client.close()

    asyncio.run(fetch_many())
    assert index.count("/x") == 100
    assert index.connections <= MOST_CONNECTIONS
