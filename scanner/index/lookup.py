"""Which index provides a project: local and remote indexes, in the order of the settings."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName, is_normalized_name

from scanner.index.http.answer import Answer
from scanner.index.listing import Listing, make_listing, merge_listings
from scanner.index.listing.local import LinksPage, read_links, read_local_listing
from scanner.index.listing.packed import Packed, pack_listing, unpack_listing
from scanner.index.listing.pages import ACCEPT, parse_links_page, parse_rows
from scanner.index.listing.rows import RowLike
from scanner.index.listing_cache import CachedListing, ListingCache
from scanner.model.errors import IndexFailure, IndexNotAsked, IndexRefused, IndexUndefined, IndexUnreachable
from scanner.model.index_settings import IndexLocation, IndexSettings
from scanner.model.urls import file_path

if TYPE_CHECKING:  # the HTTP library is imported on the first request
    from collections.abc import Callable, Coroutine
    from typing import Any

    from scanner.index.http import Client

OFFLINE = "offline, and not in the cache"


class Lookup:
    """Finds projects according to the settings. A failing index is never skipped: it may have the project."""

    def __init__(
        self,
        settings: IndexSettings,
        client: Callable[[], Client] | None,
        listings: ListingCache | None,
        spawn: Callable[[Coroutine[Any, Any, LinksPage | None]], asyncio.Task[LinksPage | None]],
    ) -> None:
        """``client`` returns the HTTP client; None means that only local files and the cache are used.

        ``listings`` holds what the indexes answered in earlier scans.
        """
        self._settings = settings
        self._client = client
        self._listings = listings
        self._spawn = spawn
        self._links: dict[str, asyncio.Task[LinksPage | None]] = {}
        self.refusing: dict[str, None] = {}
        """The URLs of the indexes that refused access to a project that another index has."""

    async def find_listing(self, name: NormalizedName) -> Listing | None:
        """All files of a project; None if no index has it.

        Raises:
            IndexFailure: a place that had to be asked gave no usable answer.
        """
        if not is_normalized_name(name):
            return None
        pinned_to = self._pinned_to(name)
        locations = self._locations(name, pinned_to)
        answers = await self._ask_all(locations, name)
        # A package that is tied to an index comes from that index only, as in uv.
        links = self._settings.find_links if pinned_to is None else ()
        linked = [await self._find_linked(link, name) for link in links]
        listings = _raise_first([*answers, *linked])
        asked = zip(locations, answers, strict=False)  # with "first-index", later indexes are not requested
        self.refusing.update({place.url: None for place, answer in asked if isinstance(answer, IndexRefused)})
        return merge_listings(listings)

    def missing_links(self) -> tuple[str, ...]:
        """The local find-links paths that do not exist."""
        paths = {link.url: file_path(link.url) for link in self._settings.find_links}
        return tuple(url for url, path in paths.items() if path is not None and not os.path.exists(path))  # noqa: PTH110 - never raises

    async def _ask_all(
        self, locations: Sequence[IndexLocation], name: NormalizedName
    ) -> Sequence[Listing | BaseException | None]:
        """The answers of the indexes; with "first-index", up to the first index that has the project."""
        if self._settings.strategy == "first-index":
            for location in locations:
                listing = await self._ask(location, name)
                if listing is not None:
                    return [listing]
            return []
        if self._client is None:  # no requests to run concurrently
            return [await self._ask(place, name) for place in locations]
        return await asyncio.gather(*(self._ask(place, name) for place in locations), return_exceptions=True)

    def _pinned_to(self, name: NormalizedName) -> tuple[str, ...] | None:
        """The URLs of the indexes that a project is tied to; None if it is tied to none."""
        project = next((pin.project for pin in self._settings.pins if _is_meant(pin.project, name)), None)
        if project is None:
            return None
        return tuple(pin.index for pin in self._settings.pins if pin.project == project and pin.index)

    def _locations(self, name: NormalizedName, pinned_to: tuple[str, ...] | None) -> list[IndexLocation]:
        """The indexes to request a project from: those it is tied to, or all that are not explicit.

        Raises:
            IndexUndefined: it is tied to an index that is not defined.
        """
        if pinned_to is None:
            return [location for location in self._settings.locations if not location.is_explicit]
        if not pinned_to:
            raise IndexUndefined(name, "it is tied to an index that is not defined")
        by_url = {location.url: location for location in reversed(self._settings.locations)}
        return [by_url[url] for url in pinned_to if url in by_url]

    async def _find_linked(self, location: IndexLocation, name: NormalizedName) -> Listing | None:
        if location.withheld:
            raise IndexUnreachable(location.url, location.withheld)
        page = await self._links_page(location.url)
        return page.listing(name) if page is not None else None

    async def _ask(self, location: IndexLocation, name: NormalizedName) -> Listing | None:
        """The listing of one index; None if it has no such project."""
        if location.is_flat:
            return await self._find_linked(location, name)
        if location.withheld:
            raise IndexUnreachable(location.url, location.withheld)
        if location.is_local:
            return read_local_listing(location.url, name)
        cached = self._listings.find(location.url, name, at_any_age=self._client is None) if self._listings else None
        if cached is not None and cached.is_fresh:
            return cached.listing
        if self._client is None:
            raise IndexNotAsked(location.url, OFFLINE)
        return await self._fetch(self._client(), location, name, cached)

    async def _fetch(
        self, client: Client, location: IndexLocation, name: NormalizedName, cached: CachedListing | None
    ) -> Listing | None:
        """The current listing of the index; ``cached`` if it has not changed."""
        answer = await client.fetch(
            f"{location.url}{name}/",
            accept=ACCEPT,
            headers={"If-None-Match": cached.etag} if cached is not None and cached.etag else {},
            absent_statuses=location.absent_statuses,
        )
        if answer.status == 304 and cached is not None and self._listings is not None:
            self._listings.renew(location.url, name, cached, answer.headers)
            return cached.listing
        headers, url = answer.headers, answer.url
        listed = None if answer.is_absent else _parse(answer, name)
        del answer  # frees the body, which can be large
        packed = None if listed is None else _pack(listed, url, name)
        if self._listings is not None:
            self._listings.keep(location.url, name, packed, headers)
        return unpack_listing(packed.text, name) if packed is not None else None

    async def _links_page(self, url: str) -> LinksPage | None:
        """The files of a find-links location, read once."""
        task = self._links.get(url)
        if task is None:
            task = self._links[url] = self._spawn(self._read_links(url))
        if task.done():
            return task.result()
        return await asyncio.shield(task)

    async def _read_links(self, url: str) -> LinksPage | None:
        if file_path(url) is not None:
            return read_links(url)
        if self._client is None:
            raise IndexNotAsked(url, OFFLINE)
        answer = await self._client().fetch(url, accept="text/html")
        if answer.is_absent:
            return None
        return LinksPage(parse_links_page(answer.body.decode("utf-8", errors="replace"), answer.url), answer.url)


def _parse(answer: Answer, name: NormalizedName) -> Sequence[RowLike]:
    """The files of an answer.

    Raises:
        IndexAnswerError: as ``parse_rows``.
    """
    content_type = answer.headers.get("content-type", "")
    return parse_rows(answer.body, content_type=content_type, url=answer.url, name=name)


def _pack(rows: Sequence[RowLike], url: str, name: NormalizedName) -> Packed:
    """The listing in compact form, which needs a fraction of the memory."""
    return pack_listing(make_listing(rows, url=url, name=name))


def _raise_first(answers: Sequence[Listing | BaseException | None]) -> list[Listing]:
    """The listings in the answers. Raises the first failure.

    An index that refuses access is skipped if another one has the project, as in pip, and in uv when it takes the files
    of all indexes together.
    """
    listings = []
    refusals = []
    for answer in answers:
        if isinstance(answer, IndexRefused):
            refusals.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        elif answer is not None:
            listings.append(answer)
    if refusals and not listings:
        raise refusals[0]
    return listings


def _is_meant(project: str, name: NormalizedName) -> bool:
    return project == name or ("*" in project and fnmatchcase(name, project))


def copy_failure(failure: IndexFailure) -> IndexFailure:
    """A copy of the exception: raising the same one twice would keep both tracebacks."""
    return type(failure)(failure.url, failure.reason)
