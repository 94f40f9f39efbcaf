"""The search for a tree. What can be satisfied on the target is solved first; the rest does not affect it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.requirement import Requirement
from scanner.resolve.graph import BudgetSpentError, Conflict, Key, Pick
from scanner.resolve.newest import Newest, find_misfits, find_newest, keep_conflicts, list_reachable
from scanner.resolve.rules import Rules
from scanner.resolve.solver import NoSolutionError, solve

_LEAST_METADATA, _METADATA_EACH = 150, 5
"""How many further versions may be asked what they require in each try: for each package of the first answer so many,
and not fewer than for a small tree."""
_MAX_TRIES = 24
"""How many contradictions and blocked requirements are found one by one before all that may be blocked are."""

Picks = Mapping[Key, Pick]
Dropped = tuple[NormalizedName | None, NormalizedName]
Declaration = tuple[Requirement, ...]
"""One requirement of the project: on a package, and on each extra that it names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One result: what is chosen below some requirements of the project."""

    roots: tuple[Requirement, ...] = ()
    picks: Picks = field(default_factory=dict)
    conflicts: Mapping[NormalizedName, Conflict] = field(default_factory=dict)
    dropped: frozenset[Dropped] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """What is installed in the Worker, and what the requirements come to that cannot be satisfied there."""

    worker: Part
    container: Part
    newest: Picks
    """What would be chosen if every package had a compatible wheel."""

    @property
    def blocked(self) -> frozenset[NormalizedName]:
        """The packages on which a requirement of the project cannot be satisfied."""
        return frozenset(one.name for one in self.container.roots)


class Search:
    """First every package at its newest version; if that is no solution, the Worker's part is solved, then the rest.

    Those requirements of the project are blocked that cannot be satisfied with wheels alone, and the others are solved
    as if they stood alone. The blocked ones come last: they share what the Worker's part has chosen if that satisfies
    them, and of the rest as much as possible has a compatible wheel.
    """

    def __init__(self, rules: Rules, roots: tuple[Requirement, ...], *, metadata: int | None = None) -> None:
        """``metadata`` limits how many versions each try may read the metadata of."""
        self._rules = rules
        self._budget = metadata
        self._roots = roots
        self._blocked: dict[tuple[NormalizedName, str], Declaration] = {}
        self._conflicts: dict[NormalizedName, Conflict] = {}
        self._is_looked_through = False

    def run(self) -> Solution:
        """The result. There always is one."""
        self._rules.begin(self._roots)
        newest = find_newest(self._rules)
        if newest.is_solution:
            return Solution(worker=Part(roots=self._roots, picks=newest.picks), container=Part(), newest=newest.picks)
        packages = len({name for name, _ in newest.picks})
        self._budget = self._budget or max(_LEAST_METADATA, _METADATA_EACH * packages)
        worker = self._solve_worker(newest)
        container = self._solve_container(worker) if self._blocked else Part()
        return Solution(worker=worker, container=container, newest=newest.picks)

    def _solve_worker(self, newest: Newest) -> Part:
        """The part of the tree that resolves with wheels only. Requirements that prevent it become blocked."""
        dropped: set[Dropped] = set()
        for _ in range(_MAX_TRIES):
            self._rules.begin(self._open(), dropped=dropped)
            try:
                picks = self._solve()
            except NoSolutionError as failure:
                if not self._clear_way(failure.requirements, newest, dropped):
                    break
            except BudgetSpentError:
                break
            else:
                conflicts = keep_conflicts(self._conflicts, picks)
                return Part(roots=self._open(), picks=picks, conflicts=conflicts, dropped=frozenset(dropped))
        self._block(self._find_misfitting(newest))
        self._rules.begin(self._open())
        rest = find_newest(self._rules)
        return Part(roots=self._open(), picks=rest.picks, conflicts=rest.conflicts)

    def _solve_container(self, worker: Part) -> Part:
        """What the blocked requirements come to, as near to the Worker's part as they can be."""
        roots = tuple(one for each in self._blocked.values() for one in each)
        own = {one.name for one in roots}
        versions = {pick.name: pick.version for pick in worker.picks.values() if pick.version and pick.name not in own}
        self._rules.begin(roots, preferences=versions)
        newest = find_newest(self._rules)
        misfits = find_misfits(newest.picks)
        relaxed = {name for name in misfits if name in own or self._never_fits(name)}
        pinned = [_pin(one, newest.picks.get((one.name, None))) for one in roots]
        for _ in range(_MAX_TRIES):
            if misfits <= relaxed:
                break
            self._rules.begin(pinned, relaxed=relaxed, preferences=versions)
            try:
                return Part(roots=roots, picks=self._solve())
            except NoSolutionError as failure:
                more = self._find_misfits(failure.requirements) - relaxed
                more = more & misfits or more
                if not more:
                    break
                relaxed |= set(filter(self._never_fits, more)) or {min(more)}
            except BudgetSpentError:
                break
        return Part(roots=roots, picks=newest.picks, conflicts=newest.conflicts)

    def _solve(self) -> dict[Key, Pick]:
        self._rules.budget = self._budget
        try:
            return solve(self._rules)
        finally:
            self._rules.budget = None

    def _clear_way(self, proof: Sequence[Requirement], newest: Newest, dropped: set[Dropped]) -> bool:
        """Whether something could be taken out of the way of a solution, so that another try makes sense.

        What contradicts itself with every package at its newest version is no matter of wheels.
        """
        for name in dict.fromkeys(one.name for one in proof):
            known = newest.conflicts.get(name)
            if known is not None and (known.dropped.parent, name) not in dropped:
                dropped.add((known.dropped.parent, name))
                self._conflicts[name] = known
                return True
        suspects = self._find_misfitting(newest)
        if not self._is_looked_through:
            self._is_looked_through = True
            alone = [each for each in suspects if not self._is_solvable(each)]
            if alone:
                self._block(alone)
                return True
        names = {one.name for one in proof if one.parent is None}
        involved = [each for each in suspects if each[0].name in names]
        self._block(involved[-1:])
        return bool(involved)

    def _is_solvable(self, declaration: Declaration) -> bool:
        self._rules.begin(declaration)
        try:
            self._solve()
        except (NoSolutionError, BudgetSpentError):
            return False
        return True

    def _find_misfitting(self, newest: Newest) -> list[Declaration]:
        """The open requirements below which the newest versions have something without a compatible wheel."""
        self._rules.begin(self._roots)
        misfits = find_misfits(newest.picks)
        return [
            each
            for each in _declarations(self._open())
            if misfits & {name for name, _ in list_reachable(self._rules, self._rules.overridden(each), newest.picks)}
        ]

    def _block(self, declarations: Iterable[Declaration]) -> None:
        self._blocked.update(((each[0].name, each[0].text), each) for each in declarations)

    def _open(self) -> tuple[Requirement, ...]:
        return tuple(one for one in self._roots if (one.name, one.text) not in self._blocked)

    def _find_misfits(self, requirements: Iterable[Requirement]) -> set[NormalizedName]:
        """The packages of which something exists that satisfies, but no compatible wheel of it."""
        return {one.name for one in requirements if self._is_misfit(one)}

    def _is_misfit(self, requirement: Requirement) -> bool:
        candidates = self._rules.candidates(requirement.name) if requirement.url is None else None
        if candidates is None:
            return False
        satisfying = self._rules.satisfying(candidates, [requirement, *self._rules.roots.on(requirement.name)])
        fitting = candidates.fitting(satisfying, yanked=self._rules.takes_yanked(requirement.name))
        return bool(satisfying) and next(fitting, None) is None

    def _never_fits(self, name: NormalizedName) -> bool:
        candidates = self._rules.candidates(name)
        if candidates is None:
            return False
        return next(candidates.fitting(self._rules.satisfying(candidates, ())), None) is None


def _declarations(roots: Iterable[Requirement]) -> list[Declaration]:
    grouped: dict[tuple[NormalizedName, str], list[Requirement]] = {}
    for one in roots:
        grouped.setdefault((one.name, one.text), []).append(one)
    return [tuple(each) for each in grouped.values()]


def _pin(requirement: Requirement, pick: Pick | None) -> Requirement:
    """A requirement at the version that is chosen for it."""
    if pick is None or pick.version is None or requirement.url is not None:
        return requirement
    return replace(requirement, specifier=SpecifierSet(f"==={pick.version}"))
