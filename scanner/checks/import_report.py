"""What following the imports of a package gave."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What following the imports of one package gave."""

    findings: tuple[Finding, ...]
    inherited: tuple[Finding, ...] = ()
    """Failures that importing one of its dependencies by itself ends in as well: told there, and not repeated."""
    import_time_modules: frozenset[str] = frozenset()
    """The dotted names of the modules that importing it certainly runs or tries."""
