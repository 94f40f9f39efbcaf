"""What following the imports of a package gave."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.finding import Finding, Level


@dataclass(frozen=True, kw_only=True, slots=True)
class StartupStop:
    """What importing a module does that Workers forbid at their top level."""

    module: str
    """The dotted name of the top-level module, below namespace packages, that runs into it."""
    outcome: str
    """What happens, as a predicate of the package."""
    is_certain: bool
    """Whether no condition that depends on the run stands around it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What following the imports of one package gave."""

    findings: tuple[Finding, ...]
    inherited: tuple[Finding, ...] = ()
    """Failures that importing one of its dependencies by itself ends in as well: told there, and not repeated."""
    import_time_modules: frozenset[str] = frozenset()
    """The dotted names of the modules that importing it certainly runs or tries."""
    startup: tuple[StartupStop, ...] = ()
    """One for each module that runs into something, the certain ones first."""
    later: tuple[tuple[str, str], ...] = ()
    """Requirements whose import fails, by their keys in the tree, each with the first place that imports them."""

    @property
    def fails(self) -> bool:
        """Whether importing the package fails, by itself or for a dependency."""
        return any(finding.level is Level.BLOCKER for finding in (*self.findings, *self.inherited))

    @property
    def is_whole(self) -> bool:
        """Whether all that importing it runs could be followed."""
        return not any(finding.rule.leaves_unknown for finding in self.findings)
