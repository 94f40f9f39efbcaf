"""Which version of a direct dependency would do, beyond those that the project allows: found by asking without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.requirement import Want
from scanner.resolve.dead_ends import list_reachable
from scanner.resolve.graph import WayOut
from scanner.resolve.rules import BudgetSpentError, Key, Pick, Rules
from scanner.resolve.search import Search, find_misfits

_MAX_ASKED = 3
"""Of so many direct dependencies it is asked; each takes a resolution of its own."""
_MAX_METADATA = 60
"""How many further versions each of these resolutions may ask."""

Picks = Mapping[Key, Pick]


def find_ways_out(rules: Rules, roots: tuple[Want, ...], picks: Picks) -> dict[NormalizedName, WayOut]:
    """For direct dependencies that the project bounds and that need something without a wheel: what would do.

    A version is only given where the whole project resolves with it, without that blocker and without a new one.
    """
    found = {}
    for name in list(_find_bounded(rules, roots, picks))[:_MAX_ASKED]:
        way_out = _ask_without_bound(rules, roots, picks, name)
        if way_out is not None:
            found[name] = way_out
    return found


def _find_bounded(rules: Rules, roots: tuple[Want, ...], picks: Picks) -> Iterator[NormalizedName]:
    """The direct dependencies that are blocked from below, and of which the project leaves out versions."""
    misfits = find_misfits(picks)
    own: dict[NormalizedName, list[Want]] = {}
    for want in roots if misfits else ():
        own.setdefault(want.name, []).append(want)
    for name, wants in own.items():
        candidates = None if all(want.url for want in wants) else rules.candidates(name)
        blockers = misfits & _names_below(rules, wants, picks)
        if candidates is None or not blockers or not blockers.isdisjoint(own):
            continue
        if len(rules.satisfying(candidates, wants)) < len(rules.satisfying(candidates, ())):
            yield name


def _ask_without_bound(rules: Rules, roots: tuple[Want, ...], picks: Picks, name: NormalizedName) -> WayOut | None:
    freed = tuple(replace(want, specifier=SpecifierSet()) if want.name == name else want for want in roots)
    asked = Rules(
        target=rules.target,
        supply=rules.supply,
        constraints=rules.constraints,
        overrides=rules.overrides,
        opaque={want.name for want in roots if want.url is not None},
    )
    own = tuple(want for want in freed if want.name == name)
    rules.supply.prefetch(own, narrow=asked.narrow)
    search = Search(asked, freed, strict_metadata=_MAX_METADATA)
    try:
        other = search.run()
    except BudgetSpentError:
        return None
    chosen = other[name, None].version if (name, None) in other else None
    below = _names_below(asked, own, other)
    gone = find_misfits(picks) & _names_below(rules, [want for want in roots if want.name == name], picks)
    left = find_misfits(other)
    if chosen is None or search.conflicts or below & left or left - find_misfits(picks):
        return None
    parts = {part: _version_of(other, part) if part in below else None for part in sorted(gone)}
    return WayOut(version=chosen, parts=parts)


def _version_of(picks: Picks, name: NormalizedName) -> Version | None:
    pick = picks.get((name, None))
    return pick.version if pick else None


def _names_below(rules: Rules, wants: Iterable[Want], picks: Picks) -> set[NormalizedName]:
    return {name for name, _ in list_reachable(rules, wants, picks)}
