"""What following the imports of a package gave."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model.finding import Finding, Level


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What following the imports of one package gave."""

    findings: tuple[Finding, ...]
    inherited: tuple[Finding, ...] = ()
    """Failures that importing one of its dependencies by itself ends in as well: told there, and not repeated."""
    import_time_modules: frozenset[str] = frozenset()
    """The dotted names of the modules that importing it certainly runs or tries."""
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
