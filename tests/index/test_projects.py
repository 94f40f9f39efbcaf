"""The index as the other stages see it: several indexes, failures, order, and progress in the background."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.index import IndexChoice, open_supply
from scanner.index.http.answer import Answer
from scanner.index.listing import Listing
from scanner.index.projects import Index
from scanner.model.errors import IndexAnswerError, IndexRefused, IndexUndefined, IndexUnreachable
from scanner.model.index_settings import IndexLocation, IndexPin, IndexSettings
from scanner.runtime.target import choose_target

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

    StartIndex = Callable[[], FakeIndex]

FOO, BAR, BAZ = (canonicalize_name(name) for name in ("foo", "bar", "baz"))


class OpenIndex(Protocol):
    """Opens an index over these places, closed with the test; keywords are ``IndexSettings`` or ``Index`` ones."""

    def __call__(self, *places: FakeIndex | IndexLocation | str, **keywords: Any) -> Index: ...


@pytest.fixture
def open_index(tmp_path: Path) -> Iterator[OpenIndex]:
    opened: list[Index] = []

    def open_it(*places: FakeIndex | IndexLocation | str, **keywords: Any) -> Index:
        own = {key: keywords.pop(key) for key in ("offline", "environ", "runner") if key in keywords}
        pins = keywords.pop("pins", {})
        links = tuple(IndexLocation(url=url, source="test", is_flat=True) for url in keywords.pop("find_links", ()))
        settings = IndexSettings(
            extra=tuple(map(_location, places)),
            find_links=links,
            pins=tuple(IndexPin(project=name, index=url) for name, urls in pins.items() for url in urls or [""]),
            own_hosts=frozenset({"127.0.0.1"}),
            **{"retries": 0, "strategy": "first-index", **keywords},
        )
        opened.append(Index(settings, **{"environ": {}, **own}, home=tmp_path, user_agent="compat-scan/9"))
        return opened[-1]

    yield open_it
    for index in opened:
        index.close()


def _location(place: FakeIndex | IndexLocation | str) -> IndexLocation:
    if isinstance(place, IndexLocation):
        return place
    return IndexLocation(url=place if isinstance(place, str) else place.url, source="test")


def _versions(listing: Listing | None) -> list[str] | None:
    return None if listing is None else [str(version) for version in listing.versions]


def _dead_url() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/simple/"


def _folder_index(root: Path, *filenames: str) -> str:
    for filename in filenames:
        path = root / filename.split("-")[0] / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return root.as_uri() + "/"


def test_a_project_is_listed_and_asked_for_once(index: FakeIndex, open_index: OpenIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", "1.0"))
    opened = open_index(index)
    assert _versions(opened.listing(FOO)) == ["1.0"]
    assert opened.listing(FOO) is opened.listing(FOO)
    assert index.count("foo") == 1
    assert index.requests[0].headers["user-agent"] == "compat-scan/9"


def test_a_project_that_no_index_has_is_none(index: FakeIndex, open_index: OpenIndex) -> None:
    assert open_index(index).listing(FOO) is None


def test_a_name_that_cannot_be_one_is_never_asked_for(index: FakeIndex, open_index: OpenIndex) -> None:
    assert open_index(index).listing(NormalizedName("../../etc")) is None
    assert index.requests == []


@pytest.mark.parametrize("html_only", [False, True])
def test_json_and_html_say_the_same(
    index: FakeIndex, open_index: OpenIndex, make_wheel: MakeWheel, *, html_only: bool
) -> None:
    index.html_only = html_only
    wheel = make_wheel("foo", "1.0", requires_python=">=3.9")
    index.add(wheel, yanked="broken")
    listing = open_index(index).listing(FOO)
    assert listing is not None
    release = listing.release(Version("1.0"))
    assert release is not None
    (artifact,) = release.artifacts
    assert (artifact.sha256, artifact.requires_python, artifact.yanked) == (wheel.sha256, ">=3.9", "broken")
    assert artifact.metadata_sha256 is not None


def test_what_is_wanted_is_fetched_while_something_else_is_waited_for(index: FakeIndex, open_index: OpenIndex) -> None:
    for name in ("foo", "bar", "baz"):
        index.add_names(name, [f"{name}-1.0.tar.gz"])
    opened = open_index(index)
    opened.announce([FOO, BAR, FOO])
    opened.announce([BAR, BAZ])
    for name in (BAZ, FOO, BAR):
        assert _versions(opened.listing(name)) == ["1.0"]
    assert len(index.requests) == 3


def test_a_slow_project_does_not_hold_up_the_others(index: FakeIndex, open_index: OpenIndex) -> None:
    index.hang("foo")
    index.add_names("bar", ["bar-1.0.tar.gz"])
    opened = open_index(index)
    opened.announce([FOO, BAR])
    assert _versions(opened.listing(BAR)) == ["1.0"]


def test_a_failure_is_remembered_and_raised_afresh_each_time(index: FakeIndex, open_index: OpenIndex) -> None:
    index.answer("foo", "not json")
    opened = open_index(index)
    failures = []
    for _ in range(2):
        with pytest.raises(IndexAnswerError) as caught:
            opened.listing(FOO)
        failures.append(caught.value)
    assert index.count("foo") == 1
    assert failures[0] is not failures[1]
    assert str(failures[0]) == str(failures[1])


def test_an_answer_about_another_project_is_an_error(index: FakeIndex, open_index: OpenIndex) -> None:
    index.answer("foo", '{"meta": {"api-version": "1.0"}, "name": "bar", "files": []}')
    with pytest.raises(IndexAnswerError, match="about bar"):
        open_index(index).listing(FOO)


def test_other_work_on_the_same_loop_can_ask_for_listings_and_files(
    index: FakeIndex, open_index: OpenIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    wheel = make_wheel("foo")
    url = index.add(wheel)
    (tmp_path / "local").write_bytes(b"here")
    opened = open_index(index)

    async def work() -> tuple[Listing | None, bytes, bytes, bytes]:
        listing, answer = await asyncio.gather(opened.fetch_listing(FOO), opened.fetch(url, max_bytes=10_000))
        part = await opened.client.fetch(url, byte_range=(0, 2))
        local = await opened.fetch((tmp_path / "local").as_uri(), max_bytes=10)
        return listing, answer.body, part.body, local.body

    listing, whole, part, local = opened.run(work())
    assert listing is not None
    assert (whole, part, local) == (wheel.data, b"PK", b"here")


# --- several indexes ---


def test_the_first_index_that_has_a_project_provides_it(start_index: StartIndex, open_index: OpenIndex) -> None:
    first, second = start_index(), start_index()
    first.add_names("foo", ["foo-1.0.tar.gz"])
    second.add_names("foo", ["foo-2.0.tar.gz"])
    second.add_names("bar", ["bar-2.0.tar.gz"])
    opened = open_index(first, second)
    assert _versions(opened.listing(FOO)) == ["1.0"]
    assert _versions(opened.listing(BAR)) == ["2.0"]
    assert second.count("foo") == 0


def test_with_best_match_all_indexes_count_together(start_index: StartIndex, open_index: OpenIndex) -> None:
    first, second = start_index(), start_index()
    first.add_names("foo", ["foo-1.0.tar.gz", "foo-2.0.tar.gz"])
    second.add_names("foo", ["foo-2.0.tar.gz", "foo-3.0.tar.gz"])
    listing = open_index(first, second, strategy="unsafe-best-match").listing(FOO)
    assert listing is not None
    assert _versions(listing) == ["3.0", "2.0", "1.0"]
    release = listing.release(Version("2.0"))
    assert release is not None
    assert [artifact.url for artifact in release.artifacts] == [f"{first.origin}/files/foo/foo-2.0.tar.gz"]


@pytest.mark.parametrize("strategy", ["first-index", "unsafe-best-match"])
def test_an_index_that_fails_is_never_passed_over(index: FakeIndex, open_index: OpenIndex, strategy: str) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    with pytest.raises(IndexUnreachable, match="no connection"):
        open_index(_dead_url(), index, strategy=strategy).listing(FOO)


def test_an_index_behind_the_one_that_has_it_may_fail(index: FakeIndex, open_index: OpenIndex) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    assert _versions(open_index(index, _dead_url()).listing(FOO)) == ["1.0"]


def test_an_explicit_index_provides_only_what_is_pinned_to_it(start_index: StartIndex, open_index: OpenIndex) -> None:
    main, own = start_index(), start_index()
    for name in ("foo", "bar"):
        main.add_names(name, [f"{name}-1.0.tar.gz"])
        own.add_names(name, [f"{name}-2.0.tar.gz"])
    explicit = IndexLocation(url=own.url, source="test", name="own", is_explicit=True)
    opened = open_index(explicit, main, pins={"foo": (own.url,)})
    assert _versions(opened.listing(FOO)) == ["2.0"]
    assert _versions(opened.listing(BAR)) == ["1.0"]
    assert opened.listing(BAZ) is None
    assert own.count("baz") == 0


def test_an_index_can_say_not_there_in_its_own_way(start_index: StartIndex, open_index: OpenIndex) -> None:
    odd, main = start_index(), start_index()
    odd.fail("foo", status=403)
    main.add_names("foo", ["foo-1.0.tar.gz"])
    location = IndexLocation(url=odd.url, source="test", absent_statuses=frozenset({403}))
    assert _versions(open_index(location, main).listing(FOO)) == ["1.0"]


def test_an_index_that_refuses_is_passed_over_with_a_note_where_another_has_the_project(
    start_index: StartIndex, open_index: OpenIndex
) -> None:
    private, main = start_index(), start_index()
    for name in ("foo", "bar"):
        private.fail(name, status=403)
    main.add_names("foo", ["foo-1.0.tar.gz"])
    opened = open_index(private, main, strategy="unsafe-best-match")
    assert not opened.notes
    assert _versions(opened.listing(FOO)) == ["1.0"]
    assert opened.notes == (f"{private.url} refused access to packages that other indexes have",)
    with pytest.raises(IndexRefused, match="HTTP 403"):
        opened.listing(BAR)


def test_what_a_pattern_ties_comes_from_its_index_and_an_undefined_index_has_nothing(
    start_index: StartIndex, open_index: OpenIndex
) -> None:
    main, own = start_index(), start_index()
    own.add_names("bar", ["bar-2.0.tar.gz"])
    opened = open_index(main, own, pins={"ba*": (own.url,), "baz": (), "foo": ()})
    assert _versions(opened.listing(BAR)) == ["2.0"]
    assert opened.listing(BAZ) is None
    with pytest.raises(IndexUndefined, match="not defined"):
        opened.listing(FOO)
    assert (main.requests, own.count("baz")) == ([], 1)


def test_credentials_of_one_index_do_not_reach_the_other(start_index: StartIndex, open_index: OpenIndex) -> None:
    private, public = start_index(), start_index()
    private.credentials = ("me", "secret")
    public.add_names("foo", ["foo-1.0.tar.gz"])
    location = IndexLocation(url=private.url, source="test", username="me", password="secret")
    assert _versions(open_index(location, public).listing(FOO)) == ["1.0"]
    assert private.requests[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in public.requests[0].headers


# --- local places ---


def test_local_and_remote_indexes_stand_side_by_side(index: FakeIndex, open_index: OpenIndex, tmp_path: Path) -> None:
    index.add_names("foo", ["foo-2.0.tar.gz"])
    index.add_names("bar", ["bar-2.0.tar.gz"])
    url = _folder_index(tmp_path / "simple", "foo-1.0.tar.gz")
    opened = open_index(url, index, strategy="unsafe-best-match")
    assert _versions(opened.listing(FOO)) == ["2.0", "1.0"]
    assert _versions(opened.listing(BAR)) == ["2.0"]


def test_find_links_always_count(index: FakeIndex, open_index: OpenIndex, tmp_path: Path) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    index.answer("/links", '<a href="foo-3.0.tar.gz">x</a><a href="bar-3.0.tar.gz">x</a>', content_type="text/html")
    (tmp_path / "foo-2.0.tar.gz").write_bytes(b"")
    absent = (tmp_path / "absent").as_uri()
    opened = open_index(index, find_links=(tmp_path.as_uri(), f"{index.origin}/links", absent, f"{index.origin}/no"))
    assert _versions(opened.listing(FOO)) == ["3.0", "2.0", "1.0"]
    assert _versions(opened.listing(BAR)) == ["3.0"]
    assert index.count("/links") == 1
    assert opened.notes == (f"find-links: {absent} does not exist",)


def test_a_find_links_place_whose_name_is_too_long_does_not_exist(open_index: OpenIndex) -> None:
    url = f"file:///{'a' * 300}"
    opened = open_index(find_links=(url,), no_index=True)
    assert opened.listing(FOO) is None
    assert opened.notes == (f"find-links: {url} does not exist",)


def test_a_find_links_page_that_fails_is_a_failure(index: FakeIndex, open_index: OpenIndex) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    index.fail("/links", status=500)
    opened = open_index(index, find_links=(f"{index.origin}/links",))
    for name in (FOO, BAR):
        with pytest.raises(IndexUnreachable, match="HTTP 500"):
            opened.listing(name)


def test_without_any_index_only_find_links_count(open_index: OpenIndex, tmp_path: Path) -> None:
    (tmp_path / "foo-2.0.tar.gz").write_bytes(b"")
    opened = open_index(find_links=(tmp_path.as_uri(),), no_index=True)
    assert _versions(opened.listing(FOO)) == ["2.0"]
    assert opened.listing(BAR) is None


# --- offline, dead, interrupted ---


def test_offline_nothing_is_opened_and_local_places_still_answer(
    index: FakeIndex, open_index: OpenIndex, tmp_path: Path
) -> None:
    url = _folder_index(tmp_path / "simple", "foo-1.0.tar.gz")
    opened = open_index(url, index, offline=True)
    assert _versions(opened.listing(FOO)) == ["1.0"]
    with pytest.raises(IndexUnreachable, match="offline"):
        opened.listing(BAR)
    with pytest.raises(IndexUnreachable, match="offline"):
        opened.run(opened.fetch(f"{index.origin}/x", max_bytes=1))
    with pytest.raises(IndexUnreachable, match="offline"):
        _ = opened.client
    linked = open_index(find_links=(f"{index.origin}/links",), offline=True)
    with pytest.raises(IndexUnreachable, match="offline"):
        linked.listing(FOO)
    assert index.requests == []


def test_a_dead_index_fails_for_every_project_without_trying_each(open_index: OpenIndex) -> None:
    names = [canonicalize_name(f"p{number}") for number in range(100)]
    opened = open_index(_dead_url())
    opened.announce(names)
    failures = []
    for name in names:
        with pytest.raises(IndexUnreachable) as caught:
            opened.listing(name)
        failures.append(str(caught.value))
    assert any("not tried" in failure for failure in failures)


def test_inside_a_running_loop_the_index_works_and_only_its_own_tasks_end_with_it(
    index: FakeIndex, open_index: OpenIndex
) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    index.hang("bar")

    async def notebook() -> bool:
        other = asyncio.create_task(asyncio.sleep(60))
        opened = open_index(index)
        opened.announce([BAR])
        assert _versions(opened.listing(FOO)) == ["1.0"]
        opened.close()
        await asyncio.sleep(0)
        is_alive = not other.done()
        other.cancel()
        return is_alive

    assert asyncio.run(notebook())


def test_a_runner_of_the_caller_is_used_and_its_other_tasks_live_on(index: FakeIndex, open_index: OpenIndex) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    index.hang("bar")

    class Kept:
        """A runner whose loop goes on after ``close``, as the loop of a browser does."""

        def __init__(self) -> None:
            self.loop = asyncio.new_event_loop()

        def run(self, coro: Coroutine[Any, Any, Any]) -> Any:
            return self.loop.run_until_complete(coro)

        def close(self) -> None:
            """Keep the loop."""

    runner = Kept()
    other = runner.loop.create_task(asyncio.sleep(60))
    opened = open_index(index, runner=runner)
    opened.announce([BAR])
    assert _versions(opened.listing(FOO)) == ["1.0"]
    opened.close()
    assert asyncio.all_tasks(runner.loop) == {other}
    other.cancel()
    runner.run(asyncio.sleep(0))
    runner.loop.close()


def test_another_client_can_take_the_place_of_the_one_over_httpx(tmp_path: Path) -> None:
    class Canned:
        """Answers every request with an empty listing."""

        async def fetch(self, url: str, **_: object) -> Answer:
            body = b'{"meta": {"api-version": "1.0"}, "name": "foo", "files": []}'
            return Answer(url=url, status=200, headers={"content-type": "application/json"}, body=body)

        async def close(self) -> None:
            """Nothing is open."""

    clients: list[IndexSettings] = []

    def make_client(settings: IndexSettings) -> Canned:
        clients.append(settings)
        return Canned()

    surroundings = {"environ": {"PIP_CONFIG_FILE": os.devnull}, "home": tmp_path, "directory": tmp_path}
    with open_supply(choose_target(), IndexChoice(), make_client=make_client, **surroundings) as supply:  # type: ignore[arg-type]
        assert not supply.candidates(FOO).versions
        assert clients == [supply.settings]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Interrupts count even where the tests run in the background of a shell, which has them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_the_waiting_and_leaves_nothing_open(index: FakeIndex, open_index: OpenIndex) -> None:
    index.hang("foo")
    opened = open_index(index)

    async def interrupt_soon() -> None:
        asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGINT)

    opened.run(interrupt_soon())
    with pytest.raises(KeyboardInterrupt):
        opened.listing(FOO)
    opened.close()
    opened.close()


def test_the_http_library_is_loaded_only_when_something_is_fetched() -> None:
    program = "import sys, scanner.index.projects, scanner.index.settings; print('httpx' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_closing_an_index_that_was_never_used_opens_nothing(index: FakeIndex, tmp_path: Path) -> None:
    settings = IndexSettings(own_hosts=frozenset({"127.0.0.1"}), strategy="first-index", extra=(_location(index),))

    def refuse() -> Any:
        pytest.fail("nothing was asked for")

    with Index(settings, environ={}, home=tmp_path, user_agent="tests", client_factory=refuse) as opened:
        assert opened.notes == ()
    assert index.requests == []
