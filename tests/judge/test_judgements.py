"""Findings to verdicts."""

from __future__ import annotations

import pytest

from scanner.judge.judgements import judge_accepted, judge_findings, judge_project
from scanner.model.acceptance import accept
from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Finding, Level, Problem
from scanner.model.report import Judgement, ProjectVerdict, Verdict
from scanner.model.rule import Rule

HERE = Location(path="requirements.txt", line=1)


def _finding(rule: Rule, level: Level) -> Finding:
    return Finding(rule=rule, level=level, message="m")


def _judgement(verdict: Verdict) -> Judgement:
    return Judgement(
        name="a", requirement="a", version=None, verdict=verdict, own_verdict=verdict, direct=True, location=HERE
    )


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], Verdict.WORKERS),
        ([(Rule.CS105, Level.CAUTION), (Rule.CS107, Level.NOTE)], Verdict.WORKERS),
        ([(Rule.CS504, Level.CAUTION)], Verdict.UNKNOWN),
        ([(Rule.CS504, Level.CAUTION), (Rule.CS201, Level.BLOCKER)], Verdict.CONTAINER),
        ([(Rule.CS101, Level.BLOCKER)], Verdict.CONTAINER),
    ],
)
def test_a_blocker_decides_and_what_could_not_be_told_stays_unknown(
    findings: list[tuple[Rule, Level]], expected: Verdict
) -> None:
    assert judge_findings(_finding(rule, level) for rule, level in findings) is expected


W, C, U = Verdict.WORKERS, Verdict.CONTAINER, Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([W, W], ProjectVerdict.WORKERS),
        ([W, C], ProjectVerdict.HYBRID),
        ([C, C], ProjectVerdict.CONTAINER),
        ([W, U], ProjectVerdict.UNKNOWN),
        ([C, U], ProjectVerdict.CONTAINER),
        ([W, U, C], ProjectVerdict.HYBRID),
        ([], ProjectVerdict.UNKNOWN),
    ],
)
def test_the_project_is_what_its_dependencies_are(verdicts: list[Verdict], expected: ProjectVerdict) -> None:
    assert judge_project([_judgement(verdict) for verdict in verdicts], (), ()) is expected


def test_a_line_that_was_not_understood_keeps_the_bill_from_being_clean() -> None:
    problem = Problem(rule=Rule.CS601, message="m", location=HERE)
    assert judge_project([_judgement(W)], (), (problem,)) is ProjectVerdict.UNKNOWN


def test_a_file_for_other_platforms_only_has_nothing_that_stands_in_the_way() -> None:
    other = Skipped(text="pywin32", reason="not for this target", location=HERE, not_for_target=True)
    left_out = Skipped(text="conda thing", reason="a conda package", location=HERE)
    assert judge_project((), (other,), ()) is ProjectVerdict.WORKERS
    assert judge_project((), (other, left_out), ()) is ProjectVerdict.UNKNOWN


def test_accepting_lifts_a_blocker_but_makes_no_unknown_run() -> None:
    blocked = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="m")
    unknown = Finding(rule=Rule.CS501, level=Level.CAUTION, message="m")
    both = [blocked, unknown]
    assert judge_accepted([blocked], [accept(blocked, "r")]) is Verdict.WORKERS
    assert judge_accepted([unknown], [accept(unknown, "r")]) is Verdict.UNKNOWN
    assert judge_accepted(both, [blocked, accept(unknown, "r")]) is Verdict.CONTAINER
    assert judge_accepted(both, [accept(blocked, "r"), accept(unknown, "r")]) is Verdict.UNKNOWN
