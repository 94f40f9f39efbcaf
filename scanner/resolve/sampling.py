"""Finds the next version that may work in a long history, without reading the metadata of every version.

Boto3 has close to two thousand releases: to ask each what it requires is what makes other resolvers crawl. Two things
hold in nearly all histories and are relied on here: the bounds of an older version are only looser, and a version that
is required exactly only goes up. So the history is sampled at growing distances and bisected between two samples where
something viable may lie: where the older sample works, or where the two require versions of one package on different
sides of one that fits (pydantic 2.10 requires the only pydantic-core with a wheel, those before and after it do not).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.requirement import Requirement
from scanner.resolve.graph import Pick
from scanner.resolve.root_requirements import Beside
from scanner.resolve.rules import Rules
from scanner.runtime.candidates import Candidate, Candidates

_NARROW = 4
"""A requirement that admits no more fitting versions than this is looked at one level further down."""
_PLACES = tuple(4**power - 1 for power in range(1, 9))
"""The sampled positions of a history: each four times further back."""
_FEW = 4
"""A history of no more versions between its newest and its oldest is looked at whole."""
_SIDE_BY_SIDE = 2
"""The number of samples fetched concurrently."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Look:
    """What the metadata of one version shows."""

    viable: bool
    passed: Mapping[NormalizedName, int]
    """For each project of which no fitting version is admitted: how many fitting versions are newer than those."""
    lacks_extra: bool
    """Whether the version does not have an extra that is required."""


@dataclass(slots=True)
class Sampler:
    """One search through the versions of one package, newest first, beside what else is required."""

    rules: Rules
    candidates: Candidates
    versions: Sequence[Version]
    beside: Beside
    depth: int = 2
    """How many levels down a requirement is looked at to tell whether a version may work."""
    _looks: dict[int, _Look] = field(default_factory=dict)
    _unmet: dict[NormalizedName, Requirement] = field(default_factory=dict)

    def land(self, start: int) -> int:
        """The first position from ``start`` on that may work, as far as samples show; past the end where none does."""
        end = len(self.versions)
        start = next((position for position in range(start, end) if self._fits(position)), end)
        if start == end or self._look(start).viable:
            return start
        samples = self._samples(start)
        for number in range(1, len(samples)):
            if number % _SIDE_BY_SIDE == 1:
                self._look_ahead(samples[number : number + _SIDE_BY_SIDE])
            newer, older = samples[number - 1], samples[number]
            found = self._search(newer, older) if self._may_hide(newer, older) else None
            if found is not None:
                return found
        return end

    def find_unmet(self) -> tuple[Requirement, ...]:
        """What was found to be required and that no compatible version meets, each package once."""
        unmet = dict(self._unmet)
        for position, look in self._looks.items():
            candidate = next(self.candidates.fitting((self.versions[position],)), None)
            for requirement in self._children(candidate) if look.passed and candidate else ():
                if requirement.name in look.passed:
                    unmet.setdefault(requirement.name, requirement)
        return tuple(unmet.values())

    def _samples(self, start: int) -> list[int]:
        """Positions that fit, at growing distances, from ``start``, which does, to the last of all.

        Those between are the same wherever the search begins, so that a second one finds most of them looked at.
        """
        last = next(position for position in reversed(range(start, len(self.versions))) if self._fits(position))
        between = range(start + 1, last)
        places = [start, *(between if len(between) <= _FEW else (place for place in _PLACES if place in between))]
        settled = (next((one for one in range(place, last) if self._fits(one)), last) for place in places)
        return list(dict.fromkeys([*settled, last]))

    def _search(self, newer: int, older: int) -> int | None:
        """The newest position after ``newer``, up to ``older``, that is found to work."""
        middle = self._find_middle(newer, older)
        if middle is None:
            return older if self._look(older).viable else None
        if self._may_hide(newer, middle):
            found = self._search(newer, middle)
            if found is not None:
                return found
        return self._search(middle, older) if self._may_hide(middle, older) else None

    def _find_middle(self, newer: int, older: int) -> int | None:
        """A position that fits, as near to the middle as there is one."""
        middle = (newer + older) // 2
        nearby = (*range(max(middle, newer + 1), older), *range(middle - 1, newer, -1))
        return next((position for position in nearby if self._fits(position)), None)

    def _fits(self, position: int) -> bool:
        return next(self.candidates.fitting(self.versions[position : position + 1]), None) is not None

    def _may_hide(self, newer: int, older: int) -> bool:
        """Whether something viable can lie after ``newer``, up to ``older``: not where one thing blocks both alike."""
        look = self._look(older)
        if look.viable or not look.passed:
            return look.viable or (look.lacks_extra and not self._look(newer).lacks_extra)
        before = self._look(newer).passed
        return not any(name in before and before[name] >= count for name, count in look.passed.items())

    def _look(self, position: int) -> _Look:
        if position not in self._looks:
            version = self.versions[position]
            candidate = next(self.candidates.fitting((version,)), None)
            requirements = list(self._children(candidate)) if candidate else []
            passed = {
                requirement.name: gap
                for requirement in requirements
                if (gap := self._count_passed(requirement)) is not None
            }
            viable = not passed and candidate is not None and self._is_viable(candidate, None, self.depth)
            lacks = candidate is not None and self._lacks_extra(candidate)
            self._looks[position] = _Look(viable=viable, passed=passed, lacks_extra=lacks)
        return self._looks[position]

    def _count_passed(self, requirement: Requirement) -> int | None:
        """How many fitting versions are newer than those that are admitted; None where one that fits is admitted."""
        candidates = self.rules.candidates(requirement.name) if requirement.url is None else None
        if candidates is None:
            return None
        satisfying = self._satisfying(candidates, requirement)
        if next(self.rules.usable(candidates, satisfying, requirement.extra), None) is not None:
            return None
        if self.rules.is_last_resort(candidates, satisfying):
            return None
        admitted = candidates.satisfying(requirement.specifier, prereleases=True)
        newest = admitted[0] if admitted else _named_version(requirement)
        others = self.rules.satisfying(candidates, self._others(requirement)) if newest is not None else ()
        newer = (version for version in others if newest is not None and version > newest)
        return sum(1 for _ in self.rules.usable(candidates, newer, requirement.extra))

    def _look_ahead(self, positions: Sequence[int]) -> None:
        """Fetches at once what looking at these positions needs."""
        unseen = [self.versions[position] for position in positions if position not in self._looks]
        candidates = tuple(self.candidates.fitting(dict.fromkeys(unseen)))
        if len(candidates) > 1:
            self.rules.supply.prefetch_metadata(candidates)
        if self.depth > 1 and candidates:
            requirements = {requirement: None for candidate in candidates for requirement in self._children(candidate)}
            ahead = tuple(
                requirement
                for requirement in requirements
                if self._is_narrow(requirement) and requirement not in self.rules.fetched_ahead
            )
            self.rules.fetched_ahead.update(ahead)
            if ahead:
                self.rules.supply.prefetch(ahead, levels=self.depth - 1, narrow=self.rules.narrow)

    def _is_viable(self, candidate: Candidate, extra: NormalizedName | None, depth: int) -> bool:
        """Whether what a version (with an extra) requires can be met beside what is wanted, some levels down."""
        if self._lacks_extra(candidate):
            return False
        return all(self._can_be_met(requirement, depth) for requirement in self._children(candidate, extra))

    def _lacks_extra(self, candidate: Candidate) -> bool:
        name = candidate.release.name
        picks = (Pick(name=name, extra=one, candidate=candidate) for one in self._extras(candidate))
        return any(map(self.rules.lacks_extra, picks))

    def _can_be_met(self, requirement: Requirement, depth: int) -> bool:
        candidates = self.rules.candidates(requirement.name) if requirement.url is None else None
        if candidates is None:
            return True
        satisfying = self._satisfying(candidates, requirement)
        newest = next(self.rules.usable(candidates, satisfying, requirement.extra), None)
        if newest is None:
            if self.rules.is_last_resort(candidates, satisfying):
                return True
            self._unmet.setdefault(requirement.name, requirement)
            return False
        if depth <= 1 or not self._is_narrow(requirement):
            return True
        oldest = next(self.rules.usable(candidates, reversed(satisfying), requirement.extra), newest)
        samples = {candidate.version: candidate for candidate in (newest, oldest)}
        return any(self._is_viable(candidate, requirement.extra, depth - 1) for candidate in samples.values())

    def _children(self, candidate: Candidate, extra: NormalizedName | None = None) -> Iterator[Requirement]:
        """What a version requires, with the extras that are asked for now."""
        for one in dict.fromkeys((None, *self._extras(candidate), extra)):
            yield from self.rules.children(Pick(name=candidate.release.name, extra=one, candidate=candidate))

    def _extras(self, candidate: Candidate) -> list[NormalizedName]:
        asked = [key for key in self.rules.asked_extras if key[0] == candidate.release.name]
        return [extra for name, extra in asked if extra and self.beside.on((name, extra))]

    def _is_narrow(self, requirement: Requirement) -> bool:
        """Whether so few versions are admitted that what they require decides; where many are, one will do."""
        candidates = self.rules.candidates(requirement.name) if requirement.url is None else None
        if candidates is None:
            return False
        fitting = self.rules.usable(candidates, self._satisfying(candidates, requirement), requirement.extra)
        return len(list(islice(fitting, _NARROW + 1))) <= _NARROW

    def _satisfying(self, candidates: Candidates, requirement: Requirement) -> tuple[Version, ...]:
        return self.rules.satisfying(candidates, [requirement, *self._others(requirement)])

    def _others(self, requirement: Requirement) -> list[Requirement]:
        """What is wanted of the same project by others than the parent, which is what varies here."""
        return [other for other in self.beside.on((requirement.name, None)) if other.parent != requirement.parent]


def _named_version(requirement: Requirement) -> Version | None:
    """The version that a specifier names, where no version that it admits exists."""
    for clause in requirement.specifier:
        if clause.operator == "==" and not clause.version.endswith(".*"):
            return Version(clause.version)
    return None
