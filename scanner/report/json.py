"""JSON, version 1: a frozen shape of its own, described by scanner/report/schemas/report-v1.json.

The order of the keys is the contract's. Texts are exact but for credentials; nothing here is meant for people.
"""

from __future__ import annotations

from typing import TextIO

from scanner.model.artifact import Artifact
from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Alternative, Evidence, Finding, Problem
from scanner.model.report import Bundle, Judgement, Report, Verdict
from scanner.report.context import ReportContext
from scanner.report.escape import exact
from scanner.report.json_text import write_json

SCHEMA = "compat-scan/1"

Json = dict[str, object]


def write_json_v1(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the report as one JSON object."""
    document: Json = {
        "schema": SCHEMA,
        "generator": {"name": "compat-scan", "version": exact(context.version)},
        "target": _target(report),
        "table": report.table.value,
        "verdict": report.verdict.value,
        "summary": _summary(report),
        "dependencies": map(_dependency, report.dependencies),
        "skipped": map(skipped_entry, report.skipped),
        "problems": map(problem_entry, report.problems),
    }
    if report.bundle is not None:
        document["bundle"] = _bundle(report.bundle)
    write_json(document, stream)


def location_entry(location: Location | None) -> Json | None:
    """The place as the contract spells it; paths stay as the user named them."""
    if location is None:
        return None
    return {"path": exact(location.path), "line": location.line, "column": location.column}


def skipped_entry(skipped: Skipped) -> Json:
    """What is not judged, with the reason."""
    return {
        "text": exact(skipped.text),
        "reason": exact(skipped.reason),
        "location": location_entry(skipped.location),
    }


def problem_entry(problem: Problem) -> Json:
    """What was not understood."""
    return {
        "rule": problem.rule.code,
        "message": exact(problem.message),
        "location": location_entry(problem.location),
    }


def _target(report: Report) -> Json:
    return {
        "compatibility_date": report.target.compatibility_date.isoformat(),
        "python": exact(report.target.python),
        "pyodide": exact(report.target.pyodide),
        "reason": exact(report.target.reason),
    }


def _summary(report: Report) -> Json:
    return {
        "workers": report.count(Verdict.WORKERS),
        "container": report.count(Verdict.CONTAINER),
        "unknown": report.count(Verdict.UNKNOWN),
        "with_cautions": report.with_cautions,
    }


def _bundle(bundle: Bundle) -> Json:
    return {
        "uncompressed_bytes": bundle.uncompressed_bytes,
        "limit_bytes": bundle.limit_bytes,
        "largest": [{"name": exact(name), "uncompressed_bytes": size_bytes} for name, size_bytes in bundle.largest],
        "unsized": [exact(name) for name in bundle.unsized],
    }


def _dependency(judgement: Judgement) -> Json:
    return {
        "name": exact(judgement.name),
        "requirement": exact(judgement.requirement),
        "version": None if judgement.version is None else exact(judgement.version),
        "verdict": judgement.verdict.value,
        "own_verdict": judgement.own_verdict.value,
        "direct": judgement.direct,
        "location": location_entry(judgement.location),
        "via": [[exact(name) for name in chain] for chain in judgement.via],
        "artifact": _artifact(judgement.artifact),
        "findings": [_finding(finding) for finding in judgement.findings],
        "alternative": _alternative(judgement.alternative),
    }


def _artifact(artifact: Artifact | None) -> Json | None:
    if artifact is None:
        return None
    return {
        "filename": exact(artifact.filename),
        "origin": artifact.origin.value,
        "size_bytes": artifact.size_bytes,
    }


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule.code,
        "slug": finding.rule.slug,
        "level": finding.level.value,
        "message": exact(finding.message),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "remedy": None if finding.remedy is None else exact(finding.remedy),
    }


def _evidence(evidence: Evidence) -> Json:
    return {"fact": exact(evidence.fact), "origin": exact(evidence.origin), "strength": evidence.strength.value}


def _alternative(alternative: Alternative | None) -> Json | None:
    return None if alternative is None else {"use": exact(alternative.use), "url": exact(alternative.url)}
