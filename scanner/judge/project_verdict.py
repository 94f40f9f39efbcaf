"""Findings to a verdict, verdicts to the project's verdict and to what nobody accepted. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.model.dependency import SkipKind, Skipped
from scanner.model.finding import Finding, Level, Problem
from scanner.model.report import Judgement, ProjectVerdict, Verdict

_DECIDED = frozenset({SkipKind.MARKER, SkipKind.GROUP, SkipKind.DEVELOPMENT, SkipKind.PROJECT})
"""Kinds of skipped entries that the Worker does not install."""


def judge_findings(findings: Iterable[Finding]) -> Verdict:
    """CONTAINER where a finding blocks, UNKNOWN where one leaves the verdict unknown, else WORKERS.

    A blocker stands even where something else stayed unknown: no answer could lift it.
    """
    verdict = Verdict.WORKERS
    for finding in findings:
        if finding.level is Level.BLOCKER:
            return Verdict.CONTAINER
        if finding.leaves_unknown and finding.level is not Level.NOTE:
            verdict = Verdict.UNKNOWN
    return verdict


def judge_project(
    requirements: Iterable[Judgement], skipped: Sequence[Skipped], problems: Sequence[Problem]
) -> ProjectVerdict:
    """Where the whole project runs, by its own requirements; never WORKERS where something could not be read.

    A project that requires nothing runs, unless what it requires is computed when it is built.
    """
    verdicts = {judgement.verdict for judgement in requirements}
    if Verdict.CONTAINER in verdicts:
        return ProjectVerdict.HYBRID if Verdict.WORKERS in verdicts else ProjectVerdict.CONTAINER
    is_open = not verdicts and any(entry.kind not in _DECIDED for entry in skipped)
    if is_open or Verdict.UNKNOWN in verdicts or any(problem.rule.leaves_unknown for problem in problems):
        return ProjectVerdict.UNKNOWN
    return ProjectVerdict.WORKERS


def judge_outstanding(
    requirements: Iterable[Judgement], skipped: Sequence[Skipped], problems: Sequence[Problem]
) -> Verdict:
    """The worst that nobody accepted, which the exit code follows; CONTAINER for a deployment problem too."""
    rows = tuple(requirements)
    counting = [problem for problem in problems if problem.accepted is None]
    verdicts = {judge_findings(_open_findings(row)) for row in rows}
    if any(problem.is_deployment_problem for problem in counting):
        verdicts.add(Verdict.CONTAINER)
    is_open = not rows and any(entry.kind not in _DECIDED for entry in skipped)
    if is_open or any(problem.rule.leaves_unknown for problem in counting):
        verdicts.add(Verdict.UNKNOWN)
    return next((one for one in (Verdict.CONTAINER, Verdict.UNKNOWN) if one in verdicts), Verdict.WORKERS)


def _open_findings(judgement: Judgement) -> Iterator[Finding]:
    return (finding for finding in judgement.findings if finding.accepted is None)
