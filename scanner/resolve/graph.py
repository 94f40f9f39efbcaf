"""The nouns of a resolution: what was chosen, why, and how it hangs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.errors import IndexFailure
from scanner.model.metadata import CoreMetadata
from scanner.model.requirement import Narrow, Want
from scanner.runtime.candidates import Candidate, Candidates, PassedOver
from scanner.runtime.tables import PyodidePackage


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Two requirements on one project that no version satisfies together."""

    name: NormalizedName
    kept: Want
    dropped: Want


@dataclass(frozen=True, kw_only=True, slots=True)
class WayOut:
    """A version of a direct dependency that the project does not allow, with which nothing below it lacks a wheel."""

    version: Version
    parts: Mapping[NormalizedName, Version | None]
    """What stands in the way now, each with the version that would be taken; None where it is not needed then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One project in the tree, with the version that was chosen for it."""

    name: NormalizedName
    wants: tuple[Want, ...]
    candidates: Candidates | None = None
    """None where the index was not asked or gave no usable answer."""
    chosen: Candidate | None = None
    satisfying: tuple[Version, ...] = ()
    """The versions that all wants admit, newest first."""
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
    """The newest version that would have been taken, had what it requires a wheel."""
    way_out: WayOut | None = None
    """For a direct dependency that needs something without a wheel: which other version of it would do."""
    brought_by_extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those of ``requires`` that one extra alone brings, by the extra."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """A resolved tree: every project once, by its key.

    The key is the name, or ``name==version`` in a lock file that has several versions of one name.
    """

    nodes: Mapping[str, Node]
    roots: tuple[str, ...]


class Supply(Protocol):
    """Where candidates and their metadata come from; the resolver itself knows no network."""

    def prefetch(self, wants: tuple[Want, ...], *, levels: int | None = None, narrow: Narrow | None = None) -> None:
        """Fetch ahead what resolving these is likely to need, so many levels down; None for all.

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
        """The metadata of a version; None where its dependencies cannot be told without building it.

        Raises:
            IndexFailure: the index gave no usable answer.
            ArtifactError: the file or its metadata cannot be used.
        """

    def prefetch_metadata(self, candidates: tuple[Candidate, ...]) -> None:
        """Fetch the metadata of these versions ahead, at once."""
