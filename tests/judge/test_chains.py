"""Chains and what spreads along them."""

from __future__ import annotations

from scanner.judge.chains import MAX_CHAINS, find_chains, inherit_verdicts
from scanner.model.report import Verdict

W, C, U = Verdict.WORKERS, Verdict.CONTAINER, Verdict.UNKNOWN


def test_each_package_gets_the_shortest_chain_from_each_root() -> None:
    edges = {"a": ["b", "d"], "b": ["c"], "c": ["d"], "r": ["c"]}
    assert find_chains(["a", "r"], edges) == {
        "b": (("a", "b"),),
        "c": (("r", "c"), ("a", "b", "c")),
        "d": (("a", "d"), ("r", "c", "d")),
    }


def test_chains_end_in_circles_and_are_bounded_in_number() -> None:
    roots = [f"r{n}" for n in range(20)]
    edges = {root: ["x"] for root in roots} | {"x": ["y"], "y": ["x"]}
    assert len(find_chains(roots, edges)["y"]) == MAX_CHAINS


def test_a_container_below_spreads_to_all_above_by_the_nearest_chain() -> None:
    own = {"a": W, "b": W, "torch": C, "other": W}
    edges = {"a": ["b"], "b": ["torch"], "other": []}
    assert inherit_verdicts(own, edges) == {"b": (C, ("b", "torch")), "a": (C, ("a", "b", "torch"))}


def test_container_outweighs_unknown_and_neither_replaces_a_verdict_of_ones_own() -> None:
    own = {"a": W, "b": U, "c": C, "d": U, "e": C}
    edges = {"a": ["d", "c"], "b": ["c"], "e": ["d"]}
    assert inherit_verdicts(own, edges) == {"a": (C, ("a", "c")), "b": (C, ("b", "c"))}


def test_a_circle_with_a_blocker_ends() -> None:
    assert inherit_verdicts({"a": W, "b": C}, {"a": ["b"], "b": ["a"]}) == {"a": (C, ("a", "b"))}
