"""Transports for one connection each: used again, kept within a bound, closed in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from scanner.index.http.transport import SpreadTransport


class _Body(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"body"


class _Single(httpx.AsyncBaseTransport):
    """Notes what it is asked; fails for /broken."""

    def __init__(self, made: list[_Single]) -> None:
        self.asked: list[str] = []
        self.is_closed = False
        made.append(self)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if request.url.path == "/broken":
            raise httpx.ReadError("broken")
        return httpx.Response(200, stream=_Body())

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.fixture
def made() -> list[_Single]:
    return []


def _spread(made: list[_Single], most: int = 3) -> SpreadTransport:
    return SpreadTransport(_Single(made), lambda: _Single(made), most)


def _get(url: str) -> httpx.Request:
    return httpx.Request("GET", url)


def test_a_transport_serves_one_answer_at_a_time_and_then_the_next(made: list[_Single]) -> None:
    async def ask() -> None:
        spread = _spread(made)
        first = await spread.handle_async_request(_get("http://a/1"))
        second = await spread.handle_async_request(_get("http://a/2"))
        assert await first.aread() == await second.aread() == b"body"
        await (await spread.handle_async_request(_get("http://a/3"))).aread()
        await spread.aclose()

    asyncio.run(ask())
    assert [single.asked for single in made] == [["http://a/1"], ["http://a/2", "http://a/3"]]
    assert all(single.is_closed for single in made)


def test_each_origin_has_its_own_and_the_longest_unused_is_closed(made: list[_Single]) -> None:
    async def ask() -> None:
        spread = _spread(made, most=2)
        for url in ("http://a/", "https://a/", "http://a/", "http://a:81/"):
            await (await spread.handle_async_request(_get(url))).aread()
        assert [single.is_closed for single in made] == [False, True, False]
        await spread.aclose()

    asyncio.run(ask())
    assert [single.asked for single in made] == [["http://a/", "http://a/"], ["https://a/"], ["http://a:81/"]]


def test_a_transport_whose_request_fails_is_free_again(made: list[_Single]) -> None:
    async def ask() -> None:
        spread = _spread(made)
        for _ in range(3):
            with pytest.raises(httpx.ReadError):
                await spread.handle_async_request(_get("http://a/broken"))
        await spread.aclose()

    asyncio.run(ask())
    assert len(made) == 1


def test_what_is_still_read_is_closed_as_well(made: list[_Single]) -> None:
    async def ask() -> None:
        spread = _spread(made)
        answer = await spread.handle_async_request(_get("http://a/"))
        await spread.aclose()
        await answer.aclose()
        assert made[0].is_closed
        await (await spread.handle_async_request(_get("http://a/"))).aread()

    asyncio.run(ask())
    assert len(made) == 2
