"""The project's own modules as far as their syntax shows."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.finding import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleImport:
    """One import statement of the project's own code."""

    module: str
    """The dotted name that is imported."""
    line: int


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
