"""Advice that is computed from the tree: which extra to drop, which dependency most of it comes from. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from scanner.chains import Edges
from scanner.model import Judgement, Verdict
from scanner.resolve import Graph


def find_droppable_extras(graph: Graph, own: Mapping[str, Verdict]) -> dict[str, str]:
    """What dropping an extra that the project asks for would lift, as a sentence by the key of the dependency."""
    edges = {key: node.requires for key, node in graph.nodes.items()}
    causes = [key for key, verdict in own.items() if verdict is Verdict.CONTAINER]
    advice: dict[str, str] = {}
    for key in graph.roots:
        node = graph.nodes.get(key)
        asked = {want.extra for want in node.wants if want.parent is None} if node else set()
        for extra, brought in node.brought_by_extra.items() if node else ():
            if extra not in asked:
                continue
            without = {**edges, key: tuple(child for child in edges[key] if child not in brought)}
            reached = _reach(graph.roots, without)
            gone = [cause for cause in causes if cause not in reached]
            if gone:
                left = _reach([key], without).intersection(causes)
                advice.setdefault(key, _say_extra(key, extra, gone, is_enough=not left))
    return advice


def find_concentration(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """A sentence where several of the packages that need a container by themselves come with one dependency alone."""
    causes = [one for one in judgements if one.own_verdict is Verdict.CONTAINER]
    counts: dict[str, set[str]] = {}
    for cause in causes:
        roots = {cause.name} if cause.location is not None else {chain[0] for chain in cause.via if chain}
        if len(roots) == 1:
            counts.setdefault(roots.pop(), set()).add(cause.key)
    root, found = max(counts.items(), key=lambda item: (len(item[1]), item[0]), default=("", set()))
    declared = {one.name for one in judgements if one.location is not None}
    total = len({cause.key for cause in causes})
    if len(found) < 2 or len(declared) < 2:
        return ()
    share = f"all {total}" if len(found) == total else f"{len(found)} of the {total}"
    return (f"{share} packages that need a container by themselves come with {root} alone",)


def _say_extra(key: str, extra: str, gone: Collection[str], *, is_enough: bool) -> str:
    names = ", ".join(gone)
    rest = f", and {key} then runs on Workers" if is_enough else ""
    return f"dropping the extra «{extra}» of {key} removes {names}{rest}"


def _reach(roots: Iterable[str], edges: Edges) -> set[str]:
    reached = set(roots)
    pending = list(reached)
    while pending:
        for child in edges.get(pending.pop(), ()):
            if child not in reached:
                reached.add(child)
                pending.append(child)
    return reached
