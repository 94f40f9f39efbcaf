"""What a real Pyodide did with the packages of a report, beside what the report predicted: frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from scanner.model.report import Verdict


class Happened(enum.StrEnum):
    """What came of one package."""

    IMPORTED = "imported"
    """At least one of its main modules imports."""
    FAILED = "failed"
    """None of its main modules imports."""
    NOT_INSTALLABLE = "not-installable"
    """There is no file of it that the target could install: nothing to import."""
    NOT_VERIFIABLE = "not-verifiable"
    """It could not be tried; the reason says why."""


class Comparison(enum.StrEnum):
    """How the prediction stands to what happened."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    OPEN = "open"
    """An import cannot settle it: nothing could be tried, or the prediction rests on something else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleOutcome:
    """One module, imported in an interpreter of its own."""

    module: str
    ok: bool
    error: str | None = None
    """The name of the exception; ``crash``, ``timeout`` or ``memory`` where the interpreter itself ended."""
    message: str = ""
    missing: str | None = None
    """The module that a ModuleNotFoundError names."""
    trace: tuple[str, ...] = ()
    """The frames of the failing import below site-packages as ``path:line``, from the outside in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """One package: the prediction, what happened, and whether the two agree."""

    name: str
    version: str | None
    predicted: Verdict
    happened: Happened
    comparison: Comparison
    reason: str = ""
    """Why it could not be tried, or why it failed; empty where there is nothing to explain."""
    modules: tuple[ModuleOutcome, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifyReport:
    """The outcome of ``compat-scan verify``, in the order of the report it proves."""

    pyodide: str
    python: str
    verifications: tuple[Verification, ...]
    notes: tuple[str, ...] = ()
    is_unread: bool = False
    """Whether nothing that the files ask for could be read."""

    def count(self, comparison: Comparison) -> int:
        """How many packages compare like this."""
        return sum(1 for one in self.verifications if one.comparison is comparison)
