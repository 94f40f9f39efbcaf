"""The tree with every package at its newest version: the result of most resolutions, and the start of the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from scanner.model.requirement import Requirement
from scanner.resolve.graph import Conflict, Key, Pick
from scanner.resolve.rules import Rules
from scanner.runtime.candidates import Candidate, Candidates


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The result of one pass through the tree without backtracking."""

    picks: Mapping[Key, Pick]
    conflicts: Mapping[NormalizedName, Conflict]
    is_solution: bool
    """Whether every requirement is met by a compatible wheel, so that a solver would choose the same."""


def find_newest(rules: Rules) -> Newest:
    """Every package at the newest version that all requirements met so far admit, with a wheel if one fits."""
    return _Walk(rules).run()


@dataclass(slots=True)
class _Walk:
    rules: Rules
    picks: dict[Key, Pick] = field(default_factory=dict)
    extras: dict[NormalizedName, dict[NormalizedName | None, None]] = field(default_factory=dict)
    required: dict[NormalizedName, list[Requirement]] = field(default_factory=dict)
    conflicts: dict[NormalizedName, Conflict] = field(default_factory=dict)
    pending: deque[Requirement] = field(default_factory=deque)
    is_straight: bool = True

    def run(self) -> Newest:
        self.pending.extend(self.rules.roots)
        while self.pending:
            one = self.pending.popleft()
            candidates = self.rules.candidates(one.name) if one.url is None else None
            if candidates is None:
                self.picks.setdefault((one.name, one.extra), Pick(name=one.name, extra=one.extra))
            else:
                self._take(one, self._choose(one, candidates))
        reachable = list_reachable(self.rules, self.rules.roots, self.picks)
        picks = {key: self.picks[key] for key in reachable if key in self.picks}
        fits = not find_misfits(picks) and not any(map(self.rules.lacks_extra, picks.values()))
        is_solution = self.is_straight and fits and not self.conflicts
        return Newest(picks=picks, conflicts=keep_conflicts(self.conflicts, picks), is_solution=is_solution)

    def _choose(self, one: Requirement, candidates: Candidates) -> Candidate | None:
        """The version for all requirements on a package so far, one more among them; what contradicts them is noted."""
        known = self.required.setdefault(one.name, [])
        current = self.picks.get((one.name, None))
        if current and current.version and one.specifier.contains(current.version, prereleases=True):
            known.append(one)
            return current.candidate
        satisfying = self.rules.satisfying(candidates, [*known, one])
        if not satisfying:
            self.conflicts.setdefault(one.name, find_conflict(self.rules, [*known, one]))
            return current.candidate if current else None
        known.append(one)
        self.is_straight = self.is_straight and current is None
        return self.rules.choose(candidates, satisfying)

    def _take(self, one: Requirement, chosen: Candidate | None) -> None:
        """Takes a version for a package and all its extras that are required, with what that requires."""
        extras = self.extras.setdefault(one.name, {None: None})
        extras[one.extra] = None
        for extra in extras:
            known = self.picks.get((one.name, extra))
            if known is None or known.candidate is not chosen:
                self.picks[one.name, extra] = Pick(name=one.name, extra=extra, candidate=chosen)
                self.pending.extend(self.rules.children(self.picks[one.name, extra]))


def find_misfits(picks: Mapping[Key, Pick]) -> set[NormalizedName]:
    """The chosen versions without a compatible wheel."""
    return {pick.name for pick in picks.values() if pick.candidate and pick.candidate.wheel is None}


def find_conflict(rules: Rules, requirements: Sequence[Requirement]) -> Conflict:
    """The requirement of a conflict to leave out: the one furthest from the project."""
    name = requirements[0].name
    candidates = rules.candidates(name)
    ordered = sorted(requirements, key=lambda one: one.parent is not None)
    alone = [one for one in ordered if candidates and not rules.satisfying(candidates, [one])]
    dropped = alone[0] if alone else ordered[-1] if ordered[-1].parent else ordered[0]
    kept = next((one for one in ordered if one is not dropped), dropped)
    return Conflict(name=name, kept=kept, dropped=dropped)


def keep_conflicts(
    conflicts: Mapping[NormalizedName, Conflict], picks: Mapping[Key, Pick]
) -> dict[NormalizedName, Conflict]:
    """Those of the conflicts that the project or something in its tree has a part in."""
    names = {name for name, _ in picks}
    return {name: one for name, one in conflicts.items() if one.dropped.parent is None or one.dropped.parent in names}


def list_reachable(rules: Rules, requirements: Iterable[Requirement], picks: Mapping[Key, Pick]) -> list[Key]:
    """What is taken below these requirements, nearest first."""
    queue = deque((one.name, one.extra) for one in requirements)
    seen = dict.fromkeys(queue)
    while queue:
        key = queue.popleft()
        for child in rules.children(picks[key]) if key in picks else ():
            below = (child.name, child.extra)
            if below not in seen:
                seen[below] = None
                queue.append(below)
    return list(seen)
