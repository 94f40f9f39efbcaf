"""The split of the project's own modules."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.finding import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Moving:
    """One own module that goes to the container, with the lines that send it there."""

    module: str
    path: str
    reasons: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """An import from the other side: it must become a request."""

    importer: str
    imported: str
    location: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSplit:
    """The split of the project's own modules."""

    folder: str
    module_count: int
    moving: tuple[Moving, ...]
    cuts: tuple[Cut, ...]
    rewrites: tuple[tuple[Location, str], ...] = ()
    """Imports by staying modules of packages that a service replaces."""
    cautions: tuple[tuple[Location, str], ...] = ()
    """Failures on the target in modules that stay, with the location."""
    problems: tuple[Problem, ...] = ()
