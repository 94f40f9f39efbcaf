"""The versions that an installer chooses, found with PubGrub as in uv.

Each conflict is traced to what caused it and remembered, so that no combination is tried that is known to fail. What is
decided first decides which of several solutions is found; the order here is uv's: requirements that leave one version,
then what was often part of a conflict, then as first met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from scanner.model.requirement import Requirement
from scanner.model.specifiers import find_pin
from scanner.resolve.graph import BudgetSpentError, Key, Pick
from scanner.resolve.history import History
from scanner.resolve.incompatibility import Assignment, Incompatibility, PartialSolution, Term, derive_from
from scanner.resolve.queue import Queue
from scanner.resolve.rules import Rules
from scanner.resolve.versions import Versions
from scanner.runtime.candidates import Candidates

_ROOT: Key = (canonicalize_name("-"), None)
"""The project itself."""

_MAX_ROUNDS = 3000
"""Decisions of one try; a tree of 300 packages takes about 300 if nothing has to be undone."""
_CONFLICTS_BEFORE_FIRST = 5
"""After this many conflicts a project is decided before the others."""


class NoSolutionError(Exception):
    """No solution exists; ``requirements`` are those in the proof."""

    def __init__(self, requirements: list[Requirement]) -> None:
        super().__init__(requirements)
        self.requirements = requirements


def solve(rules: Rules) -> dict[Key, Pick]:
    """The picks of a solution by the rules of one pass.

    Raises:
        NoSolutionError: there is none.
        BudgetSpentError: it takes too many rounds or too much metadata.
    """
    return Solver(rules).solve()


class Solver:
    """One search below the requirements of a project, by the rules of one pass."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._rounds_left = _MAX_ROUNDS
        self._versions: dict[NormalizedName, Versions | None] = {}
        self._masks: dict[Key, int] = {_ROOT: 1}
        self._solution = PartialSolution(self._masks)
        self._about: dict[Key, list[Incompatibility]] = {}
        self._expanded: set[tuple[Key, int]] = set()
        self._conflicts: dict[Key, int] = {}
        self._pinned: set[Key] = set()
        self._history = History(rules, self._solution, self._versions)
        self._met: dict[Key, int] = {_ROOT: 0}
        self._queue = Queue(self._solution, self._rank)

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
        """Derives everything that follows from the changes."""
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
        """The one project whose term is open while all others hold; "conflict" where all hold; None for neither."""
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
                self._queue.note(key)
        while True:
            key, satisfier, previous_level = self._find_last_satisfier(current)
            if satisfier is None:
                raise NoSolutionError(current.list_requirements())
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
        """Chooses the newest remaining version of the next project; None if none is open."""
        key = self._queue.find_next()
        if key is None:
            return None
        allowed = self._solution.state(key).allowed
        bit = allowed & -allowed
        if self._drop_unfit(key, allowed) or self._tie_to_base(key, allowed):
            return key
        if self._rounds_left == 0:
            raise BudgetSpentError
        self._rounds_left -= 1
        if (key, bit) not in self._expanded:
            skipped = self._history.find_skipped(key, allowed)
            if skipped is not None:
                self._add(skipped)
                return key
            self._expanded.add((key, bit))
            self._history.note(key, allowed, bit)
            for incompatibility in self._expand(key, bit):
                self._add(incompatibility)
        if not any(self._would_conflict(one, key, bit) for one in self._about.get(key, ())):
            self._solution.decide(key, bit)
        return key

    def _drop_unfit(self, key: Key, allowed: int) -> bool:
        """Whether the newest versions that are left turned out not to be such that can be chosen."""
        versions = self._versions.get(key[0])
        left = allowed
        while versions is not None and left and versions.candidate(left & -left) is None:
            left &= left - 1
        unfit = allowed & ~left
        if versions is None or not unfit:
            return False
        newest = versions.rows[(unfit & -unfit).bit_length() - 1]
        specifier = SpecifierSet(f"=={newest}")
        misfit = Requirement(name=key[0], specifier=specifier, text=f"{key[0]}{specifier}", parent=key[0])
        self._add(Incompatibility({key: Term(unfit, positive=True)}, requirements=() if left else (misfit,)))
        return True

    def _tie_to_base(self, key: Key, allowed: int) -> bool:
        """Whether an extra had versions left besides the one at which its own package is decided."""
        base = (key[0], None)
        bit = self._solution.decisions.get(base)
        if bit is None or key == base or not allowed & ~bit:
            return False
        others = Term(self._masks[key] & ~bit, positive=True)
        self._add(Incompatibility({key: others, base: Term(bit, positive=True)}))
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
        """The incompatibilities that follow from choosing a version."""
        if key == _ROOT:
            yield from (
                self._require(key, bit, requirement) for requirement in self._rules.roots if self._meet(requirement)
            )
            return
        pick = self._pick(key, bit)
        if pick.extra is not None:
            if self._rules.lacks_extra(pick):
                yield Incompatibility({key: Term(bit, positive=True)})
                return
            itself = (key[0], None)
            self._register(itself)
            yield Incompatibility({key: Term(bit, positive=True), itself: Term(bit, positive=False)})
        children = self._rules.children(pick)
        unmet = tuple(requirement for requirement in children if requirement.name not in self._versions)
        if unmet:
            self._rules.supply.prefetch(unmet, narrow=self._rules.narrow)
        for requirement in children:
            if requirement.name != key[0] or requirement.extra is not None:
                yield from [self._require(key, bit, requirement)] if self._meet(requirement) else []

    def _require(self, key: Key, bit: int, requirement: Requirement) -> Incompatibility:
        child = (requirement.name, requirement.extra)
        versions = self._versions[requirement.name]
        mask = versions.mask(requirement) if versions else 0
        if find_pin(requirement.specifier) or versions is None or versions.is_single(mask):
            self._pinned.add(child)
            self._queue.note(child)
        if child == key:
            return Incompatibility({key: Term(bit & ~mask, positive=True)}, requirements=(requirement,))
        terms = {key: Term(bit, positive=True), child: Term(mask, positive=False)}
        return Incompatibility(terms, requirements=(requirement,))

    def _meet(self, requirement: Requirement) -> bool:
        """Whether a project is one that versions can be chosen of; it is then known from now on."""
        if requirement.url is not None:
            self._versions.setdefault(requirement.name, None)
        if requirement.name not in self._versions:
            candidates = self._rules.candidates(requirement.name)
            self._versions[requirement.name] = None if candidates is None else self._list_versions(candidates)
        if self._versions[requirement.name] is None or requirement.url is not None:
            return False
        self._register((requirement.name, requirement.extra))
        return True

    def _register(self, key: Key) -> None:
        versions = self._versions[key[0]]
        if versions is not None and key not in self._masks:
            self._masks[key] = versions.full
            if key[1] is not None:
                self._rules.asked_extras[key] = None
            self._met[key] = len(self._met)

    def _list_versions(self, candidates: Candidates) -> Versions:
        name = candidates.name
        return Versions(
            candidates,
            self._rules.choosable(candidates),
            is_relaxed=name in self._rules.relaxed,
            takes_yanked=self._rules.takes_yanked(name),
        )

    def _pick(self, key: Key, bit: int) -> Pick:
        versions = self._versions[key[0]]
        candidate = versions.candidate(bit) if versions else None
        return Pick(name=key[0], extra=key[1], candidate=candidate)

    def _unknown_picks(self) -> Mapping[Key, Pick]:
        """The projects about which nothing is known."""
        return {(name, None): Pick(name=name) for name, versions in self._versions.items() if versions is None}

    def _add(self, incompatibility: Incompatibility) -> None:
        for key in incompatibility.terms:
            self._about.setdefault(key, []).append(incompatibility)
