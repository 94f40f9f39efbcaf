"""Nothing but a fetch of the URLs in a file: what bench.py compares with.

    python tools/bench_fetch.py FILE [httpx|ours]

By httpx, or by the scanner's own client.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

CONNECTIONS = 20
HEADERS = {"Accept": "application/vnd.pypi.simple.v1+json, */*;q=0.1", "Accept-Encoding": "gzip, deflate"}
Fetch = Callable[[str], Awaitable[int]]


async def fetch_all(urls: list[str], by: str) -> int:
    """How many bytes all bodies have together."""
    return await {"httpx": _by_httpx, "ours": _by_ours}[by](urls)


async def _by_httpx(urls: list[str]) -> int:
    import httpx  # noqa: PLC0415 - only the library that is asked for is to be paid for

    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, headers=HEADERS, timeout=60, trust_env=False) as client:

        async def fetch(url: str) -> int:
            return len((await client.get(url)).content)

        return await _bounded(urls, fetch)


async def _by_ours(urls: list[str]) -> int:
    from scanner.index.http.client import HttpClient  # noqa: PLC0415 - as above

    client = HttpClient(own_hosts={"127.0.0.1"}, user_agent="bench", tls=ssl.create_default_context, timeout_seconds=60)

    async def fetch(url: str) -> int:
        return len((await client.fetch(url, accept=HEADERS["Accept"], max_bytes=2**30)).body)

    try:
        return await _bounded(urls, fetch)
    finally:
        await client.close()


async def _bounded(urls: list[str], fetch: Fetch) -> int:
    slots = asyncio.Semaphore(CONNECTIONS)

    async def fetch_one(url: str) -> int:
        async with slots:
            return await fetch(url)

    return sum(await asyncio.gather(*map(fetch_one, urls)))


if __name__ == "__main__":
    asked = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    print(asyncio.run(fetch_all(asked, sys.argv[2] if len(sys.argv) > 2 else "httpx")))
