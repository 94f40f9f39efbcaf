"""SARIF 2.1.0 as GitHub's code scanning reads it.

Follows «SARIF support for code scanning» of GitHub's documentation: every rule with help text, one relative location
with all four fields of the region, ``primaryLocationLineHash`` as the fingerprint, at most 5,000 results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TextIO

from scanner.model.report import Report, Verdict
from scanner.model.rule import Rule
from scanner.report.alerts import Alert, Severity, find_alerts
from scanner.report.context import ReportContext
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.places import Places, path_uri
from scanner.report.rule_help import RULE_HELP
from scanner.report.wording import describe_target

SCHEMA_URL = "https://json.schemastore.org/sarif-2.1.0.json"

MAX_RESULTS = 5_000
"""The results of one run that GitHub keeps."""

Json = dict[str, object]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

# What a rule's findings are as a rule; each result carries its own level.
_DEFAULT_NOTES = frozenset({"CS103", "CS105", "CS108", "CS202", "CS302", "CS303", "CS304", "CS305", "CS306"})
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
    "CS5": "could-not-be-told",
    "CS6": "file",
    "CS7": "configuration",
}


def write_sarif(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one SARIF log with one run."""
    alerts = list(find_alerts(report, Places(report, context)))
    shown, left_out = alerts[:MAX_RESULTS], len(alerts[MAX_RESULTS:])
    run: Json = {
        "tool": {"driver": _driver(context)},
        "invocations": [_invocation(left_out)],
        "columnKind": "unicodeCodePoints",
        "results": _results(shown),
        "properties": _run_properties(report),
    }
    write_json({"$schema": SCHEMA_URL, "version": "2.1.0", "runs": [run]}, stream, depth=4)


def _driver(context: ReportContext) -> Json:
    return {
        "name": "compat-scan",
        "semanticVersion": exact(context.version),
        "rules": [_rule(rule, context) for rule in Rule],
    }


def _rule(rule: Rule, context: ReportContext) -> Json:
    told = RULE_HELP[rule]
    level = _default_level(rule)
    family = rule.code[:3]
    entry: Json = {
        "id": rule.code,
        "name": rule.slug,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": told.what},
        "help": {
            "text": f"{told.what}\n\nWhy: {told.why}\n\nRemedy: {told.remedy}",
            "markdown": f"{told.what}\n\n**Why.** {told.why}\n\n**Remedy.** {told.remedy}",
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


def _default_level(rule: Rule) -> str:
    if rule.leaves_unknown or rule.code.startswith(("CS6", "CS7")):
        return "warning"
    return "note" if rule.code in _DEFAULT_NOTES else "error"


def _invocation(left_out: int) -> Json:
    if not left_out:
        return {"executionSuccessful": True}
    text = f"{left_out} further results are left out: code scanning keeps {MAX_RESULTS} of a run, the worst come first."
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": text}}],
    }


def _results(alerts: Sequence[Alert]) -> list[Json]:
    rule_indexes = {rule: index for index, rule in enumerate(Rule)}
    return [
        {
            "ruleId": alert.rule.code,
            "ruleIndex": rule_indexes[alert.rule],
            "level": _LEVELS[alert.severity],
            "message": {"text": _escape_message(alert.message)},
            "locations": [_location(alert)],
            "partialFingerprints": {"primaryLocationLineHash": unique},
            "properties": _result_properties(alert),
        }
        for alert, unique in zip(alerts, _unique_fingerprints(alerts), strict=True)
    ]


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
    judgement = alert.judgement
    if judgement is None:
        return {}
    properties: Json = {"name": clean(judgement.name), "verdict": judgement.verdict.value}
    if judgement.version is not None:
        properties["version"] = clean(judgement.version)
    if alert.dependents:
        properties["alsoDecides"] = list(alert.dependents)
    return properties


def _run_properties(report: Report) -> Json:
    return {
        "verdict": report.verdict.value,
        "target": describe_target(report),
        **{verdict.value: report.count(verdict) for verdict in Verdict},
        "with_cautions": report.with_cautions,
    }
