from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.model.dependency import Location
from scanner.model.finding import Alternative, Evidence, Finding, Level, Strength
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import chains_to, deciding_findings, find_causes, find_remedies

Make = Callable[..., Judgement]


def _needs(message: str, fact: str = "") -> Finding:
    evidence = (Evidence(fact=fact, origin="METADATA", strength=Strength.PROVEN),) if fact else ()
    return Finding(rule=Rule.CS109, level=Level.BLOCKER, message=message, evidence=evidence)


def _inheriting(make: Make, name: str, **values: object) -> Judgement:
    return make(name, verdict=Verdict.CONTAINER, own_verdict=Verdict.WORKERS, **values)


def _causes(report: Report, verdict: Verdict = Verdict.CONTAINER) -> list[tuple[str, list[str]]]:
    return [(cause.root.name, [item.name for item in cause.dependents]) for cause in find_causes(report, verdict)]


@pytest.mark.parametrize(
    "finding", [_needs("needs it: lightning → torch"), _needs("needs something", fact="lightning → timm → torch")]
)
def test_a_chain_in_the_message_or_the_evidence_names_the_root(
    make_judgement: Make, make_report: Callable[..., Report], finding: Finding
) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER)
    lightning = _inheriting(make_judgement, "lightning", findings=(finding,))
    assert _causes(make_report(lightning, torch)) == [("torch", ["lightning"])]


def test_without_a_chain_in_words_the_way_it_came_in_tells(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER, direct=False, via=(("lightning", "torch"),))
    lightning = _inheriting(make_judgement, "lightning", findings=(_needs("needs something that cannot run"),))
    assert _causes(make_report(lightning, torch)) == [("torch", ["lightning"])]


def test_what_hangs_on_two_roots_is_told_at_both(make_judgement: Make, make_report: Callable[..., Report]) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER)
    numba = make_judgement("numba", verdict=Verdict.CONTAINER)
    both = _inheriting(make_judgement, "both", findings=(_needs("both → torch"), _needs("both → numba")))
    assert _causes(make_report(torch, numba, both)) == [("torch", ["both"]), ("numba", ["both"])]


def test_an_heir_without_a_known_root_stands_for_itself(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    lightning = _inheriting(make_judgement, "lightning", findings=(_needs("lightning → gone"),))
    assert _causes(make_report(lightning)) == [("lightning", [])]


def test_the_root_of_the_same_file_is_preferred(make_judgement: Make, make_report: Callable[..., Report]) -> None:
    one, two = Location(path="a/r.txt", line=1), Location(path="b/r.txt", line=1)
    heirs = [
        _inheriting(make_judgement, name, findings=(_needs(f"{name} → torch"),), location=place)
        for name, place in (("x", one), ("y", two))
    ]
    roots = [make_judgement("torch", verdict=Verdict.CONTAINER, location=place) for place in (one, two)]
    assert _causes(make_report(*roots, *heirs)) == [("torch", ["x"]), ("torch", ["y"])]


def test_unknown_has_its_causes_too_and_they_do_not_mix(
    make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    torch = make_judgement("torch", verdict=Verdict.CONTAINER)
    corp = make_judgement("corp", verdict=Verdict.UNKNOWN)
    heir = make_judgement(
        "heir", verdict=Verdict.UNKNOWN, own_verdict=Verdict.WORKERS, findings=(_needs("heir → corp"),)
    )
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


def test_a_remedy_that_another_says_at_greater_length_is_left_out(make_judgement: Make) -> None:
    remedies = ("pin a==2, which has a build in Pyodide", "pin a==2", "pin a==21")
    findings = tuple(Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native", remedy=one) for one in remedies)
    assert find_remedies(make_judgement("a"), findings) == (remedies[0], remedies[2])
