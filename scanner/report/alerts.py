"""The findings of a report as single alerts, for the services that track each of them from scan to scan."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model.acceptance import is_accepted
from scanner.model.dependency import Location
from scanner.model.finding import Finding, Level, Problem
from scanner.model.fingerprint import fingerprint
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import chains_to, deciding_findings, find_causes, find_remedies
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import VERDICT_WORDS, describe_chain, describe_dependency


class Severity(enum.IntEnum):
    """How bad an alert is; the least number is the worst."""

    ERROR = 0
    """Something needs a container."""
    WARNING = 1
    """Something could not be told."""
    NOTE = 2
    """Something runs, with limits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One finding of one dependency, or one problem of a file."""

    severity: Severity
    rule: Rule
    name: str
    """The dependency; for a problem, its message, which is what tells it from another."""
    message: str
    """Safe to show; the first sentence stands for itself."""
    place: Location
    fingerprint: str
    """The same from scan to scan: made from rule, name and target, without lines and versions."""
    judgement: Judgement | None = None
    dependents: tuple[str, ...] = ()
    """The dependencies that have their verdict from this one."""


def find_alerts(report: Report, places: Places) -> Iterator[Alert]:
    """Everything worth an alert: the worst first, otherwise in the order of the report.

    What merely hangs on something else is told with that; it has an alert of its own only if it is declared itself
    on another line. Notes give no alert.
    """
    alerts = [*_find_judged(report, places), *_find_problems(report, places)]
    yield from sorted(alerts, key=lambda alert: alert.severity)


def _find_judged(report: Report, places: Places) -> Iterator[Alert]:
    dependents = {
        id(cause.root): cause.dependents
        for verdict in (Verdict.CONTAINER, Verdict.UNKNOWN)
        for cause in find_causes(report, verdict)
    }
    root_places = {places.of(judgement) for judgement in report.dependencies if id(judgement) in dependents}
    for judgement in report.dependencies:
        place = places.of(judgement)
        is_root = judgement.verdict is Verdict.WORKERS or id(judgement) in dependents
        if not is_root and (judgement.direct is False or place in root_places):
            continue
        names = tuple(clean(dependent.name) for dependent in dependents.get(id(judgement), ()))
        for finding in judgement.findings:
            severity = _severity(judgement, finding)
            if severity is not None:
                yield Alert(
                    severity=severity,
                    rule=finding.rule,
                    name=judgement.name,
                    message=_message(judgement, finding, names if severity is not Severity.NOTE else ()),
                    place=place or places.fallback,
                    fingerprint=fingerprint(finding.rule, judgement.name, report.target),
                    judgement=judgement,
                    dependents=names if severity is not Severity.NOTE else (),
                )


def _find_problems(report: Report, places: Places) -> Iterator[Alert]:
    for problem in report.problems:
        yield Alert(
            severity=Severity.WARNING,
            rule=problem.rule,
            name=problem.message,
            message=_problem_message(problem),
            place=places.named(problem.location) if problem.location else places.fallback,
            fingerprint=fingerprint(problem.rule, problem.message, report.target),
        )


def _severity(judgement: Judgement, finding: Finding) -> Severity | None:
    """How bad this finding is for this dependency; None for a note that decides nothing."""
    if is_accepted(judgement):
        return None
    if judgement.verdict is not Verdict.WORKERS and finding in deciding_findings(judgement):
        return Severity.ERROR if judgement.verdict is Verdict.CONTAINER else Severity.WARNING
    return None if finding.level is Level.NOTE else Severity.NOTE


def _message(judgement: Judgement, finding: Finding, dependents: tuple[str, ...]) -> str:
    limits = ", with limits" if judgement.has_cautions else ""
    parts = [f"{describe_dependency(judgement)} {VERDICT_WORDS[judgement.verdict]}{limits}: {clean(finding.message)}"]
    parts += [f"Comes with: {describe_chain(chain)}" for chain in chains_to(judgement)]
    if dependents:
        parts.append(f"Also decides: {', '.join(dependents)}")
    if judgement.alternative and finding in deciding_findings(judgement):
        parts.append(f"Instead: {clean(judgement.alternative.use)} ({clean(judgement.alternative.url)})")
    parts += [f"Remedy: {clean(remedy)}" for remedy in find_remedies(judgement, [finding])]
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def _problem_message(problem: Problem) -> str:
    return f"{problem.rule.title}: {clean(problem.message)}"
