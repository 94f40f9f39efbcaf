"""The index with a cache: what is asked for again and what is not, and what answers without a network."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.index.cache import FILE_NAME, Cache
from scanner.index.listing import Listing
from scanner.index.projects import Index
from scanner.index.supply import IndexSupply
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import ArtifactError, IndexUnreachable
from scanner.model.index_settings import IndexLocation, IndexSettings
from scanner.model.requirement import Requirement
from scanner.runtime.candidates import Candidate
from scanner.runtime.tables import load_pyodide
from scanner.runtime.target import choose_target

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

FOO = canonicalize_name("foo")
NOON = 1_800_000_000.0


class World:
    """An index and a cache, opened anew for each scan, with a clock that stands still until it is set."""

    def __init__(self, index: FakeIndex, folder: Path) -> None:
        self.index = index
        self.folder = folder
        self.time = NOON
        self.notes: tuple[str, ...] = ()

    def scan(self, ask: Callable[[Index], Any], *, offline: bool = False, url: str = "") -> Any:
        """What one scan gets when it asks the index something."""
        location = IndexLocation(url=url or self.index.url, source="test")
        settings = IndexSettings(
            own_hosts=frozenset({"127.0.0.1"}), strategy="first-index", extra=(location,), retries=0
        )
        cache = Cache(self.folder, now=lambda: self.time)
        options: dict[str, Any] = {"environ": {}, "home": self.folder, "user_agent": "tests", "offline": offline}
        try:
            with Index(settings, cache=cache, **options) as opened:
                found = ask(opened)
                self.notes = (*opened.notes, *cache.notes())
        finally:
            cache.close()
        return found

    def listing(self, *, offline: bool = False, url: str = "") -> Listing | None:
        """The listing of «foo» in one scan."""
        found = self.scan(lambda index: index.listing(FOO), offline=offline, url=url)
        assert isinstance(found, Listing | None)
        return found

    def conditions(self) -> list[str | None]:
        """The If-None-Match headers of all requests so far."""
        return [request.headers.get("if-none-match") for request in self.index.requests]


@pytest.fixture
def world(index: FakeIndex, tmp_path: Path) -> World:
    return World(index, tmp_path / "cache")


def _versions(listing: Listing | None) -> list[str] | None:
    return None if listing is None else [str(version) for version in listing.versions]


def _answer(index: FakeIndex, *filenames: str, headers: Mapping[str, str] | None = None) -> None:
    files = [{"filename": name, "url": f"https://example.org/{name}", "hashes": {}} for name in filenames]
    body = json.dumps({"meta": {"api-version": "1.0"}, "name": "foo", "files": files})
    index.answer("foo", body, headers=headers)


def test_a_fresh_listing_is_not_asked_for_again(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", "1.0"))
    assert _versions(world.listing()) == ["1.0"]
    index.add(make_wheel("foo", "2.0"))
    world.time += 599
    assert _versions(world.listing()) == ["1.0"]
    assert index.count("foo") == 1
    world.time += 1
    assert _versions(world.listing()) == ["2.0", "1.0"]
    assert index.count("foo") == 2


def test_what_is_not_there_is_remembered_for_ten_minutes(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    assert world.listing() is None
    index.add(make_wheel("foo", "1.0"))
    world.time += 599
    assert world.listing() is None
    world.time += 1
    assert _versions(world.listing()) == ["1.0"]


def test_the_index_says_how_long_its_answer_is_fresh(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz", headers={"Cache-Control": "max-age=3600"})
    world.listing()
    world.time += 3599
    world.listing()
    assert index.count("foo") == 1
    world.time += 1
    world.listing()
    assert index.count("foo") == 2


def test_a_stale_listing_with_an_etag_is_asked_for_on_condition_and_renewed(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz", headers={"ETag": '"one"'})
    world.listing()
    index.answer("foo", b"", status=304, headers={"Cache-Control": "max-age=100"})
    world.time += 700
    assert _versions(world.listing()) == ["1.0"]
    assert world.conditions() == [None, '"one"']
    world.time += 99
    assert _versions(world.listing()) == ["1.0"]
    assert index.count("foo") == 2


def test_a_changed_listing_takes_the_place_of_the_old_one(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz", headers={"ETag": '"one"'})
    world.listing()
    _answer(index, "foo-2.0.tar.gz", headers={"ETag": '"two"'})
    world.time += 700
    assert _versions(world.listing()) == ["2.0"]
    world.time += 700
    world.listing()
    assert world.conditions() == [None, '"one"', '"two"']


def test_an_answer_that_must_not_be_stored_is_not(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz", headers={"Cache-Control": "no-store"})
    world.listing()
    world.listing()
    assert index.count("foo") == 2


def test_failures_are_not_remembered(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", "1.0"))
    index.fail("foo", times=1)
    with pytest.raises(IndexUnreachable):
        world.listing()
    assert _versions(world.listing()) == ["1.0"]


def test_indexes_do_not_answer_for_each_other(
    world: World, start_index: Callable[[], FakeIndex], make_wheel: MakeWheel
) -> None:
    world.index.add(make_wheel("foo", "1.0"))
    other = start_index()
    other.add(make_wheel("foo", "2.0"))
    assert _versions(world.listing()) == ["1.0"]
    assert _versions(world.listing(url=other.url)) == ["2.0"]
    assert _versions(world.listing()) == ["1.0"]


def test_credentials_are_not_in_the_cache(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.credentials = ("somebody", "hunter22")
    index.add(make_wheel("foo", "1.0"))
    location = IndexLocation(url=index.url, source="test", username="somebody", password="hunter22")
    cache = Cache(world.folder)
    settings = IndexSettings(own_hosts=frozenset({"127.0.0.1"}), strategy="first-index", extra=(location,), retries=0)
    with Index(settings, environ={}, home=world.folder, user_agent="tests", cache=cache) as opened:
        assert _versions(opened.listing(FOO)) == ["1.0"]
    cache.close()
    stored = b"".join(path.read_bytes() for path in world.folder.iterdir())
    assert index.url.encode() in stored
    assert b"hunter22" not in stored
    assert b"somebody" not in stored


def test_a_broken_entry_is_fetched_again(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", "1.0"))
    world.listing()
    with sqlite3.connect(world.folder / FILE_NAME) as database:
        database.execute("UPDATE entries SET body = X'7b7d'")
    database.close()
    assert _versions(world.listing()) == ["1.0"]
    assert index.count("foo") == 2


def test_offline_a_listing_of_any_age_answers_and_the_oldest_is_named(
    world: World, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("foo", "1.0"))
    world.listing()
    world.time += 10_000_000
    assert _versions(world.listing(offline=True)) == ["1.0"]
    assert world.notes == ("offline: using cached answers; the oldest (foo) is of 2027-01-15 08:00 UTC",)
    assert index.count("foo") == 1


def test_offline_what_is_not_in_the_cache_is_unreachable(world: World) -> None:
    with pytest.raises(IndexUnreachable, match="offline"):
        world.listing(offline=True)


def _metadata(index: Index) -> list[str]:
    target = choose_target()
    supply = IndexSupply(index, target, load_pyodide(target.pyodide), with_dependencies=True)
    candidate = supply.candidates(FOO).candidate(Version("1.0"))
    assert isinstance(candidate, Candidate)
    metadata = supply.metadata(candidate)
    return [] if metadata is None else [str(requirement) for requirement in metadata.requires]


def test_metadata_is_fetched_once_by_the_hash_of_its_file(
    world: World, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    url = index.add(make_wheel("foo", "1.0", requires=["bar>1"]))
    path = url.removeprefix(index.origin) + ".metadata"
    assert world.scan(_metadata) == ["bar>1"]
    world.time += 10_000_000
    assert world.scan(_metadata) == ["bar>1"]
    assert index.count(path) == 1
    assert world.scan(_metadata, offline=True) == ["bar>1"]


def test_metadata_of_a_file_without_a_hash_is_fetched_again_after_ten_minutes(
    world: World, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    url = index.add(make_wheel("foo", "1.0", requires=["bar>1"]), with_hash=False)
    path = url.removeprefix(index.origin) + ".metadata"
    world.scan(_metadata)
    world.scan(_metadata)
    assert index.count(path) == 1
    world.time += 600
    world.scan(_metadata)
    assert index.count(path) == 2
    world.time += 600
    assert world.scan(_metadata, offline=True) == ["bar>1"]


def test_an_index_that_claims_the_hash_of_another_file_answers_for_itself_only(
    world: World, index: FakeIndex, start_index: Callable[[], FakeIndex], make_wheel: MakeWheel
) -> None:
    real, forged = make_wheel("foo", "1.0", requires=["bar>1"]), make_wheel("foo", "1.0", requires=["evil"])
    index.add(real)
    hostile = start_index()
    url = hostile.add(forged)
    row = {"filename": real.filename, "url": url, "hashes": {"sha256": real.sha256}}
    hostile.answer("foo", json.dumps({"meta": {"api-version": "1.0"}, "name": "foo", "files": [row]}))
    assert world.scan(_metadata, url=hostile.url) == ["evil"]
    assert world.scan(_metadata) == ["bar>1"]


def test_metadata_of_another_project_is_not_kept(world: World, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", "1.0", metadata={"Name": "other"}))
    for _ in range(2):
        with pytest.raises(ArtifactError, match="another project"):
            world.scan(_metadata)
    with sqlite3.connect(world.folder / FILE_NAME) as database:
        assert database.execute("SELECT count(*) FROM entries WHERE kind = 'metadata'").fetchone() == (0,)
    database.close()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"",
        b"Name: other\nVersion: 1.0\n",
        b"Name: foo\nVersion: " + b"9" * 5000,
        b'{"shape": 2, "versions": ["1"], "url": "", "base": "", "fits": "1", "bytes": [Infinity]}',
        b'{"shape": 2, "versions": ["1"], "url": "", "base": "", "fits": "1", "bytes": [-5]}',
        b'{"shape": 2, "versions": [], "url": "", "base": "", "fits": "", "bytes": []}\n',
    ],
)
def test_a_forged_entry_is_a_miss_and_never_a_fault(
    world: World, index: FakeIndex, make_wheel: MakeWheel, body: bytes
) -> None:
    index.add(make_wheel("foo", "1.0", requires=["bar>1"]))
    world.scan(_metadata)
    with sqlite3.connect(world.folder / FILE_NAME) as database:
        database.execute("UPDATE entries SET body = ?, crc = ?, fresh_until = NULL", (body, zlib.crc32(body)))
    database.close()
    assert world.scan(_metadata) == ["bar>1"]


def test_a_forged_listing_that_never_expires_is_asked_for_again(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz")
    world.listing()
    with sqlite3.connect(world.folder / FILE_NAME) as database:
        database.execute("UPDATE entries SET fresh_until = NULL")
    database.close()
    world.listing()
    assert index.count("foo") == 2


def test_a_huge_entry_is_not_read(world: World, index: FakeIndex) -> None:
    _answer(index, "foo-1.0.tar.gz")
    world.listing()
    with sqlite3.connect(world.folder / FILE_NAME) as database:
        database.execute("UPDATE entries SET body = zeroblob(200000000)")
    database.close()
    assert _versions(world.listing()) == ["1.0"]
    assert index.count("foo") == 2


def test_no_key_holds_the_credentials_of_a_url() -> None:
    url = "https://me:hunter2@example.org/foo-1.0-py3-none-any.whl?token=hunter2"
    artifact = Artifact(filename="foo-1.0-py3-none-any.whl", url=url, kind=ArtifactKind.WHEEL, sha256="ab" * 32)
    assert artifact.cache_key == f"https://example.org/foo-1.0-py3-none-any.whl {'ab' * 32}"


def test_the_requirements_of_a_source_distribution_are_remembered(
    world: World, index: FakeIndex, make_sdist: MakeSdist
) -> None:
    url = index.add(make_sdist("foo", "1.0", requires=["bar>1"]))
    assert world.scan(_metadata) == ["bar>1"]
    assert world.scan(_metadata) == ["bar>1"]
    assert index.count(url.removeprefix(index.origin)) == 1


def _shipped(specifier: str) -> Callable[[Index], list[str]]:
    def ask(index: Index) -> list[str]:
        target = choose_target()
        supply = IndexSupply(index, target, load_pyodide(target.pyodide), with_dependencies=True)
        name = canonicalize_name("pandas")
        supply.prefetch((Requirement(name=name, specifier=SpecifierSet(specifier), text="pandas"),))
        found = supply.candidates(name)
        candidate = found.candidate(found.versions[0])
        assert candidate is not None
        metadata = supply.metadata(candidate)
        assert metadata is not None
        for requirement in metadata.requires:
            assert supply.candidates(canonicalize_name(requirement.name)).exists
        return sorted(requirement.name for requirement in metadata.requires)

    return ask


def test_offline_a_pin_to_the_pyodide_release_is_judged_from_the_shipped_data(world: World) -> None:
    package = load_pyodide(choose_target().pyodide).packages[canonicalize_name("pandas")]
    assert world.scan(_shipped(f"=={package.version}"), offline=True) == sorted(package.depends)
    assert world.index.requests == []


@pytest.mark.parametrize("specifier", ["", ">=1", "==0.1"])
def test_offline_any_other_version_of_it_is_not(world: World, specifier: str) -> None:
    with pytest.raises(IndexUnreachable):
        world.scan(_shipped(specifier), offline=True)
