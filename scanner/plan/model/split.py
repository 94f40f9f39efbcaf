"""The sides of the direct dependencies, and everything that the container installs."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.finding import Alternative
from scanner.plan.model.choices import Side
from scanner.plan.model.code import CodeSplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """The side of one direct dependency, and why."""

    name: str
    requirement: str
    version: str | None
    side: Side
    reason: str
    service: Alternative | None = None
    """A possible replacement; if ``side`` is SERVICE, the chosen one."""
    service_key: str | None = None
    """The key of the alternatives table."""
    product: str = ""
    """The short name of the service."""
    fit: str = ""
    """How much of the work the service replaces: whole, part, or empty for none."""
    since: str | None = None
    """The first compatibility date with the service, if the target's date is earlier."""
    drivers: tuple[str, ...] = ()
    """The Worker's dependencies instead."""
    way_out: str | None = None
    """A change with which it runs in the Worker itself, for example another version."""
    is_shared: bool = False
    """Whether the other side requires it as well."""
    location: Location | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One distribution on the container's side, as it would be installed for linux/amd64."""

    name: str
    version: str | None
    filename: str | None = None
    download_bytes: int | None = None
    unpacked_bytes: int | None = None
    is_guess: bool = False
    """Whether the unpacked size is an estimate."""
    hashes: tuple[str, ...] = ()
    """``sha256:…`` of its files, where the lock has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerTree:
    """Everything that the container's side installs."""

    packages: tuple[Package, ...]
    source: str
    """The source of the list, as a clause."""
    is_whole: bool = True
    """Whether it is the tree for Linux; otherwise packages that only Linux installs may be missing."""
    unresolved: tuple[str, ...] = ()
    """Packages that were not found, each with its reason."""

    @property
    def unpacked_bytes(self) -> int:
        """The sum of the known sizes."""
        return sum(package.unpacked_bytes or 0 for package in self.packages)

    @property
    def unsized(self) -> tuple[str, ...]:
        """The packages of unknown size."""
        return tuple(package.name for package in self.packages if package.unpacked_bytes is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The packages of each side."""

    placements: tuple[Placement, ...]
    worker_tree: tuple[str, ...] = ()
    """The tree of the Worker's side, as ``name==version``."""
    container_tree: ContainerTree | None = None
    code: CodeSplit | None = None

    def on(self, *sides: Side) -> tuple[Placement, ...]:
        """The dependencies on these sides."""
        return tuple(placement for placement in self.placements if placement.side in sides)
