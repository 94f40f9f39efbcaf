"""The check of a Wrangler configuration: its problems line by line, or as a report for the other formats."""

from __future__ import annotations

from pathlib import PurePath
from typing import TextIO

from scanner.model.report import ProjectReport, ProjectVerdict, Report
from scanner.model.target import Target
from scanner.plan.model import Checked
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import relative_path
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import counted


def write_check_terminal(checked: Checked, stream: TextIO, context: ReportContext) -> None:
    """Write a paragraph for each problem with its location and code, and their number."""
    page = Page(stream, context)
    if not context.quiet:
        for problem in checked.problems:
            place = problem.location
            shown = f"{clean(relative_path(place.path, context))}:{place.line}:{place.column}" if place else ""
            spans: tuple[Span, ...] = ((shown, "bold"), " ", (problem.rule.code, "red"), f" {clean(problem.message)}")
            page.paragraph(*spans)
    number = len(checked.problems)
    style = "bold red" if number else "bold green"
    words = counted(number, "fault", "faults") if number else "no faults found"
    page.paragraph(f"{clean(relative_path(checked.path, context))}: ", (words, style))


def to_report(checked: Checked, target: Target) -> Report:
    """The check as a report without dependencies, with the verdict unknown."""
    project = ProjectReport(
        name=PurePath(checked.path).parent.name or checked.path,
        path=PurePath(checked.path).parent.as_posix(),
        target=target,
        verdict=ProjectVerdict.UNKNOWN,
        wrangler=checked.path,
        problems=checked.problems,
    )
    return Report(projects=(project,), notes=(f"a check of {checked.path}: dependencies were not checked",))
