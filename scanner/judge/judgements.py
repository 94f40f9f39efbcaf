"""Findings to a verdict, verdicts to the project's verdict. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.model.acceptance import is_accepted
from scanner.model.dependency import Skipped
from scanner.model.finding import Finding, Level, Problem
from scanner.model.report import Judgement, ProjectVerdict, Verdict


def judge_findings(findings: Iterable[Finding]) -> Verdict:
    """CONTAINER where a finding blocks, UNKNOWN where one could not be told, else WORKERS.

    A blocker stands even where something else stayed unknown: no answer could lift it.
    """
    verdict = Verdict.WORKERS
    for finding in findings:
        if finding.level is Level.BLOCKER:
            return Verdict.CONTAINER
        if finding.rule.leaves_unknown and finding.level is not Level.NOTE:
            verdict = Verdict.UNKNOWN
    return verdict


def judge_accepted(found: Sequence[Finding], told: Iterable[Finding]) -> Verdict:
    """The verdict where some findings were accepted: ``found`` as they were, ``told`` as they count now.

    What could not be told stays UNKNOWN though nobody waits for it any more: accepting is no answer.
    """
    verdict = judge_findings(told)
    if verdict is Verdict.WORKERS:
        return judge_findings(finding for finding in found if finding.rule.leaves_unknown)
    return verdict


def judge_project(
    judgements: Sequence[Judgement], skipped: Sequence[Skipped], problems: Sequence[Problem]
) -> ProjectVerdict:
    """Where the whole project runs; never a clean bill where something could not be read or told.

    What is unknown and accepted as such does not count. With nothing else to judge the answer is UNKNOWN, except
    where every declaration is for other platforms only.
    """
    counting = [judgement for judgement in judgements if not is_accepted(judgement)]
    verdicts = {judgement.verdict for judgement in counting}
    if Verdict.CONTAINER in verdicts:
        return ProjectVerdict.HYBRID if Verdict.WORKERS in verdicts else ProjectVerdict.CONTAINER
    if problems or Verdict.UNKNOWN in verdicts:
        return ProjectVerdict.UNKNOWN
    if counting:
        return ProjectVerdict.WORKERS
    nothing_left_open = bool(skipped) and not judgements and all(entry.not_for_target for entry in skipped)
    return ProjectVerdict.WORKERS if nothing_left_open else ProjectVerdict.UNKNOWN
