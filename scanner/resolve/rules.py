"""What holds for one resolution: what satisfies, what comes along, what is left out, and what was learned so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.model.errors import ArtifactError, IndexFailure
from scanner.model.metadata import CoreMetadata, applies, may_apply
from scanner.model.requirement import Want, with_extras
from scanner.model.specifiers import combine
from scanner.model.target import Target
from scanner.resolve.graph import Supply
from scanner.runtime.candidates import Candidate, Candidates

Key = tuple[NormalizedName, NormalizedName | None]
"""A project, or one of its extras."""


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


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Versions of one project (or of one of its extras) that cannot work whatever else is chosen."""

    versions: frozenset[Version]
    unmet: tuple[Want, ...]
    """What they require and no fitting version meets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Untold:
    """Why it cannot be told what a version requires."""

    reason: str
    failure: IndexFailure | None = None
    """Where the index gave no usable answer."""
    is_broken: bool = False
    """Whether its metadata is at fault."""


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
    untold: dict[tuple[NormalizedName, Version], Untold] = field(default_factory=dict)
    """The versions of which it cannot be told what they require."""
    budget: int | None = None
    """How many more versions may be asked for their metadata; None for no bound."""
    dead: dict[Key, DeadEnd] = field(default_factory=dict)
    """Versions that cannot work whatever else is chosen, as samples have shown."""
    fetched_ahead: set[Want] = field(default_factory=set)
    """What was fetched ahead once already."""
    _newest_with_extra: dict[Key, Version] = field(default_factory=dict)
    _asked: set[tuple[NormalizedName, Version]] = field(default_factory=set)
    _satisfying: dict[tuple[NormalizedName, frozenset[SpecifierSet]], tuple[Version, ...]] = field(default_factory=dict)
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
            # Without the frames that led here, which would be kept for the whole scan.
            self.failures[name] = failure.with_traceback(None)
            self.opaque.add(name)
            return None
        if not candidates.exists:
            self.opaque.add(name)
            return None
        return candidates

    def narrow(self, name: NormalizedName, specifier: SpecifierSet) -> SpecifierSet | None:
        """What a requirement comes to beside constraints and overrides; None where no index is to be asked."""
        instead = self.overrides.get(name)
        if name in self.opaque or any(want.url for want in instead or ()):
            return None
        asked = [specifier] if instead is None else [want.specifier for want in instead]
        return combine(asked, self.constraints.get(name))

    def is_relaxed(self, name: NormalizedName) -> bool:
        """Whether a project may be chosen without a wheel for the target."""
        return self.relaxed is None or name in self.relaxed

    def satisfying(self, candidates: Candidates, wants: Iterable[Want]) -> tuple[Version, ...]:
        """The versions that all wants and the constraints admit, newest first."""
        specifiers = frozenset(want.specifier for want in wants)
        key = (candidates.name, specifiers)
        if key not in self._satisfying:
            ordered = sorted(specifiers, key=str)
            self._satisfying[key] = candidates.satisfying(combine(ordered, self.constraints.get(candidates.name)))
        return self._satisfying[key]

    def usable(
        self, candidates: Candidates, versions: Iterable[Version], extra: NormalizedName | None = None
    ) -> Iterator[Candidate]:
        """Those of the versions that have a wheel for the target and are no dead ends, in the order given."""
        ends = [self.dead[key] for key in ((candidates.name, None), (candidates.name, extra)) if key in self.dead]
        alive = (version for version in versions if not any(version in end.versions for end in ends))
        return candidates.fitting(alive)

    def children(self, pick: Pick) -> tuple[Want, ...]:
        """What one version requires on the target; empty where that cannot be told, which is then remembered."""
        if pick.candidate is None:
            return ()
        key = (pick.name, pick.extra, pick.candidate.version)
        if key not in self._children:
            metadata = self._metadata(pick.candidate)
            self._children[key] = tuple(self._child_wants(pick, metadata)) if metadata else ()
            if metadata:
                self._note_oddities(pick, metadata)
        return tuple(want for want in self._children[key] if (want.parent, want.name) not in self.dropped)

    def keeps_extra(self, pick: Pick) -> bool:
        """Whether taking the version is no step back to before the extra existed; True where that cannot be told.

        A version that no longer has an extra is taken without it, as installers do.
        """
        metadata = self._metadata(pick.candidate) if pick.candidate else None
        if metadata is None or pick.version is None or pick.extra is None:
            return True
        if pick.extra in metadata.extras:
            self._note_extra(pick.name, pick.extra, pick.version)
            return True
        newest = self._newest_with_extra.get((pick.name, pick.extra))
        return newest is None or newest < pick.version

    def _note_oddities(self, pick: Pick, metadata: CoreMetadata) -> None:
        """Remembers that a version has an extra, and what of its requirements nobody can read."""
        if pick.extra in metadata.extras and pick.version is not None:
            self._note_extra(pick.name, pick.extra, pick.version)
        extras = (pick.extra,) if pick.extra else ()
        odd = next((text for text in metadata.odd_requires if may_apply(text, self.target.markers, extras)), None)
        if odd is not None and pick.version is not None:
            reason = f"a requirement in its metadata cannot be read: {odd[:100]!r}"
            self.untold[pick.name, pick.version] = Untold(reason=reason, is_broken=True)

    def _note_extra(self, name: NormalizedName, extra: NormalizedName | None, version: Version) -> None:
        newest = self._newest_with_extra.get((name, extra))
        self._newest_with_extra[name, extra] = max(version, newest or version)

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
            failure = error if isinstance(error, IndexFailure) else None
            self.untold[name, candidate.version] = Untold(
                reason=error.reason, failure=failure, is_broken=failure is None
            )
            return None
        if metadata is None:
            reason = "its dependencies are computed when it is built"
            self.untold[name, candidate.version] = Untold(reason=reason)
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


def _comes_along(marker: Marker | None, environment: Mapping[str, str], extra: NormalizedName | None) -> bool:
    """Whether a requirement belongs to the package itself, or (for an extra) to that extra alone."""
    if extra is None:
        return applies(marker, environment)
    return marker is not None and applies(marker, environment, (extra,)) and not applies(marker, environment)
