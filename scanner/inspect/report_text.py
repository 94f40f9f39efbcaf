"""What following the imports of a package gave, as text for the cache."""

from __future__ import annotations

import json

from scanner.inspect.import_report import ImportReport, StartupStop
from scanner.model.finding import Cause, Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule

_SHAPE = 4
"""Raised whenever the stored shape changes, so that older entries are read as absent."""


def report_to_text(report: ImportReport) -> str:
    """The report as compact JSON."""
    raw = {
        "shape": _SHAPE,
        "findings": [_pack(finding) for finding in report.findings],
        "inherited": [_pack(finding) for finding in report.inherited],
        "modules": sorted(report.import_time_modules),
        "startup": [[one.module, one.outcome, one.is_certain] for one in report.startup],
        "later": report.later,
    }
    return json.dumps(raw, separators=(",", ":"))


def report_from_text(text: str) -> ImportReport | None:
    """What ``report_to_text`` wrote; None for anything else, an older shape among them."""
    try:
        raw = json.loads(text)
        if not isinstance(raw, dict) or raw["shape"] != _SHAPE:
            return None
        return ImportReport(
            findings=tuple(map(_unpack, raw["findings"])),
            inherited=tuple(map(_unpack, raw["inherited"])),
            import_time_modules=frozenset(map(str, raw["modules"])),
            startup=tuple(
                StartupStop(module=str(module), outcome=str(outcome), is_certain=bool(is_certain))
                for module, outcome, is_certain in raw["startup"]
            ),
            later=tuple((str(key), str(place)) for key, place in raw["later"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _pack(finding: Finding) -> list[object]:
    evidence = [[one.fact, one.origin, one.strength] for one in finding.evidence]
    return [
        finding.rule.code,
        finding.level,
        finding.when,
        finding.message,
        evidence,
        finding.remedy,
        finding.url,
        finding.cause.name if finding.cause else None,
    ]


def _unpack(raw: list[object]) -> Finding:
    code, level, when, message, evidence, remedy, url, cause = raw
    if not isinstance(evidence, list):
        raise TypeError("no evidence")
    return Finding(
        rule=Rule[str(code)],
        level=Level(str(level)),
        when=None if when is None else When(str(when)),
        message=str(message),
        evidence=tuple(
            Evidence(fact=str(fact), origin=str(origin), strength=Strength(str(strength)))
            for fact, origin, strength in evidence
        ),
        remedy=None if remedy is None else str(remedy),
        url=None if url is None else str(url),
        cause=None if cause is None else Cause(name=str(cause), version=None),
    )
