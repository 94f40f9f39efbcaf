"""What cannot be satisfied on the target stays in the tree and has no say in the choice of anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from scanner.model.target import Target
from scanner.resolve import Graph, resolve_flat, resolve_tree

Make = Callable[..., Any]


@pytest.fixture
def resolve(target: Target, supply: Make, requirements: Make) -> Make:
    """Resolves requirement strings over a table of projects."""

    def run(projects: Any, *texts: str, **keywords: Any) -> Graph:
        return resolve_tree(requirements(*texts), target=target, supply=supply(projects), **keywords)

    return run


def _versions(graph: Graph) -> dict[str, str | None]:
    return {key: str(node.chosen.version) if node.chosen else None for key, node in graph.nodes.items()}


def _blocked(graph: Graph) -> set[str]:
    return {key for key, node in graph.nodes.items() if node.is_blocked}


def _container(graph: Graph) -> set[str]:
    return {key for key, node in graph.nodes.items() if not node.on_worker}


MODEL = {
    "model": {"1": ["core==1"], "2": ["core==2"], "3": ["core==3"]},
    "core": {"1": [], "2": [], "3!": []},
    "loop": {"1!": [], "2!": []},
}


@pytest.mark.parametrize("texts", [("model", "loop"), ("loop", "model")])
def test_a_blocker_leaves_the_answer_for_the_rest_as_it_is_alone(resolve: Make, texts: tuple[str, ...]) -> None:
    assert _versions(resolve(MODEL, "model")) == {"model": "2", "core": "2"}
    graph = resolve(MODEL, *texts)
    assert _versions(graph) == {"model": "2", "core": "2", "loop": "2"}
    assert (_blocked(graph), _container(graph)) == ({"loop"}, {"loop"})
    assert graph.roots == texts


def test_without_a_blocker_nothing_is_in_the_container(resolve: Make) -> None:
    graph = resolve(MODEL, "model")
    assert _blocked(graph) == _container(graph) == set()


def test_what_a_blocked_package_requires_does_not_narrow_the_workers_part(resolve: Make) -> None:
    projects = {**MODEL, "loop": {"1!": ["model<2", "own"]}, "own": {"1": []}}
    graph = resolve(projects, "loop", "model")
    assert _versions(graph) == {"loop": "1", "model": "2", "core": "2", "model==1": "1", "core==1": "1", "own": "1"}
    assert graph.nodes["loop"].requires == ("model==1", "own")
    assert graph.nodes["model==1"].requires == ("core==1",)
    assert graph.nodes["model"].requires == ("core",)
    assert [one.text for one in graph.nodes["model"].requirements] == ["model"]
    assert _container(graph) == {"loop", "model==1", "core==1", "own"}


def test_what_both_parts_have_alike_is_one_package_of_the_workers(resolve: Make) -> None:
    projects = {**MODEL, "loop": {"1!": ["model>=1", "own"]}, "own": {"1": []}}
    graph = resolve(projects, "loop", "model")
    assert graph.nodes["loop"].requires == ("model", "own")
    assert _container(graph) == {"loop", "own"}


def test_a_requirement_is_blocked_by_what_lies_deep_below_it(resolve: Make) -> None:
    projects = {
        "app": {"1": ["part"], "2": ["part"]},
        "part": {"1": ["loop"]},
        "loop": {"1!": []},
        "other": {"1": ["leaf"]},
        "leaf": {"1": []},
    }
    graph = resolve(projects, "app", "other")
    assert _blocked(graph) == {"app", "loop"}
    assert _container(graph) == {"app", "part", "loop"}
    assert _versions(graph)["app"] == "2"


def test_a_pin_without_a_wheel_is_blocked_beside_a_package_that_takes_another_version(resolve: Make) -> None:
    projects = {"array": {"1!": [], "2": []}, "frame": {"1": ["array"]}}
    graph = resolve(projects, "array<2", "frame")
    assert _versions(graph) == {"array": "2", "array==1": "1", "frame": "1"}
    assert (_blocked(graph), _container(graph)) == ({"array==1"}, {"array==1"})
    assert graph.roots == ("array==1", "frame")
    assert graph.keys == {"array<2": "array==1"}


def test_an_extra_that_is_blocked_leaves_the_package_without_it_on_the_worker(resolve: Make) -> None:
    projects = {"web": {"1": ["loop; extra == 'fast'"]}, "loop": {"1!": []}, "api": {"1": ["web"]}}
    graph = resolve(projects, "web[fast]", "api")
    assert graph.nodes["web"].requires == ()
    assert graph.nodes["web[fast]"].requires == ("loop",)
    assert graph.nodes["web[fast]"].brought_by_extra == {"fast": ("loop",)}
    assert _container(graph) == {"web[fast]", "loop"}
    assert graph.roots == ("web[fast]", "api")


def test_a_requirement_that_only_another_package_blocks_is_still_satisfied(resolve: Make) -> None:
    projects = {
        "a": {"1": ["c<2"]},
        "b": {"1": ["c>=2", "loop"]},
        "c": {"1": [], "2": []},
        "loop": {"1!": []},
    }
    graph = resolve(projects, "b", "a")
    assert _versions(graph) == {"a": "1", "c": "1", "b": "1", "c==2": "2", "loop": "1"}
    assert all(node.conflict is None for node in graph.nodes.values())


def test_of_two_requirements_that_fit_alone_but_not_together_one_is_blocked(resolve: Make) -> None:
    projects = {
        "a": {"2": ["core==3"], "1": ["c<2"]},
        "b": {"1": ["c>=2"]},
        "c": {"1": [], "2": []},
        "core": {"3!": []},
    }
    graph = resolve(projects, "a", "b")
    assert _container(graph) == {"a", "core"}
    assert _versions(graph) == {"a": "2", "core": "3", "b": "1", "c": "2"}


def test_what_is_blocked_brings_no_blocker_that_an_older_part_avoids(resolve: Make) -> None:
    projects = {"app": {"1": ["never", "model"]}, "never": {"1!": []}, **MODEL}
    graph = resolve(projects, "app")
    assert _versions(graph) == {"app": "1", "never": "1", "model": "2", "core": "2"}
    assert graph.roots == ("app",)


def test_the_release_dates_that_an_outdated_choice_is_known_by_are_on_the_node(resolve: Make) -> None:
    node = resolve({"a": {"1": [], "2!": []}}, "a").nodes["a"]
    assert (str(node.chosen.version), str(node.newest.version)) == ("1", "2")


def test_without_dependencies_each_blocked_requirement_is_marked(
    target: Target, supply: Make, requirements: Make
) -> None:
    graph = resolve_flat(requirements("loop", "model"), target=target, supply=supply(MODEL))
    assert (_blocked(graph), _container(graph)) == ({"loop"}, {"loop"})


EXTRAS = {
    "a": {"1": [], "2": ["b; extra == 'x'"], "3": ["loop; extra == 'x'"]},
    "b": {"1": []},
    "loop": {"1!": []},
}


def test_an_extra_steps_back_to_a_release_that_has_it(resolve: Make) -> None:
    assert _versions(resolve(EXTRAS, "a[x]")) == {"a": "2", "b": "1"}


def test_a_release_without_the_extra_does_not_satisfy(resolve: Make) -> None:
    projects = {**EXTRAS, "a": {"1": [], "2": ["loop; extra == 'x'"]}}
    graph = resolve(projects, "a[x]")
    assert _versions(graph) == {"a": "2", "loop": "1"}
    assert _blocked(graph) == {"a", "loop"}


def test_an_extra_that_was_given_up_is_only_left_out_below_the_project(resolve: Make) -> None:
    projects = {"a": {"1": ["b; extra == 'x'"], "2": []}, "b": {"1": []}, "c": {"1": ["a[x]"]}}
    assert _versions(resolve(projects, "a[x]")) == {"a": "1", "b": "1"}
    assert _versions(resolve(projects, "c")) == {"a": "2", "c": "1"}


def test_an_override_holds_for_a_blocked_requirement_too(resolve: Make, requirements: Make) -> None:
    projects = {"app": {"1": ["loop", "b<2"]}, "loop": {"1!": []}, "b": {"1": [], "2": []}}
    graph = resolve(projects, "app", overrides={canonicalize_name("b"): requirements("b>=2")})
    assert _versions(graph) == {"app": "1", "loop": "1", "b": "2"}


def test_the_releases_before_an_extra_do_not_hide_those_that_have_it_and_work(resolve: Make) -> None:
    versions = {f"1.{n}": ["model>=3; extra == 'x'"] for n in range(40, 90)}
    versions |= {f"1.{n}": ["model>=2; extra == 'x'"] for n in range(30, 40)}
    versions |= {f"1.{n}": [] for n in range(30)}
    projects = {
        "sdk": versions,
        "model": {f"3.{n}": [f"core==3.{n}"] for n in range(9)} | {"2.5": ["core==2.5"]},
        "core": {f"3.{n}!": [] for n in range(9)} | {"2.5": []},
    }
    assert _versions(resolve(projects, "sdk[x]")) == {"sdk": "1.39", "model": "2.5", "core": "2.5"}
