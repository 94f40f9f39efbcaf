"""One deadline for all requests of a scan."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from scanner.model.errors import IndexUnreachable
from scanner.model.urls import redact_url

if TYPE_CHECKING:
    from scanner.index.http import Client
    from scanner.index.http.answer import Answer

REASON = "no answer within the time of the scan (--timeout)"


class DeadlineClient:
    """A ``Client`` that gives requests up at a moment of ``time.monotonic``, and makes none after it."""

    def __init__(self, client: Client, deadline: float) -> None:
        self._client = client
        self._deadline = deadline

    async def fetch(self, url: str, **options: Any) -> Answer:  # noqa: ANN401  # as the other client takes them
        """As ``Client.fetch``.

        Raises:
            IndexUnreachable: as there, and if the time is over.
            IndexAnswerError: as there.
        """
        left_seconds = self._deadline - time.monotonic()
        if left_seconds > 0:
            try:
                async with asyncio.timeout(left_seconds):
                    return await self._client.fetch(url, **options)
            except TimeoutError:
                pass
        raise IndexUnreachable(redact_url(url), REASON)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()
