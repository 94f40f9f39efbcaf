"""The strict answer: what an installer that takes wheels only would find, and what was given up for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.model.target import Target
from scanner.resolve import Graph, resolve_tree

Make = Callable[..., Any]


@pytest.fixture
def resolve(target: Target, supply: Make, requirements: Make) -> Make:
    """Resolves requirement strings over a table of projects."""

    def run(projects: Any, *texts: str) -> Graph:
        return resolve_tree(requirements(*texts), target=target, supply=supply(projects))

    return run


def _versions(graph: Graph) -> dict[str, str | None]:
    return {key: str(node.chosen.version) if node.chosen else None for key, node in graph.nodes.items()}


def test_the_one_version_that_asks_for_a_part_with_a_wheel_is_found_among_many(
    target: Target, supply: Make, requirements: Make
) -> None:
    parts: dict[str, list[str]] = {f"2.{n}{'' if n == 27 else '!'}": [] for n in range(60)}
    projects = {"model": {f"1.{n}": [f"core==2.{n}"] for n in range(60)}, "core": parts}
    source = supply(projects)
    graph = resolve_tree(requirements("model"), target=target, supply=source)
    assert _versions(graph) == {"model": "1.27", "core": "2.27"}
    assert len(set(source.asked)) < 40


def test_a_conflict_deep_below_sends_its_distant_cause_back_and_nothing_beside_it(resolve: Make) -> None:
    projects = {
        "app": {"1.0": ["chain<2", "other"], "2.0": ["chain>=2", "other"]},
        "chain": {"1.0": [], "2.0": ["link"], "2.1": ["link"]},
        "link": {"1.0": ["core"], "1.1": ["core"], "1.2": ["core"]},
        "core": {"1.0!": [], "2.0!": []},
        "other": {f"1.{n}": ["leaf"] for n in range(8)},
        "leaf": {f"1.{n}": [] for n in range(8)},
    }
    assert _versions(resolve(projects, "app")) == {"app": "1.0", "chain": "1.0", "other": "1.7", "leaf": "1.7"}


def test_what_stands_in_the_way_whatever_is_chosen_is_let_through_and_the_rest_still_fits(resolve: Make) -> None:
    projects = {
        "app": {"1.0": ["never", "maybe"]},
        "never": {"1.0!": []},
        "maybe": {"1.0": ["part==1.0"], "2.0": ["part==2.0"]},
        "part": {"1.0": [], "2.0!": []},
    }
    graph = resolve(projects, "app")
    assert _versions(graph) == {"app": "1.0", "never": "1.0", "maybe": "1.0", "part": "1.0"}
    assert [name for name, node in graph.nodes.items() if node.chosen.wheel is None] == ["never"]


def test_a_direct_dependency_that_is_blocked_anyway_is_not_taken_older_for_another_blocker(resolve: Make) -> None:
    projects = {
        "web": {"1.0": ["loop"], "2.0": ["loop", "fast"]},
        "loop": {"1.0!": []},
        "fast": {"1.0!": []},
    }
    assert _versions(resolve(projects, "web")) == {"web": "2.0", "loop": "1.0", "fast": "1.0"}


def test_a_step_back_that_is_blocked_further_down_is_not_taken_either(resolve: Make) -> None:
    projects = {
        "web": {"1.0": ["part"], "2.0": ["fast"], "3.0": ["fast"]},
        "part": {"1.0": ["sub"]},
        "sub": {"1.0": ["never"]},
        "never": {"1.0!": []},
        "fast": {"1.0!": []},
    }
    assert _versions(resolve(projects, "web")) == {"web": "3.0", "fast": "1.0"}


def test_an_extra_that_is_blocked_leaves_its_package_the_parts_that_fit(resolve: Make) -> None:
    projects = {
        "web": {"1.0": ["model", "loop; extra == 'fast'"]},
        "model": {"1.0": ["core==1.0"], "2.0": ["core==2.0"]},
        "core": {"1.0": [], "2.0!": []},
        "loop": {"1.0!": []},
    }
    assert _versions(resolve(projects, "web[fast]")) == {"web": "1.0", "model": "1.0", "core": "1.0", "loop": "1.0"}


def test_what_blocks_one_requirement_does_not_keep_another_from_stepping_back(resolve: Make) -> None:
    projects = {
        "a": {"1.0": ["never"]},
        "b": {"1.0": [], "2.0": ["never"]},
        "c": {"1.0": [], "2.0": ["part"]},
        "never": {"1.0!": []},
        "part": {"1.0!": []},
    }
    assert _versions(resolve(projects, "a", "b", "c")) == {"a": "1.0", "b": "1.0", "c": "1.0", "never": "1.0"}


def test_what_is_blocked_in_every_version_is_told_after_a_few_questions(
    target: Target, supply: Make, requirements: Make
) -> None:
    source = supply({"web": {f"1.{n}": ["loop"] for n in range(400)}, "loop": {"1.0!": []}})
    graph = resolve_tree(requirements("web"), target=target, supply=source)
    assert _versions(graph) == {"web": "1.399", "loop": "1.0"}
    assert len(set(source.asked)) < 10


def test_a_version_between_two_that_are_blocked_by_different_things_is_found(
    target: Target, supply: Make, requirements: Make
) -> None:
    requires = {n: ["first"] if n < 140 else [] if n < 160 else ["second"] for n in range(300)}
    never: dict[str, list[str]] = {"1.0!": []}
    source = supply(
        {"web": {f"1.{n}": below for n, below in requires.items()}, "first": never, "second": never},
    )
    graph = resolve_tree(requirements("web"), target=target, supply=source)
    assert _versions(graph) == {"web": "1.159"}
    assert len(set(source.asked)) < 25


def test_a_chain_of_projects_is_followed_down_by_bisection_at_each_link(
    target: Target, supply: Make, requirements: Make
) -> None:
    projects = {
        "top": {f"1.{n}": [f"middle>=1.{n}"] for n in range(100)},
        "middle": {f"1.{n}": [f"low>=1.{n}"] for n in range(100)},
        "low": {f"1.{n}": ["never"] if n > 41 else [] for n in range(100)},
        "never": {"1.0!": []},
    }
    source = supply(projects)
    graph = resolve_tree(requirements("top"), target=target, supply=source)
    assert _versions(graph) == {"top": "1.41", "middle": "1.41", "low": "1.41"}
    assert len(set(source.asked)) < 100


def test_a_newer_version_that_was_passed_over_is_told_with_what_it_needs(resolve: Make) -> None:
    projects = {"a": {"1.0": [], "2.0": ["b"]}, "b": {"1.0": ["c"]}, "c": {"3.0!": []}}
    graph = resolve(projects, "a")
    passed_over = graph.nodes["a"].passed_over
    assert _versions(graph) == {"a": "1.0"}
    assert (str(passed_over.version), passed_over.chain, str(passed_over.misfit_version)) == (
        "2.0",
        ("a", "b", "c"),
        "3.0",
    )


def test_nothing_is_passed_over_where_the_newest_versions_stand(resolve: Make) -> None:
    graph = resolve({"a": {"1.0": ["b"]}, "b": {"1.0": []}}, "a")
    assert all(node.passed_over is None for node in graph.nodes.values())


def test_a_step_back_to_before_an_extra_existed_is_not_taken(resolve: Make) -> None:
    versions = {"1.0": [], "2.0": ["fast; extra == 'speed'"]}
    graph = resolve({"a": versions, "fast": {"1.0!": []}}, "a[speed]")
    assert _versions(graph) == {"a": "2.0", "fast": "1.0"}


def test_what_an_extra_alone_brings_is_known(resolve: Make) -> None:
    projects = {
        "a": {"1.0": ["b", "c; extra == 'x'", "b>=1; extra == 'x'"]},
        "b": {"1.0": []},
        "c": {"1.0": []},
    }
    graph = resolve(projects, "a[x]")
    assert graph.nodes["a"].brought_by_extra == {"x": ("c",)}


def test_two_that_only_go_together_in_older_versions_are_found(resolve: Make) -> None:
    projects = {
        "a": {f"1.{n}": [f"shared<{n + 1}"] for n in range(9)},
        "b": {f"1.{n}": [f"shared>={8 - n}", "part" if n > 3 else "shared"] for n in range(9)},
        "shared": {f"{n}": [] for n in range(1, 9)},
        "part": {"1.0!": []},
    }
    versions = _versions(resolve(projects, "a", "b"))
    assert (versions["a"], versions["b"], versions["shared"]) == ("1.8", "1.3", "8")


def test_prereleases_are_only_chosen_where_the_project_names_one(resolve: Make) -> None:
    projects = {"a": {"1.0": ["b==2.0"], "0.9": ["b==1.0"]}, "b": {"1.0": [], "2.0!": [], "3.0b1": []}}
    assert _versions(resolve(projects, "a")) == {"a": "0.9", "b": "1.0"}
