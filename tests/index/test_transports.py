"""The client against servers that misbehave: each kind of failure is reported in the same words."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from scanner.index.http.answer import Answer
from scanner.index.http.client import HttpClient
from scanner.index.http.retry import MOST_CONNECTIONS
from scanner.model.errors import IndexAnswerError, IndexUnreachable

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
        client = HttpClient(
            own_hosts={"127.0.0.1"},
            user_agent="tests",
            tls=tls,
            retries=retries,
            timeout_seconds=2,
            sleep=lambda _: asyncio.sleep(0),
        )
        try:
            return await client.fetch(url)
        finally:
            await client.close()

    return asyncio.run(fetch())


_OK = b"HTTP/1.1 200 OK\r\n"


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


@pytest.mark.parametrize("path", ["/a%7Eb/c%2Fd?sign=%2F%2b+%7e&x=a%26b", "/~a//b/", "/%E2%82%AC"])
def test_an_address_travels_as_it_was_given(serve: Serve, path: str) -> None:
    server = serve(_OK + b"Content-Length: 0\r\n\r\n")
    _fetch(server.origin + path)
    assert server.heads[0].split(b"\r\n")[0] == b"GET %s HTTP/1.1" % path.encode()


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


def test_a_server_that_speaks_no_tls_is_no_distrust(serve: Serve) -> None:
    server = serve(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(IndexUnreachable, match="no connection") as caught:
        _fetch(server.origin.replace("http:", "https:") + "/x")
    assert "SSL_CERT_FILE" not in str(caught.value)
    assert len(server.heads) == 2


def test_a_host_without_an_address_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    with pytest.raises(IndexUnreachable, match="no connection"):
        _fetch("http://nowhere.invalid/x")


def test_a_header_that_cannot_be_sent_is_an_answer_error(serve: Serve) -> None:
    async def fetch() -> None:
        client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="tests", tls=ssl.create_default_context)
        try:
            await client.fetch(f"{serve(_OK).origin}/x", headers={"If-None-Match": "a\r\nb"})
        finally:
            await client.close()

    with pytest.raises(IndexAnswerError):
        asyncio.run(fetch())


def test_connections_are_used_again_and_are_no_more_than_allowed(index: FakeIndex) -> None:
    index.answer("/x", b"body")

    async def fetch_many() -> None:
        client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="tests", tls=ssl.create_default_context)
        try:
            await asyncio.gather(*(client.fetch(f"{index.origin}/x") for _ in range(100)))
        finally:
            await client.close()

    asyncio.run(fetch_many())
    assert index.count("/x") == 100
    assert index.connections <= MOST_CONNECTIONS
