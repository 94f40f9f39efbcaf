"""Nothing but a fetch of the URLs in a file, by the HTTP library that the scanner uses: what bench.py compares with."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import httpx

CONNECTIONS = 20


async def fetch_all(urls: list[str]) -> int:
    """How many bytes all bodies have together."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    headers = {"Accept": "application/vnd.pypi.simple.v1+json, */*;q=0.1", "Accept-Encoding": "gzip, deflate"}
    slots = asyncio.Semaphore(CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=60, trust_env=False) as client:

        async def fetch(url: str) -> int:
            async with slots:
                return len((await client.get(url)).content)

        return sum(await asyncio.gather(*map(fetch, urls)))


if __name__ == "__main__":
    print(asyncio.run(fetch_all(Path(sys.argv[1]).read_text(encoding="utf-8").split())))
