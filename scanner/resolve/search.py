"""The search for a tree: leniently first, then, where something has no wheel, as an installer would have it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from packaging.utils import NormalizedName
from resolvelib import ResolutionImpossible, ResolutionTooDeep
from resolvelib.structs import RequirementInformation

from scanner.model.requirement import Want
from scanner.resolve.backtracking import Backtracking
from scanner.resolve.dead_ends import DeadEnds, list_reachable
from scanner.resolve.graph import Conflict
from scanner.resolve.learning import NoSolutionError, Solver
from scanner.resolve.provider import Provider
from scanner.resolve.rules import BudgetSpentError, Key, Pick, Rules
from scanner.resolve.straight import find_contradiction, resolve_straight

_MAX_ROUNDS = 3000
"""Rounds of one try; a tree of 300 packages takes about 300 where nothing has to be undone."""
_MAX_STRICT_ROUNDS = 3000
"""Decisions of one try with wheels only."""
_MAX_CONFLICTS = 20
"""How many contradictions are taken out of the way before the rest is left unresolved."""
_LEAST_STRICT_METADATA, _STRICT_METADATA_EACH = 150, 5
"""How many further versions may be asked what they require in all tries with wheels only: for each package of the
lenient answer so many, and not fewer than for a small tree."""
_MAX_STRICT_TRIES = 12
"""How many projects without any fitting wheel are let through one by one before the lenient answer stands."""

_Cause = RequirementInformation[Want, Pick]


class Search:
    """Two answers to one question: with whatever there is, then as an installer that takes wheels only would have it.

    The lenient answer always comes: every project at the newest version that satisfies, with a wheel where one fits.
    If all of it fits, it is what the installer would choose. If not, older versions of what requires the misfits are
    tried; where those lead nowhere within bounds, the lenient answer stands with all its blockers.
    """

    def __init__(self, rules: Rules, roots: tuple[Want, ...], *, strict_metadata: int | None = None) -> None:
        """``strict_metadata`` bounds how many versions the second answer may ask what they require, in its own way."""
        self._rules = rules
        self._strict_metadata = strict_metadata
        self.roots = roots
        self.conflicts: dict[NormalizedName, Conflict] = {}
        self.lenient: Mapping[Key, Pick] = {}
        """The lenient answer, where another one was taken."""

    def run(self) -> Mapping[Key, Pick]:
        """The picks that stand in the end."""
        lenient = self._resolve_leniently()
        strict = self._resolve_strictly(lenient) if find_misfits(lenient) else None
        self._rules.budget = None
        if strict is None:
            return lenient
        self.lenient = lenient
        return strict

    def _resolve_leniently(self) -> Mapping[Key, Pick]:
        self._rules.relaxed = None
        for _ in range(_MAX_CONFLICTS):
            try:
                return self._try(_MAX_ROUNDS)
            except ResolutionImpossible as impossible:
                if not self._drop_contradiction(impossible.causes):
                    break
            except ResolutionTooDeep:
                break
        return self._greedy()

    def _resolve_strictly(self, lenient: Mapping[Key, Pick]) -> Mapping[Key, Pick] | None:
        """As the installer has it, but for projects that stand in the way whatever is chosen; None where that fails."""
        packages = len({name for name, _ in lenient})
        self._rules.budget = self._strict_metadata or max(_LEAST_STRICT_METADATA, _STRICT_METADATA_EACH * packages)
        try:
            return self._solve(lenient, self._unavoidable(lenient))
        except BudgetSpentError:
            return None

    def _solve(self, lenient: Mapping[Key, Pick], relaxed: set[NormalizedName]) -> Mapping[Key, Pick] | None:
        """A solution with what has to be let through; None where that is all that the lenient answer has."""
        for _ in range(_MAX_STRICT_TRIES):
            if find_misfits(lenient) <= relaxed:
                return None
            self._rules.relaxed = relaxed
            DeadEnds(self._rules, self._wanted(), lenient).find_blocked()
            try:
                return Solver(self._rules, self._wanted(), max_rounds=_MAX_STRICT_ROUNDS).solve()
            except NoSolutionError as failure:
                misfits = self._relaxable(failure.misfits)
                # Those of the newest versions come first: to step back and be blocked by others leads nowhere.
                misfits = misfits & find_misfits(lenient) or misfits
                if not misfits:
                    return None
                relaxed = relaxed | misfits
        return None

    def _unavoidable(self, lenient: Mapping[Key, Pick]) -> set[NormalizedName]:
        """The misfits that are let through: those that a direct dependency needs whatever is chosen.

        A direct dependency that is blocked anyway stays at its newest version, with what comes with it alone and has
        no wheel in any version. What has one in another version is still chosen so that it fits, if that can be.
        """
        wanted, misfits = self._wanted(), find_misfits(lenient)
        self._rules.relaxed = set()
        blocked = DeadEnds(self._rules, wanted, lenient).find_blocked()
        if not blocked:
            return set()
        free = [want for want in wanted if (want.name, want.extra) not in blocked]
        shared = {name for name, _ in list_reachable(self._rules, free, lenient)}
        unavoidable = {name for name in misfits - shared if self._never_fits(name)}
        pinned = {key for key in blocked if key in lenient and lenient[key].version is not None}
        for name in sorted(misfits - unavoidable):
            self._rules.relaxed = misfits - {name}
            if DeadEnds(self._rules, wanted, lenient, pinned=pinned).has_blocked():
                unavoidable.add(name)
        return unavoidable

    def _try(self, max_rounds: int) -> Mapping[Key, Pick]:
        straight = resolve_straight(Provider(self._rules), self._wanted())
        if straight is not None:
            return straight
        contradiction = find_contradiction(Provider(self._rules), self._wanted())
        if contradiction:
            raise ResolutionImpossible(contradiction)
        # Not a Resolver: of projects that require one another, and that nothing else does any more, it never stops
        # looking for the one that is asked for.
        found = Backtracking(Provider(self._rules)).resolve(self._wanted(), max_rounds=max_rounds).mapping
        reached = set(list_reachable(self._rules, self._wanted(), found))
        return {key: pick for key, pick in found.items() if key in reached}

    def _wanted(self) -> list[Want]:
        return [want for want in self._rules.overridden(self.roots) if (None, want.name) not in self._rules.dropped]

    def _relaxable(self, unmet: Iterable[Want]) -> set[NormalizedName]:
        """The projects that must be let through without a wheel: all that never have one, else the first."""
        names: list[NormalizedName] = []
        for want in unmet:
            candidates = self._rules.candidates(want.name)
            if candidates is None or want.name in (self._rules.relaxed or ()):
                continue
            if self._rules.satisfying(candidates, [want]):
                names.append(want.name)
        hopeless = {name for name in names if self._never_fits(name)}
        return hopeless or set(names[:1])

    def _never_fits(self, name: NormalizedName) -> bool:
        candidates = self._rules.candidates(name)
        if candidates is None:
            return False
        return next(candidates.fitting(self._rules.satisfying(candidates, ())), None) is None

    def _drop_contradiction(self, causes: Collection[_Cause]) -> bool:
        """Whether one side of a contradiction could be left out, so that another try makes sense."""
        for name in dict.fromkeys(cause.requirement.name for cause in causes):
            wants = _distinct(cause.requirement for cause in causes if cause.requirement.name == name)
            candidates = self._rules.candidates(name)
            if candidates is not None and not self._rules.satisfying(candidates, wants):
                self._drop(name, wants)
                return True
        return self._drop_any(causes)

    def _drop(self, name: NormalizedName, wants: Sequence[Want]) -> None:
        """Leave out the want that is furthest from the project itself; the project's own are kept."""
        candidates = self._rules.candidates(name)
        alone = [want for want in wants if candidates and not self._rules.satisfying(candidates, [want])]
        dropped = alone[0] if alone else wants[-1] if wants[-1].parent else wants[0]
        kept = next((want for want in wants if want is not dropped), dropped)
        self._rules.dropped.add((dropped.parent, name))
        self.conflicts.setdefault(name, Conflict(name=name, kept=kept, dropped=dropped))

    def _drop_any(self, causes: Collection[_Cause]) -> bool:
        for cause in reversed(list(causes)):
            want = cause.requirement
            key = (want.parent, want.name)
            if want.parent is not None and want.parent != want.name and key not in self._rules.dropped:
                self._rules.dropped.add(key)
                kept = next((c.requirement for c in causes if c.requirement.name == want.name), want)
                self.conflicts.setdefault(want.name, Conflict(name=want.name, kept=kept, dropped=want))
                return True
        return False

    def _greedy(self) -> dict[Key, Pick]:
        """Every project's newest fitting version, each for itself: what is left where no solution was found."""
        picks: dict[Key, Pick] = {}
        pending = self._wanted()
        while pending:
            want = pending.pop(0)
            key = (want.name, want.extra)
            if key in picks:
                continue
            candidates = self._rules.candidates(want.name)
            satisfying = self._rules.satisfying(candidates, [want]) if candidates else ()
            candidate = None
            if candidates:
                candidate = next(candidates.fitting(satisfying), None) or candidates.newest(satisfying)
            picks[key] = Pick(name=want.name, extra=want.extra, candidate=candidate)
            pending.extend(self._rules.children(picks[key]))
        return picks


def find_misfits(picks: Mapping[Key, Pick]) -> set[NormalizedName]:
    """What was taken without a wheel for the target."""
    return {pick.name for pick in picks.values() if pick.candidate and pick.candidate.wheel is None}


def _distinct(wants: Iterable[Want]) -> list[Want]:
    """Each requirer's want once, the project's own first."""
    unique = {(want.parent, str(want.specifier)): want for want in wants}
    return sorted(unique.values(), key=lambda want: want.parent is not None)
