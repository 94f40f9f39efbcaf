"""What is known of one package at a terminal: the outcome, what to do, the steps of the judgement, the findings."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import TextIO

from scanner.model.report import ProjectReport, Report, Verdict
from scanner.report.causes import deciding_findings, find_remedies
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.terminal import describe_project
from scanner.report.terminal.project import ProjectPage, write_problem
from scanner.report.terminal.typeset import Page

MAX_LINES = 40
"""Longer explanations are cut, unless -v asks for everything."""


def write_explanation(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes everything, as far as it takes at most ``MAX_LINES`` lines or ``-v`` is given."""
    whole = StringIO()
    page = Page(whole, context)
    for project in report.projects:
        page.paragraph(*describe_project(report, project))
        if not context.quiet:
            _write_project(page, report, project, context)
    for problem in () if context.quiet else report.problems:
        write_problem(page, problem, None)
    lines = whole.getvalue().splitlines(keepends=True)
    if not context.verbose and len(lines) > MAX_LINES:
        rest = len(lines) - MAX_LINES + 1
        lines = [*lines[: MAX_LINES - 1], f"… {rest} more lines: -v shows them.\n"]
    stream.writelines(lines)


def _write_project(page: Page, report: Report, project: ProjectReport, context: ReportContext) -> None:
    for label, text in dict.fromkeys(_find_advice(project)):
        page.paragraph(clean(text), lead=(label.ljust(9), "dim"), indent=2)
    for note in report.notes:
        page.paragraph((clean(note), "dim"))
    verbose = max(2, context.verbose)
    places = Places(project, context)
    ProjectPage(page=page, project=project, places=places, verbose=verbose, data=report.data).write()


def _find_advice(project: ProjectReport) -> Iterator[tuple[str, str]]:
    """What to do about the package itself, then about what keeps it from running, as labels with text."""
    own = {one.key for one in project.requirements}
    for one in sorted(project.packages, key=lambda one: one.key not in own):
        if one.key not in own and one.verdict is Verdict.WORKERS:
            continue
        about = "" if one.key in own else f"{one.name}: "
        if one.alternative:
            yield "instead", f"{about}{one.alternative.use}"
        for remedy in find_remedies(one, deciding_findings(one)):
            yield "remedy", f"{about}{remedy}"
