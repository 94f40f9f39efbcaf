"""The project's own modules, and how the cut runs along them."""

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
class Moving:
    """One own module that goes to the container, with the lines that send it there."""

    module: str
    path: str
    reasons: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """An import across the cut: it has to become a request."""

    importer: str
    imported: str
    location: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSplit:
    """How the cut runs along the project's own modules."""

    folder: str
    module_count: int
    moving: tuple[Moving, ...]
    cuts: tuple[Cut, ...]
    rewrites: tuple[tuple[Location, str], ...] = ()
    """What staying modules import although a service takes its place."""
    cautions: tuple[tuple[Location, str], ...] = ()
    """What fails on the target in modules that stay, with the place."""
    problems: tuple[Problem, ...] = ()
