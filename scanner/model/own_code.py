"""The project's own modules as far as their syntax shows."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.finding import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleImport:
    """One import statement of the project's own code."""

    module: str
    """The dotted name that is imported."""
    line: int
    is_deferred: bool = False
    """Whether it stands inside a function."""
    is_guarded: bool = False
    """Whether a handler catches that there is no such module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleUse:
    """One place of the project's own code that fails on the target."""

    rule: str
    name: str
    outcome: str
    """What happens, as a predicate."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnModule:
    """One module of the project, as far as its syntax tells."""

    name: str
    path: str
    imports: tuple[ModuleImport, ...] = ()
    uses: tuple[ModuleUse, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCode:
    """The project's own modules, sorted by name; problems are those that could not be read."""

    folder: str
    modules: tuple[OwnModule, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageImport:
    """One import of something that is neither the Worker's own nor in the standard library."""

    module: str
    """The dotted name that is imported."""
    location: Location
    at_startup: bool
    """Whether it certainly runs while the Worker starts."""
    is_guarded: bool = False
    """Whether a handler catches that there is no such module."""
    is_conditional: bool = False
    """Whether it stands at the top level and a condition, or a failure before it, keeps it from running."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartupCall:
    """One place of the Worker's own code that fails while the Worker starts."""

    rule: str
    name: str
    """The call, module or name that it is about."""
    outcome: str
    """What happens, as a predicate."""
    location: Location
    is_certain: bool
    """Whether no condition that depends on the run stands around it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerCode:
    """The Worker's own modules as far as its main module reaches them."""

    main: str
    modules: tuple[OwnModule, ...] = ()
    """Sorted by name."""
    imports: tuple[PackageImport, ...] = ()
    """By place."""
    calls: tuple[StartupCall, ...] = ()
    """By place."""
    problems: tuple[Problem, ...] = ()
    """The modules that could not be read."""
