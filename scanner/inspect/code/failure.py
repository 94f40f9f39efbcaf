"""What ends an import, and the chain of places that leads there."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Cause(enum.Enum):
    """Why an import ends in an exception."""

    MISSING = "missing"
    """A standard-library module does not import on the target."""
    REMOVED = "removed"
    """A module that this Python no longer has."""
    LACKING = "lacking"
    """A name that a module does not have on the target."""
    RAISED = "raised"
    """An exception that the code raises, or that an operation ends in."""
    UNPARSABLE = "unparsable"
    HAZARD = "hazard"
    """A call that fails on the target."""
    FOREIGN = "foreign"
    """An extension module built for another platform."""
    EXCLUDED = "excluded"
    """A requirement that would bring the module is excluded on the target by its marker."""
    STANDIN = "stand-in"
    """The replacement for a module that the target lacks is provided by nothing."""
    UNPROVIDED = "unprovided"
    """Neither the standard library, nor the runtime, nor the tree has the module."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One step of a chain: the place, and what it does."""

    wheel: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One exception at import time, with the chain from the imported module to the place that raises."""

    cause: Cause
    error: str
    """The name of the exception's class."""
    subject: str
    """The module, the dotted name or the call it is about."""
    detail: str
    chain: tuple[Hop, ...]


class Raised(Exception):  # noqa: N818 - an exception of the code that is followed, not of this program
    """An exception of the code that is followed; ``value`` is the exception as that code sees it."""

    def __init__(self, failure: Failure, value: object) -> None:
        super().__init__(failure)
        self.failure = failure
        self.value = value


class OutOfBudget(Exception):  # noqa: N818 - it ends an analysis, and is no fault
    """The bound on the work of one analysis is reached."""


class Left(Exception):  # noqa: N818 - it ends a generator that nothing goes on with
    """The loop over a generator was left; ``owner`` is what leaves it."""

    def __init__(self, owner: object) -> None:
        super().__init__()
        self.owner = owner
