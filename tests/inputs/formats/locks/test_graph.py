"""Which groups reach which packages of a lock, and by which edges."""

from __future__ import annotations

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from scanner.inputs.formats.locks.graph import Node, Request, find_reach
from scanner.model.dependency import LockedEdge


def _edge(name: str, *extras: str, version: str | None = None, marker: str | None = None) -> LockedEdge:
    return LockedEdge(
        name=canonicalize_name(name), version=version, extras=extras, marker=Marker(marker) if marker else None
    )


def _node(name: str, *edges: LockedEdge, version: str = "1", **extra_edges: tuple[LockedEdge, ...]) -> Node:
    return Node(name=canonicalize_name(name), version=version, edges=edges, extra_edges=extra_edges)


def test_what_the_project_needs_itself_belongs_to_no_group() -> None:
    nodes = [_node("a", _edge("b")), _node("b"), _node("c", _edge("b"), _edge("d")), _node("d")]
    requests = [Request(edge=_edge("a")), Request(edge=_edge("c"), group="dev")]
    assert [reach.groups for reach in find_reach(nodes, requests)] == [(), (), ("dev",), ("dev",)]


def test_a_package_names_every_group_that_needs_it() -> None:
    nodes = [_node("a", _edge("c")), _node("b", _edge("c")), _node("c", _edge("a"))]
    requests = [Request(edge=_edge("a"), group="x"), Request(edge=_edge("b"), group="y")]
    assert [reach.groups for reach in find_reach(nodes, requests)] == [("x", "y"), ("y",), ("x", "y")]


def test_what_nobody_is_known_to_ask_for_belongs_to_no_group() -> None:
    assert find_reach([_node("a")], [])[0].groups == ()


def test_the_edges_of_an_extra_count_where_somebody_asks_for_it() -> None:
    nodes = [
        _node("a", _edge("b", "fast")),
        _node("b", _edge("c"), fast=(_edge("d"),), slow=(_edge("e"),)),
        _node("c"),
        _node("d"),
        _node("e"),
    ]
    reaches = find_reach(nodes, [Request(edge=_edge("a"), group="dev")])
    assert [edge.name for edge in reaches[1].edges] == ["c", "d"]
    assert [reach.groups for reach in reaches] == [("dev",), ("dev",), ("dev",), ("dev",), ()]


def test_an_edge_with_a_version_leads_to_that_one_alone() -> None:
    nodes = [_node("a", _edge("b", version="2")), _node("b", version="1"), _node("b", version="2")]
    requests = [Request(edge=_edge("a"), group="dev"), Request(edge=_edge("b", version="1"), group="old")]
    reaches = find_reach(nodes, requests)
    assert [reach.groups for reach in reaches] == [("dev",), ("old",), ("dev",)]
    assert [len(reach.root_edges) for reach in reaches] == [1, 1, 0]


def test_an_edge_for_a_choice_of_a_conflict_set_counts_for_that_choice() -> None:
    old, new = "extra == 'extra-4-demo-old'", "extra == 'extra-4-demo-new' or extra != 'extra-4-demo-old'"
    nodes = [
        _node("a", _edge("b", version="1", marker=old), _edge("b", version="2", marker=new)),
        _node("b", version="1"),
        _node("b", version="2"),
    ]
    assert [reach.groups for reach in find_reach(nodes, [Request(edge=_edge("a"))])] == [(), ("extra:old",), ()]


def test_a_request_that_no_choice_allows_is_none() -> None:
    both = "extra == 'extra-4-demo-old' and extra == 'extra-4-demo-new'"
    reach = find_reach([_node("a")], [Request(edge=_edge("a", marker=both))])[0]
    assert reach.root_edges == ()


def test_a_thousand_groups_in_a_long_chain_are_followed() -> None:
    nodes = [_node(f"n{number}", _edge(f"n{number + 1}")) for number in range(300)]
    requests = [Request(edge=_edge(f"n{number % 300}"), group=f"g{number}") for number in range(1_000)]
    reaches = find_reach(nodes, requests)
    assert len(reaches[-1].groups) == 1_000
    assert reaches[0].groups == ("g0", "g300", "g600", "g900")


def test_what_more_groups_need_than_any_project_has_counts_as_needed_by_the_project() -> None:
    nodes = [_node(f"n{number}") for number in range(1_001)]
    requests = [Request(edge=_edge(f"n{number}"), group=f"g{number}") for number in range(1_001)]
    reaches = find_reach(nodes, requests)
    assert (reaches[999].groups, reaches[1_000].groups) == (("g999",), ())
