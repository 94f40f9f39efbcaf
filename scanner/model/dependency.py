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
    """Where a declaration stands; ``line`` and ``column`` count from 1, ``path`` is as the user named it."""

    path: str
    line: int
    column: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedEdge:
    """A dependency edge that a lock file itself records; ``version`` where the lock tells two apart."""

    name: NormalizedName
    version: str | None = None
    extras: tuple[str, ...] = ()
    marker: Marker | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """What a lock file says of one package besides its name: version, edges and the files it lists."""

    version: str | None
    """As written; None where the lock names a source without a version."""
    edges: tuple[LockedEdge, ...] = ()
    has_edges: bool = False
    """Whether the format records edges at all; without them ``edges`` is empty and says nothing."""
    artifacts: tuple[Artifact, ...] = ()
    """The files that the lock lists for a registry package; empty where it lists none."""
    asked: tuple[LockedEdge, ...] = ()
    """One for each root of the lock that names it, with that root's marker; empty for what only packages ask for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """One declaration: what a file asks for, and where it says so."""

    name: NormalizedName | None
    """The normalised name (PEP 503); None for a path or URL that does not tell it."""
    specifier: SpecifierSet
    location: Location
    extras: tuple[str, ...] = ()
    marker: Marker | None = None
    environment_marker: Marker | bool | None = None
    """What the marker of a lock requires of the environment once the extras and groups that it names are chosen, a bool
    if nothing is left to ask; None if the whole marker is evaluated."""
    pin: Version | None = None
    """The one version that can be meant: an ``==`` without wildcard, an ``===``, or a lock file's version."""
    hashes: tuple[str, ...] = ()
    """As ``algorithm:digest``."""
    url: str | None = None
    """A direct URL, a version-control URL or a local path as written; None for a package of an index."""
    file_url: str | None = None
    """The address of the file that ``url`` names, absolute and without fragment; None if it is not to be read."""
    groups: tuple[str, ...] = ()
    """The dependency groups or extras it is declared in; empty for the project's own requirements."""
    editable: bool = False
    locked: Locked | None = None
    """Only for an entry of a lock file."""
    direct: bool | None = True
    """Whether the project asks for it itself; None where a lock file does not say."""
    text: str = ""
    """The declaration as it stands in the file, for people."""
    aside: str | None = None
    """Why a scan leaves it out although it is declared: what else stands for it; None where it counts itself."""


class SkipKind(enum.StrEnum):
    """Why something is not judged, as a category."""

    MARKER = "marker"
    """A marker excludes it on the target."""
    GROUP = "group"
    """It belongs to a group or an extra that is not selected."""
    DEVELOPMENT = "development"
    """It is for development, documentation or tests."""
    COMPUTED = "computed"
    """It is computed when the project is built."""
    PROJECT = "project"
    """It is the project itself, or the Python that it is for."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Something that stands in a file and is not judged, with the reason."""

    text: str
    reason: str
    location: Location
    not_for_target: bool = False
    """True where a marker excludes it on the target: then nothing about it is left open."""
    computed_by: str | None = None
    """What makes the declarations that it stands for when the project is built: the build backend, or the file that a
    build runs; None where it is skipped for another reason."""
    category: SkipKind = SkipKind.OTHER
    """The category, where neither of the two above says it."""

    @property
    def kind(self) -> SkipKind:
        """Why it is not judged, as a category."""
        if self.not_for_target:
            return SkipKind.MARKER
        return SkipKind.COMPUTED if self.computed_by else self.category


Entry = Dependency | Skipped
