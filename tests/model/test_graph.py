"""Walks over a tree."""

from __future__ import annotations

from scanner.model.graph import MAX_CHAINS, ancestors, invert, reachable, shortest_chains, shortest_paths

EDGES = {"app": ["web", "orm"], "web": ["core"], "orm": ["core", "driver"], "driver": ["core"], "core": []}


def test_everything_below_is_reached_once_even_in_a_circle() -> None:
    assert set(reachable(["web"], EDGES)) == {"web", "core"}
    assert list(reachable(["a"], {"a": ["b"], "b": ["a"]})) == ["a", "b"]
    assert list(reachable(["unknown"], EDGES)) == ["unknown"]


def test_ancestors_are_all_that_require_a_package_without_itself() -> None:
    assert ancestors("core", invert(EDGES)) == {"app", "web", "orm", "driver"}
    assert ancestors("a", invert({"a": ["b"], "b": ["a"]})) == {"b"}
    assert ancestors("app", invert(EDGES)) == set()


def test_the_shortest_path_wins_and_of_equal_ones_the_first_by_name() -> None:
    assert shortest_paths(["app"], EDGES)["core"] == ("app", "orm", "core")
    assert shortest_paths(["core"], invert(EDGES))["app"] == ("core", "orm", "app")


def test_each_root_gives_one_chain_and_a_root_has_none() -> None:
    chains = shortest_chains(["web", "orm"], EDGES)
    assert chains["core"] == (("orm", "core"), ("web", "core"))
    assert chains["driver"] == (("orm", "driver"),)
    assert "web" not in chains


def test_only_so_many_chains_are_kept() -> None:
    roots = [f"r{number}" for number in range(MAX_CHAINS + 3)]
    assert len(shortest_chains(roots, {root: ["leaf"] for root in roots})["leaf"]) == MAX_CHAINS
