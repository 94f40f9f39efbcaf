from __future__ import annotations

from collections.abc import Callable

from scanner.model.dependency import Location
from scanner.model.finding import Alternative, Cause, Finding, Level
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import chains_to, deciding_findings, find_causes, find_remedies

Make = Callable[..., Judgement]


def _needs(name: str, version: str | None = "1.0") -> Finding:
    cause = Cause(name=name, version=version)
    return Finding(rule=Rule.CS109, level=Level.BLOCKER, message=f"requires {name}", cause=cause)


def _inheriting(make: Make, name: str, **values: object) -> Judgement:
    return make(name, verdict=Verdict.CONTAINER, own_verdict=Verdict.WORKERS, **values)


def _causes(report: Report, verdict: Verdict = Verdict.CONTAINER) -> list[tuple[str, list[str]]]:
    found = find_causes(report.projects[0], verdict)
    return [(cause.root.name, [item.name for item in cause.dependents]) for cause in found]


def test_the_cause_of_a_finding_names_the_root(make_judgement: Make, make_report: Callable[..., Report]) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER)
    lightning = _inheriting(make_judgement, "lightning", findings=(_needs("torch"),))
    assert _causes(make_report(lightning, torch)) == [("torch", ["lightning"])]


def test_of_two_versions_the_one_that_is_the_cause_is_named(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    old, new = (make_judgement("torch", version=version, verdict=Verdict.CONTAINER) for version in ("1.0", "2.0"))
    lightning = _inheriting(make_judgement, "lightning", findings=(_needs("torch", "2.0"),))
    assert _causes(make_report(old, new, lightning)) == [("torch", []), ("torch", ["lightning"])]


def test_a_package_that_is_declared_twice_is_one_cause(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    rows = [
        make_judgement("torch", verdict=Verdict.CONTAINER, location=Location(path=path, line=1)) for path in ("a", "b")
    ]
    (cause,) = find_causes(make_report(*rows).projects[0], Verdict.CONTAINER)
    assert (cause.root, cause.repeated) == (rows[0], (rows[1],))


def test_an_heir_without_a_known_root_stands_for_itself(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    lightning = _inheriting(make_judgement, "lightning", findings=(_needs("gone"),))
    assert _causes(make_report(lightning)) == [("lightning", [])]


def test_unknown_has_its_causes_too_and_they_do_not_mix(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER)
    corp = make_judgement("corp", verdict=Verdict.UNKNOWN)
    heir = make_judgement("heir", verdict=Verdict.UNKNOWN, own_verdict=Verdict.WORKERS, findings=(_needs("corp"),))
    report = make_report(torch, corp, heir, make_judgement("fine"))
    assert _causes(report) == [("torch", [])]
    assert _causes(report, Verdict.UNKNOWN) == [("corp", ["heir"])]


def test_what_decides_depends_on_the_verdict(make_judgement: Make) -> None:
    blocker = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native")
    open_question = Finding(rule=Rule.CS503, level=Level.CAUTION, message="not looked into")
    caution = Finding(rule=Rule.CS304, level=Level.CAUTION, message="threads")
    note = Finding(rule=Rule.CS105, level=Level.NOTE, message="older")
    findings = (note, caution, open_question, blocker)
    assert deciding_findings(make_judgement("a", verdict=Verdict.CONTAINER, findings=findings)) == (blocker,)
    assert deciding_findings(make_judgement("a", verdict=Verdict.UNKNOWN, findings=(caution, open_question))) == (
        open_question,
    )
    assert deciding_findings(make_judgement("a", findings=(note, caution))) == (caution,)
    assert deciding_findings(make_judgement("a", verdict=Verdict.UNKNOWN, findings=(note,))) == (note,)


def test_each_remedy_is_told_once_and_not_what_the_alternative_says(make_judgement: Make) -> None:
    findings = [
        Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native", remedy=remedy)
        for remedy in ("use Browser Run", "pin it", None, "pin it")
    ]
    alternative = Alternative(use="use Browser Run", url="https://docs.example.org/")
    assert find_remedies(make_judgement("a", alternative=alternative), findings) == ("pin it",)
    assert find_remedies(make_judgement("a"), findings) == ("use Browser Run", "pin it")


def test_chains_end_with_the_dependency_itself_and_are_none_for_a_direct_one(make_judgement: Make) -> None:
    assert chains_to(make_judgement("c", via=(("a", "b"), ("d", "c")))) == (("a", "b", "c"), ("d", "c"))
    assert chains_to(make_judgement("c", via=(("c",), ()))) == ()
