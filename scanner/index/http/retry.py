"""When to try again, how long to wait, and when to give an origin up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from scanner.model.urls import Origin

RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
BASE_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
FAILURES_BEFORE_GIVING_UP = 5
MOST_CONNECTIONS = 20
"""How many connections a client has open at the same time at most."""
LEAST_BYTES_PER_SECOND = 16 * 1024
"""The least speed of a large body: each byte adds its part of a second to the time of the request. Each of twenty
connections on a link of 3 Mbit/s has as much."""


def pause_seconds(attempt: int, *, retry_after: str | None, now: datetime, jitter: float) -> float:
    """How long to wait after try number ``attempt`` (from 1); ``jitter`` is a random number from 0 to 1.

    What the server asks for counts, up to ``LONGEST_PAUSE_SECONDS``; else the pause doubles each time.
    """
    asked = parse_retry_after(retry_after, now=now)
    if asked is not None:
        return min(asked, LONGEST_PAUSE_SECONDS)
    longest = min(BASE_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
    return float(longest * (0.5 + jitter / 2))


def parse_retry_after(text: str | None, *, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as a date; None where it says nothing."""
    text = (text or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:9])  # more digits are longer than any scan
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to load, and hardly ever needed

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)


class Budget:
    """The time of one request, over all its tries and redirects; pauses between them do not count."""

    def __init__(self, seconds: float) -> None:
        self._seconds_left = seconds
        self._timeout: asyncio.Timeout | None = None

    @property
    def is_spent(self) -> bool:
        """Whether there is no time for another try."""
        return self._seconds_left <= 0

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Run what is inside within the time that is left.

        Raises:
            TimeoutError: it was not enough.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds_left) as self._timeout:
                yield
        finally:
            when = self._timeout.when() if self._timeout is not None else None
            self._seconds_left = 0.0 if when is None else when - loop.time()
            self._timeout = None

    def extend(self, received_bytes: int) -> None:
        """Add the time that so many bytes may take."""
        when = self._timeout.when() if self._timeout is not None else None
        if self._timeout is not None and when is not None and not self._timeout.expired():
            self._timeout.reschedule(when + received_bytes / LEAST_BYTES_PER_SECOND)

    @asynccontextmanager
    async def paused(self, lock: asyncio.Lock) -> AsyncIterator[None]:
        """Hold a lock inside; waiting for it does not count."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        when = self._timeout.when() if self._timeout is not None else None
        if self._timeout is not None:
            self._timeout.reschedule(None)
        async with lock:
            if self._timeout is not None and when is not None:
                self._timeout.reschedule(when + loop.time() - started)
            yield


class Reachability:
    """Remembers which origins could not be reached, so that a dead index does not cost every package its retries.

    An origin is given up after failures in a row that cannot be one incident: ``FAILURES_BEFORE_GIVING_UP`` with a
    second try among them, or more than there are connections, so that some began after others had failed. One that
    let the whole time of a request pass in silence, and never answered before, is given up at once.
    """

    def __init__(self) -> None:
        self._failures: dict[Origin, int] = {}
        self._given_up: dict[Origin, str] = {}
        self._answering: set[Origin] = set()

    def note_failure(self, origin: Origin, attempt: int, reason: str, *, is_spent: bool = False) -> None:
        """Count a try without an answer, as try number ``attempt`` (from 1) of its request.

        ``is_spent`` says that the time of the whole request has passed with it.
        """
        count = self._failures[origin] = self._failures.get(origin, 0) + 1
        is_silent = is_spent and origin not in self._answering
        if is_silent or (count >= FAILURES_BEFORE_GIVING_UP and attempt > 1) or count > MOST_CONNECTIONS:
            self._given_up.setdefault(origin, reason)

    def note_success(self, origin: Origin) -> None:
        """Forget the failures of an origin that answered."""
        self._failures.pop(origin, None)
        self._answering.add(origin)

    def why_given_up(self, origin: Origin) -> str | None:
        """The reason of the failures; None for an origin that may be tried."""
        return self._given_up.get(origin)
