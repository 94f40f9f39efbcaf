"""Annotations for GitHub Actions, as workflow commands.

GitHub shows at most ten annotations of each level for one step and drops the rest without a word, so the worst come
first and what does not fit is counted in a last notice, which itself takes one of the ten places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from scanner.model.acceptance import is_accepted
from scanner.model.dependency import Location
from scanner.model.finding import Problem
from scanner.model.report import Judgement, Report, Verdict
from scanner.report.causes import Cause, chains_to, deciding_findings, find_causes, find_remedies
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import STDIN, Places
from scanner.report.wording import PROJECT_WORDS, VERDICT_WORDS, describe_chain, describe_counts, describe_dependency

LIMIT_PER_LEVEL = 10
"""The annotations of one level that GitHub shows for one step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Annotation:
    command: str
    title: str
    lines: tuple[str, ...]
    place: Location | None


def write_github(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one workflow command a line: errors, then warnings, then notices."""
    places = Places(report, context)
    errors = list(_find_blocked(report, places, Verdict.CONTAINER, "error"))
    warnings = [*_find_blocked(report, places, Verdict.UNKNOWN, "warning"), *_find_problems(report.problems, places)]
    notices = list(_find_cautions(report, places))
    kept = [errors[:LIMIT_PER_LEVEL], warnings[:LIMIT_PER_LEVEL], notices[:LIMIT_PER_LEVEL]]
    if any(len(items) > LIMIT_PER_LEVEL for items in (errors, warnings, notices)):
        kept[2] = notices[: LIMIT_PER_LEVEL - 1]
        left_out = tuple(
            len(items) - len(shown) for items, shown in zip((errors, warnings, notices), kept, strict=True)
        )
        kept[2].append(_rest(report, left_out))
    stream.writelines(_command(annotation) + "\n" for level in kept for annotation in level)


def _find_blocked(report: Report, places: Places, verdict: Verdict, command: str) -> Iterator[_Annotation]:
    """Each root cause, those that take most along first, then what hangs on them and is declared on other lines."""
    counting = [cause for cause in find_causes(report, verdict) if not is_accepted(cause.root)]
    causes = sorted(counting, key=lambda cause: -len(cause.dependents))
    annotated: set[Location | None] = set()
    for cause in causes:
        place = places.of(cause.root)
        annotated.add(place)
        lines = (*_explain(cause.root), *_dependents(cause))
        yield _Annotation(command=command, title=_title(cause.root), lines=lines, place=place)
    for cause in causes:
        for judgement in cause.dependents:
            place = places.of(judgement)
            if judgement.direct is not False and place not in annotated:
                annotated.add(place)
                yield _Annotation(command=command, title=_title(judgement), lines=_explain(judgement), place=place)


def _find_problems(problems: Iterable[Problem], places: Places) -> Iterator[_Annotation]:
    for problem in problems:
        yield _Annotation(
            command="warning",
            title=f"{problem.rule.title} ({problem.rule.code})",
            lines=(clean(problem.message),),
            place=places.named(problem.location) if problem.location else None,
        )


def _find_cautions(report: Report, places: Places) -> Iterator[_Annotation]:
    """What runs with limits, the most limited first."""
    limited = [judgement for judgement in report.dependencies if judgement.has_cautions]
    for judgement in sorted(limited, key=lambda judgement: -len(deciding_findings(judgement))):
        yield _Annotation(
            command="notice", title=_title(judgement), lines=_explain(judgement), place=places.of(judgement)
        )


def _title(judgement: Judgement) -> str:
    limits = ", with limits" if judgement.has_cautions else ""
    codes = ", ".join(dict.fromkeys(finding.rule.code for finding in deciding_findings(judgement)))
    return f"{describe_dependency(judgement)}: {VERDICT_WORDS[judgement.verdict]}{limits}" + (
        f" ({codes})" if codes else ""
    )


def _explain(judgement: Judgement) -> tuple[str, ...]:
    """The reasons, the chains, and what to do, a line each."""
    lines = [clean(finding.message) for finding in deciding_findings(judgement)]
    lines += [f"Comes with: {describe_chain(chain)}" for chain in chains_to(judgement)]
    if judgement.alternative:
        lines.append(f"Instead: {clean(judgement.alternative.use)} ({clean(judgement.alternative.url)})")
    lines += [f"Remedy: {clean(remedy)}" for remedy in find_remedies(judgement, deciding_findings(judgement))]
    return tuple(lines)


def _dependents(cause: Cause) -> tuple[str, ...]:
    names = ", ".join(map(describe_dependency, cause.dependents))
    return (f"Also decides: {names}",) if names else ()


def _rest(report: Report, left_out: tuple[int, ...]) -> _Annotation:
    levels = zip(left_out, ("error", "warning", "notice"), strict=True)
    phrases = [f"{number} more {level}{'s' if number > 1 else ''}" for number, level in levels if number]
    return _Annotation(
        command="notice",
        title=f"compat-scan: {PROJECT_WORDS[report.verdict]}",
        lines=(f"{' and '.join(phrases)} not shown here. In all: {', '.join(describe_counts(report))}.",),
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
    message = "\n".join(annotation.lines) or annotation.title  # GitHub drops an annotation without a message
    listed = ",".join(f"{key}={_escape_property(value)}" for key, value in properties.items())
    return f"::{annotation.command} {listed}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
