"""All package indexes, with a synchronous interface. Announced projects are fetched concurrently."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from packaging.utils import NormalizedName

from scanner.index.cache import Cache
from scanner.index.http.answer import Answer, ByteRange
from scanner.index.listing import Listing
from scanner.index.listing.local import fetch_local
from scanner.index.listing_cache import ListingCache
from scanner.index.lookup import OFFLINE, Lookup, copy_failure
from scanner.index.settings import DEFAULT_RETRIES, DEFAULT_TIMEOUT_SECONDS
from scanner.model.errors import IndexFailure, IndexNotAsked
from scanner.model.index_settings import IndexSettings
from scanner.model.urls import file_path, redact_url

if TYPE_CHECKING:
    from scanner.index.http import Client
    from scanner.index.settings.credentials import Ask

T = TypeVar("T")
Outcome = Listing | None | IndexFailure


class Runner(Protocol):
    """Runs a coroutine on an event loop, as ``asyncio.Runner`` does."""

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine. Other tasks on the loop continue to run."""

    def close(self) -> None:
        """Close the loop, if it belongs to the runner."""


class Index:
    """All configured indexes, on the event loop of a runner.

    For one thread. The names passed to ``announce`` make progress whenever any method waits. Use it
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
        runner: Runner | None = None,
        ask_keyring: Ask | None = None,
        deadline: float | None = None,
    ) -> None:
        """Open nothing yet; ``client_factory`` replaces the client that settings and environment describe.

        ``offline`` uses no network: local indexes, folders and the cache still answer, everything else is unreachable.
        The cache stays open: it belongs to the caller. ``runner`` None means a loop of the index's own;
        ``ask_keyring`` gives the password of a user at an index; ``deadline`` is the moment of ``time.monotonic`` at
        which requests are given up.
        """
        self.settings = settings
        self._offline = offline
        self._make_client = client_factory or (lambda: _make_client(settings, environ, home, user_agent, ask_keyring))
        self._opened: Client | None = None
        self._deadline = deadline
        self.cache = cache
        self._listings = ListingCache(cache) if cache is not None else None
        self._runner = runner or make_runner()
        self._own_tasks: set[asyncio.Task[Any]] = set()
        client = None if offline else self._get_client
        self._lookup = Lookup(settings, client, self._listings, self.spawn)
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
        """The HTTP client, for other requests; use it inside ``run``.

        Raises:
            IndexNotAsked: the index is offline.
        """
        if self._offline:
            raise IndexNotAsked("the network", OFFLINE)
        return self._get_client()

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the settings, as sentences."""
        missing = (f"find-links: {url} does not exist" for url in self._lookup.missing_links())
        refusals = (f"{url} refused access to packages that other indexes have" for url in self._lookup.refusing)
        age = self._listings.age_note() if self._listings is not None else None
        return (*self.settings.notes, *missing, *refusals, *((age,) if age else ()))

    @property
    def is_offline(self) -> bool:
        """Whether it uses no network."""
        return self._offline

    def announce(self, names: Iterable[NormalizedName]) -> None:
        """Start to fetch these projects. Projects that were announced before are not fetched again."""
        self.run(self._announce(names))

    def listing(self, name: NormalizedName) -> Listing | None:
        """A project; None if no index has it. Waits for this project while the others continue.

        Raises:
            IndexUnreachable, IndexAnswerError: an index gave no usable answer; again each time it is asked for.
        """
        return _open_outcome(self._found[name]) if name in self._found else self.run(self.fetch_listing(name))

    async def fetch_listing(self, name: NormalizedName) -> Listing | None:
        """As ``listing``, for coroutines on the same loop.

        Raises:
            IndexUnreachable, IndexAnswerError: as there.
        """
        if name in self._found:
            return _open_outcome(self._found[name])
        if self._offline:  # no requests, so nothing to wait for
            return _open_outcome(await self._find(name))
        await self._announce((name,))
        task = self._tasks[name]
        # The task is shielded: cancelling one caller must not cancel it for other callers.
        await asyncio.wait([task])
        return _open_outcome(task.result())

    async def fetch(self, url: str, *, max_bytes: int, byte_range: ByteRange | None = None) -> Answer:
        """The bytes of a file, or a part of them, from the network or from a local file (a ``file:`` URL).

        Raises:
            IndexUnreachable, IndexAnswerError: as with ``Client.fetch``.
        """
        if file_path(url) is not None:
            return fetch_local(url, max_bytes=max_bytes, byte_range=byte_range)
        if self._offline:
            raise IndexNotAsked(redact_url(url), OFFLINE)
        return await self.client.fetch(url, max_bytes=max_bytes, byte_range=byte_range)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine on the same loop. Announced projects are fetched concurrently."""
        return self._runner.run(coroutine)

    def spawn(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task on the running loop. It is cancelled when the index closes."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._own_tasks.add(task)
        task.add_done_callback(self._own_tasks.discard)
        return task

    def close(self) -> None:
        """Cancel running tasks and close all connections. Idempotent."""
        try:
            if self._own_tasks or self._opened:
                self._runner.run(self._shut_down())
        finally:
            self._tasks.clear()
            self._opened = None
            self._runner.close()

    async def _find(self, name: NormalizedName) -> Outcome:
        outcome: Outcome
        try:
            outcome = await self._lookup.find_listing(name)
        except IndexFailure as failure:
            # A copy without the traceback, because it is kept for the whole scan and its frames would be too. Projects
            # with the same failure share it.
            alike = repr(failure)
            outcome = self._failures.get(alike) or self._failures.setdefault(alike, copy_failure(failure))
        self._found[name] = outcome
        self._tasks.pop(name, None)
        return outcome

    async def _announce(self, names: Iterable[NormalizedName]) -> None:
        for name in names:
            if name not in self._tasks and name not in self._found:
                self._tasks[name] = self.spawn(self._find(name))

    async def _shut_down(self) -> None:
        """Cancels the own tasks first: a task that outlives its connections prints errors."""
        tasks = tuple(self._own_tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._opened is not None:
            await self._opened.close()

    def _get_client(self) -> Client:
        if self._opened is None:
            client = self._make_client()
            self._opened = client if self._deadline is None else _bound(client, self._deadline)
        return self._opened


def _open_outcome(outcome: Outcome) -> Listing | None:
    if isinstance(outcome, IndexFailure):
        raise copy_failure(outcome)
    return outcome


def _bound(client: Client, deadline: float) -> Client:
    from scanner.index.http.deadline import DeadlineClient  # noqa: PLC0415 - a warm scan never needs it

    return DeadlineClient(client, deadline)


def _make_client(
    settings: IndexSettings, environ: Mapping[str, str], home: Path, user_agent: str, ask_keyring: Ask | None
) -> Client:
    from scanner.index.http.client import HttpClient  # noqa: PLC0415 - loads httpx, which a warm scan never needs
    from scanner.index.http.environment import make_tls_context, read_proxies  # noqa: PLC0415 - as above
    from scanner.index.settings.credentials import collect_credentials  # noqa: PLC0415 - as above

    places = (*settings.locations, *settings.find_links)
    return HttpClient(
        user_agent=user_agent,
        tls=lambda: make_tls_context(settings.cert, environ),
        own_hosts=settings.own_hosts,
        credentials=collect_credentials(
            places, environ=environ, home=home, own_hosts=settings.own_hosts, ask_keyring=ask_keyring
        ),
        proxies=read_proxies(environ, settings.proxy),
        timeout_seconds=settings.timeout_seconds or DEFAULT_TIMEOUT_SECONDS,
        retries=DEFAULT_RETRIES if settings.retries is None else settings.retries,
    )


def make_runner() -> Runner:
    """A runner with its own loop, in its own thread if this thread already runs a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.Runner()
    return _ThreadRunner()


class _ThreadRunner:
    """Runs coroutines on a loop in another thread. A notebook needs this: its own thread already runs a loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="compat-scan-index", daemon=True)
        self._thread.start()

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(coro, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
