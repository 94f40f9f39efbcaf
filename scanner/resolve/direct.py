"""Wheels that a file names by URL or path. They are checked by their file name, without an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.dependency import Dependency
from scanner.model.errors import ArtifactError, IndexFailure
from scanner.model.metadata import CoreMetadata
from scanner.model.requirement import Narrow, Requirement
from scanner.model.target import Target
from scanner.resolve import Graph, Supply
from scanner.runtime.candidates import Candidate, Candidates, direct_candidates
from scanner.runtime.tables import PyodidePackage


class DirectSupply:
    """Another supply, with the wheels that are given directly in front of it.

    What such a wheel requires is read from its own address. If that fails, the file name still says whether it fits,
    and the rest is unknown.
    """

    def __init__(self, supply: Supply, dependencies: Iterable[Dependency], target: Target) -> None:
        self._supply = supply
        self._given: dict[NormalizedName, Candidates] = {}
        self._unread: dict[str, str] = {}
        for dependency in dependencies:
            candidates = direct_candidates(dependency, target)
            if candidates is not None:
                self._given[candidates.name] = candidates

    @property
    def given(self) -> Mapping[NormalizedName, Candidates]:
        """The wheels by the names of their projects."""
        return self._given

    def mark_unread(self, graph: Graph) -> Graph:
        """The same tree, with the reason on nodes whose requirements could not be read."""
        nodes = {
            key: replace(node, requires_unknown=self._unread[node.name]) if node.name in self._unread else node
            for key, node in graph.nodes.items()
        }
        return replace(graph, nodes=nodes)

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """Prefetch what resolving these probably requires, down to ``levels`` levels."""
        others = tuple(want for want in requirements if want.name not in self._given)

        def narrow_further(name: NormalizedName, specifier: SpecifierSet) -> SpecifierSet | None:
            if name in self._given:
                return None
            return narrow(name, specifier) if narrow else specifier

        self._supply.prefetch(others, levels=levels, narrow=narrow_further)

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Prefetch the metadata of these versions concurrently."""
        self._supply.prefetch_metadata(tuple(c for c in candidates if c.release.name not in self._given))

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:
        """The build of a project in the target's Pyodide release, if any."""
        return self._supply.pyodide_package(name)

    def candidates(self, name: NormalizedName) -> Candidates:
        """All versions of a project; only the given one if there is a given wheel.

        Raises:
            IndexFailure: the index gave no usable answer.
        """
        return self._given.get(name) or self._supply.candidates(name)

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; empty for a given wheel whose own cannot be read.

        Raises:
            IndexFailure, ArtifactError: as of the other supply, for what is not given.
        """
        name = candidate.release.name
        if name not in self._given:
            return self._supply.metadata(candidate)
        try:
            metadata = self._supply.metadata(candidate)
        except (IndexFailure, ArtifactError) as error:
            metadata, self._unread[name] = None, error.reason
        if metadata is None:
            is_outside = candidate.wheel is not None and not candidate.wheel.url
            reason = "its file lies outside the repository" if is_outside else "they are computed when it is built"
            self._unread.setdefault(name, reason)
        return metadata or CoreMetadata(name=name, version=candidate.version)
