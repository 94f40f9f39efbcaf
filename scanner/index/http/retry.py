"""When to try again, how long to wait, and when to give an origin up. No clock and no network of its own."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.index.http.urls import Origin

RETRY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
BASE_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
FAILURES_BEFORE_GIVING_UP = 5
MOST_CONNECTIONS = 20
"""How many connections a client has open at the same time at most."""


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
        return float(text[:9])  # more digits than that are for ever anyway
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to load, and hardly ever needed

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max((aware - now).total_seconds(), 0.0)


class Reachability:
    """Remembers which origins could not be reached, so that a dead index does not cost every package its retries.

    An origin is given up after failures in a row that cannot be one incident: ``FAILURES_BEFORE_GIVING_UP`` with a
    second try among them, or more than there are connections, so that some began after others had failed.
    """

    def __init__(self) -> None:
        self._failures: dict[Origin, int] = {}
        self._given_up: dict[Origin, str] = {}

    def note_failure(self, origin: Origin, attempt: int, reason: str) -> None:
        """Count a try that found nobody there, as try number ``attempt`` (from 1) of its request."""
        count = self._failures[origin] = self._failures.get(origin, 0) + 1
        if (count >= FAILURES_BEFORE_GIVING_UP and attempt > 1) or count > MOST_CONNECTIONS:
            self._given_up.setdefault(origin, reason)

    def note_success(self, origin: Origin) -> None:
        """Forget the failures of an origin that answered."""
        self._failures.pop(origin, None)

    def why_given_up(self, origin: Origin) -> str | None:
        """The reason of the failures, or None while the origin is worth a try."""
        return self._given_up.get(origin)
