"""The project's own modules, from their syntax."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.finding import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleImport:
    """One import statement of the project's own code."""

    module: str
    """The imported dotted name."""
    line: int
    is_deferred: bool = False
    """Whether it is inside a function."""
    is_guarded: bool = False
    """Whether an exception handler catches a missing module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleUse:
    """One place of the project's own code that fails on the target."""

    rule: str
    name: str
    outcome: str
    """The effect, as a predicate."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnModule:
    """One module of the project, from its syntax."""

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
    """One import of a module that is neither the Worker's own nor in the standard library."""

    module: str
    """The imported dotted name."""
    location: Location
    at_startup: bool
    """Whether it certainly runs at the top level of the Worker."""
    is_guarded: bool = False
    """Whether an exception handler catches a missing module."""
    is_conditional: bool = False
    """Whether it is at the top level, but a condition or an earlier failure prevents it from running."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartupCall:
    """One place in the Worker's own code that fails at the top level of the Worker."""

    rule: str
    name: str
    """The call, module or name."""
    outcome: str
    """The effect, as a predicate."""
    location: Location
    is_certain: bool
    """Whether it is outside of every condition that depends on the run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerCode:
    """The Worker's own modules that its main module reaches."""

    main: str
    modules: tuple[OwnModule, ...] = ()
    """Sorted by name."""
    imports: tuple[PackageImport, ...] = ()
    """Sorted by location."""
    calls: tuple[StartupCall, ...] = ()
    """Sorted by location."""
    problems: tuple[Problem, ...] = ()
    """Modules that could not be read."""
