"""The rules that resolvelib works by: what matches, what comes along, what is tried first.

The choice is the one that pywrangler's installer makes: the newest version that satisfies everything and has a wheel
for the target. A project that is relaxed may be taken without such a wheel, where no version that satisfies has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version
from resolvelib import AbstractProvider

from scanner.model.requirement import Want
from scanner.model.specifiers import find_pin
from scanner.resolve.leaps import Leap, wants_on
from scanner.resolve.rules import Key, Pick, Rules
from scanner.runtime.candidates import Candidate, Candidates

_TRIES_BEFORE_LEAPING = 3
"""After so many rejected versions of one project the next are looked for by leaps and bisection, not one by one."""


class Provider(AbstractProvider[Want, Pick, Key]):
    """resolvelib's view of the rules."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def identify(self, requirement_or_candidate: Want | Pick) -> Key:
        """The project and the extra that a want or pick is about."""
        return (requirement_or_candidate.name, requirement_or_candidate.extra)

    def get_preference(
        self,
        identifier: Key,
        resolutions: Mapping[Key, Pick],  # noqa: ARG002  # resolvelib's signature
        candidates: Mapping[Key, Iterator[Pick]],  # noqa: ARG002
        information: Mapping[Key, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, bool, bool, str]:
        """What is tried first: what caused trouble, then the project's own, then pins, then upper bounds."""
        wants = [info.requirement for info in information[identifier]]
        troubled = any(
            identifier[0] in (cause.requirement.name, cause.parent and cause.parent.name) for cause in backtrack_causes
        )
        direct = any(want.parent is None for want in wants)
        operators = {clause.operator for want in wants for clause in want.specifier}
        pinned = "==" in operators or "===" in operators
        bounded = bool(operators & {"<", "<=", "~="})
        return (not troubled, not direct, not pinned, not bounded, str(identifier))

    def find_matches(
        self,
        identifier: Key,
        requirements: Mapping[Key, Iterator[Want]],
        incompatibilities: Mapping[Key, Iterator[Pick]],
    ) -> Callable[[], Iterator[Pick]] | Sequence[Pick]:
        """The picks for a project, best first, lazily."""
        name, extra = identifier
        if extra is not None:
            self._rules.asked_extras[identifier] = None
        wants = [*wants_on(requirements, (name, None)), *wants_on(requirements, identifier)]
        candidates = None if any(want.url for want in wants) else self._rules.candidates(name)
        if candidates is None:
            unknown = Pick(name=name, extra=extra)
            return [] if unknown in incompatibilities[identifier] else [unknown]
        rejected = {pick.version for pick in incompatibilities[identifier]}
        known: Candidates = candidates

        def picks() -> Iterator[Pick]:
            return (
                Pick(name=name, extra=extra, candidate=candidate)
                for candidate in self._matches(known, wants, rejected, requirements)
            )

        return picks

    def is_satisfied_by(self, requirement: Want, candidate: Pick) -> bool:
        """Whether a pick meets a want; what nothing is known of meets everything."""
        if candidate.version is None or requirement.url is not None:
            return True
        return requirement.specifier.contains(candidate.version, prereleases=True)

    def get_dependencies(self, candidate: Pick) -> tuple[Want, ...]:
        """What a pick brings along; an extra brings its own package at the same version."""
        children = self._rules.children(candidate)
        if candidate.extra is None or candidate.version is None:
            return children
        # To drop back to a version from before the extra existed would do without what was asked for.
        usable = self._rules.relaxed is None or self._rules.keeps_extra(candidate)
        itself = Want(
            name=candidate.name,
            specifier=SpecifierSet(f"==={candidate.version if usable else 'none'}"),
            text=f"{candidate.name}=={candidate.version}",
            parent=candidate.name,
        )
        return (itself, *children)

    def _matches(
        self,
        candidates: Candidates,
        wants: Sequence[Want],
        rejected: AbstractSet[Version | None],
        requirements: Mapping[Key, Iterator[Want]],
    ) -> Iterator[Candidate]:
        satisfying = self._rules.satisfying(candidates, wants)
        yanked = any(find_pin(want.specifier) for want in wants)
        # What was rejected stays in, so that each leap through one history samples it at the same places.
        versions = [version for version in satisfying if candidates.may_fit(version)]
        leap = Leap(self._rules, candidates, versions, requirements, rejected)
        tried, position = len(rejected), 0
        while position < len(versions):
            if tried >= _TRIES_BEFORE_LEAPING:
                position = leap.land(position)
            for candidate in candidates.fitting(versions[position : position + 1], yanked=yanked):
                if candidate.version not in rejected:
                    yield candidate
                    tried += 1
            position += 1
        if self._rules.is_relaxed(candidates.name) and not any(candidates.fitting(satisfying, yanked=yanked)):
            last = candidates.newest(satisfying, yanked=yanked)
            if last is not None and last.wheel is None and last.version not in rejected:
                yield last
