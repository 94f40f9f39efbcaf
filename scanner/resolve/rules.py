"""The rules of one resolution: what satisfies, what is required, what is excluded, and what is known so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.model.errors import ArtifactError, IndexFailure
from scanner.model.metadata import CoreMetadata, applies, may_apply
from scanner.model.requirement import Requirement, with_extras
from scanner.model.specifiers import combine, find_pin
from scanner.model.target import Target
from scanner.resolve.graph import BudgetSpentError, Key, Pick, Supply, UnknownRequires
from scanner.resolve.options import Options, Resolution, UploadedBefore
from scanner.resolve.root_requirements import RootRequirements
from scanner.runtime.candidates import Candidate, Candidates

_EXTRA_SAMPLES = (0, 1, 3, 7, 15, 31)
"""Which versions are checked for an extra that the first one lacks."""


@dataclass(slots=True)
class Rules:
    """What holds for one resolution; a resolution is made in several passes, each begun with ``begin``."""

    target: Target
    supply: Supply
    constraints: Mapping[NormalizedName, SpecifierSet] = field(default_factory=dict)
    overrides: Mapping[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    opaque: set[NormalizedName] = field(default_factory=set)
    """Packages that no version is chosen for: given by a URL, not there, or not to be asked."""
    roots: RootRequirements = field(default_factory=RootRequirements)
    """What the project requires in this pass."""
    relaxed: AbstractSet[NormalizedName] = frozenset()
    """Packages that may be chosen without a wheel for the target, as a last resort."""
    preferences: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The versions that come first in this pass, where they satisfy."""
    dropped: set[tuple[NormalizedName | None, NormalizedName]] = field(default_factory=set)
    """Requirements left out because of a conflict, as (parent, name)."""
    dead: dict[Key, set[Version]] = field(default_factory=dict)
    """Versions that cannot work in this pass whatever else is chosen, as samples have shown."""
    asked_extras: dict[Key, None] = field(default_factory=dict)
    """Every package with an extra that was ever required."""
    failures: dict[NormalizedName, IndexFailure] = field(default_factory=dict)
    unknown: dict[tuple[NormalizedName, Version], UnknownRequires] = field(default_factory=dict)
    """The versions of which it is unknown what they require."""
    budget: int | None = None
    """How many more versions may have their metadata read; None for no limit."""
    fetched_ahead: set[Requirement] = field(default_factory=set)
    """What was already prefetched."""
    _asked: set[tuple[NormalizedName, Version]] = field(default_factory=set)
    _offered: dict[Key, Version | None] = field(default_factory=dict)
    _old: dict[NormalizedName, Candidates] = field(default_factory=dict)
    _satisfying: dict[tuple[NormalizedName, frozenset[SpecifierSet]], tuple[Version, ...]] = field(default_factory=dict)
    _children: dict[tuple[NormalizedName, NormalizedName | None, Version], tuple[Requirement, ...]] = field(
        default_factory=dict
    )

    def begin(
        self,
        roots: Iterable[Requirement],
        *,
        relaxed: AbstractSet[NormalizedName] = frozenset(),
        preferences: Mapping[NormalizedName, Version] | None = None,
        dropped: Iterable[tuple[NormalizedName | None, NormalizedName]] = (),
    ) -> None:
        """Begins a pass. Answers of the index are kept."""
        self.dropped = set(dropped)
        self.roots = RootRequirements(one for one in self.overridden(roots) if (None, one.name) not in self.dropped)
        self.relaxed = frozenset(relaxed)
        self.preferences = self.options.preferences if preferences is None else preferences
        self.dead.clear()
        self._satisfying.clear()

    def candidates(self, name: NormalizedName) -> Candidates | None:
        """All versions of a package; None if nothing can be known about it (it is then opaque)."""
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
        return self._without_newer(candidates)

    def narrow(self, name: NormalizedName, specifier: SpecifierSet) -> SpecifierSet | None:
        """A requirement after constraints and overrides; None if no index is used for it."""
        instead = self.overrides.get(name)
        if name in self.opaque or any(requirement.url for requirement in instead or ()):
            return None
        asked = [specifier] if instead is None else [requirement.specifier for requirement in instead]
        return combine(asked, self.constraints.get(name))

    @property
    def is_newest_first(self) -> bool:
        """Whether newer versions are tried before older ones, which sampling relies on."""
        return self.options.resolution is Resolution.HIGHEST

    def takes_yanked(self, name: NormalizedName) -> bool:
        """Whether the project pins the package, which is what makes a yanked release count (PEP 592)."""
        return any(find_pin(one.specifier) for one in self.roots.on(name))

    def satisfying(self, candidates: Candidates, requirements: Iterable[Requirement]) -> tuple[Version, ...]:
        """The versions that all requirements and constraints allow, newest first."""
        specifiers = frozenset(one.specifier for one in requirements)
        key = (candidates.name, specifiers)
        if key not in self._satisfying:
            ordered = sorted(specifiers, key=str)
            self._satisfying[key] = self._filter(candidates, combine(ordered, self.constraints.get(candidates.name)))
        return self._satisfying[key]

    def usable(
        self, candidates: Candidates, versions: Iterable[Version], extra: NormalizedName | None = None
    ) -> Iterator[Candidate]:
        """Those of the versions that have a compatible wheel and may work, in the order given."""
        dead = self.dead.get((candidates.name, None), set()) | self.dead.get((candidates.name, extra), set())
        alive = (version for version in versions if version not in dead)
        return candidates.fitting(alive, yanked=self.takes_yanked(candidates.name))

    def is_last_resort(self, candidates: Candidates, satisfying: Sequence[Version]) -> bool:
        """Whether one of these versions may be taken although none of them has a compatible wheel."""
        if not satisfying or candidates.name not in self.relaxed:
            return False
        return next(candidates.fitting(satisfying, yanked=self.takes_yanked(candidates.name)), None) is None

    def choose(self, candidates: Candidates, satisfying: tuple[Version, ...]) -> Candidate | None:
        """The first of these versions in the order in which they are tried, with a wheel if one fits."""
        yanked = self.takes_yanked(candidates.name)
        ordered = self.sort(candidates.name, satisfying)
        return next(candidates.fitting(ordered, yanked=yanked), None) or candidates.newest(ordered, yanked=yanked)

    def sort(self, name: NormalizedName, versions: tuple[Version, ...]) -> tuple[Version, ...]:
        """The versions, given newest first, in the order in which they are tried."""
        ordered = versions[::-1] if self.options.is_lowest(is_direct=bool(self.roots.on(name))) else versions
        preferred = self.preferences.get(name)
        if preferred not in ordered:
            return ordered
        return (*(one for one in ordered if one == preferred), *(one for one in ordered if one != preferred))

    def choosable(self, candidates: Candidates) -> tuple[Version, ...]:
        """The versions that can be chosen in this pass, in the order in which they are tried."""
        name = candidates.name
        own = self.roots.on(name)
        # Of a package that the project pins no other version can be chosen, and none has to be looked at.
        versions = self.satisfying(candidates, [one for one in own if find_pin(one.specifier)])
        return self.sort(name, versions)

    def children(self, pick: Pick) -> tuple[Requirement, ...]:
        """The requirements of one version on the target; empty if unknown, which is recorded."""
        if pick.candidate is None:
            return ()
        key = (pick.name, pick.extra, pick.candidate.version)
        if key not in self._children:
            metadata = self._metadata(pick.candidate)
            self._children[key] = tuple(self._child_requirements(pick, metadata)) if metadata else ()
            if metadata:
                self._note_unreadable(pick, metadata)
        return tuple(
            requirement
            for requirement in self._children[key]
            if (requirement.parent, requirement.name) not in self.dropped
        )

    def lacks_extra(self, pick: Pick) -> bool:
        """Whether a version does not satisfy because it lacks an extra that other versions have.

        What the project itself requires must have it. Below that, a release from after the extra was given up is taken
        without it, as installers do, but none from before it was there. An extra that no version has is left out.
        """
        if pick.version is None or pick.candidate is None or pick.extra is None:
            return False
        metadata = self._metadata(pick.candidate)
        if metadata is None or pick.extra in metadata.extras:
            return False
        key = (pick.name, pick.extra)
        if key not in self._offered:
            self._offered[key] = self._find_offering(pick.name, pick.extra)
        newest = self._offered[key]
        is_own = any(one.extra == pick.extra for one in self.roots.on(pick.name))
        return newest is not None and (is_own or pick.version < newest)

    def _find_offering(self, name: NormalizedName, extra: NormalizedName) -> Version | None:
        """The newest version that has an extra, as far as a few versions show; None where none of those does."""
        candidates = self.candidates(name)
        if candidates is None:
            return None
        versions = self.satisfying(candidates, self.roots.on(name))
        versions = tuple(filter(candidates.may_fit, versions)) or versions
        sampled = (candidates.candidate(versions[place]) for place in _EXTRA_SAMPLES if place < len(versions))
        samples = tuple(one for one in sampled if one is not None)
        self.supply.prefetch_metadata(samples)
        having = (one for one in samples if (metadata := self._metadata(one)) and extra in metadata.extras)
        return next((one.version for one in having), None)

    def _without_newer(self, candidates: Candidates) -> Candidates:
        moment = self.options.exclude_newer
        if moment is None or candidates.listing is None:
            return candidates
        name = candidates.name
        if name not in self._old:
            self._old[name] = Candidates(
                name=name,
                target=candidates.target,
                listing=UploadedBefore(candidates.listing, moment),
                pyodide=candidates.pyodide,
            )
        return self._old[name]

    def _filter(self, candidates: Candidates, specifier: SpecifierSet) -> tuple[Version, ...]:
        """The versions that a specifier allows, with prereleases if the settings allow them."""
        mode = self.options.prerelease
        constraint = self.constraints.get(candidates.name, SpecifierSet())
        named = [*(one.specifier for one in self.roots.on(candidates.name)), constraint]
        takes = mode is mode.ALLOW or (mode.takes_named and any(one.prereleases for one in named))
        found = candidates.satisfying(specifier, prereleases=takes)
        if found or takes or not mode.takes_only_ones:
            return found
        only = all(version.is_prerelease for version in candidates.versions)
        return candidates.satisfying(specifier, prereleases=True) if only else ()

    def _note_unreadable(self, pick: Pick, metadata: CoreMetadata) -> None:
        """Records a requirement of a version that cannot be parsed."""
        extras = (pick.extra,) if pick.extra else ()
        odd = next((text for text in metadata.odd_requires if may_apply(text, self.target.markers, extras)), None)
        if odd is not None and pick.version is not None:
            reason = f"a requirement in its metadata cannot be read: {odd[:100]!r}"
            self.unknown[pick.name, pick.version] = UnknownRequires(reason=reason, is_broken=True)

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
            self.unknown[name, candidate.version] = UnknownRequires(
                reason=error.reason, failure=failure, is_broken=failure is None
            )
            return None
        if metadata is None:
            reason = "its dependencies are computed when it is built"
            self.unknown[name, candidate.version] = UnknownRequires(reason=reason)
        return metadata

    def _child_requirements(self, pick: Pick, metadata: CoreMetadata) -> Iterator[Requirement]:
        for declared in metadata.requires:
            if not _is_required(declared.marker, self.target.markers, pick.extra):
                continue
            requirement = Requirement(
                name=canonicalize_name(declared.name),
                specifier=declared.specifier,
                text=str(declared),
                url=declared.url,
                parent=pick.name,
            )
            yield from self.overridden(with_extras(requirement, declared.extras))

    def overridden(self, requirements: Iterable[Requirement]) -> Iterator[Requirement]:
        """The requirements, each on an overridden name replaced by what the override says."""
        for one in requirements:
            if one.name not in self.overrides:
                yield one
            elif one.extra is None:
                yield from (replace(other, parent=one.parent) for other in self.overrides[one.name])


def _is_required(marker: Marker | None, environment: Mapping[str, str], extra: NormalizedName | None) -> bool:
    """Whether a requirement belongs to the package itself, or (for an extra) to that extra alone."""
    if extra is None:
        return applies(marker, environment)
    return marker is not None and applies(marker, environment, (extra,)) and not applies(marker, environment)
