"""JSON, version 2: a shape of its own, described by scanner/report/schemas/report-v2.json.

The order of the keys is the contract's. Texts are exact but for credentials; nothing here is meant for people.
"""

from __future__ import annotations

from typing import TextIO

from scanner.model.artifact import Artifact
from scanner.model.dependency import Location, Skipped
from scanner.model.edit import Edit
from scanner.model.finding import Accepted, Alternative, Evidence, Finding, Problem, fingerprint
from scanner.model.report import Bundle, DataAge, Judgement, ProjectReport, Report, Summary
from scanner.model.target import Target
from scanner.report.context import ReportContext
from scanner.report.escape import exact
from scanner.report.json_text import write_json

SCHEMA = "compat-scan/2"

Json = dict[str, object]


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the report as one JSON object."""
    document: Json = {
        "schema": SCHEMA,
        "generator": {"name": "compat-scan", "version": exact(context.version)},
        "scanned_at": report.scanned_at.isoformat() if report.scanned_at else None,
        "complete": report.complete,
        "data": _data(report.data) if report.data else None,
        "verdict": report.verdict.value,
        "verdict_after_edits": report.verdict_after_edits.value,
        "summary": _summary(report.summary),
        "projects": [_project(project) for project in report.projects],
        "problems": [problem_entry(problem, "") for problem in report.problems],
        "notes": [exact(note) for note in report.notes],
    }
    write_json(document, stream, depth=4)


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
        "kind": skipped.kind.value,
        "location": location_entry(skipped.location),
    }


def problem_entry(problem: Problem, project_path: str) -> Json:
    """What is wrong with a file or a configuration."""
    return {
        "rule": problem.rule.code,
        "level": problem.level.value,
        "when": problem.when.value if problem.when else None,
        "message": exact(problem.message),
        "location": location_entry(problem.location),
        "remedy": _optional(problem.remedy),
        "fingerprint": fingerprint(problem.rule, project_path, problem.message),
        "accepted": _accepted(problem.accepted),
    }


def edit_entry(edit: Edit) -> Json:
    """One edit as data."""
    return {
        "kind": edit.kind.value,
        "safe": edit.safe,
        "changes": [
            {
                "path": exact(change.path),
                "line": change.line,
                "column": change.column,
                "old": exact(change.old),
                "new": exact(change.new),
            }
            for change in edit.changes
        ],
        "command": _optional(edit.command),
        "also_removes": [exact(name) for name in edit.also_removes],
        "resolves": [{"name": exact(one.name), "rule": one.rule.code} for one in edit.resolves],
    }


def _project(project: ProjectReport) -> Json:
    return {
        "name": exact(project.name),
        "path": exact(project.path),
        "files": [exact(path) for path in project.files],
        "wrangler": _optional(project.wrangler),
        "table": project.table.value,
        "target": _target(project.target),
        "verdict": project.verdict.value,
        "verdict_after_edits": (project.verdict_after_edits or project.verdict).value,
        "summary": _summary(project.summary),
        "bundle": _bundle(project.bundle),
        "bundle_after_edits": _bundle(project.bundle_after_edits or project.bundle),
        "edits": [edit_entry(edit) for edit in project.edits],
        "dependencies": (_dependency(judgement, project.path) for judgement in project.dependencies),
        "ignores": [{"place": exact(use.place), "used": use.used, "expired": use.expired} for use in project.ignores],
        "skipped": map(skipped_entry, project.skipped),
        "problems": [problem_entry(problem, project.path) for problem in project.problems],
        "notes": [exact(note) for note in project.notes],
    }


def _data(data: DataAge) -> Json:
    return {"date": data.date.isoformat(), "age_days": data.age_days, "origin": exact(data.origin)}


def _target(target: Target) -> Json:
    return {
        "compatibility_date": target.compatibility_date.isoformat(),
        "python": exact(target.python),
        "pyodide": exact(target.pyodide),
        "reason": exact(target.reason),
    }


def _summary(summary: Summary) -> Json:
    return {
        "workers": summary.workers,
        "container": summary.container,
        "unknown": summary.unknown,
        "with_cautions": summary.with_cautions,
        "accepted": summary.accepted,
    }


def _bundle(bundle: Bundle | None) -> Json | None:
    if bundle is None:
        return None
    return {
        "bytes": bundle.uncompressed_bytes,
        "limit_bytes": bundle.limit_bytes,
        "largest": [{"name": exact(name), "bytes": size_bytes} for name, size_bytes in bundle.largest],
        "unsized": [exact(name) for name in bundle.unsized],
    }


def _dependency(judgement: Judgement, project_path: str) -> Json:
    return {
        "name": exact(judgement.name),
        "requirement": exact(judgement.requirement),
        "version": _optional(judgement.version),
        "newest": _optional(judgement.newest),
        "verdict": judgement.verdict.value,
        "own_verdict": judgement.own_verdict.value,
        "placement": judgement.placement.value,
        "direct": judgement.direct,
        "category": _optional(judgement.category),
        "location": location_entry(judgement.location),
        "via": [[exact(name) for name in chain] for chain in judgement.via],
        "requires": [{"name": exact(one.name), "extra": _optional(one.extra)} for one in judgement.requires],
        "artifact": _artifact(judgement.artifact, inspected=judgement.inspected),
        "findings": [_finding(finding, project_path, judgement.name) for finding in judgement.findings],
        "alternative": _alternative(judgement.alternative),
    }


def _artifact(artifact: Artifact | None, *, inspected: bool) -> Json | None:
    if artifact is None:
        return None
    return {
        "filename": exact(artifact.filename),
        "origin": artifact.origin.value,
        "size_bytes": artifact.size_bytes,
        "inspected": inspected,
    }


def _finding(finding: Finding, project_path: str, name: str) -> Json:
    cause = finding.cause
    return {
        "rule": finding.rule.code,
        "slug": finding.rule.slug,
        "level": finding.level.value,
        "when": finding.when.value if finding.when else None,
        "message": exact(finding.message),
        "cause": {"name": exact(cause.name), "version": _optional(cause.version)} if cause else None,
        "policy": finding.policy,
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "remedy": _optional(finding.remedy),
        "url": _optional(finding.url),
        "fingerprint": fingerprint(finding.rule, project_path, name),
        "accepted": _accepted(finding.accepted),
    }


def _evidence(evidence: Evidence) -> Json:
    return {"fact": exact(evidence.fact), "origin": exact(evidence.origin), "strength": evidence.strength.value}


def _accepted(accepted: Accepted | None) -> Json | None:
    return None if accepted is None else {"by": exact(accepted.by), "reason": exact(accepted.reason)}


def _alternative(alternative: Alternative | None) -> Json | None:
    return None if alternative is None else {"use": exact(alternative.use), "url": exact(alternative.url)}


def _optional(text: str | None) -> str | None:
    return None if text is None else exact(text)
