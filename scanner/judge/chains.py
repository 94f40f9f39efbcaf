"""How a tree hangs together: the shortest chains to each package, and what a verdict spreads to. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from scanner.model.report import Verdict

Chain = tuple[str, ...]
Edges = Mapping[str, Iterable[str]]

MAX_CHAINS = 5
"""Chains told for one package; each begins with another direct dependency."""


def find_chains(roots: Iterable[str], edges: Edges) -> dict[str, tuple[Chain, ...]]:
    """For every package below the roots the shortest chain from each root that reaches it, shortest first.

    A chain begins with the root and ends with the package itself; a root has no chain of its own. At most
    ``MAX_CHAINS`` are kept.
    """
    root_set = dict.fromkeys(roots)
    chains: dict[str, list[Chain]] = {}
    for root in filter(edges.get, root_set):  # most have nothing below them in a file of many
        for name, chain in _walk(root, edges).items():
            if name not in root_set:
                chains.setdefault(name, []).append(chain)
    return {name: tuple(sorted(found, key=lambda c: (len(c), c))[:MAX_CHAINS]) for name, found in chains.items()}


def _walk(root: str, edges: Edges) -> dict[str, Chain]:
    found: dict[str, Chain] = {root: (root,)}
    queue = deque([root])
    while queue:
        name = queue.popleft()
        for child in edges.get(name, ()):
            if child not in found:
                found[child] = (*found[name], child)
                queue.append(child)
    return found


def inherit_verdicts(
    own: Mapping[str, Verdict], edges: Edges, passes: AbstractSet[tuple[str, str]] = frozenset()
) -> dict[str, tuple[Verdict, Chain]]:
    """Where a package's required closure is worse than the package itself: the verdict and the chain to the cause.

    CONTAINER outweighs UNKNOWN, and both outweigh WORKERS; the chain begins with the package and ends with the
    nearest cause. Packages that nothing worse hangs below are left out. ``passes`` are pairs of a package and a cause
    below it that says nothing of it.
    """
    parents: dict[str, list[str]] = {}
    for name, children in edges.items():
        for child in children:
            parents.setdefault(child, []).append(name)
    if not parents:
        return {}
    inherited: dict[str, tuple[Verdict, Chain]] = {}
    for verdict in (Verdict.CONTAINER, Verdict.UNKNOWN):
        causes = sorted(name for name, value in own.items() if value is verdict)
        for name, chain in _spread_all(causes, parents, passes).items():
            if _outweighs(verdict, own.get(name, Verdict.WORKERS)) and name not in inherited:
                inherited[name] = (verdict, chain)
    return inherited


def _spread_all(
    causes: Iterable[str], parents: Mapping[str, Iterable[str]], passes: AbstractSet[tuple[str, str]]
) -> dict[str, Chain]:
    """The chain from each package to the nearest cause that counts for it."""
    selective = {cause for _, cause in passes}
    found = _spread([cause for cause in causes if cause not in selective], parents)
    for cause in causes:
        if cause in selective:
            for name, chain in _spread([cause], parents).items():
                if (name, cause) not in passes and (name not in found or len(chain) < len(found[name])):
                    found[name] = chain
    return found


def _spread(causes: Iterable[str], parents: Mapping[str, Iterable[str]]) -> dict[str, Chain]:
    found: dict[str, Chain] = {cause: (cause,) for cause in causes}
    queue = deque(found)
    while queue:
        name = queue.popleft()
        for parent in sorted(parents.get(name, ())):
            if parent not in found:
                found[parent] = (parent, *found[name])
                queue.append(parent)
    return {name: chain for name, chain in found.items() if len(chain) > 1}


def _outweighs(verdict: Verdict, own: Verdict) -> bool:
    order = (Verdict.WORKERS, Verdict.UNKNOWN, Verdict.CONTAINER)
    return order.index(verdict) > order.index(own)
