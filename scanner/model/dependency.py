"""Declarations of dependency files, with their locations."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.artifact import Artifact


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Location:
    """The location of a declaration; ``line`` and ``column`` count from 1, ``path`` is as the user gave it."""

    path: str
    line: int
    column: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedEdge:
    """A dependency edge that a lock file itself records; ``version`` if the lock has several of the name."""

    name: NormalizedName
    version: str | None = None
    extras: tuple[str, ...] = ()
    marker: Marker | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """The data of one package in a lock file: version, edges and files."""

    version: str | None
    """As written; None if the lock names a source without a version."""
    edges: tuple[LockedEdge, ...] = ()
    has_edges: bool = False
    """Whether the format records edges; if not, ``edges`` is empty and the dependencies are unknown."""
    artifacts: tuple[Artifact, ...] = ()
    """The files that the lock lists for a registry package."""
    root_edges: tuple[LockedEdge, ...] = ()
    """One for each root of the lock that names it, with that root's marker; empty if only packages require it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """One declaration in a file, with its location."""

    name: NormalizedName | None
    """The normalised name (PEP 503); None for a path or URL without a known name."""
    specifier: SpecifierSet
    location: Location
    extras: tuple[str, ...] = ()
    marker: Marker | None = None
    environment_marker: Marker | bool | None = None
    """The conditions of a lock's marker on the environment after the choice of extras and groups, a bool if none is
    left; None if the whole marker is evaluated."""
    pin: Version | None = None
    """The only possible version: an ``==`` without wildcard, an ``===``, or a lock file's version."""
    hashes: tuple[str, ...] = ()
    """As ``algorithm:digest``."""
    url: str | None = None
    """A direct URL, a version-control URL or a local path as written; None for a package of an index."""
    file_url: str | None = None
    """The address of the file that ``url`` names, absolute and without fragment; None if it is not to be read."""
    groups: tuple[str, ...] = ()
    """The dependency groups or extras that declare it; empty for the project's own requirements."""
    editable: bool = False
    locked: Locked | None = None
    """Only for an entry of a lock file."""
    direct: bool | None = True
    """Whether the project requires it directly; None if a lock file does not record that."""
    text: str = ""
    """The declaration as written in the file, for messages."""
    skipped_because: str | None = None
    """Why a scan skips it although it is declared, for example because another entry replaces it; otherwise None."""


class SkipKind(enum.StrEnum):
    """Why something is not checked, as a category."""

    MARKER = "marker"
    """A marker excludes it on the target."""
    GROUP = "group"
    """It belongs to a group or an extra that is not selected."""
    DEVELOPMENT = "development"
    """It is for development, documentation or tests."""
    COMPUTED = "computed"
    """It is computed when the project is built."""
    PROJECT = "project"
    """It is the project itself, or its Python version."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A declaration that is not checked, with the reason."""

    text: str
    reason: str
    location: Location
    not_for_target: bool = False
    """Whether a marker excludes it on the target, so that it cannot affect the verdict."""
    computed_by: str | None = None
    """The build backend, or the file run by a build, that computes these declarations; None if it is skipped for
    another reason."""
    category: SkipKind = SkipKind.OTHER
    """The category, if neither of the two fields above determines it."""

    @property
    def kind(self) -> SkipKind:
        """Why it is not checked, as a category."""
        if self.not_for_target:
            return SkipKind.MARKER
        return SkipKind.COMPUTED if self.computed_by else self.category


Entry = Dependency | Skipped
