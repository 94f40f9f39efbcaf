"""The choice of an installer that takes wheels only, found as uv finds it: by PubGrub.

Each conflict is traced to what caused it and remembered, so that no combination is tried that is known to fail. What is
decided first decides which of several solutions is found; the order here is uv's: requirements that leave one version,
then what was often part of a conflict, then as first met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.model.requirement import Want
from scanner.model.specifiers import find_pin
from scanner.resolve.agenda import Agenda
from scanner.resolve.incompatibility import Assignment, Incompatibility, PartialSolution, Term, derive_from
from scanner.resolve.leaps import Leap
from scanner.resolve.own_wants import OwnWants
from scanner.resolve.rules import BudgetSpentError, Key, Pick, Rules
from scanner.resolve.universe import Universe
from scanner.runtime.candidates import Candidates

_ROOT: Key = (canonicalize_name("-"), None)
"""The project itself, which requires what it asks for."""

_CONFLICTS_BEFORE_FIRST = 5
"""After so many conflicts a project is decided before the others."""
_TRIES_BEFORE_LEAPING = 3
"""After so many versions of one project those are left out that cannot work whatever else is chosen."""
_TRIES_BEFORE_BATCH, _BATCH = 6, 4
"""After so many versions the metadata of so many at a time is fetched at once."""


class NoSolutionError(Exception):
    """Nothing satisfies everything; ``misfits`` are the requirements that no version meets."""

    def __init__(self, misfits: list[Want]) -> None:
        super().__init__(misfits)
        self.misfits = misfits


class Solver:
    """One search below the wants of a project."""

    def __init__(self, rules: Rules, roots: Iterable[Want], *, max_rounds: int) -> None:
        self._rules = rules
        self._roots = OwnWants(roots)
        self._rounds_left = max_rounds
        self._universes: dict[NormalizedName, Universe | None] = {}
        self._masks: dict[Key, int] = {_ROOT: 1}
        self._solution = PartialSolution(self._masks)
        self._about: dict[Key, list[Incompatibility]] = {}
        self._expanded: set[tuple[Key, int]] = set()
        self._conflicts: dict[Key, int] = {}
        self._pinned: set[Key] = set()
        self._tries: dict[NormalizedName, int] = {}
        self._leaps: dict[Key, Leap] = {}
        self._batches: dict[NormalizedName, int] = {}
        self._met: dict[Key, int] = {_ROOT: 0}
        self._agenda = Agenda(self._solution, self._rank)

    def solve(self) -> dict[Key, Pick]:
        """The picks of a solution.

        Raises:
            NoSolutionError: there is none.
            BudgetSpentError: it takes too many rounds or too much metadata.
        """
        self._add(Incompatibility({_ROOT: Term(1, positive=False)}))
        changed: Key | None = _ROOT
        while changed is not None:
            self._propagate(changed)
            changed = self._decide()
        picks = {key: self._pick(key, bit) for key, bit in self._solution.decisions.items() if key != _ROOT}
        return {**picks, **self._unknown_picks()}

    def _propagate(self, changed: Key) -> None:
        """Derives all that follows from what has changed."""
        pending = [changed]
        while pending:
            for incompatibility in reversed(self._about.get(pending.pop(), [])):
                open_term = self._find_open_term(incompatibility)
                if open_term == "conflict":
                    learned = self._resolve_conflict(incompatibility)
                    unit = self._find_open_term(learned)
                    assert isinstance(unit, tuple)  # noqa: S101  # what was learned leaves one term open, by its making
                    self._solution.derive(unit, learned.terms[unit].negate(), learned)
                    pending = [unit]
                    break
                if isinstance(open_term, tuple):
                    self._solution.derive(open_term, incompatibility.terms[open_term].negate(), incompatibility)
                    pending.append(open_term)

    def _find_open_term(self, incompatibility: Incompatibility) -> Key | str | None:
        """The one project whose term is open while all others hold; «conflict» where all hold; None for neither."""
        open_key: Key | None = None
        for key, term in incompatibility.terms.items():
            state = self._solution.state(key)
            if term.is_satisfied(state.allowed, required=state.required):
                continue
            if open_key is not None or term.is_contradicted(state.allowed, required=state.required):
                return None
            open_key = key
        return open_key or "conflict"

    def _resolve_conflict(self, conflict: Incompatibility) -> Incompatibility:
        """What the conflict teaches, with the search gone back to where it says something new."""
        current = conflict
        for key in conflict.terms:
            self._conflicts[key] = self._conflicts.get(key, 0) + 1
            if self._conflicts[key] == _CONFLICTS_BEFORE_FIRST:
                self._agenda.note(key)
        while True:
            key, satisfier, previous_level = self._find_last_satisfier(current)
            if satisfier is None:
                raise NoSolutionError(current.find_misfits())
            if satisfier.cause is None or previous_level < satisfier.level:
                if current is not conflict:
                    self._add(current)
                self._solution.go_back(previous_level)
                return current
            current = derive_from(current, satisfier.cause, key, satisfier.term)

    def _find_last_satisfier(self, incompatibility: Incompatibility) -> tuple[Key, Assignment | None, int]:
        """The step that completed the conflict, and the level at which all but that step held."""
        satisfiers = {key: self._solution.find_satisfier(key, term) for key, term in incompatibility.terms.items()}
        last_key, last = _ROOT, None
        for key, satisfier in satisfiers.items():
            if satisfier is not None and (last is None or satisfier.position > last.position):
                last_key, last = key, satisfier
        if last is None or (last_key == _ROOT and len(incompatibility.terms) == 1):
            return last_key, None, 0
        levels = [one.level for key, one in satisfiers.items() if one is not None and key != last_key]
        earlier = self._solution.find_satisfier(last_key, incompatibility.terms[last_key], first=last)
        return last_key, last, max([0, *levels, *([earlier.level] if earlier else [])])

    def _decide(self) -> Key | None:
        """Chooses the newest version that is left of the next project; None where nothing is open."""
        key = self._agenda.find_next()
        if key is None:
            return None
        allowed = self._solution.state(key).allowed
        bit = allowed & -allowed
        if self._drop_unfit(key, allowed):
            return key
        if self._rounds_left == 0:
            raise BudgetSpentError
        self._rounds_left -= 1
        if (key, bit) not in self._expanded and self._leap(key, allowed):
            return key
        if (key, bit) not in self._expanded:
            self._expanded.add((key, bit))
            self._fetch_ahead(key, allowed)
            for incompatibility in self._expand(key, bit):
                self._add(incompatibility)
        if not any(self._would_conflict(one, key, bit) for one in self._about.get(key, ())):
            self._solution.decide(key, bit)
        return key

    def _drop_unfit(self, key: Key, allowed: int) -> bool:
        """Whether the newest versions that are left turned out not to be such that can be chosen."""
        universe = self._universes.get(key[0])
        left = allowed
        while universe is not None and left and universe.candidate(left & -left) is None:
            left &= left - 1
        unfit = allowed & ~left
        if universe is None or not unfit:
            return False
        newest = universe.versions[(unfit & -unfit).bit_length() - 1]
        misfit = Want(name=key[0], specifier=SpecifierSet(f"=={newest}"), text=f"{key[0]}=={newest}")
        self._add(Incompatibility({key: Term(unfit, positive=True)}, misfits=() if left else (misfit,)))
        return True

    def _would_conflict(self, incompatibility: Incompatibility, chosen: Key, bit: int) -> bool:
        states = {key: self._solution.state(key) for key in incompatibility.terms}
        return all(
            term.is_satisfied(bit if key == chosen else states[key].allowed, required=True)
            if key == chosen
            else term.is_satisfied(states[key].allowed, required=states[key].required)
            for key, term in incompatibility.terms.items()
        )

    def _rank(self, key: Key) -> tuple[bool, bool, int]:
        troubled = self._conflicts.get(key, 0) >= _CONFLICTS_BEFORE_FIRST
        return (key not in self._pinned, not troubled, self._met[key])

    def _expand(self, key: Key, bit: int) -> Iterator[Incompatibility]:
        """What choosing a version brings along."""
        if key == _ROOT:
            yield from (self._require(key, bit, want) for want in self._roots if self._meet(want))
            return
        pick = self._pick(key, bit)
        if pick.extra is not None:
            if not self._rules.keeps_extra(pick):
                yield Incompatibility({key: Term(bit, positive=True)})
                return
            itself = (key[0], None)
            self._register(itself)
            yield Incompatibility({key: Term(bit, positive=True), itself: Term(bit, positive=False)})
        children = self._rules.children(pick)
        unmet = tuple(want for want in children if want.name not in self._universes)
        if unmet:
            self._rules.supply.prefetch(unmet, narrow=self._rules.narrow)
        for want in children:
            if want.name != key[0] or want.extra is not None:
                yield from [self._require(key, bit, want)] if self._meet(want) else []

    def _require(self, key: Key, bit: int, want: Want) -> Incompatibility:
        child = (want.name, want.extra)
        universe = self._universes[want.name]
        mask = universe.mask(want) if universe else 0
        if find_pin(want.specifier) or mask & (mask - 1) == 0:
            self._pinned.add(child)
            self._agenda.note(child)
        if child == key:
            return Incompatibility({key: Term(bit & ~mask, positive=True)})
        terms = {key: Term(bit, positive=True), child: Term(mask, positive=False)}
        return Incompatibility(terms, misfits=() if mask else (want,))

    def _meet(self, want: Want) -> bool:
        """Whether a project is one that versions can be chosen of; it is then known from now on."""
        if want.url is not None:
            self._universes.setdefault(want.name, None)
        if want.name not in self._universes:
            candidates = self._rules.candidates(want.name)
            self._universes[want.name] = None if candidates is None else self._build_universe(candidates)
        if self._universes[want.name] is None or want.url is not None:
            return False
        self._register((want.name, want.extra))
        return True

    def _register(self, key: Key) -> None:
        universe = self._universes[key[0]]
        if universe is not None and key not in self._masks:
            self._masks[key] = universe.full
            if key[1] is not None:
                self._rules.asked_extras[key] = None
            self._met[key] = len(self._met)
            end = self._rules.dead.get(key)
            if end is not None:
                self._add(Incompatibility({key: Term(universe.select(end.versions), positive=True)}, misfits=end.unmet))

    def _build_universe(self, candidates: Candidates) -> Universe:
        """The versions that can be had; prereleases where the project asks for one by name, or has nothing else."""
        wants = self._roots.on(candidates.name)
        named = any(want.specifier.prereleases for want in wants)
        stable = [version for version in candidates.versions if not version.is_prerelease]
        versions: Iterable[Version] = candidates.versions if named or not stable else stable
        constraint = self._rules.constraints.get(candidates.name)
        if constraint is not None:
            versions = constraint.filter(versions, prereleases=True)
        if not self._rules.is_relaxed(candidates.name):
            yanked = any(find_pin(want.specifier) for want in wants)
            may_fit = tuple(version for version in versions if candidates.may_fit(version))
            return Universe(may_fit, lambda version: next(candidates.fitting((version,), yanked=yanked), None))
        return Universe(tuple(versions), candidates.candidate)

    def _fetch_ahead(self, key: Key, allowed: int) -> None:
        """Fetches the metadata of the next versions at once where several were tried in vain."""
        universe = self._universes.get(key[0])
        tries = self._tries[key[0]] = self._tries.get(key[0], 0) + 1
        threshold = self._batches.get(key[0], _TRIES_BEFORE_BATCH)
        if universe is None or tries < threshold:
            return
        left = (universe.candidate(1 << bit) for bit in range(len(universe.versions)) if allowed >> bit & 1)
        self._rules.supply.prefetch_metadata(tuple(islice((one for one in left if one), _BATCH)))
        self._batches[key[0]] = tries + _BATCH

    def _leap(self, key: Key, allowed: int) -> bool:
        """Whether versions could be left out that cannot work whatever else is chosen."""
        universe = self._universes.get(key[0])
        candidates = self._rules.candidates(key[0]) if universe else None
        if universe is None or candidates is None or self._tries.get(key[0], 0) < _TRIES_BEFORE_LEAPING:
            return False
        if key not in self._leaps:
            self._leaps[key] = Leap(self._rules, candidates, universe.versions, self._roots.beside(key))
        leap = self._leaps[key]
        start = (allowed & -allowed).bit_length() - 1
        skipped = allowed & ((1 << leap.land(start)) - 1)
        if not skipped:
            return False
        self._add(Incompatibility({key: Term(skipped, positive=True)}, misfits=leap.find_unmet()))
        return True

    def _pick(self, key: Key, bit: int) -> Pick:
        universe = self._universes[key[0]]
        candidate = universe.candidate(bit) if universe else None
        return Pick(name=key[0], extra=key[1], candidate=candidate)

    def _unknown_picks(self) -> Mapping[Key, Pick]:
        """The projects that nothing is known of."""
        return {(name, None): Pick(name=name) for name, universe in self._universes.items() if universe is None}

    def _add(self, incompatibility: Incompatibility) -> None:
        for key in incompatibility.terms:
            self._about.setdefault(key, []).append(incompatibility)
