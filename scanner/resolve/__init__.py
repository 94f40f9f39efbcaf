"""The dependency tree for the target: every project once, with the version an installer would take there.

A resolution never ends the scan. First it is tried as pywrangler's installer does it (wheels for the target only).
Where that fails, the cause is taken out of the way and it is tried again: a project without any fitting wheel may
then be taken without one (it will be judged CONTAINER), and of two requirements that contradict each other one is
dropped and told (CS502). So all blockers come out of one scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.requirement import Want
from scanner.model.specifiers import find_pin
from scanner.model.target import Target
from scanner.resolve.graph import Conflict, Graph, Node, Supply, WayOut
from scanner.resolve.rules import Key, Pick, Rules

if TYPE_CHECKING:
    from scanner.resolve.search import Search

__all__ = ["Conflict", "Graph", "Node", "Supply", "WayOut", "resolve_flat", "resolve_tree"]


def resolve_tree(
    wants: Iterable[Want],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
    overrides: Mapping[NormalizedName, tuple[Want, ...]] | None = None,
) -> Graph:
    """The tree below the wants of a project."""
    from scanner.resolve.search import Search  # noqa: PLC0415  # loads a resolver, which flat scans do without
    from scanner.resolve.ways_out import find_ways_out  # noqa: PLC0415  # as above

    roots = tuple(wants)
    rules = Rules(target=target, supply=supply, constraints=constraints or {}, overrides=overrides or {})
    rules.opaque.update(want.name for want in roots if want.url is not None)
    supply.prefetch(roots, narrow=rules.narrow)
    search = Search(rules, roots)
    picks = search.run()
    graph = _build_graph(rules, search, picks)
    ways_out = find_ways_out(rules, roots, picks)
    nodes = {key: replace(node, way_out=ways_out.get(node.name)) for key, node in graph.nodes.items()}
    return replace(graph, nodes=nodes)


def resolve_flat(
    wants: Iterable[Want],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
) -> Graph:
    """Each want for itself, without what comes along (`--no-deps`); one node for each project."""
    roots = tuple(wants)
    rules = Rules(target=target, supply=supply, constraints=constraints or {})
    rules.opaque.update(want.name for want in roots if want.url is not None)
    supply.prefetch(roots, narrow=rules.narrow)
    nodes: dict[str, Node] = {}
    by_name: dict[NormalizedName, list[Want]] = {}
    for want in roots:
        by_name.setdefault(want.name, []).append(want)
    for name, asked in by_name.items():
        own = tuple(asked)
        nodes[name] = _build_node(rules, name, own, pick=None, conflict=None)
    return Graph(nodes=nodes, roots=tuple(nodes))


def _build_graph(rules: Rules, search: Search, picks: Mapping[Key, Pick]) -> Graph:
    from scanner.resolve.comparing import find_passed_over  # noqa: PLC0415  # not needed for flat scans

    wants: dict[NormalizedName, list[Want]] = {}
    requires: dict[NormalizedName, dict[NormalizedName, list[str | None]]] = {}
    for want in search.roots:
        wants.setdefault(want.name, []).append(want)
    for (name, extra), pick in picks.items():
        for child in rules.children(pick):
            if child.name != name:
                requires.setdefault(name, {}).setdefault(child.name, []).append(extra)
                wants.setdefault(child.name, []).append(child)
    passed_over = find_passed_over(rules, search.lenient, picks)
    nodes: dict[str, Node] = {}
    for name, asked in sorted(wants.items()):
        node = _build_node(rules, name, tuple(asked), pick=picks.get((name, None)), conflict=search.conflicts.get(name))
        brought = requires.get(name, {})
        nodes[name] = replace(
            node,
            requires=tuple(sorted(brought)),
            passed_over=passed_over.get(name),
            brought_by_extra=_group_by_extra(brought),
        )
    return Graph(nodes=nodes, roots=tuple(dict.fromkeys(want.name for want in search.roots)))


def _group_by_extra(brought: Mapping[NormalizedName, Sequence[str | None]]) -> dict[str, tuple[str, ...]]:
    """What one extra alone brings, by the extra."""
    grouped: dict[str, tuple[str, ...]] = {}
    for child, extras in sorted(brought.items()):
        first = extras[0]
        if first is not None and set(extras) == {first}:
            grouped[first] = (*grouped.get(first, ()), child)
    return grouped


def _build_node(
    rules: Rules,
    name: NormalizedName,
    wants: tuple[Want, ...],
    *,
    pick: Pick | None,
    conflict: Conflict | None,
) -> Node:
    url = next((want.url for want in wants if want.url), None)
    candidates = None if url else rules.candidates(name)
    if candidates is None and name not in rules.failures and not url:
        candidates = rules.supply.candidates(name)
    kept = [want for want in wants if (want.parent, want.name) not in rules.dropped] or list(wants)
    satisfying = rules.satisfying(candidates, kept) if candidates else ()
    untold = rules.untold.get((name, pick.version)) if pick and pick.version else None
    chosen = pick.candidate if pick else None
    if chosen is None and candidates is not None:
        yanked = any(find_pin(want.specifier) for want in kept)
        chosen = next(candidates.fitting(satisfying, yanked=yanked), None) or candidates.newest(
            satisfying, yanked=yanked
        )
    return Node(
        name=name,
        wants=wants,
        candidates=candidates,
        chosen=chosen,
        satisfying=satisfying,
        failure=rules.failures.get(name) or (untold.failure if untold else None),
        url=url,
        conflict=conflict,
        requires_unknown=untold.reason if untold else None,
        requires_unusable=untold is not None and untold.is_broken,
    )
