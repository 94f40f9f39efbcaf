"""Versions of direct dependencies that avoid a blocker, found by resolving without the project's bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.requirement import Requirement
from scanner.resolve.graph import Suggestion
from scanner.resolve.newest import find_misfits, list_reachable
from scanner.resolve.rules import Rules
from scanner.resolve.search import Picks, Search, Solution

_MAX_ASKED = 3
"""The number of direct dependencies that are tried; each requires its own resolution."""
_MAX_METADATA = 60
"""How many more versions each of these resolutions may read the metadata of."""


def find_suggestions(
    rules: Rules, roots: tuple[Requirement, ...], solution: Solution
) -> dict[NormalizedName, Suggestion]:
    """For blocked direct dependencies that the project bounds: a version of each that would not be blocked.

    A version is only given if the whole project resolves with it, without that blocker and without a new one.
    """
    found = {}
    for name in list(_find_bounded(rules, roots, solution))[:_MAX_ASKED]:
        suggestion = _ask_without_bound(rules, roots, solution, name)
        if suggestion is not None:
            found[name] = suggestion
    return found


def _find_bounded(rules: Rules, roots: tuple[Requirement, ...], solution: Solution) -> Iterator[NormalizedName]:
    """The direct dependencies that are blocked from below, and of which the project leaves out versions."""
    for name in dict.fromkeys(one.name for one in solution.container.roots):
        own = [one for one in roots if one.name == name]
        candidates = None if all(one.url for one in own) else rules.candidates(name)
        blockers = _misfits_below(rules, own, solution.container.picks)
        if candidates is None or not blockers or not blockers.isdisjoint(one.name for one in roots):
            continue
        if len(rules.satisfying(candidates, own)) < len(rules.satisfying(candidates, ())):
            yield name


def _ask_without_bound(
    rules: Rules, roots: tuple[Requirement, ...], solution: Solution, name: NormalizedName
) -> Suggestion | None:
    freed = tuple(replace(one, specifier=SpecifierSet()) if one.name == name else one for one in roots)
    asked = Rules(
        target=rules.target,
        supply=rules.supply,
        constraints=rules.constraints,
        overrides=rules.overrides,
        options=rules.options,
        opaque={one.name for one in roots if one.url is not None},
    )
    own = tuple(one for one in freed if one.name == name)
    rules.supply.prefetch(own, narrow=asked.narrow)
    other = Search(asked, freed, metadata=_MAX_METADATA).run()
    chosen = _version_of(other.worker.picks, name)
    if chosen is None or other.blocked - (solution.blocked - {name}) or other.worker.conflicts:
        return None
    below = {one for one, _ in list_reachable(asked, own, other.worker.picks)}
    gone = _misfits_below(rules, [one for one in roots if one.name == name], solution.container.picks)
    parts = {part: _version_of(other.worker.picks, part) if part in below else None for part in sorted(gone)}
    return Suggestion(version=chosen, parts=parts)


def _version_of(picks: Picks, name: NormalizedName) -> Version | None:
    pick = picks.get((name, None))
    return pick.version if pick else None


def _misfits_below(rules: Rules, requirements: Iterable[Requirement], picks: Picks) -> set[NormalizedName]:
    return find_misfits(picks) & {name for name, _ in list_reachable(rules, requirements, picks)}
