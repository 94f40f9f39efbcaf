"""Which side takes what: direct dependencies, and everything that the container installs."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.finding import Alternative
from scanner.plan.model.choices import Side
from scanner.plan.model.code import CodeSplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where one direct dependency goes, and why."""

    name: str
    requirement: str
    version: str | None
    side: Side
    reason: str
    service: Alternative | None = None
    """What could do its work; where ``side`` is SERVICE, what does."""
    service_key: str | None = None
    """The key of the alternatives table."""
    product: str = ""
    """The short name of the service."""
    fit: str = ""
    """How far the service takes the work over: whole, part, or empty where it does not."""
    since: str | None = None
    """The compatibility date from which on the service is there, where the target's date is earlier."""
    drivers: tuple[str, ...] = ()
    """What the Worker depends on instead."""
    way_out: str | None = None
    """What would make it run in the Worker itself, for example another version."""
    is_shared: bool = False
    """Whether the other side needs it as well."""
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
    """Whether the unpacked size is one."""
    hashes: tuple[str, ...] = ()
    """``sha256:…`` of its files, where the lock has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerTree:
    """Everything that the container's side installs."""

    packages: tuple[Package, ...]
    source: str
    """Where the list comes from, as a clause."""
    is_whole: bool = True
    """Whether it is the tree for Linux; without that, what only Linux installs may be missing."""
    unresolved: tuple[str, ...] = ()
    """What could not be found, each with its reason."""

    @property
    def unpacked_bytes(self) -> int:
        """The sum of what is known."""
        return sum(package.unpacked_bytes or 0 for package in self.packages)

    @property
    def unsized(self) -> tuple[str, ...]:
        """The packages of unknown size."""
        return tuple(package.name for package in self.packages if package.unpacked_bytes is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Which side takes what."""

    placements: tuple[Placement, ...]
    worker_tree: tuple[str, ...] = ()
    """What the tree of the Worker's side has, as ``name==version``."""
    container_tree: ContainerTree | None = None
    code: CodeSplit | None = None

    def on(self, *sides: Side) -> tuple[Placement, ...]:
        """The dependencies on these sides."""
        return tuple(placement for placement in self.placements if placement.side in sides)
