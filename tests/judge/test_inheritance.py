"""What verdicts spread to, and which side of a deployment installs a package."""

from __future__ import annotations

from scanner.judge.inheritance import Inherited, find_container_side, inherit_verdicts
from scanner.model.report import Verdict

W, C, U = Verdict.WORKERS, Verdict.CONTAINER, Verdict.UNKNOWN


def _inherited(verdict: Verdict, *chain: str) -> Inherited:
    return Inherited(verdict=verdict, chain=chain)


def test_a_container_below_spreads_to_all_above_by_the_nearest_chain() -> None:
    own = {"a": W, "b": W, "torch": C, "other": W}
    edges = {"a": ["b"], "b": ["torch"], "other": []}
    assert inherit_verdicts(own, edges) == {
        "b": _inherited(C, "b", "torch"),
        "a": _inherited(C, "a", "b", "torch"),
    }


def test_container_outweighs_unknown_and_neither_replaces_an_own_verdict() -> None:
    own = {"a": W, "b": U, "c": C, "d": U, "e": C}
    edges = {"a": ["d", "c"], "b": ["c"], "e": ["d"]}
    assert inherit_verdicts(own, edges) == {"a": _inherited(C, "a", "c"), "b": _inherited(C, "b", "c")}


def test_a_circle_with_a_blocker_ends() -> None:
    assert inherit_verdicts({"a": W, "b": C}, {"a": ["b"], "b": ["a"]}) == {"a": _inherited(C, "a", "b")}


def test_a_cause_that_a_package_passes_says_nothing_about_it() -> None:
    own, edges = {"a": W, "b": W, "c": C}, {"a": ["c"], "b": ["c"]}
    assert inherit_verdicts(own, edges, {("a", "c")}) == {"b": _inherited(C, "b", "c")}


def test_only_what_blocked_requirements_alone_reach_is_on_the_side_of_the_container() -> None:
    own = {"torch": C, "sympy": W, "jinja2": W, "web": W}
    edges = {"torch": ["sympy", "jinja2"], "web": ["jinja2"]}
    assert find_container_side(own, edges, ["torch", "web"]) == {"torch", "sympy"}
    assert find_container_side(own, edges, ["web"]) == set()


def test_what_no_requirement_reaches_stays_with_the_worker() -> None:
    assert find_container_side({"torch": C, "loose": C}, {}, ["torch"]) == {"torch"}
