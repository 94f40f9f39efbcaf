"""The package index as the other stages see it: synchronous, with everything that was announced fetched meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from packaging.utils import NormalizedName

from scanner.index.absence import Shelf
from scanner.index.cache import Cache
from scanner.index.http.answer import Answer, ByteRange
from scanner.index.http.urls import file_path, redact_url
from scanner.index.listing import Listing
from scanner.index.listing.local import fetch_local
from scanner.index.lookup import OFFLINE, Lookup, copy_failure
from scanner.index.scratch import Scratch
from scanner.index.settings import IndexSettings
from scanner.model.errors import IndexFailure, IndexNotAsked

if TYPE_CHECKING:  # loaded only when something is fetched
    from scanner.index.http.client import Client

T = TypeVar("T")
Outcome = Listing | None | IndexFailure


class Index:
    """All configured indexes together, on an event loop of their own.

    For one thread. Names that were announced by ``want`` make progress whenever any method waits for something. Use it
    as a context manager, or call ``close``.
    """

    def __init__(
        self,
        settings: IndexSettings,
        *,
        environ: Mapping[str, str],
        home: Path,
        user_agent: str,
        offline: bool = False,
        cache: Cache | None = None,
        client_factory: Callable[[], Client] | None = None,
    ) -> None:
        """Open nothing yet; ``client_factory`` replaces the client that settings and environment describe.

        ``offline`` keeps off the network: local indexes and folders and the cache still answer, everything else is
        unreachable. The cache stays open: it belongs to whoever opened it.
        """
        self._settings = settings
        self._offline = offline
        self._make_client = client_factory or (lambda: _make_client(settings, environ, home, user_agent))
        self._opened: Client | None = None
        self.cache = cache
        self._scratch = Scratch()
        self._shelf = Shelf(cache, self._scratch) if cache is not None else None
        self._lookup = Lookup(settings, None if offline else self._get_client, self._scratch, self._shelf)
        self._runner = asyncio.Runner()
        self._tasks: dict[NormalizedName, asyncio.Task[Outcome]] = {}
        self._found: dict[NormalizedName, Outcome] = {}
        self._failures: dict[str, IndexFailure] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def client(self) -> Client:
        """The HTTP client, for bytes of other kinds; use it inside ``run``.

        Raises:
            IndexNotAsked: the index is offline.
        """
        if self._offline:
            raise IndexNotAsked("the network", OFFLINE)
        return self._get_client()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of the settings, as sentences."""
        missing = (f"find-links: {url} does not exist" for url in self._lookup.missing_links())
        refusals = (f"{url} refused access to packages that other indexes have" for url in self._lookup.refusing)
        age = self._shelf.age_note() if self._shelf is not None else None
        return (*self._settings.notes, *missing, *refusals, *((age,) if age else ()))

    @property
    def is_offline(self) -> bool:
        """Whether it keeps off the network."""
        return self._offline

    def want(self, names: Iterable[NormalizedName]) -> None:
        """Begin to fetch these projects; those that were wanted before are not asked for again."""
        loop = self._runner.get_loop()
        for name in names:
            if name not in self._tasks and name not in self._found:
                self._tasks[name] = loop.create_task(self._find(name))

    def listing(self, name: NormalizedName) -> Listing | None:
        """A project; None where no index has it. Waits for this one while the others go on.

        Raises:
            IndexUnreachable, IndexAnswerError: an index gave no usable answer; again each time it is asked for.
        """
        return _open_outcome(self._found[name]) if name in self._found else self.run(self.fetch_listing(name))

    async def fetch_listing(self, name: NormalizedName) -> Listing | None:
        """As ``listing``, for work that runs on the same loop.

        Raises:
            IndexUnreachable, IndexAnswerError: as there.
        """
        if name in self._found:
            return _open_outcome(self._found[name])
        if self._offline:  # nobody is waited for
            return _open_outcome(await self._find(name))
        self.want((name,))
        task = self._tasks[name]
        # Waits without owning the task: who is interrupted must not cancel what others wait for.
        await asyncio.wait([task])
        return _open_outcome(task.result())

    async def fetch(self, url: str, *, max_bytes: int, byte_range: ByteRange | None = None) -> Answer:
        """The bytes of a file, or a part of them, from the web or from this machine (a ``file:`` URL).

        Raises:
            IndexUnreachable, IndexAnswerError: as with ``Client.fetch``.
        """
        if file_path(url) is not None:
            return fetch_local(url, max_bytes=max_bytes, byte_range=byte_range)
        if self._offline:
            raise IndexNotAsked(redact_url(url), OFFLINE)
        return await self.client.fetch(url, max_bytes=max_bytes, byte_range=byte_range)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of other work on the same loop; what is wanted goes on meanwhile."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Cancel what is under way and close all connections; a second time does nothing."""
        try:
            if self._tasks or self._opened:
                self._runner.run(self._shut_down())
        finally:
            self._tasks.clear()
            self._opened = None
            self._runner.close()
            self._scratch.close()

    async def _find(self, name: NormalizedName) -> Outcome:
        outcome: Outcome
        try:
            outcome = await self._lookup.find_listing(name)
        except IndexFailure as failure:
            # Kept for the whole scan: the frames that the original holds would be kept with it. And once for all
            # projects that fail alike.
            alike = repr(failure)
            outcome = self._failures.get(alike) or self._failures.setdefault(alike, copy_failure(failure))
        self._found[name] = outcome
        self._tasks.pop(name, None)
        return outcome

    async def _shut_down(self) -> None:
        """Ends everything on the loop first: work that outlives its connections fails noisily."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._opened is not None:
            await self._opened.close()

    def _get_client(self) -> Client:
        if self._opened is None:
            self._opened = self._make_client()
        return self._opened


def _open_outcome(outcome: Outcome) -> Listing | None:
    if isinstance(outcome, IndexFailure):
        raise copy_failure(outcome)
    return outcome


def _make_client(settings: IndexSettings, environ: Mapping[str, str], home: Path, user_agent: str) -> Client:
    from scanner.index.http.client import Client  # noqa: PLC0415 - loads the HTTP library, which a warm scan never needs
    from scanner.index.http.proxies import read_proxies  # noqa: PLC0415 - as above
    from scanner.index.http.tls import make_tls_context  # noqa: PLC0415 - as above
    from scanner.index.settings.credentials import collect_credentials  # noqa: PLC0415 - as above

    return Client(
        user_agent=user_agent,
        tls=lambda: make_tls_context(settings.cert, environ),
        credentials=collect_credentials(settings.index_urls, environ=environ, home=home),
        proxies=read_proxies(environ, settings.proxy),
        timeout_seconds=settings.timeout_seconds,
        retries=settings.retries,
    )
