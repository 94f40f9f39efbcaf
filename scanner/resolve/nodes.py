"""Builds the nodes of a tree from the chosen versions: the Worker's part, and what only blocked requirements use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName

from scanner.model.requirement import Requirement
from scanner.model.specifiers import find_pin
from scanner.resolve.graph import Conflict, Graph, Node, Pick, Suggestion, mark_blocked
from scanner.resolve.passed_over import find_passed_over
from scanner.resolve.rules import Rules
from scanner.runtime.candidates import PassedOver

if TYPE_CHECKING:
    from scanner.resolve.search import Part, Picks, Solution


def build_graph(
    rules: Rules, roots: Sequence[Requirement], solution: Solution, suggestions: Mapping[NormalizedName, Suggestion]
) -> Graph:
    """The tree of both parts; what the Worker's part has is shared by the other as far as it is the same."""
    worker, container = solution.worker, solution.container
    rules.begin(roots)
    passed_over = find_passed_over(rules, solution.newest, {**container.picks, **worker.picks})
    worker_keys = {name: str(name) for name in _names(rules, worker)}
    nodes = _build_nodes(rules, worker, worker_keys, passed_over, on_worker=True)
    own_keys = _container_keys(rules, solution, worker_keys)
    blocked = _build_nodes(rules, container, {**worker_keys, **own_keys}, passed_over, on_worker=False)
    for name, key in own_keys.items():
        is_root = name in solution.blocked
        nodes[key] = replace(
            blocked[key],
            is_blocked=is_root or blocked[key].is_blocked,
            suggestion=suggestions.get(name) if is_root else None,
        )
    keys = {one.text: key for one in container.roots if (key := own_keys.get(one.name, str(one.name))) != one.name}
    ordered = dict.fromkeys(keys.get(one.text, str(one.name)) for one in roots)
    return Graph(nodes=dict(sorted(nodes.items())), roots=tuple(ordered), keys=keys)


def build_flat_graph(rules: Rules) -> Graph:
    """The requirements of a project by themselves."""
    by_name: dict[NormalizedName, list[Requirement]] = {}
    for one in rules.roots:
        by_name.setdefault(one.name, []).append(one)
    nodes = {str(name): _build_node(rules, name, tuple(own), None, None) for name, own in by_name.items()}
    return mark_blocked(Graph(nodes=nodes, roots=tuple(nodes)))


@dataclass(slots=True)
class _Required:
    """What is required of one package in one part, and what it requires itself."""

    by: list[Requirement]
    children: dict[NormalizedName, list[str | None]]
    """Each with the extras that bring it; None for the package itself."""


def _build_nodes(
    rules: Rules,
    part: Part,
    keys: Mapping[NormalizedName, str],
    passed_over: Mapping[NormalizedName, PassedOver],
    *,
    on_worker: bool,
) -> dict[str, Node]:
    required = _find_required(rules, part)
    rules.begin(part.roots, dropped=part.dropped)
    nodes = {}
    for name, one in required.items():
        node = _build_node(rules, name, tuple(one.by), part.picks.get((name, None)), part.conflicts.get(name))
        children = {keys[child]: extras for child, extras in one.children.items()}
        nodes[keys[name]] = replace(
            node,
            requires=tuple(sorted(children)),
            passed_over=passed_over.get(name),
            brought_by_extra=_group_by_extra(children),
            on_worker=on_worker,
        )
    return nodes


def _find_required(rules: Rules, part: Part) -> dict[NormalizedName, _Required]:
    """What the packages of a part require, contradictory requirements among it."""
    rules.begin(part.roots)
    found: dict[NormalizedName, _Required] = {}
    for root in part.roots:
        found.setdefault(root.name, _Required([], {})).by.append(root)
    for (name, extra), pick in part.picks.items():
        for child in rules.children(pick):
            if child.name != name:
                found.setdefault(name, _Required([], {})).children.setdefault(child.name, []).append(extra)
                found.setdefault(child.name, _Required([], {})).by.append(child)
    return found


def _names(rules: Rules, part: Part) -> Iterable[NormalizedName]:
    return _find_required(rules, part)


def _container_keys(
    rules: Rules, solution: Solution, worker_keys: Mapping[NormalizedName, str]
) -> dict[NormalizedName, str]:
    """The keys of the packages that only the blocked requirements have, or have otherwise than the Worker's part."""
    worker, container = solution.worker.picks, solution.container.picks
    keys = {}
    for name in _names(rules, solution.container):
        extras = _extras(container, name)
        if name not in worker_keys:
            keys[name] = str(name)
        elif _version(worker, name) != _version(container, name):
            keys[name] = f"{name}=={_version(container, name)}"
        elif not extras <= _extras(worker, name):
            keys[name] = f"{name}[{','.join(sorted(extras))}]"
    return keys


def _extras(picks: Picks, name: NormalizedName) -> set[str]:
    return {extra for other, extra in picks if other == name and extra is not None}


def _version(picks: Picks, name: NormalizedName) -> str | None:
    pick = picks.get((name, None))
    return str(pick.version) if pick and pick.version else None


def _group_by_extra(children: Mapping[str, Sequence[str | None]]) -> dict[str, tuple[str, ...]]:
    """What one extra alone brings, by the extra."""
    grouped: dict[str, tuple[str, ...]] = {}
    for child, extras in sorted(children.items()):
        first = extras[0]
        if first is not None and set(extras) == {first}:
            grouped[first] = (*grouped.get(first, ()), child)
    return grouped


def _build_node(
    rules: Rules,
    name: NormalizedName,
    requirements: tuple[Requirement, ...],
    pick: Pick | None,
    conflict: Conflict | None,
) -> Node:
    url = next((one.url for one in requirements if one.url), None)
    candidates = None if url else rules.candidates(name)
    if candidates is None and name not in rules.failures and not url:
        candidates = rules.supply.candidates(name)
    kept = [one for one in requirements if (one.parent, one.name) not in rules.dropped] or list(requirements)
    satisfying = rules.satisfying(candidates, kept) if candidates else ()
    unknown = rules.unknown.get((name, pick.version)) if pick and pick.version else None
    is_pinned = any(find_pin(one.specifier) for one in kept)
    newest = candidates.newest(satisfying, yanked=is_pinned) if candidates else None
    chosen = pick.candidate if pick else None
    if chosen is None and candidates is not None:
        chosen = next(candidates.fitting(satisfying, yanked=is_pinned), None) or newest
    return Node(
        name=name,
        requirements=requirements,
        candidates=candidates,
        chosen=chosen,
        satisfying=satisfying,
        newest=newest,
        failure=rules.failures.get(name) or (unknown.failure if unknown else None),
        url=url,
        conflict=conflict,
        is_blocked=chosen is not None and chosen.wheel is None,
        requires_unknown=unknown.reason if unknown else None,
        requires_unusable=unknown is not None and unknown.is_broken,
    )
