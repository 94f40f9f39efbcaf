"""The report for people at a terminal: the answer first, then what needs attention; what runs is only counted."""

from __future__ import annotations

from typing import TextIO

from scanner.model.report import ProjectReport, ProjectVerdict, Report, Verdict
from scanner.report.causes import find_causes
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.terminal.project import PROJECT_STYLES, ProjectPage, write_problem
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import describe_bundle, describe_outcome, describe_runtime

_VERDICTS = {
    ProjectVerdict.WORKERS: "Workers",
    ProjectVerdict.HYBRID: "Worker + container",
    ProjectVerdict.CONTAINER: "container",
    ProjectVerdict.UNKNOWN: "unknown",
}
_HEADINGS = ("project", "runtime", "verdict", "blockers", "edits", "bundle")


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes a table where there are several projects, then each of them; a long report ends with its verdict."""
    page = Page(stream, context)
    if context.quiet:
        for project in report.projects:
            page.line(*describe_project(report, project))
        return
    is_one = len(report.projects) == 1
    if not is_one:
        _write_table(page, report.projects)
    for problem in report.problems:
        write_problem(page, problem, None)
    for note in report.notes:
        page.paragraph((clean(note), "dim"))
    for project in report.projects:
        if not is_one:
            page.blank()
        page.paragraph(*describe_project(report, project))
        ProjectPage(
            page=page, project=project, places=Places(project, context), verbose=context.verbose, data=report.data
        ).write()
    if context.height is not None and page.line_count >= context.height:
        page.blank()
        if is_one:
            page.paragraph(*describe_project(report, report.projects[0]))
        else:
            _write_table(page, report.projects)


def describe_project(report: Report, project: ProjectReport) -> tuple[Span, ...]:
    """The answer for one project, with its name where there are several."""
    headline, counts = describe_outcome(project)
    accepted = project.summary.accepted
    name = "" if len(report.projects) == 1 else f"{clean(project.name)}: "
    more = " ".join(part for part in (counts, f"{accepted} accepted." if accepted else "") if part)
    return ((name, "bold"), (headline, PROJECT_STYLES[project.verdict]), f" {more}" if more else "")


def _write_table(page: Page, projects: tuple[ProjectReport, ...]) -> None:
    """One line a project; columns are as wide as their widest cell."""
    rows = [_HEADINGS, *map(_cells, projects)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for number, row in enumerate(rows):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        style = "dim" if number == 0 else PROJECT_STYLES[projects[number - 1].verdict]
        page.line((text, style))


def _cells(project: ProjectReport) -> tuple[str, ...]:
    blockers = len(find_causes(project, Verdict.CONTAINER)) + sum(p.is_deployment_problem for p in project.problems)
    edits = sum(edit.safe for edit in project.edits)
    bundle = describe_bundle(project.bundle, brief=True).removeprefix("bundle ") if project.bundle else "unknown"
    return (
        clean(project.name),
        describe_runtime(project.target),
        _VERDICTS[project.verdict],
        str(blockers),
        str(edits),
        bundle,
    )
