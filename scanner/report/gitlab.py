"""GitLab's Code Quality report: a JSON array with the five fields that its documentation asks for."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TextIO

from scanner.model.report import Report
from scanner.report.alerts import Alert, Severity, find_alerts
from scanner.report.context import ReportContext
from scanner.report.escape import exact
from scanner.report.json_text import write_json
from scanner.report.places import STDIN, Places

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "minor"}


def write_gitlab(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one entry for each alert, the worst first."""
    seen: Counter[str] = Counter()
    entries = []
    for alert in find_alerts(report, Places(report, context)):
        identity = f"{alert.fingerprint}\0{alert.place.path}"
        seen[identity] += 1
        entries.append(_entry(alert, _digest(f"{identity}\0{seen[identity]}")))
    write_json(entries, stream)


def _entry(alert: Alert, fingerprint: str) -> dict[str, object]:
    path = "stdin" if alert.place.path == STDIN else exact(alert.place.path)
    return {
        "description": alert.message,
        "check_name": alert.rule.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[alert.severity],
        "location": {"path": path, "lines": {"begin": alert.place.line}},
    }


def _digest(identity: str) -> str:
    """A fingerprint that is unique in the report: GitLab shows the first of equal ones only."""
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
