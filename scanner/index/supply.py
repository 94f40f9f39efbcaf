"""Candidates and metadata by name for the resolver, prefetched as far as they can be predicted.

Nothing is decided here. The crawl that fetches ahead takes, for each project, the newest version that fits the first
requirement on it, and continues with the requirements of that version. Most trees are then complete before the resolver
starts, after as many round trips as the tree is deep.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from scanner.index.listing import Listing
from scanner.index.projects import Index
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import (
    ArtifactError,
    IndexAnswerError,
    IndexFailure,
    IndexUnreachable,
    ScanError,
    describe_unexpected,
)
from scanner.model.index_settings import IndexSettings
from scanner.model.metadata import CoreMetadata, applies
from scanner.model.opened import Opened
from scanner.model.requirement import Narrow, Requirement
from scanner.model.specifiers import find_pin
from scanner.model.target import Target
from scanner.runtime.candidates import Candidate, Candidates
from scanner.runtime.tables import PyodidePackage, PyodideRelease

if TYPE_CHECKING:
    from scanner.index.distributions import Distributions

_Found = CoreMetadata | None | IndexFailure | ArtifactError
_Key = tuple[NormalizedName, str]

_MOST_VISITS = 500
"""How many projects a crawl processes concurrently: more than there are connections, because some are cached."""


class IndexSupply:
    """Candidates and metadata from an index and from the target's Pyodide release (a ``resolve.Supply``)."""

    def __init__(self, index: Index, target: Target, release: PyodideRelease, *, with_dependencies: bool) -> None:
        self._index = index
        self.spawn = index.spawn
        self._target = target
        self._release = release
        self._with_dependencies = with_dependencies
        self._shipped: set[str] = set()
        self._candidates: dict[NormalizedName, Candidates] = {}
        self._metadata: dict[_Key, asyncio.Task[_Found]] = {}

    @cached_property
    def _distributions(self) -> Distributions:
        from scanner.index.distributions import Distributions  # noqa: PLC0415  # flat scans open none

        return Distributions(self._index, self._index.cache, at_any_age=self._index.is_offline)

    @property
    def settings(self) -> IndexSettings:
        """The settings of the indexes; ``exclude_newer``, ``resolution`` and ``prerelease`` are for the resolver."""
        return self._index.settings

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the index settings, as sentences."""
        return self._index.notes

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:
        """The build of a project in the target's Pyodide release, if any."""
        return self._release.packages.get(name)

    def candidates(self, name: NormalizedName) -> Candidates:
        """All versions of a project.

        Raises:
            IndexFailure: the index gave no usable answer.
        """
        if name not in self._candidates:
            try:
                self._add(name, self._index.listing(name))
            except IndexUnreachable:
                if name not in self._shipped:
                    raise
                self._add(name, None)
            except ScanError:
                raise
            except Exception as error:
                raise IndexAnswerError(name, describe_unexpected(error)) from error
        return self._candidates[name]

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; None if only a build shows its dependencies.

        Raises:
            IndexFailure: the index gave no usable answer.
            ArtifactError: the file or its metadata cannot be used.
        """
        task = self._metadata.get((candidate.release.name, str(candidate.version)))
        found = task.result() if task and task.done() else self._index.run(self._fetch_metadata(candidate))
        if isinstance(found, IndexFailure | ArtifactError):
            raise found
        return found

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """Prefetch what resolving these probably requires, down to ``levels`` levels; None for all.

        ``narrow`` gives further constraints; None for none.
        """
        self._note_shipped(requirements)
        asked = (
            (requirement.name, requirement.specifier, requirement.extra)
            for requirement in requirements
            if requirement.url is None
        )
        self._index.run(_Crawl(self, self._target.markers, levels, narrow or _as_asked).run(asked))

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Prefetch the metadata of these versions concurrently."""
        self._index.run(self._fetch_all(candidates))

    def open_files(self, artifacts: Iterable[Artifact]) -> dict[str, Opened]:
        """The contents of each file, by its name, or the error; all are fetched at once."""
        by_name = {artifact.filename: artifact for artifact in artifacts}
        opened = self._index.run(self._open_all(by_name.values()))
        return dict(zip(by_name, opened, strict=True))

    async def _open_all(self, artifacts: Iterable[Artifact]) -> list[Opened]:
        return list(await asyncio.gather(*(self._open(artifact) for artifact in artifacts)))

    async def _open(self, artifact: Artifact) -> Opened:
        from scanner.index.inspection import open_sdist, open_wheel  # noqa: PLC0415  # as above

        try:
            if artifact.kind is ArtifactKind.SDIST:
                return await open_sdist(self._distributions, artifact)
            return await open_wheel(self._distributions, artifact)
        except (IndexFailure, ArtifactError) as error:
            return error
        except Exception as error:  # noqa: BLE001  # one bad file is one finding, whatever reads it
            return ArtifactError(artifact.filename, describe_unexpected(error))

    async def _fetch_all(self, candidates: tuple[Candidate, ...]) -> None:
        await asyncio.gather(*(self._fetch_metadata(candidate) for candidate in candidates))

    async def fetch_candidates(self, name: NormalizedName) -> Candidates | None:
        """As ``candidates``, for the crawl: None if the index gave no usable answer, which is reported later."""
        if name not in self._candidates:
            try:
                listing = await self._index.fetch_listing(name)
            except IndexFailure:
                return None
            except ScanError:
                raise
            except Exception as error:  # noqa: BLE001  # likewise
                describe_unexpected(error)
                return None
            self._add(name, listing)
        return self._candidates[name]

    async def fetch_requires(self, candidate: Candidate) -> CoreMetadata | None:
        """As ``metadata``, for the crawl: None also if it cannot be used, which is reported later."""
        if not self._with_dependencies:
            return None
        found = await self._fetch_metadata(candidate)
        return found if isinstance(found, CoreMetadata) else None

    async def _fetch_metadata(self, candidate: Candidate) -> _Found:
        key = (candidate.release.name, str(candidate.version))
        if key not in self._metadata:
            self._metadata[key] = self._index.spawn(self._load_metadata(candidate))
        return await asyncio.shield(self._metadata[key])

    async def _load_metadata(self, candidate: Candidate) -> _Found:
        try:
            found = await self._distributions.fetch_metadata(candidate)
        except (IndexFailure, ArtifactError) as error:
            return error
        except Exception as error:  # noqa: BLE001  # as above
            return ArtifactError(f"{candidate.release.name} {candidate.version}", describe_unexpected(error))
        package = self.pyodide_package(candidate.release.name)
        if found is None and package is not None and package.version == candidate.version:
            if package.name in self._shipped:
                self._shipped.update(package.depends)
            return _from_pyodide(package)
        return found

    def _add(self, name: NormalizedName, listing: Listing | None) -> None:
        pyodide = self.pyodide_package(name)
        self._candidates.setdefault(name, Candidates(name=name, target=self._target, listing=listing, pyodide=pyodide))

    def _note_shipped(self, wants: Iterable[Requirement]) -> None:
        """Offline, a package pinned to the version in the Pyodide release needs no index, nor do its dependencies."""
        for want in wants if self._index.is_offline else ():
            package = self.pyodide_package(want.name)
            if package is not None and find_pin(want.specifier) == package.version:
                self._shipped.add(want.name)


_Visit = tuple[NormalizedName, SpecifierSet, NormalizedName | None, int]
"""A project with its requirements, its extra, and its depth."""


class _Crawl:
    """Prefetches a tree: each project once, concurrently.

    Where only some levels are wanted, several requirements on one project are each followed: they come from versions
    that are looked at side by side.
    """

    def __init__(self, supply: IndexSupply, markers: Mapping[str, str], levels: int | None, narrow: Narrow) -> None:
        self._supply = supply
        self._narrow = narrow
        self._markers = markers
        self._levels = levels
        self._seen: set[tuple[NormalizedName, NormalizedName | None, SpecifierSet | None]] = set()
        self._waiting: deque[_Visit] = deque()
        self._workers: set[asyncio.Task[None]] = set()

    async def run(self, asked: Iterable[tuple[NormalizedName, SpecifierSet, NormalizedName | None]]) -> None:
        """Returns when every project in the tree is fetched.

        Raises:
            SettingsError: the way to the index cannot be used.
        """
        for name, specifier, extra in asked:
            self._start(name, specifier, extra, level=1)
        errors: list[BaseException] = []
        while self._workers:
            done, _ = await asyncio.wait(self._workers)
            errors += filter(None, (worker.exception() for worker in done if not worker.cancelled()))
        if errors:
            raise errors[0]

    def _start(self, name: NormalizedName, asked: SpecifierSet, extra: NormalizedName | None, level: int) -> None:
        specifier = self._narrow(name, asked)
        if specifier is None:
            return
        key = (name, extra, None if self._levels is None else specifier)
        if key in self._seen or (self._levels is not None and level > self._levels):
            return
        self._seen.add(key)
        self._waiting.append((name, specifier, extra, level))
        if len(self._workers) < _MOST_VISITS:
            worker = self._supply.spawn(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        while self._waiting:
            await self._visit(*self._waiting.popleft())
            await asyncio.sleep(0)  # cached answers never wait; this lets an interrupt through

    async def _visit(
        self, name: NormalizedName, specifier: SpecifierSet, extra: NormalizedName | None, level: int
    ) -> None:
        candidates = await self._supply.fetch_candidates(name)
        if candidates is None or not candidates.exists:
            return
        satisfying = candidates.satisfying(specifier)
        candidate = next(candidates.fitting(satisfying), None) or candidates.newest(satisfying)
        metadata = await self._supply.fetch_requires(candidate) if candidate else None
        for requirement in metadata.requires if metadata else ():
            if requirement.url is None and applies(requirement.marker, self._markers, (extra,) if extra else ()):
                child = canonicalize_name(requirement.name)
                self._start(child, requirement.specifier, None, level + 1)
                for child_extra in requirement.extras:
                    self._start(child, requirement.specifier, canonicalize_name(child_extra), level + 1)


def _as_asked(_: NormalizedName, specifier: SpecifierSet) -> SpecifierSet:
    return specifier


def _from_pyodide(package: PyodidePackage) -> CoreMetadata:
    """The metadata of Pyodide's own build: names without versions; the table leaves out shared libraries."""
    from packaging.requirements import Requirement as Pep508Requirement  # noqa: PLC0415  # rarely needed

    return CoreMetadata(
        name=package.name,
        version=package.version,
        requires=tuple(Pep508Requirement(name) for name in package.depends),
    )
