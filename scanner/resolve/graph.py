"""The types of a resolution: what was chosen, why, and what requires what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.errors import IndexFailure
from scanner.model.metadata import CoreMetadata
from scanner.model.requirement import Narrow, Requirement
from scanner.runtime.candidates import Candidate, Candidates, PassedOver
from scanner.runtime.tables import PyodidePackage

Key = tuple[NormalizedName, NormalizedName | None]
"""A package, or one of its extras."""


class BudgetSpentError(Exception):
    """The search read the metadata of too many versions and ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """One version of a package (or of one of its extras); without a candidate, nothing is known about it."""

    name: NormalizedName
    extra: NormalizedName | None = None
    candidate: Candidate | None = None

    @property
    def version(self) -> Version | None:
        """The version; None if nothing is known."""
        return self.candidate.version if self.candidate else None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownRequires:
    """Why the requirements of a version are unknown."""

    reason: str
    failure: IndexFailure | None = None
    """The index gave no usable answer."""
    is_broken: bool = False
    """Whether its metadata is broken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Two requirements on one project that no version satisfies."""

    name: NormalizedName
    kept: Requirement
    dropped: Requirement


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A version of a direct dependency that the project does not allow, and whose whole tree has compatible wheels."""

    version: Version
    parts: Mapping[NormalizedName, Version | None]
    """The current blockers, each with the version that would be chosen; None if it is then not required."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One project in the tree, with the version that was chosen for it."""

    name: NormalizedName
    requirements: tuple[Requirement, ...]
    candidates: Candidates | None = None
    """None if the index was not used or gave no usable answer."""
    chosen: Candidate | None = None
    satisfying: tuple[Version, ...] = ()
    """The versions that all requirements allow, newest first."""
    newest: Candidate | None = None
    """The newest release that all requirements allow, compatible with the target or not."""
    failure: IndexFailure | None = None
    url: str | None = None
    conflict: Conflict | None = None
    requires: tuple[str, ...] = ()
    """The keys of the nodes that it requires on the target, sorted; complete unless ``requires_unknown`` says why
    not."""
    requires_unknown: str | None = None
    requires_unusable: bool = False
    """Whether that is because its metadata is broken."""
    passed_over: PassedOver | None = None
    """The newest version that would have been chosen if its dependencies had a compatible wheel."""
    suggestion: Suggestion | None = None
    """For a direct dependency that requires a package without a compatible wheel: a version that does not."""
    is_blocked: bool = False
    """Whether a requirement on it cannot be satisfied on the target: it has no compatible wheel, or it is required by
    the project itself and something below it has none."""
    on_worker: bool = True
    """Whether a requirement of the project that can be satisfied reaches it; what only blocked ones reach is installed
    in the container alone."""
    brought_by_extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those of ``requires`` that one extra alone brings, by the extra."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """A resolved tree: every project once, by its key.

    The key is the name, or ``name==version`` in a lock file that has several versions of one name. A package of the
    Worker's that a blocked requirement needs otherwise has a second node: ``name==version``, or ``name[extra]`` where
    that is the only difference.
    """

    nodes: Mapping[str, Node]
    roots: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)
    """The keys of the project's blocked requirements by their text, where they are not the names."""


def mark_blocked(graph: Graph) -> Graph:
    """The same tree, with its blocked nodes marked and what only blocked requirements of the project reach.

    For trees that are given, not solved: what has no compatible wheel blocks whatever requires it.
    """
    below = {root: _reach(graph, [root]) for root in graph.roots}
    misfits = {key for key, node in graph.nodes.items() if node.chosen is not None and node.chosen.wheel is None}
    open_roots = [root for root in graph.roots if misfits.isdisjoint(below[root])]
    on_worker = _reach(graph, open_roots)
    blocked = misfits | (set(graph.roots) - set(open_roots))
    nodes = {
        key: replace(node, is_blocked=key in blocked, on_worker=key in on_worker) for key, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)


def _reach(graph: Graph, keys: Iterable[str]) -> set[str]:
    pending = [key for key in keys if key in graph.nodes]
    reached = set(pending)
    while pending:
        for child in graph.nodes[pending.pop()].requires:
            if child in graph.nodes and child not in reached:
                reached.add(child)
                pending.append(child)
    return reached


class Supply(Protocol):
    """The source of candidates and their metadata. The resolver itself uses no network."""

    def prefetch(
        self, requirements: tuple[Requirement, ...], *, levels: int | None = None, narrow: Narrow | None = None
    ) -> None:
        """Prefetch what resolving these probably requires, down to ``levels`` levels; None for all.

        ``narrow`` says what holds besides; None for nothing.
        """

    def candidates(self, name: NormalizedName) -> Candidates:
        """All versions of a project.

        Raises:
            IndexFailure: the index gave no usable answer.
        """

    def pyodide_package(self, name: NormalizedName) -> PyodidePackage | None:
        """The build of a project in the target's Pyodide release, if any."""

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; None if only a build can determine its dependencies.

        Raises:
            IndexFailure: the index gave no usable answer.
            ArtifactError: the file or its metadata cannot be used.
        """

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Prefetch the metadata of these versions concurrently."""
