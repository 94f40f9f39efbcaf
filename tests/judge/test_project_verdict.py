"""Findings to verdicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.judge.project_verdict import judge_findings, judge_outstanding, judge_project
from scanner.model.dependency import Location, SkipKind, Skipped
from scanner.model.finding import Accepted, Finding, Level, Problem, When
from scanner.model.report import Judgement, ProjectVerdict, Verdict
from scanner.model.rule import Rule

HERE = Location(path="requirements.txt", line=1)
ACCEPTED = Accepted(by="baseline", reason="known")
W, C, U = Verdict.WORKERS, Verdict.CONTAINER, Verdict.UNKNOWN
LEVELS = {C: (Rule.CS101, Level.BLOCKER), U: (Rule.CS504, Level.CAUTION)}


def _finding(rule: Rule, level: Level, when: When | None = None) -> Finding:
    return Finding(rule=rule, level=level, when=when, message="m")


def _judgement(verdict: Verdict, *, accepted: bool = False) -> Judgement:
    findings = [_finding(*LEVELS[verdict])] if verdict in LEVELS else []
    marked = tuple(replace(finding, accepted=ACCEPTED if accepted else None) for finding in findings)
    return Judgement(
        name="a",
        requirement="a",
        version=None,
        verdict=verdict,
        own_verdict=verdict,
        direct=True,
        location=HERE,
        findings=marked,
    )


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([], W),
        ([(Rule.CS105, Level.CAUTION, None), (Rule.CS107, Level.NOTE, None)], W),
        ([(Rule.CS504, Level.CAUTION, None)], U),
        ([(Rule.CS109, Level.CAUTION, None)], U),
        ([(Rule.CS109, Level.CAUTION, When.IMPORT)], W),
        ([(Rule.CS307, Level.CAUTION, When.STARTUP)], W),
        ([(Rule.CS504, Level.CAUTION, None), (Rule.CS201, Level.BLOCKER, None)], C),
        ([(Rule.CS101, Level.BLOCKER, None)], C),
    ],
)
def test_a_blocker_decides_and_what_is_unknown_stays_unknown(
    findings: list[tuple[Rule, Level, When | None]], expected: Verdict
) -> None:
    assert judge_findings(_finding(*each) for each in findings) is expected


@pytest.mark.parametrize(
    ("verdicts", "expected", "outstanding"),
    [
        ([W, W], ProjectVerdict.WORKERS, W),
        ([W, C], ProjectVerdict.HYBRID, C),
        ([C, C], ProjectVerdict.CONTAINER, C),
        ([W, U], ProjectVerdict.UNKNOWN, U),
        ([C, U], ProjectVerdict.CONTAINER, C),
        ([W, U, C], ProjectVerdict.HYBRID, C),
        ([], ProjectVerdict.WORKERS, W),
    ],
)
def test_the_project_is_what_its_requirements_are(
    verdicts: list[Verdict], expected: ProjectVerdict, outstanding: Verdict
) -> None:
    rows = [_judgement(verdict) for verdict in verdicts]
    assert judge_project(rows, (), ()) is expected
    assert judge_outstanding(rows, (), ()) is outstanding


def test_a_line_that_is_not_understood_leaves_the_project_unknown() -> None:
    problem = Problem(rule=Rule.CS601, message="m", location=HERE)
    assert judge_project([_judgement(W)], (), (problem,)) is ProjectVerdict.UNKNOWN
    assert judge_outstanding([_judgement(W)], (), (problem,)) is U
    assert judge_project([_judgement(C)], (), (problem,)) is ProjectVerdict.CONTAINER


def test_a_deployment_problem_changes_the_exit_code_and_no_verdict() -> None:
    problem = Problem(rule=Rule.CS717, level=Level.BLOCKER, message="m", location=HERE)
    assert judge_project([_judgement(W)], (), (problem,)) is ProjectVerdict.WORKERS
    assert judge_outstanding([_judgement(W)], (), (problem,)) is C
    assert judge_outstanding([_judgement(W)], (), (replace(problem, accepted=ACCEPTED),)) is W


@pytest.mark.parametrize(
    ("skipped", "expected"),
    [
        ([{"not_for_target": True}], ProjectVerdict.WORKERS),
        ([{"category": SkipKind.GROUP}, {"category": SkipKind.DEVELOPMENT}], ProjectVerdict.WORKERS),
        ([{"not_for_target": True}, {}], ProjectVerdict.UNKNOWN),
        ([{"computed_by": "setup.py"}], ProjectVerdict.UNKNOWN),
    ],
)
def test_without_requirements_it_counts_why_the_rest_is_skipped(
    skipped: list[dict[str, object]], expected: ProjectVerdict
) -> None:
    entries = [Skipped(text="x", reason="r", location=HERE, **each) for each in skipped]  # type: ignore[arg-type]
    assert judge_project((), entries, ()) is expected


def test_accepting_changes_what_is_outstanding_and_no_verdict() -> None:
    rows = [_judgement(C, accepted=True), _judgement(U, accepted=True), _judgement(W)]
    assert judge_project(rows, (), ()) is ProjectVerdict.HYBRID
    assert judge_outstanding(rows, (), ()) is W
    assert judge_outstanding([*rows, _judgement(U)], (), ()) is U
