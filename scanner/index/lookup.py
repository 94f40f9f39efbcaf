"""Which index provides a project: all of them asked in the right order, local and remote."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName, is_normalized_name

from scanner.errors import IndexFailure, IndexNotAsked
from scanner.index.answer import Answer
from scanner.index.config import IndexSettings
from scanner.index.listed_rows import ACCEPT, parse_rows
from scanner.index.listing import Listing, make_listing, merge_listings
from scanner.index.local import LinksPage, read_links, read_local_listing
from scanner.index.location import IndexLocation
from scanner.index.pages import parse_page
from scanner.index.rows import RowLike
from scanner.index.scratch import Scratch
from scanner.index.shelf import Shelf, Shelved
from scanner.index.stored_listing import Packed, pack_listing, unpack_listing
from scanner.index.urls import file_path

if TYPE_CHECKING:  # the HTTP library is loaded only when something is fetched
    from collections.abc import Callable

    from scanner.index.client import Client

OFFLINE = "offline: nothing is fetched, and the cache does not have it"


class Lookup:
    """Finds projects by the rules of some settings; an index that fails is never passed over, for it may have them."""

    def __init__(
        self, settings: IndexSettings, client: Callable[[], Client] | None, scratch: Scratch, shelf: Shelf | None = None
    ) -> None:
        """Ask with the client that ``client`` gives; None means that only local places may be looked at.

        ``scratch`` holds what the listings say of files, ``shelf`` what the indexes said in earlier scans.
        """
        self._scratch = scratch
        self._settings = settings
        self._client = client
        self._shelf = shelf
        self._links: dict[str, asyncio.Task[LinksPage | None]] = {}

    async def find_listing(self, name: NormalizedName) -> Listing | None:
        """All files of a project; None where no place has it.

        Raises:
            IndexFailure: a place that had to be asked gave no usable answer.
        """
        if not is_normalized_name(name):
            return None
        from_indexes = await self._find_in_indexes(name)
        pages = [await self._links_page(url) for url in self._settings.find_links]
        linked = [page.listing(name) for page in pages if page is not None]
        return merge_listings([listing for listing in (from_indexes, *linked) if listing is not None])

    def missing_links(self) -> tuple[str, ...]:
        """The local find-links places that do not exist."""
        paths = {url: file_path(url) for url in self._settings.find_links}
        return tuple(url for url, path in paths.items() if path is not None and not Path(path).exists())

    async def _find_in_indexes(self, name: NormalizedName) -> Listing | None:
        locations = self._locations(name)
        if self._settings.strategy == "first-index":
            for location in locations:
                listing = await self._ask(location, name)
                if listing is not None:
                    return listing
            return None
        if self._client is None:  # nobody is waited for
            return merge_listings(_raise_first([await self._ask(place, name) for place in locations]))
        answers = await asyncio.gather(*(self._ask(place, name) for place in locations), return_exceptions=True)
        return merge_listings(_raise_first(answers))

    def _locations(self, name: NormalizedName) -> list[IndexLocation]:
        """The indexes to ask for a project: the one it is tied to, or all that are for every project."""
        pinned_to = self._settings.pins.get(name)
        if pinned_to is not None:
            return [location for location in self._settings.index_urls if location.name == pinned_to][:1]
        return [location for location in self._settings.index_urls if not location.is_explicit]

    async def _ask(self, location: IndexLocation, name: NormalizedName) -> Listing | None:
        """The listing of one index; None where it has no such project."""
        if location.is_local:
            return read_local_listing(location.url, name)
        shelved = self._shelf.find(location.url, name, at_any_age=self._client is None) if self._shelf else None
        if shelved is not None and shelved.is_fresh:
            return shelved.listing
        if self._client is None:
            raise IndexNotAsked(location.url, OFFLINE)
        return await self._fetch(self._client(), location, name, shelved)

    async def _fetch(
        self, client: Client, location: IndexLocation, name: NormalizedName, shelved: Shelved | None
    ) -> Listing | None:
        """What the index says now; where it has not changed since ``shelved``, that one."""
        answer = await client.fetch(
            f"{location.url}{name}/",
            accept=ACCEPT,
            headers={"If-None-Match": shelved.etag} if shelved is not None and shelved.etag else {},
            absent_statuses=location.absent_statuses,
        )
        if answer.status == 304 and shelved is not None and self._shelf is not None:
            self._shelf.renew(location.url, name, shelved, answer.headers)
            return shelved.listing
        headers, url = answer.headers, answer.url
        listed = None if answer.is_absent else _parse(answer, name)
        del answer  # its body can be as large as all that follows
        packed = None if listed is None else _pack(listed, url, name)
        if self._shelf is not None:
            self._shelf.keep(location.url, name, packed, headers)
        return unpack_listing(packed.text, name, self._scratch.hold) if packed is not None else None

    async def _links_page(self, url: str) -> LinksPage | None:
        """A find-links place, read once whoever asks first."""
        task = self._links.get(url)
        if task is None:
            task = self._links[url] = asyncio.create_task(self._read_links(url))
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
        page = parse_page(answer.body.decode("utf-8", errors="replace"), answer.url)
        return LinksPage(page.rows, answer.url)


def _parse(answer: Answer, name: NormalizedName) -> Sequence[RowLike]:
    """The files of an answer.

    Raises:
        IndexAnswerError: as ``parse_rows``.
    """
    content_type = answer.headers.get("content-type", "")
    return parse_rows(answer.body, content_type=content_type, url=answer.url, name=name)


def _pack(rows: Sequence[RowLike], url: str, name: NormalizedName) -> Packed:
    """The listing in its compact form, which takes a fraction of the memory."""
    return pack_listing(make_listing(rows, url=url, name=name))


def _raise_first(answers: Sequence[Listing | BaseException | None]) -> list[Listing]:
    """The listings among the answers; the first failure is raised instead."""
    listings = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None:
            listings.append(answer)
    return listings


def copy_failure(failure: IndexFailure) -> IndexFailure:
    """The same failure as a fresh exception: one that is raised twice would carry both tracebacks."""
    return type(failure)(failure.url, failure.reason)
