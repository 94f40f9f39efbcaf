"""Advice that is computed from the tree: which extra to drop, which version would do."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from scanner.model.graph import reachable
from scanner.model.report import Verdict
from scanner.resolve import Graph, Node, Suggestion


def find_advice(graph: Graph, own: Mapping[str, Verdict]) -> dict[str, str]:
    """What would lift what hangs on a direct dependency, as a sentence by its key."""
    extras, versions = find_droppable_extras(graph, own), find_better_versions(graph)
    return {key: "; or ".join(found[key] for found in (extras, versions) if key in found) for key in extras | versions}


def find_droppable_extras(graph: Graph, own: Mapping[str, Verdict]) -> dict[str, str]:
    """What dropping an extra that the project asks for would lift, as a sentence by the key of the dependency."""
    edges = {key: node.requires for key, node in graph.nodes.items()}
    causes = [key for key, verdict in own.items() if verdict is Verdict.CONTAINER]
    advice: dict[str, str] = {}
    for key in graph.roots:
        node = graph.nodes.get(key)
        if node is None or not node.brought_by_extra:
            continue
        asked = {want.extra for want in node.requirements if want.parent is None}
        for extra, brought in node.brought_by_extra.items():
            if extra not in asked:
                continue
            without = {**edges, key: tuple(child for child in edges[key] if child not in brought)}
            reached = reachable(graph.roots, without)
            gone = [cause for cause in causes if cause not in reached]
            if gone:
                left = [cause for cause in causes if cause in reachable([key], without)]
                advice.setdefault(key, _say_extra(key, extra, gone, is_enough=not left))
    return advice


def find_better_versions(graph: Graph) -> dict[str, str]:
    """Which version of a direct dependency would do, as a sentence by its key."""
    return {
        key: _say_suggestion(node, node.suggestion)
        for key in graph.roots
        if (node := graph.nodes.get(key)) is not None and node.suggestion is not None
    }


def _say_extra(key: str, extra: str, gone: Collection[str], *, is_enough: bool) -> str:
    names = ", ".join(gone)
    rest = f", and {key} then runs on Workers" if is_enough else ""
    return f"drop the extra {extra} of {key}: this removes {names}{rest}"


def _say_suggestion(node: Node, suggestion: Suggestion) -> str:
    asked = ",".join(
        sorted({str(want.specifier) for want in node.requirements if want.parent is None and want.specifier})
    )
    told = [
        f"uses {name} {version}, which has a compatible wheel" for name, version in suggestion.parts.items() if version
    ]
    told += [f"does not require {name}" for name, version in suggestion.parts.items() if version is None]
    age, uses = _say_age(node, suggestion), ", and ".join(told)
    return f"require {node.name}=={suggestion.version} instead of {asked}: {age}it {uses}"


def _say_age(node: Node, suggestion: Suggestion) -> str:
    """That a version is older than those that are asked for, and from when, where that is so."""
    if not node.satisfying or suggestion.version > node.satisfying[0]:
        return ""
    candidate = node.candidates.candidate(suggestion.version) if node.candidates else None
    day = candidate.released if candidate else None
    return f"an older release, of {day}, but " if day else "an older release, but "
