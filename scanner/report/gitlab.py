"""GitLab's Code Quality report: a JSON array with the five fields that its documentation requires."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from scanner.model.dependency import Location
from scanner.model.report import Report
from scanner.model.rule import SarifLevel
from scanner.report.alerts import Alert, find_alerts
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit
from scanner.report.escape import exact
from scanner.report.json_text import write_json
from scanner.report.places import STDIN, Places

_SEVERITIES = {SarifLevel.ERROR: "critical", SarifLevel.WARNING: "major", SarifLevel.NOTE: "minor"}
_EDIT = "compat-scan-edit"


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one entry for each alert, the worst first, then one for each edit; what is accepted is only info."""
    seen: Counter[str] = Counter()
    entries = []
    for alert in find_alerts(report, context):
        identity = f"{alert.fingerprint}\0{alert.place.path}"
        seen[identity] += 1
        entries.append(_entry_of(alert, _digest(f"{identity}\0{seen[identity]}")))
    write_json([*entries, *_edits(report, context)], stream)


def _entry_of(alert: Alert, fingerprint: str) -> dict[str, object]:
    if alert.accepted is not None:
        message = f"{alert.message} Accepted: {exact(alert.accepted.reason)}."
        return _entry(message, alert.rule.code, fingerprint, "info", alert.place)
    return _entry(alert.message, alert.rule.code, fingerprint, _SEVERITIES[alert.severity], alert.place)


def _edits(report: Report, context: ReportContext) -> Iterator[dict[str, object]]:
    for project in report.projects:
        places = Places(project, context)
        for edit in project.edits:
            first = edit.changes[0] if edit.changes else None
            place = places.named(Location(path=first.path, line=first.line)) if first else places.fallback
            text = f"Edit: {describe_edit(edit, places)}"
            yield _entry(text, _EDIT, _digest(f"{_EDIT}\0{project.path}\0{text}"), "info", place)


def _entry(description: str, check: str, fingerprint: str, severity: str, place: Location) -> dict[str, object]:
    path = "stdin" if place.path == STDIN else exact(place.path)
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": place.line}},
    }


def _digest(identity: str) -> str:
    """A fingerprint that is unique in the report: GitLab shows the first of equal ones only."""
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
