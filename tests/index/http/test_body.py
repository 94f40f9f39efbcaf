"""Bodies are unpacked within bounds, to their true end, and in the time of one request."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from scanner.index.http.answer import Answer
from scanner.index.http.client import HttpClient
from scanner.model.errors import IndexAnswerError, IndexUnreachable

if TYPE_CHECKING:
    from tests.conftest import FakeIndex


def _fetch(url: str, timeout_seconds: float = 5.0, count: int = 1) -> Answer:
    async def fetch() -> Answer:
        client = HttpClient(
            own_hosts={"127.0.0.1"},
            user_agent="tests",
            tls=ssl.create_default_context,
            timeout_seconds=timeout_seconds,
            sleep=lambda _: asyncio.sleep(0),
        )
        try:
            return (await asyncio.gather(*(client.fetch(url) for _ in range(count))))[0]
        finally:
            await client.close()

    return asyncio.run(fetch())


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)),
        ("x-gzip", gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0)),
        ("deflate", zlib.compress(b"hello")),
        ("identity", b"hello"),
    ],
)
def test_compressed_bodies_are_unpacked(index: FakeIndex, encoding: str, body: bytes) -> None:
    index.answer("/x", body, headers={"Content-Encoding": encoding})
    assert _fetch(f"{index.origin}/x").body == b"hello"


@pytest.mark.parametrize("cut", [1, 8])
def test_a_compressed_body_without_its_end_is_an_error(index: FakeIndex, cut: int) -> None:
    index.answer("/x", gzip.compress(b"hello" * 100)[:-cut], headers={"Content-Encoding": "gzip"})
    with pytest.raises(IndexAnswerError, match="ends too early"):
        _fetch(f"{index.origin}/x")


def test_many_members_are_an_error(index: FakeIndex) -> None:
    index.answer("/x", gzip.compress(b"") * 100, headers={"Content-Encoding": "gzip"})
    with pytest.raises(IndexAnswerError, match="broken"):
        _fetch(f"{index.origin}/x")


def test_a_small_body_that_unpacks_to_much_takes_no_more_memory_than_the_bound(index: FakeIndex) -> None:
    index.answer("/x", gzip.compress(bytes(200_000_000), 9), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    with pytest.raises(IndexAnswerError, match="larger than"):
        _fetch(f"{index.origin}/x")
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 100_000_000


def test_large_bodies_come_one_after_the_other_and_all_arrive(index: FakeIndex) -> None:
    index.answer("/x", bytes(5_000_000))
    assert len(_fetch(f"{index.origin}/x", count=4).body) == 5_000_000


class Dripper:
    """Answers each connection with a head and then the same piece again and again."""

    def __init__(self, head: bytes, piece: bytes) -> None:
        self.connections = 0
        self._head, self._piece = head, piece
        self._is_over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._is_over.set()
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
                self.connections += 1
                try:
                    connection.recv(65536)
                    connection.sendall(self._head)
                    while not self._is_over.wait(0.02):
                        connection.sendall(self._piece)
                except OSError:
                    pass


@pytest.fixture
def drip() -> Iterator[Callable[[bytes, bytes], Dripper]]:
    started: list[Dripper] = []

    def start(head: bytes, piece: bytes) -> Dripper:
        started.append(Dripper(head, piece))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b""),
    ],
)
def test_a_slow_server_costs_one_deadline(drip: Callable[[bytes, bytes], Dripper], head: bytes, piece: bytes) -> None:
    server = drip(head, piece)
    started = time.monotonic()
    with pytest.raises(IndexUnreachable, match="no answer in time"):
        _fetch(server.url, timeout_seconds=0.5)
    assert time.monotonic() - started < 2.5
    assert server.connections == 1
