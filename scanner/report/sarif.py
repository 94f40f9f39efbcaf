"""SARIF 2.1.0 as GitHub's code scanning reads it.

Follows "SARIF support for code scanning" of GitHub's documentation: every rule with help text, one relative location
with all four fields of the region, ``primaryLocationLineHash`` as the fingerprint, at most 5,000 results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from scanner.model.edit import Edit
from scanner.model.report import ProjectReport, Report
from scanner.model.rule import Rule
from scanner.report.alerts import Alert, find_alerts
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.places import Places, path_uri, relative_path
from scanner.report.rule_help import RULE_HELP
from scanner.report.wording import describe_target

SCHEMA_URL = "https://json.schemastore.org/sarif-2.1.0.json"

MAX_RESULTS = 5_000
"""The results of one run that GitHub keeps."""

Json = dict[str, object]

_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_PRECISIONS = {
    "CS1": "very-high",
    "CS2": "very-high",
    "CS3": "medium",
    "CS4": "high",
    "CS5": "high",
    "CS6": "high",
    "CS7": "high",
}
_TAGS = {
    "CS1": "distribution",
    "CS2": "listed",
    "CS3": "behaviour",
    "CS4": "budget",
    "CS5": "unknown",
    "CS6": "file",
    "CS7": "configuration",
}


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one SARIF log with one run."""
    alerts = list(find_alerts(report, context))
    shown, left_out = alerts[:MAX_RESULTS], len(alerts[MAX_RESULTS:])
    run: Json = {
        "tool": {"driver": _driver(context)},
        "invocations": [_invocation(left_out)],
        "columnKind": "unicodeCodePoints",
        "results": _results(shown, context),
        "properties": _run_properties(report, context),
    }
    write_json({"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]}, stream, depth=4)


def _driver(context: ReportContext) -> Json:
    return {
        "name": "compat-scan",
        "semanticVersion": exact(context.version),
        "rules": [_rule(rule, context) for rule in Rule],
    }


def _rule(rule: Rule, context: ReportContext) -> Json:
    words = RULE_HELP[rule]
    level = rule.sarif_level.value
    family = rule.code[:3]
    entry: Json = {
        "id": rule.code,
        "name": rule.slug,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": words.what},
        "help": {
            "text": f"{words.what}\n\nWhy: {words.why}\n\nRemedy: {words.remedy}",
            "markdown": f"{words.what}\n\n**Why.** {words.why}\n\n**Remedy.** {words.remedy}",
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["cloudflare-workers", "dependencies", _TAGS[family]],
            "precision": _PRECISIONS[family],
            "problem.severity": _PROBLEM_SEVERITIES[level],
        },
    }
    url = context.rule_url(rule.code)
    return entry if url is None else {**entry, "helpUri": url}


def _invocation(left_out: int) -> Json:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out} more results are left out: code scanning keeps {MAX_RESULTS} of a run, the worst come first."
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


def _results(alerts: Sequence[Alert], context: ReportContext) -> list[Json]:
    indexes = {rule: index for index, rule in enumerate(Rule)}
    unique = _unique_fingerprints(alerts)
    return [_result(alert, indexes[alert.rule], one, context) for alert, one in zip(alerts, unique, strict=True)]


def _result(alert: Alert, rule_index: int, unique: str, context: ReportContext) -> Json:
    result: Json = {
        "ruleId": alert.rule.code,
        "ruleIndex": rule_index,
        "level": alert.severity.value,
        "message": {"text": _escape_message(alert.message)},
        "locations": [_location(alert)],
        "partialFingerprints": {"primaryLocationLineHash": unique},
        "properties": _result_properties(alert),
    }
    fixes = [_fix(edit, Places(alert.project, context)) for edit in alert.edits if edit.changes and alert.project]
    if fixes:
        result["fixes"] = fixes
    if alert.accepted is not None:
        result["suppressions"] = [{"kind": "external", "justification": clean(alert.accepted.reason)}]
    return result


def _fix(edit: Edit, places: Places) -> Json:
    """An edit as SARIF's fix: what each change deletes and inserts."""
    return {
        "description": {"text": _escape_message(describe_edit(edit, places))},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": path_uri(relative_path(change.path, places.context))},
                "replacements": [
                    {
                        "deletedRegion": {
                            "startLine": change.line,
                            "startColumn": change.column,
                            "endLine": change.line,
                            "endColumn": change.column + len(change.old),
                        },
                        "insertedContent": {"text": exact(change.new)},
                    }
                ],
            }
            for change in edit.changes
        ],
    }


def _unique_fingerprints(alerts: Iterable[Alert]) -> Iterable[str]:
    """The fingerprints with the number of the occurrence in the file, as code scanning's own hashes have it."""
    seen: Counter[tuple[str, str]] = Counter()
    for alert in alerts:
        key = (alert.place.path, alert.fingerprint)
        seen[key] += 1
        yield f"{alert.fingerprint}:{seen[key]}"


def _location(alert: Alert) -> Json:
    """The beginning of the declaration; where it ends, the report does not say."""
    place = alert.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + 1,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": path_uri(place.path)}, "region": region}}


def _escape_message(text: str) -> str:
    """The text without what SARIF (3.11.6) would take for a link; nothing outside makes links in an alert."""
    return text.replace("](", "\\](")


def _result_properties(alert: Alert) -> Json:
    properties: Json = {"project": clean(alert.project.name)} if alert.project else {}
    judgement = alert.judgement
    if judgement is None:
        return properties
    properties |= {"name": clean(judgement.name), "verdict": judgement.verdict.value}
    if judgement.version is not None:
        properties["version"] = clean(judgement.version)
    if alert.dependents:
        properties["alsoAffects"] = list(alert.dependents)
    return properties


def _run_properties(report: Report, context: ReportContext) -> Json:
    return {
        "verdict": report.verdict.value,
        "verdict_after_edits": report.verdict_after_edits.value,
        "projects": [_project_properties(project, Places(project, context)) for project in report.projects],
        "notes": [clean(note) for note in report.notes],
    }


def _project_properties(project: ProjectReport, places: Places) -> Json:
    summary = project.summary
    return {
        "name": clean(project.name),
        "path": clean(project.path),
        "verdict": project.verdict.value,
        "target": describe_target(project.target),
        "workers": summary.workers,
        "container": summary.container,
        "unknown": summary.unknown,
        "with_cautions": summary.with_cautions,
        "accepted": summary.accepted,
        "edits": [describe_edit(edit, places) for edit in project.edits],
        "notes": [clean(note) for note in project.notes],
    }
