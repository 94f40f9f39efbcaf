"""The tree: the choice an installer would make, and what is told where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
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


def test_the_newest_versions_that_satisfy_everything_are_chosen(resolve: Make) -> None:
    projects = {"a": {"1.0": [], "2.0": ["b>=1"]}, "b": {"1.0": [], "1.5": [], "2.0": []}}
    graph = resolve(projects, "a", "b<2")
    assert _versions(graph) == {"a": "2.0", "b": "1.5"}
    assert graph.nodes["a"].requires == ("b",)


def test_a_version_without_a_wheel_for_the_target_gives_way_to_an_older_one(resolve: Make) -> None:
    assert _versions(resolve({"a": {"1.0": [], "2.0!": []}}, "a")) == {"a": "1.0"}


def test_a_parent_steps_back_where_its_newest_version_needs_something_without_a_wheel(resolve: Make) -> None:
    projects = {"a": {"1.0": ["b==1.0"], "2.0": ["b==2.0"]}, "b": {"1.0": [], "2.0!": []}}
    assert _versions(resolve(projects, "a")) == {"a": "1.0", "b": "1.0"}


def test_without_any_fitting_version_the_newest_goes_on_and_its_own_tree_is_resolved(resolve: Make) -> None:
    projects = {"a": {"1.0": ["torch"]}, "torch": {"1.0!": [], "2.0!": ["filelock"]}, "filelock": {"3.0": []}}
    graph = resolve(projects, "a")
    assert _versions(graph) == {"a": "1.0", "torch": "2.0", "filelock": "3.0"}
    assert graph.nodes["torch"].chosen.wheel is None


def test_all_blockers_come_out_of_one_resolution(resolve: Make) -> None:
    projects = {"a": {"1.0": ["x", "y"]}, "x": {"1.0!": []}, "y": {"1.0!": []}, "z": {"1.0!": []}}
    graph = resolve(projects, "a", "z")
    assert {key for key, node in graph.nodes.items() if node.chosen.wheel is None} == {"x", "y", "z"}


def test_markers_are_those_of_the_target(resolve: Make) -> None:
    projects = {
        "a": {"1.0": ["linux-only; sys_platform == 'linux'", "web-only; sys_platform == 'emscripten'"]},
        "linux-only": {"1.0": []},
        "web-only": {"1.0": []},
    }
    assert set(resolve(projects, "a").nodes) == {"a", "web-only"}


def test_an_extra_brings_its_dependencies_and_only_where_it_is_asked_for(resolve: Make) -> None:
    projects = {"a": {"1.0": ["b; extra == 'fast'"]}, "b": {"1.0": []}}
    assert set(resolve(projects, "a").nodes) == {"a"}
    graph = resolve(projects, "a[fast]")
    assert set(graph.nodes) == {"a", "b"}
    assert graph.nodes["a"].requires == ("b",)


def test_constraints_narrow_without_asking_for_anything(resolve: Make) -> None:
    projects = {"a": {"1.0": ["b"]}, "b": {"1.0": [], "2.0": []}, "c": {"1.0": []}}
    constraints = {canonicalize_name("b"): SpecifierSet("<2"), canonicalize_name("c"): SpecifierSet("<1")}
    assert _versions(resolve(projects, "a", constraints=constraints)) == {"a": "1.0", "b": "1.0"}


def test_overrides_replace_every_requirement_on_the_name(resolve: Make, requirements: Make) -> None:
    projects = {"a": {"1.0": ["b<2"]}, "b": {"1.0": [], "3.0": []}}
    graph = resolve(projects, "a", overrides={canonicalize_name("b"): requirements("b>=3")})
    assert _versions(graph) == {"a": "1.0", "b": "3.0"}


def test_prereleases_are_taken_only_where_asked_for_or_alone(resolve: Make) -> None:
    projects: Any = {"a": {"1.0": [], "2.0b1": []}, "b": {"0.1a1": []}}
    assert _versions(resolve(projects, "a", "b")) == {"a": "1.0", "b": "0.1a1"}
    assert _versions(resolve(projects, "a>=2.0b0"))["a"] == "2.0b1"


def test_a_circle_of_requirements_ends(resolve: Make) -> None:
    graph = resolve({"a": {"1.0": ["b"]}, "b": {"1.0": ["a"]}}, "a")
    assert graph.nodes["a"].requires == ("b",)
    assert graph.nodes["b"].requires == ("a",)


def test_a_conflict_names_both_sides_and_leaves_the_rest_resolved(resolve: Make) -> None:
    projects = {
        "a": {"1.0": ["b<2"], "1.1": ["b<2"]},
        "b": {"1.0": [], "2.0": []},
        "c": {"1.0": ["d"]},
        "d": {"1.0": []},
    }
    graph = resolve(projects, "a", "b>=2", "c")
    conflict = graph.nodes["b"].conflict
    assert conflict is not None
    assert {str(conflict.kept.specifier), str(conflict.dropped.specifier)} == {">=2", "<2"}
    assert _versions(graph)["b"] == "2.0"
    assert _versions(graph)["d"] == "1.0"
    assert all(graph.nodes[name].conflict is None for name in ("a", "c", "d"))


def test_a_version_that_does_not_exist_is_no_conflict_of_the_others(resolve: Make) -> None:
    projects = {"dateutil": {"2.9": []}, "boto": {"1.0": ["dateutil<3"]}}
    graph = resolve(projects, "boto", "dateutil>=3")
    assert _versions(graph)["boto"] == "1.0"
    assert graph.nodes["dateutil"].chosen is None or graph.nodes["dateutil"].conflict is not None


def test_a_project_that_does_not_exist_leaves_the_others_resolved(resolve: Make) -> None:
    graph = resolve({"a": {"1.0": ["ghost"]}}, "a")
    assert _versions(graph) == {"a": "1.0", "ghost": None}
    assert graph.nodes["ghost"].candidates is not None
    assert not graph.nodes["ghost"].candidates.exists


def test_an_unreachable_index_is_remembered_at_the_project_it_hid(
    target: Target, supply: Make, requirements: Make
) -> None:
    graph = resolve_tree(requirements("a", "b"), target=target, supply=supply({"b": {"1.0": []}}, unreachable=["a"]))
    assert graph.nodes["a"].failure is not None
    assert graph.nodes["a"].chosen is None
    assert _versions(graph)["b"] == "1.0"


def test_a_direct_url_stands_for_every_requirement_on_the_name(resolve: Make) -> None:
    graph = resolve({"a": {"1.0": ["b>=2"]}, "b": {"2.0": []}}, "a", "b @ git+https://git.example.org/b")
    assert graph.nodes["b"].url == "git+https://git.example.org/b"
    assert graph.nodes["b"].chosen is None


def test_a_long_history_is_crossed_by_leaps(target: Target, supply: Make, requirements: Make) -> None:
    versions = [f"1.{n}" for n in range(1500)]
    projects = {
        "sdk": {version: [f"core=={version}"] for version in versions},
        "core": {version: ["http<2" if n < 700 else "http>=2"] for n, version in enumerate(versions)},
        "http": {"1.9": [], "2.0": []},
    }
    source = supply(projects)
    graph = resolve_tree(requirements("sdk", "http<2"), target=target, supply=source)
    assert _versions(graph) == {"sdk": "1.699", "core": "1.699", "http": "1.9"}
    assert len(set(source.asked)) < 120


def test_a_project_that_never_fits_is_found_out_without_asking_every_version_of_its_parent(
    target: Target, supply: Make, requirements: Make
) -> None:
    versions = [f"1.{n}" for n in range(300)]
    source = supply({"parent": {version: ["torch"] for version in versions}, "torch": {"2.0!": []}})
    graph = resolve_tree(requirements("parent"), target=target, supply=source)
    assert _versions(graph) == {"parent": "1.299", "torch": "2.0"}
    assert len(set(source.asked)) < 60


def test_flat_resolution_takes_each_for_itself(target: Target, supply: Make, requirements: Make) -> None:
    graph = resolve_flat(requirements("a"), target=target, supply=supply({"a": {"1.0": ["b"], "2.0!": []}}))
    assert _versions(graph) == {"a": "1.0"}
    assert graph.nodes["a"].requires == ()


def test_what_requires_one_another_after_a_step_back_is_resolved(resolve: Make) -> None:
    projects = {
        "a": {"2": ["a!=3", "c==2"]},
        "b": {"2": ["d>=2", "c>=2"]},
        "c": {"3": ["a==2"], "2": ["a>=2", "d==2"]},
        "d": {"2": []},
    }
    assert _versions(resolve(projects, "b")) == {"a": "2", "b": "2", "c": "2", "d": "2"}


def test_a_requirement_that_is_left_out_stays_an_edge_of_the_tree(resolve: Make) -> None:
    graph = resolve({"a": {"1": ["c<2"]}, "b": {"1": ["c>=2"]}, "c": {"1": [], "2": []}}, "a", "b")
    assert (graph.nodes["a"].requires, graph.nodes["b"].requires) == (("c",), ("c",))
    assert graph.nodes["c"].conflict is not None


def test_a_bound_that_no_release_meets_is_a_node_without_a_version(resolve: Make) -> None:
    graph = resolve({"app": {"1": ["part>=9"]}, "part": {"1": []}}, "app")
    assert graph.nodes["app"].requires == ("part",)
    assert graph.nodes["part"].chosen is None
    assert graph.nodes["part"].candidates is not None
