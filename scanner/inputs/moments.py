"""Moments as uv's ``exclude-newer`` writes them: a date, a date and time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

_SPAN = re.compile(r"(?P<number>\d{1,5})\s*(?P<unit>hours?|h|days?|d|weeks?|w)", re.IGNORECASE)
_ISO_SPAN = re.compile(r"P(?:(?P<weeks>\d{1,5})W|(?P<days>\d{1,5})D)?(?:T(?P<hours>\d{1,5})H)?", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def is_moment(text: str) -> bool:
    """Whether the text is one of the three forms."""
    return parse_moment(text, date(2026, 1, 1)) is not None


def parse_moment(text: str, today: date) -> datetime | None:
    """The moment after which nothing counts; the end of the day for a date, and None for any other text.

    A duration is counted back from the end of ``today``, so that scans of one day agree.
    """
    text = text.strip()
    end = datetime.combine(today, time(tzinfo=UTC)) + timedelta(days=1)
    if (span := _parse_span(text)) is not None:
        return end - span
    try:
        if len(text) == len("2026-12-01"):
            return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC)) + timedelta(days=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_span(text: str) -> timedelta | None:
    if match := _SPAN.fullmatch(text):
        return timedelta(**{_UNITS[match["unit"][0].lower()]: int(match["number"])})
    match = _ISO_SPAN.fullmatch(text)
    found = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    return timedelta(**found) if found else None
