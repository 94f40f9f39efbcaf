"""The rules that resolvelib works by: what matches, what comes along, what is tried first.

The choice is the one that pywrangler's installer makes: the newest version that satisfies everything and has a wheel
for the target. A project that is relaxed may be taken without such a wheel, where no version that satisfies has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version
from resolvelib import AbstractProvider

from scanner.candidates import Candidate, Candidates
from scanner.errors import ArtifactError, IndexFailure
from scanner.metadata import CoreMetadata, applies
from scanner.model import Target
from scanner.resolve.graph import Supply
from scanner.specifiers import combine, find_pin
from scanner.wants import Want, with_extras

Key = tuple[NormalizedName, NormalizedName | None]

_TRIES_BEFORE_LEAPING = 3
"""After so many rejected versions of one project the next are looked for by leaps and bisection, not one by one."""


class BudgetSpentError(Exception):
    """So many versions were asked what they require that the search is given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """One version of a project (or of one of its extras); without a candidate nothing is known of it."""

    name: NormalizedName
    extra: NormalizedName | None = None
    candidate: Candidate | None = None

    @property
    def version(self) -> Version | None:
        """The version, None where nothing is known."""
        return self.candidate.version if self.candidate else None


@dataclass(slots=True)
class Rules:
    """What holds for one resolution besides the wants themselves."""

    target: Target
    supply: Supply
    constraints: Mapping[NormalizedName, SpecifierSet] = field(default_factory=dict)
    overrides: Mapping[NormalizedName, tuple[Want, ...]] = field(default_factory=dict)
    relaxed: set[NormalizedName] | None = None
    """Projects that may be chosen without a wheel for the target, where no version has one; None: all."""
    opaque: set[NormalizedName] = field(default_factory=set)
    """Projects that no version is chosen for: given by a URL, not there, or not to be asked."""
    dropped: set[tuple[NormalizedName | None, NormalizedName]] = field(default_factory=set)
    """Wants left out because of a conflict, as (parent, name)."""
    asked_extras: dict[Key, None] = field(default_factory=dict)
    """Every project with an extra that was ever asked for."""
    failures: dict[NormalizedName, IndexFailure] = field(default_factory=dict)
    unknown_requires: dict[NormalizedName, str] = field(default_factory=dict)
    unusable: set[NormalizedName] = field(default_factory=set)
    """Projects whose metadata is broken."""
    budget: int | None = None
    """How many more versions may be asked for their metadata; None for no bound."""
    _asked: set[tuple[NormalizedName, Version]] = field(default_factory=set)
    _satisfying: dict[tuple[NormalizedName, str], tuple[Version, ...]] = field(default_factory=dict)
    _children: dict[tuple[NormalizedName, NormalizedName | None, Version], tuple[Want, ...]] = field(
        default_factory=dict
    )

    def candidates(self, name: NormalizedName) -> Candidates | None:
        """All versions of a project; None where nothing can be known of it (it is then opaque)."""
        if name in self.opaque:
            return None
        try:
            candidates = self.supply.candidates(name)
        except IndexFailure as failure:
            self.failures[name] = failure
            self.opaque.add(name)
            return None
        if not candidates.exists:
            self.opaque.add(name)
            return None
        return candidates

    def is_relaxed(self, name: NormalizedName) -> bool:
        """Whether a project may be chosen without a wheel for the target."""
        return self.relaxed is None or name in self.relaxed

    def satisfying(self, candidates: Candidates, wants: Iterable[Want]) -> tuple[Version, ...]:
        """The versions that all wants and the constraints admit, newest first."""
        specifier = combine((want.specifier for want in wants), self.constraints.get(candidates.name))
        key = (candidates.name, str(specifier))
        if key not in self._satisfying:
            self._satisfying[key] = candidates.satisfying(specifier)
        return self._satisfying[key]

    def children(self, pick: Pick) -> tuple[Want, ...]:
        """What one version requires on the target; empty where that cannot be told, which is then remembered."""
        if pick.candidate is None:
            return ()
        key = (pick.name, pick.extra, pick.candidate.version)
        if key not in self._children:
            metadata = self._metadata(pick.candidate)
            self._children[key] = tuple(self._child_wants(pick, metadata)) if metadata else ()
        return tuple(want for want in self._children[key] if (want.parent, want.name) not in self.dropped)

    def has_extra(self, pick: Pick) -> bool:
        """Whether the version offers the extra; True where its metadata cannot be told."""
        metadata = self._metadata(pick.candidate) if pick.candidate else None
        return metadata is None or not metadata.extras or pick.extra in metadata.extras

    def _metadata(self, candidate: Candidate) -> CoreMetadata | None:
        name = candidate.release.name
        if self.budget is not None and (name, candidate.version) not in self._asked:
            if self.budget == 0:
                raise BudgetSpentError
            self.budget -= 1
        self._asked.add((name, candidate.version))
        try:
            metadata = self.supply.metadata(candidate)
        except (IndexFailure, ArtifactError) as error:
            self.unknown_requires[name] = error.reason
            if isinstance(error, IndexFailure):
                self.failures[name] = error
            else:
                self.unusable.add(name)
            return None
        if metadata is None:
            self.unknown_requires[name] = "its dependencies are computed when it is built"
        return metadata

    def _child_wants(self, pick: Pick, metadata: CoreMetadata) -> Iterator[Want]:
        for requirement in metadata.requires:
            if not _comes_along(requirement.marker, self.target.markers, pick.extra):
                continue
            want = Want(
                name=canonicalize_name(requirement.name),
                specifier=requirement.specifier,
                text=str(requirement),
                url=requirement.url,
                parent=pick.name,
            )
            yield from self.overridden(with_extras(want, requirement.extras))

    def overridden(self, wants: Iterable[Want]) -> Iterator[Want]:
        """The wants, with what an override says in the place of each one on the same name."""
        for want in wants:
            if want.name not in self.overrides:
                yield want
            elif want.extra is None:
                yield from (replace(other, parent=want.parent) for other in self.overrides[want.name])


def _comes_along(marker: Any, environment: Mapping[str, str], extra: NormalizedName | None) -> bool:  # noqa: ANN401
    """Whether a requirement belongs to the package itself, or (for an extra) to that extra alone."""
    if extra is None:
        return applies(marker, environment)
    return marker is not None and applies(marker, environment, (extra,)) and not applies(marker, environment)


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
        candidates = self._rules.candidates(name)
        if candidates is None:
            return [Pick(name=name, extra=extra)]
        wants = [*self._wants(requirements, (name, None)), *self._wants(requirements, identifier)]
        if any(want.url for want in wants):
            return [Pick(name=name, extra=extra)]
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
        usable = self._rules.relaxed is None or self._rules.has_extra(candidate)
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
        rejected: set[Version | None],
        requirements: Mapping[Key, Iterator[Want]],
    ) -> Iterator[Candidate]:
        satisfying = self._rules.satisfying(candidates, wants)
        yanked = any(find_pin(want.specifier) for want in wants)
        versions = [version for version in satisfying if version not in rejected and candidates.may_fit(version)]
        tried, position = len(rejected), 0
        while position < len(versions):
            if tried >= _TRIES_BEFORE_LEAPING:
                position = self._leap(candidates, versions, position, requirements)
            for candidate in candidates.fitting(versions[position : position + 1], yanked=yanked):
                yield candidate
                tried += 1
            position += 1
        if self._rules.is_relaxed(candidates.name) and not any(candidates.fitting(satisfying, yanked=yanked)):
            last = candidates.newest(satisfying, yanked=yanked)
            if last is not None and last.wheel is None and last.version not in rejected:
                yield last

    def _leap(
        self,
        candidates: Candidates,
        versions: Sequence[Version],
        start: int,
        requirements: Mapping[Key, Iterator[Want]],
    ) -> int:
        """The position of the next version that may work, supposing that what an older one asks for only loosens.

        Boto3 has close to two thousand releases: to ask each what it requires is what makes other resolvers crawl.
        """

        def viable(position: int) -> bool:
            return self._viable(candidates, versions[position], requirements)

        end = len(versions)
        self._look_ahead(candidates, versions, start)
        doomed, position, step = start - 1, start, 1
        while position < end and not viable(position):
            doomed, position, step = position, position + step, step * 2
        if position >= end:
            position = end - 1
            if position == doomed or not viable(position):
                return end
        while position - doomed > 1:
            middle = (position + doomed) // 2
            if viable(middle):
                position = middle
            else:
                doomed = middle
        return position

    def _look_ahead(self, candidates: Candidates, versions: Sequence[Version], start: int) -> None:
        """Fetches the metadata of the versions that a leap comes by, at once."""
        steps = [start + 2**power - 1 for power in range(len(versions).bit_length())]
        landing = [versions[position] for position in (*steps, len(versions) - 1) if position < len(versions)]
        self._rules.supply.prefetch_metadata(tuple(candidates.fitting(dict.fromkeys(landing))))

    def _viable(
        self,
        candidates: Candidates,
        version: Version,
        requirements: Mapping[Key, Iterator[Want]],
        depth: int = 2,
        extra: NormalizedName | None = None,
    ) -> bool:
        """Whether what a version (with an extra) requires can be met beside what is wanted, two levels down."""
        candidate = next(candidates.fitting((version,)), None)
        if candidate is None:
            return False
        asked = [extra for name, extra in self._rules.asked_extras if name == candidates.name]
        extras = {extra: None for extra in asked if self._wants(requirements, (candidates.name, extra))}
        extras |= {extra: None} if extra else {}
        picks = [Pick(name=candidates.name, extra=extra, candidate=candidate) for extra in (None, *extras)]
        if self._rules.relaxed is not None and not all(map(self._rules.has_extra, picks[1:])):
            return False
        return all(self._can_be_met(want, requirements, depth) for pick in picks for want in self._rules.children(pick))

    def _can_be_met(self, want: Want, requirements: Mapping[Key, Iterator[Want]], depth: int) -> bool:
        candidates = self._rules.candidates(want.name)
        if candidates is None or want.url is not None:
            return True
        others = [other for other in self._wants(requirements, (want.name, None)) if other.parent != want.parent]
        satisfying = self._rules.satisfying(candidates, [want, *others])
        newest = next(candidates.fitting(satisfying), None)
        if newest is None:
            return bool(satisfying) and self._rules.is_relaxed(want.name)
        oldest = next(candidates.fitting(reversed(satisfying)), newest)
        samples = dict.fromkeys((newest.version, oldest.version))
        return depth <= 1 or any(
            self._viable(candidates, version, requirements, depth - 1, want.extra) for version in samples
        )

    def _wants(self, requirements: Mapping[Key, Iterator[Want]], key: Key) -> list[Want]:
        try:
            return list(requirements[key])
        except KeyError:
            return []
