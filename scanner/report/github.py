"""Annotations for GitHub Actions, as workflow commands.

GitHub shows at most ten annotations of each level for one step and drops the rest silently, so the worst come first
and what does not fit is counted in a last notice, which itself takes one of the ten places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from scanner.model.dependency import Location
from scanner.model.report import Report
from scanner.model.rule import SarifLevel
from scanner.report.alerts import Alert, find_alerts
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit
from scanner.report.escape import clean
from scanner.report.places import STDIN, Places
from scanner.report.wording import PROJECT_WORDS, VERDICT_WORDS, describe_counts, describe_dependency

LIMIT_PER_LEVEL = 10
"""The annotations of one level that GitHub shows for one step."""

_LEVELS = {SarifLevel.ERROR: "error", SarifLevel.WARNING: "warning", SarifLevel.NOTE: "notice"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Annotation:
    command: str
    title: str
    lines: tuple[str, ...]
    place: Location | None
    weight: int = 0
    """The heavier ones of a level come first."""


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one workflow command a line: errors, then warnings, then notices."""
    found = [*_find_edits(report, context), *map(_annotate, _group(find_alerts(report, context)))]
    levels = [
        sorted((one for one in found if one.command == level), key=lambda one: -one.weight)
        for level in _LEVELS.values()
    ]
    kept = [level[:LIMIT_PER_LEVEL] for level in levels]
    if any(len(level) > LIMIT_PER_LEVEL for level in levels):
        kept[2] = levels[2][: LIMIT_PER_LEVEL - 1]
        left_out = [len(level) - len(shown) for level, shown in zip(levels, kept, strict=True)]
        kept[2].append(_rest(report, left_out))
    stream.writelines(_command(annotation) + "\n" for level in kept for annotation in level)


def _group(alerts: Iterable[Alert]) -> Iterable[list[Alert]]:
    """The alerts of one declaration together, the worst first; problems each for itself."""
    groups: dict[int, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(id(alert.judgement) if alert.judgement else id(alert), []).append(alert)
    return groups.values()


def _annotate(alerts: Sequence[Alert]) -> _Annotation:
    first = alerts[0]
    codes = ", ".join(dict.fromkeys(alert.rule.code for alert in alerts))
    title = f"{first.rule.title} [{codes}]"
    if first.judgement is not None:
        limits = ", with limits" if first.judgement.has_cautions else ""
        title = f"{describe_dependency(first.judgement)}: {VERDICT_WORDS[first.judgement.verdict]}{limits} [{codes}]"
    is_accepted = all(alert.accepted for alert in alerts)
    return _Annotation(
        command="notice" if is_accepted else _LEVELS[first.severity],
        title=title,
        lines=tuple(_line(alert) for alert in alerts),
        place=first.place if first.is_placed else None,
        weight=len(first.dependents),
    )


def _line(alert: Alert) -> str:
    accepted = f" Accepted: {clean(alert.accepted.reason)}." if alert.accepted else ""
    return f"{alert.message}{accepted}"


def _find_edits(report: Report, context: ReportContext) -> Iterator[_Annotation]:
    for project in report.projects:
        places = Places(project, context)
        for edit in project.edits:
            first = edit.changes[0] if edit.changes else None
            place = places.named(Location(path=first.path, line=first.line, column=first.column)) if first else None
            lines = (describe_edit(edit, places),)
            title = "Edit" if edit.safe else "Possible edit"
            yield _Annotation(command="notice", title=title, lines=lines, place=place, weight=LIMIT_PER_LEVEL)


def _rest(report: Report, left_out: Iterable[int]) -> _Annotation:
    levels = zip(left_out, _LEVELS.values(), strict=True)
    phrases = [f"{number} more {level}{'s' if number > 1 else ''}" for number, level in levels if number]
    counts = "; ".join(f"{clean(project.name)}: {', '.join(describe_counts(project))}" for project in report.projects)
    return _Annotation(
        command="notice",
        title=f"compat-scan: {PROJECT_WORDS[report.verdict]}",
        lines=(f"{' and '.join(phrases)} not shown here. In all: {counts}.",),
        place=None,
    )


def _command(annotation: _Annotation) -> str:
    properties = {"title": annotation.title}
    place = annotation.place
    if place is not None and place.path != STDIN:
        properties = {
            "file": clean(place.path),
            "line": str(place.line),
            "col": str(place.column),
            "title": annotation.title,
        }
    message = "\n".join(annotation.lines)
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{annotation.command} {listed}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
