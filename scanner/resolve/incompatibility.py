"""Incompatibilities and the partial solution: the two types of a search that learns from conflicts.

The terms are those of PubGrub (Natalie Weizenbaum, "PubGrub: next-generation version solving", 2018). Every project
has a finite list of versions, so a set of them is an integer with one bit for each, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from scanner.model.requirement import Requirement
from scanner.resolve.graph import Key


@dataclass(frozen=True, slots=True)
class Term:
    """A statement on one project: that one of these versions is chosen; negated, that none of them is."""

    mask: int
    positive: bool

    def negate(self) -> Term:
        """The opposite."""
        return Term(self.mask, not self.positive)

    def intersect(self, other: Term) -> Term:
        """Both at once."""
        if self.positive and other.positive:
            return Term(self.mask & other.mask, positive=True)
        if self.positive or other.positive:
            chosen, excluded = (self, other) if self.positive else (other, self)
            return Term(chosen.mask & ~excluded.mask, positive=True)
        return Term(self.mask | other.mask, positive=False)

    def is_satisfied(self, allowed: int, *, required: bool) -> bool:
        """Whether it must hold where these versions are left."""
        if self.positive:
            return required and not allowed & ~self.mask
        return not allowed & self.mask

    def is_contradicted(self, allowed: int, *, required: bool) -> bool:
        """Whether it cannot hold where these versions are left."""
        return self.negate().is_satisfied(allowed, required=required)


@dataclass(frozen=True, slots=True, eq=False)
class Incompatibility:
    """Terms that cannot all hold, with what it was derived from."""

    terms: Mapping[Key, Term]
    causes: tuple[Incompatibility, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    """The requirements that it stands for."""
    number: int = field(default_factory=count().__next__)
    """Which of all it is, in the order in which they were found."""

    def list_requirements(self) -> list[Requirement]:
        """The requirements among everything that this was derived from, each once, in the order they were met."""
        seen = {self.number: self}
        pending = [self]
        while pending:
            for cause in pending.pop().causes:
                if cause.number not in seen:
                    seen[cause.number] = cause
                    pending.append(cause)
        return list(dict.fromkeys(one for _, each in sorted(seen.items()) for one in each.requirements))


def derive_from(conflict: Incompatibility, cause: Incompatibility, key: Key, satisfier: Term) -> Incompatibility:
    """What follows from a conflict and from the cause of the step that completed it (the rule of resolution)."""
    terms = {other: term for other, term in conflict.terms.items() if other != key}
    for other, term in cause.terms.items():
        if other != key:
            terms[other] = terms[other].intersect(term) if other in terms else term
    left = satisfier.intersect(conflict.terms[key].negate())
    if not left.positive or left.mask:
        terms[key] = left.negate()
    return Incompatibility(terms, causes=(conflict, cause))


@dataclass(frozen=True, slots=True)
class Assignment:
    """One step: a term that holds from now on, decided or derived from an incompatibility."""

    key: Key
    term: Term
    level: int
    position: int
    cause: Incompatibility | None = None
    """None for a decision."""


@dataclass(slots=True)
class State:
    """What is left of one project."""

    allowed: int
    required: bool = False
    history: list[Assignment] = field(default_factory=list)
    _before: list[tuple[int, bool]] = field(default_factory=list)

    def add(self, assignment: Assignment) -> None:
        """One more step."""
        self.history.append(assignment)
        self._before.append((self.allowed, self.required))
        self.allowed, self.required = _apply(self.allowed, self.required, assignment.term)

    def undo(self) -> None:
        """One step less."""
        self.history.pop()
        self.allowed, self.required = self._before.pop()


@dataclass(slots=True)
class PartialSolution:
    """All steps so far, in their order."""

    all_versions: Mapping[Key, int]
    """All versions of each project."""
    level: int = 0
    decisions: dict[Key, int] = field(default_factory=dict)
    """The one bit that was chosen for each decided project, in the order of the decisions."""
    states: dict[Key, State] = field(default_factory=dict)
    _steps: list[Assignment] = field(default_factory=list)
    _changed: dict[Key, None] = field(default_factory=dict)

    def is_open(self, key: Key) -> bool:
        """Whether a project is required and no version of it chosen yet."""
        return key in self.states and self.states[key].required and key not in self.decisions

    def take_changed(self) -> Iterable[Key]:
        """The projects of which something has changed since this was asked for the last time."""
        changed, self._changed = self._changed, {}
        return changed

    def state(self, key: Key) -> State:
        """What is left of a project."""
        if key not in self.states:
            self.states[key] = State(self.all_versions[key])
        return self.states[key]

    def decide(self, key: Key, bit: int) -> None:
        """Chooses a version."""
        self.level += 1
        self.decisions[key] = bit
        self._add(key, Term(bit, positive=True), None)

    def derive(self, key: Key, term: Term, cause: Incompatibility) -> None:
        """Notes what follows."""
        self._add(key, term, cause)

    def find_satisfier(self, key: Key, term: Term, first: Assignment | None = None) -> Assignment | None:
        """The earliest step from which on a term holds; ``first`` is taken as known from the beginning.

        None where it holds before any step.
        """
        allowed, required = self.all_versions[key], False
        if first is not None:
            allowed, required = _apply(allowed, required, first.term)
        if term.is_satisfied(allowed, required=required):
            return None
        for assignment in self.state(key).history:
            allowed, required = _apply(allowed, required, assignment.term)
            if term.is_satisfied(allowed, required=required):
                return assignment
        return None

    def go_back(self, level: int) -> None:
        """Forgets every step above a level."""
        self.level = level
        while self._steps and self._steps[-1].level > level:
            step = self._steps.pop()
            self._changed[step.key] = None
            if step.cause is None:
                del self.decisions[step.key]
            self.states[step.key].undo()

    def _add(self, key: Key, term: Term, cause: Incompatibility | None) -> None:
        assignment = Assignment(key, term, self.level, len(self._steps), cause)
        self._steps.append(assignment)
        self._changed[key] = None
        self.state(key).add(assignment)


def _apply(allowed: int, required: bool, term: Term) -> tuple[int, bool]:  # noqa: FBT001  # a pair, as it is returned
    return (allowed & term.mask, True) if term.positive else (allowed & ~term.mask, required)
