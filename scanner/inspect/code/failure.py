"""What can go wrong while a module is imported, and the chain of imports that leads there."""

from __future__ import annotations

import builtins
import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Cause(enum.Enum):
    """Why an import ends in an exception."""

    MISSING = "missing"
    """A standard-library module does not import on the target."""
    REMOVED = "removed"
    """A module that this Python no longer has."""
    LACKING = "lacking"
    """A name that a standard-library module does not have on the target."""
    RAISED = "raised"
    """A raise statement is reached."""
    UNPARSABLE = "unparsable"
    HAZARD = "hazard"
    """A call that fails on the target."""
    FOREIGN = "foreign"
    """An extension module built for another platform."""
    EXCLUDED = "excluded"
    """A requirement that would bring the module is left out on the target by its marker."""
    STANDIN = "stand-in"
    """The handler for what the target lacks imports a stand-in that nothing provides."""
    UNPROVIDED = "unprovided"
    """Neither the standard library nor the closure has the module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One step of a chain: the place, and what stands there."""

    wheel: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One exception at import time, with the chain from the imported module to the place that raises."""

    cause: Cause
    error: str
    """The exception's class; for one that the code defines itself, the nearest built-in class where it is known."""
    subject: str
    """The module, the dotted name or the hazard it is about."""
    detail: str
    chain: tuple[Hop, ...]


class ImportStops(Exception):  # noqa: N818 (it stands for any exception of the scanned code)
    """Carries a failure outwards, as the exception would travel."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


_ALIASES: Mapping[str, str] = {
    "error": "OSError",
    "IOError": "OSError",
    "EnvironmentError": "OSError",
    "PackageNotFoundError": "ModuleNotFoundError",
    "UnsupportedOperation": "OSError",
    "ZoneInfoNotFoundError": "KeyError",
}


def catches(handlers: tuple[str, ...], error: str) -> bool:
    """Whether an except clause that names these classes catches an exception of this class; none named: all."""
    return not handlers or any(_is_kind(error, name) for name in handlers)


def _is_kind(error: str, handler: str) -> bool:
    if error == handler:
        return True
    raised, caught = _builtin(error), _builtin(handler)
    if caught is None:
        return False
    if raised is None:
        return caught in (Exception, BaseException)
    return issubclass(raised, caught)


def _builtin(name: str) -> type[BaseException] | None:
    found = getattr(builtins, _ALIASES.get(name, name), None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def is_builtin_error(name: str) -> bool:
    """Whether a name is a built-in exception's."""
    return _builtin(name) is not None
