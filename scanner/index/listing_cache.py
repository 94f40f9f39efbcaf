"""Cached listings by index and project, with their freshness. Absent projects are cached too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.utils import NormalizedName

from scanner.index.cache import Cache, Entry
from scanner.index.http.freshness import DEFAULT_SECONDS, MOST_SECONDS, fresh_seconds
from scanner.index.listing import Listing
from scanner.index.listing.packed import Packed, unpack_listing

_KIND = "listing"


@dataclass(frozen=True, kw_only=True, slots=True)
class CachedListing:
    """One answer of an index from the cache."""

    listing: Listing | None
    """None if the index has no such project."""
    is_fresh: bool
    entry: Entry

    @property
    def etag(self) -> str | None:
        """The ETag of the answer; None if the index sent none."""
        return self.entry.etag


class ListingCache:
    """The listings of a cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._oldest: tuple[float, str] | None = None

    def find(self, index_url: str, name: NormalizedName, *, at_any_age: bool = False) -> CachedListing | None:
        """The last answer of an index for a project; None if there is none.

        ``at_any_age`` is for scans without a network: everything counts as fresh, and ``age_note`` names the oldest.
        """
        entry = self._cache.find(_KIND, _key(index_url, name))
        if entry is None:
            return None
        listing = unpack_listing(entry.body, name) if entry.body else None
        if entry.body and listing is None:
            return None
        if at_any_age and (self._oldest is None or entry.stored_at < self._oldest[0]):
            self._oldest = (entry.stored_at, name)
        has_bound = entry.fresh_until <= entry.stored_at + MOST_SECONDS
        is_fresh = at_any_age or (has_bound and self._cache.is_fresh(entry))
        return CachedListing(listing=listing, is_fresh=is_fresh, entry=entry)

    def keep(self, index_url: str, name: NormalizedName, packed: Packed | None, headers: Mapping[str, str]) -> None:
        """Store the answer of an index, unless the index forbids it or the answer may contain secrets."""
        seconds = fresh_seconds(headers)
        if seconds is None or "?" in index_url or (packed is not None and not packed.may_be_kept):
            return
        if packed is None:
            seconds = min(seconds, DEFAULT_SECONDS)
        body = packed.text if packed is not None else b""
        self._cache.keep(_KIND, _key(index_url, name), body, fresh_seconds=seconds, etag=headers.get("etag"))

    def renew(self, index_url: str, name: NormalizedName, cached: CachedListing, headers: Mapping[str, str]) -> None:
        """Record that an answer is still valid (HTTP 304)."""
        seconds = fresh_seconds(headers)
        if seconds is not None:
            self._cache.renew(_KIND, _key(index_url, name), cached.entry, fresh_seconds=seconds)

    def age_note(self) -> str | None:
        """A note on the oldest answer that was used offline; None if none was used."""
        if self._oldest is None:
            return None
        stored_at, name = self._oldest
        moment = datetime.fromtimestamp(stored_at, tz=UTC)
        return f"offline: using cached answers; the oldest ({name}) is of {moment:%Y-%m-%d %H:%M} UTC"


def _key(index_url: str, name: NormalizedName) -> str:
    return f"{index_url} {name}"
