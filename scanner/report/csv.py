"""Comma-separated values (RFC 4180), one row for each dependency, each skipped entry and each problem."""

from __future__ import annotations

import csv
import re
from typing import TextIO

from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Problem
from scanner.model.report import Judgement, Report
from scanner.report.causes import chains_to, deciding_findings
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import describe_chain

COLUMNS = (
    "kind",
    "path",
    "line",
    "name",
    "requirement",
    "version",
    "verdict",
    "own_verdict",
    "with_cautions",
    "direct",
    "category",
    "rules",
    "why",
    "remedy",
    "alternative",
    "alternative_url",
    "via",
    "artifact",
    "artifact_origin",
    "artifact_size_bytes",
)
"""The header; ``kind`` is dependency, skipped or problem."""

# What a spreadsheet takes for a formula at the start of a cell, in its full-width forms too.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]")

_Row = dict[str, str]


def write_csv(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the header and the rows; empty cells mean «none» or «not known»."""
    places = Places(report, context)
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for judgement in report.dependencies:
        writer.writerow(_guard({**_place(places.of(judgement)), **_dependency(judgement)}))
    for skipped in report.skipped:
        writer.writerow(_guard({**_place(places.named(skipped.location)), **_skipped(skipped)}))
    for problem in report.problems:
        place = places.named(problem.location) if problem.location else None
        writer.writerow(_guard({**_place(place), **_problem(problem)}))


def _guard(row: _Row) -> _Row:
    """The row made safe: everything visible, and an apostrophe before what would be a formula."""
    cells = {column: clean(text) for column, text in row.items()}
    return {column: f"'{cell}" if _FORMULA.match(cell) else cell for column, cell in cells.items()}


def _place(location: Location | None) -> _Row:
    return {"path": location.path, "line": str(location.line)} if location else {}


def _dependency(judgement: Judgement) -> _Row:
    findings = deciding_findings(judgement)
    artifact, alternative = judgement.artifact, judgement.alternative
    return {
        "kind": "dependency",
        "name": judgement.name,
        "requirement": judgement.requirement,
        "version": judgement.version or "",
        "verdict": judgement.verdict.value,
        "own_verdict": judgement.own_verdict.value,
        "with_cautions": "true" if judgement.has_cautions else "false",
        "direct": "" if judgement.direct is None else str(judgement.direct).lower(),
        "category": judgement.category or "",
        "rules": " ".join(dict.fromkeys(finding.rule.code for finding in findings)),
        "why": " / ".join(finding.message for finding in findings),
        "remedy": " / ".join(dict.fromkeys(finding.remedy for finding in findings if finding.remedy)),
        "alternative": alternative.use if alternative else "",
        "alternative_url": alternative.url if alternative else "",
        "via": " / ".join(describe_chain(chain) for chain in chains_to(judgement)),
        "artifact": artifact.filename if artifact else "",
        "artifact_origin": artifact.origin.value if artifact else "",
        "artifact_size_bytes": str(artifact.size_bytes) if artifact and artifact.size_bytes is not None else "",
    }


def _skipped(skipped: Skipped) -> _Row:
    return {"kind": "skipped", "requirement": skipped.text, "why": skipped.reason}


def _problem(problem: Problem) -> _Row:
    return {"kind": "problem", "rules": problem.rule.code, "why": problem.message}
