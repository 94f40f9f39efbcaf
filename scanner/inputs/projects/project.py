"""One project: a folder with what is installed together there, and the runtime that it is judged for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.inputs.formats.ignores import InlineIgnore
from scanner.inputs.settings import Settings
from scanner.model.dependency import Dependency, Skipped
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexSettings
from scanner.model.requirement import Requirement, with_extras
from scanner.model.target import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedLock:
    """A lock file for the developer's machine, which pywrangler does not read."""

    path: str
    versions: Mapping[NormalizedName, Version]
    """What it locks for the project itself; names that it has at several versions are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolutionSettings:
    """How the installer is told to choose versions."""

    exclude_newer: datetime | None = None
    """The moment from which on files of an index do not count."""
    resolution: str = "highest"
    """``highest``, ``lowest`` or ``lowest-direct``."""
    prerelease: str = "if-necessary-or-explicit"
    """uv's word for which pre-releases count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """What is installed together in one folder, and the runtime that it is judged for."""

    name: str
    path: str
    """The folder as the user would name it; "." for the current one."""
    target: Target
    files: tuple[str, ...] = ()
    """The files that decide what is installed, then the locks that are compared, as they were named."""
    wrangler: str | None = None
    """The Wrangler configuration that chose the runtime."""
    settings: Settings = field(default_factory=Settings)
    dependencies: tuple[Dependency, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    constraints: Mapping[NormalizedName, SpecifierSet] = field(default_factory=dict)
    overrides: Mapping[NormalizedName, tuple[Requirement, ...]] = field(default_factory=dict)
    is_lock: bool = False
    """Whether versions are taken as they are and nothing is resolved."""
    notes: tuple[str, ...] = ()
    index: IndexSettings = field(default_factory=IndexSettings)
    preferences: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The versions that a resolver tries first: those of pylock.toml."""
    compared: tuple[ComparedLock, ...] = ()
    implicit: tuple[NormalizedName, ...] = ()
    """What pywrangler adds itself; among the dependencies, and declared in no file."""
    main_module: str | None = None
    """The path of the Worker's Python main module."""
    resolution: ResolutionSettings = field(default_factory=ResolutionSettings)
    is_library: bool = False
    """Whether it has a build system and no Wrangler configuration: then a pin belongs to whoever installs it."""
    comments: tuple[InlineIgnore, ...] = ()
    """The comments of its files that accept findings."""
    declared: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The lines of each file with such comments that declare something."""

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements for the resolver: every dependency that has a name."""
        return tuple(requirement for dependency in self.dependencies for requirement in requirements_of(dependency))


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovered:
    """The projects below the paths of a scan, and what concerns none of them alone."""

    projects: tuple[Project, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def requirements_of(dependency: Dependency) -> tuple[Requirement, ...]:
    """The requirements of a declaration; none if it has no name."""
    return tuple(_requirements_of(dependency))


def describe(dependency: Dependency) -> str:
    """The declaration in its canonical form; as written where it has no name."""
    if dependency.name is None:
        return dependency.text or dependency.url or ""
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    if dependency.url:
        return f"{dependency.name}{extras} @ {dependency.url}"
    return f"{dependency.name}{extras}{dependency.specifier}"


def _requirements_of(dependency: Dependency) -> Iterator[Requirement]:
    if dependency.name is None:
        return
    is_wheel = dependency.url is not None and dependency.url.partition("#")[0].endswith(".whl")
    pinned = is_wheel and dependency.pin is not None
    requirement = Requirement(
        name=dependency.name,
        specifier=SpecifierSet(f"==={dependency.pin}") if pinned else dependency.specifier,
        text=describe(dependency),
        url=None if pinned else dependency.url,
    )
    yield from with_extras(requirement, dependency.extras)
