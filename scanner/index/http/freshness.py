"""How long an answer may be used without asking again (RFC 9111, for one user's own cache)."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_SECONDS = 600.0
"""For listings of an index that does not say, and for absent projects."""
MOST_SECONDS = 24 * 60 * 60.0
"""Whatever an index says: a new release should be seen within a day."""


def fresh_seconds(headers: Mapping[str, str]) -> float | None:
    """For how long an answer with these headers (small letters) is fresh; None where it must not be kept."""
    directives: dict[str, str] = {}
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.strip().partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    if "no-store" in directives:
        return None
    if "no-cache" in directives:
        return 0.0
    stated = _read_number(directives.get("max-age", ""))
    if stated is None:
        return DEFAULT_SECONDS
    return min(max(stated - (_read_number(headers.get("age", "")) or 0.0), 0.0), MOST_SECONDS)


def _read_number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
