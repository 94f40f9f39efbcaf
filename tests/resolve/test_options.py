"""The settings of a resolution: preferences, what is too new, which end of a range, and prereleases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.model.target import Target
from scanner.resolve import Graph, Options, Prerelease, Resolution, resolve_flat, resolve_tree
from scanner.runtime.candidates import Candidates, FixedReleases
from tests.resolve.conftest import TableSupply

Make = Callable[..., Any]
PROJECTS: Any = {
    "a": {"1.0": ["b>=1"], "2.0": ["b>=1"], "3.0b1": []},
    "b": {"1.0": [], "1.5": [], "2.0": [], "3.0a1": []},
    "pre": {"1.0b1": [], "1.0b2": []},
}
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def choose(target: Target, supply: Make, requirements: Make) -> Make:
    """The versions that are chosen with these options."""

    def run(*texts: str, projects: Any = PROJECTS, **options: Any) -> dict[str, str | None]:
        graph = resolve_tree(requirements(*texts), target=target, supply=supply(projects), options=Options(**options))
        return _versions(graph)

    return run


def _versions(graph: Graph) -> dict[str, str | None]:
    return {key: str(node.chosen.version) if node.chosen else None for key, node in graph.nodes.items()}


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        (Resolution.HIGHEST, {"a": "2.0", "b": "2.0"}),
        (Resolution.LOWEST, {"a": "1.0", "b": "1.0"}),
        (Resolution.LOWEST_DIRECT, {"a": "1.0", "b": "2.0"}),
    ],
)
def test_the_resolution_says_which_end_of_a_range_is_taken(
    choose: Make, resolution: Resolution, expected: dict[str, str]
) -> None:
    assert choose("a", resolution=resolution) == expected


def test_the_lowest_version_is_also_found_where_something_must_be_taken_back(choose: Make) -> None:
    projects = {"a": {"1.0": ["b<1"], "2.0": ["b<2"], "3.0": []}, "b": {"1.0": [], "2.0": []}}
    assert choose("a", "b", projects=projects, resolution=Resolution.LOWEST) == {"a": "2.0", "b": "1.0"}


def test_a_preference_is_taken_again_where_it_satisfies(choose: Make) -> None:
    preferences = {canonicalize_name("a"): Version("1.0"), canonicalize_name("b"): Version("1.5")}
    assert choose("a", preferences=preferences) == {"a": "1.0", "b": "1.5"}
    assert choose("a>=2", preferences=preferences) == {"a": "2.0", "b": "1.5"}
    assert choose("a", "b>=2", preferences=preferences) == {"a": "1.0", "b": "2.0"}


def test_a_preference_without_a_wheel_gives_way(choose: Make) -> None:
    projects: Any = {"a": {"1.0!": [], "2.0": [], "3.0": []}}
    assert choose("a", projects=projects, preferences={canonicalize_name("a"): Version("1.0")}) == {"a": "3.0"}


@pytest.mark.parametrize(
    ("mode", "texts", "expected"),
    [
        (Prerelease.IF_NECESSARY_OR_EXPLICIT, ("b", "pre"), {"b": "2.0", "pre": "1.0b2"}),
        (Prerelease.IF_NECESSARY_OR_EXPLICIT, ("b>=2.0a1",), {"b": "3.0a1"}),
        (Prerelease.IF_NECESSARY, ("b>=2.0a1", "pre"), {"b": "2.0", "pre": "1.0b2"}),
        (Prerelease.EXPLICIT, ("b>=2.0a1", "pre"), {"b": "3.0a1", "pre": None}),
        (Prerelease.ALLOW, ("a", "b"), {"a": "3.0b1", "b": "3.0a1"}),
        (Prerelease.DISALLOW, ("b>=2.0a1", "pre"), {"b": "2.0", "pre": None}),
    ],
)
def test_prereleases_are_taken_as_the_setting_says(
    choose: Make, mode: Prerelease, texts: tuple[str, ...], expected: dict[str, str | None]
) -> None:
    assert choose(*texts, prerelease=mode) == expected


class _Dated(TableSupply):
    """The same table with a file uploaded each day, the oldest version first; ``undated`` ones say nothing."""

    def candidates(self, name: NormalizedName) -> Candidates:
        known = super().candidates(name)
        assert isinstance(known.listing, FixedReleases)
        releases = []
        for number, release in enumerate(sorted(known.listing.releases, key=lambda one: one.version)):
            time = None if name == "undated" else DAY + timedelta(days=number)
            files = tuple(replace(file, upload_time=time) for file in release.artifacts)
            releases.append(replace(release, artifacts=files))
        listing = FixedReleases(releases=tuple(releases), url="table")
        return Candidates(name=name, target=self.target, listing=listing, pyodide=None)


def test_what_is_too_new_does_not_count(target: Target, requirements: Make) -> None:
    source = _Dated(PROJECTS, target)
    options = Options(exclude_newer=DAY + timedelta(days=1, hours=1))
    graph = resolve_tree(requirements("a"), target=target, supply=source, options=options)
    assert _versions(graph) == {"a": "2.0", "b": "1.5"}
    assert [str(version) for version in graph.nodes["b"].satisfying] == ["1.5", "1.0"]
    flat = resolve_flat(requirements("b"), target=target, supply=source, options=Options(exclude_newer=DAY))
    assert _versions(flat) == {"b": None}


def test_what_has_no_upload_time_does_not_count_either(target: Target, requirements: Make) -> None:
    source = _Dated({"undated": {"1.0": []}}, target)
    options = Options(exclude_newer=DAY + timedelta(days=9))
    assert _versions(resolve_tree(requirements("undated"), target=target, supply=source, options=options)) == {
        "undated": None
    }
    assert _versions(resolve_tree(requirements("undated"), target=target, supply=source)) == {"undated": "1.0"}
