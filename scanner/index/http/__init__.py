"""HTTP, as the rest of the index sees it: one protocol, so that another client can take httpx's place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from scanner.index.http.answer import Answer, ByteRange

LISTING_BYTES = 24 * 1024 * 1024
"""The largest listing that is read, unpacked."""
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Client(Protocol):
    """Fetches bytes from the web, within bounds of size and time."""

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
        """The answer to a GET, after redirects and retries; ``max_bytes`` bounds the unpacked body.

        ``absent_statuses`` are further statuses with which this server says that it has no such thing; they come back
        as 404.

        Raises:
            IndexUnreachable: no answer, a refusal, or a temporary failure that lasted.
            IndexAnswerError: an answer that breaks a bound or a rule.
        """

    async def close(self) -> None:
        """Close all connections."""
