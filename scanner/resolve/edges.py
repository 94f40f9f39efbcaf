"""Who requires whom in a resolved tree, by the keys that judgements have."""

from __future__ import annotations

from scanner.resolve import Graph, Node


def list_edges(graph: Graph) -> set[tuple[str, str]]:
    """Who requires whom, by the keys of the judgements."""
    keys = {key: _judgement_key(node) for key, node in graph.nodes.items()}
    return {
        (keys[key], keys[child]) for key, node in graph.nodes.items() for child in node.requires if child in graph.nodes
    }


def list_extra_edges(graph: Graph) -> dict[tuple[str, str], str]:
    """Those of the edges that one extra alone makes, with the extra."""
    return {
        (_judgement_key(node), _judgement_key(graph.nodes[child])): extra
        for node in graph.nodes.values()
        for extra, brought in node.brought_by_extra.items()
        for child in brought
        if child in graph.nodes
    }


def _judgement_key(node: Node) -> str:
    return f"{node.name}=={node.chosen.version}" if node.chosen else str(node.name)
