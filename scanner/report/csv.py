"""Comma-separated values (RFC 4180), one row for each project, dependency, edit, skipped entry and problem."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import TextIO

from scanner.model.dependency import Location, Skipped
from scanner.model.edit import Edit
from scanner.model.finding import Problem
from scanner.model.report import Judgement, ProjectReport, Report
from scanner.report.causes import chains_to, deciding_findings
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import describe_chain, describe_outcome

COLUMNS = (
    "kind", "project", "path", "line", "name", "requirement", "version", "newest", "verdict", "own_verdict",
    "placement", "with_cautions", "direct", "category", "rules", "levels", "whens", "why", "accepted", "remedy",
    "alternative", "alternative_url", "via", "artifact", "artifact_origin", "artifact_size_bytes",
)  # fmt: skip
"""The header; ``kind`` is project, dependency, edit, skipped, problem or note."""

# What a spreadsheet takes for a formula at the start of a cell, in its full-width forms too.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]")
_BETWEEN = " / "

_Row = dict[str, str]


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the header and the rows; an empty cell means none or not known."""
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for project in report.projects:
        for row in _project_rows(project, Places(project, context)):
            writer.writerow(_guard({"project": project.name, **row}))
    for problem in report.problems:
        writer.writerow(_guard({**_place(problem.location), **_problem(problem)}))
    for note in report.notes:
        writer.writerow(_guard({"kind": "note", "why": note}))


def _project_rows(project: ProjectReport, places: Places) -> Iterator[_Row]:
    yield {
        "kind": "project",
        "path": project.path,
        "verdict": project.verdict.value,
        "why": " ".join(describe_outcome(project)).strip(),
    }
    for edit in project.edits:
        yield _edit(edit, places)
    for judgement in project.dependencies:
        yield {**_place(places.of(judgement)), **_dependency(judgement)}
    for skipped in project.skipped:
        yield {**_place(places.named(skipped.location)), **_skipped(skipped)}
    for problem in project.problems:
        yield {**_place(places.named(problem.location) if problem.location else None), **_problem(problem)}
    for note in project.notes:
        yield {"kind": "note", "why": note}


def _guard(row: _Row) -> _Row:
    """The row made safe: everything visible, and an apostrophe before what would be a formula."""
    cells = {column: clean(text) for column, text in row.items()}
    return {column: f"'{cell}" if _FORMULA.match(cell) else cell for column, cell in cells.items()}


def _place(location: Location | None) -> _Row:
    return {"path": location.path, "line": str(location.line)} if location else {}


def _dependency(judgement: Judgement) -> _Row:
    deciding = deciding_findings(judgement)
    findings = (*deciding, *(finding for finding in judgement.findings if finding not in deciding))
    artifact, alternative = judgement.artifact, judgement.alternative
    return {
        "kind": "dependency",
        "name": judgement.name,
        "requirement": judgement.requirement,
        "version": judgement.version or "",
        "newest": judgement.newest or "",
        "verdict": judgement.verdict.value,
        "own_verdict": judgement.own_verdict.value,
        "placement": judgement.placement.value,
        "with_cautions": "true" if judgement.has_cautions else "false",
        "direct": "" if judgement.direct is None else str(judgement.direct).lower(),
        "category": judgement.category or "",
        "rules": " ".join(finding.rule.code for finding in findings),
        "levels": " ".join(finding.level.value for finding in findings),
        "whens": " ".join(finding.when.value if finding.when else "none" for finding in findings),
        "why": _BETWEEN.join(finding.message for finding in findings),
        "accepted": _BETWEEN.join(dict.fromkeys(one.accepted.reason for one in findings if one.accepted)),
        "remedy": _BETWEEN.join(dict.fromkeys(finding.remedy for finding in findings if finding.remedy)),
        "alternative": alternative.use if alternative else "",
        "alternative_url": alternative.url if alternative else "",
        "via": _BETWEEN.join(describe_chain(chain) for chain in chains_to(judgement)),
        "artifact": artifact.filename if artifact else "",
        "artifact_origin": artifact.origin.value if artifact else "",
        "artifact_size_bytes": str(artifact.size_bytes) if artifact and artifact.size_bytes is not None else "",
    }


def _edit(edit: Edit, places: Places) -> _Row:
    first = edit.changes[0] if edit.changes else None
    return {
        "kind": "edit",
        **(_place(places.named(Location(path=first.path, line=first.line))) if first else {}),
        "name": " ".join(dict.fromkeys(one.name for one in edit.resolves)),
        "rules": " ".join(one.rule.code for one in edit.resolves),
        "remedy": describe_edit(edit, places),
    }


def _skipped(skipped: Skipped) -> _Row:
    return {"kind": "skipped", "requirement": skipped.text, "why": skipped.reason}


def _problem(problem: Problem) -> _Row:
    return {
        "kind": "problem",
        "rules": problem.rule.code,
        "levels": problem.level.value,
        "why": problem.message,
        "accepted": problem.accepted.reason if problem.accepted else "",
        "remedy": problem.remedy or "",
    }
