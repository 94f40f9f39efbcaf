"""One module for each output; a reporter turns a report into text on a stream and touches nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, TextIO, TypeAlias, cast

if TYPE_CHECKING:  # the command line reads the table for its help
    from collections.abc import Callable

    from scanner.model.report import Report
    from scanner.report.context import ReportContext

Writer: TypeAlias = "Callable[[Report, TextIO, ReportContext], None]"
"""Writes one report to a stream."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reporter:
    """One output."""

    name: str
    """As ``--format`` takes it."""
    module: str
    """The module with its ``write``, imported when it is chosen: JSON does not wait for rich."""
    roots_paths: bool = False
    """Whether paths are relative to the repository: services that read it do not know the folder of the scan."""

    @property
    def write(self) -> Writer:
        """What writes a report."""
        return cast("Writer", import_module(self.module).write)


_ALL = (
    Reporter(name="terminal", module="scanner.report.terminal"),
    Reporter(name="json", module="scanner.report.json"),
    Reporter(name="github", module="scanner.report.github", roots_paths=True),
    Reporter(name="sarif", module="scanner.report.sarif", roots_paths=True),
    Reporter(name="junit", module="scanner.report.junit", roots_paths=True),
    Reporter(name="gitlab", module="scanner.report.gitlab", roots_paths=True),
    Reporter(name="markdown", module="scanner.report.markdown", roots_paths=True),
    Reporter(name="html", module="scanner.report.html"),
    Reporter(name="csv", module="scanner.report.csv"),
)
REPORTERS = {reporter.name: reporter for reporter in _ALL}
"""Every output by its name."""
