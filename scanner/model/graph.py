"""The dependency graph of one tree, and the walks over it. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

Chain = tuple[str, ...]
Edges = Mapping[str, Collection[str]]
"""The keys of the requirements of each package, by its key."""

MAX_CHAINS = 5
"""The most chains kept for one package; each begins at a different root."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """The tree of one project; a key is the name, or ``name==version``."""

    roots: tuple[str, ...] = ()
    edges: Edges = field(default_factory=dict)
    extras: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The edges that exist only because of one extra, as (dependent, dependency), with the extra."""


def invert(edges: Edges) -> dict[str, list[str]]:
    """The inverted edges: the dependents of each package, by its key."""
    parents: dict[str, list[str]] = {}
    for name, children in edges.items():
        for child in children:
            parents.setdefault(child, []).append(name)
    return parents


def reachable(starts: Iterable[str], edges: Edges) -> dict[str, None]:
    """The starts and everything reachable from them, each once, in the order of the walk."""
    found = dict.fromkeys(starts)
    pending = list(found)
    while pending:
        for child in edges.get(pending.pop(), ()):
            if child not in found:
                found[child] = None
                pending.append(child)
    return found


def ancestors(key: str, parents: Edges) -> set[str]:
    """Every direct or transitive dependent of a package, without itself; ``parents`` are inverted edges."""
    return set(reachable([key], parents)) - {key}


def shortest_paths(starts: Iterable[str], edges: Edges) -> dict[str, Chain]:
    """For everything reachable, the shortest chain from the nearest start; of equal ones the first by name."""
    found: dict[str, Chain] = {start: (start,) for start in starts}
    queue = deque(found)
    while queue:
        name = queue.popleft()
        for child in sorted(edges.get(name, ())):
            if child not in found:
                found[child] = (*found[name], child)
                queue.append(child)
    return found


def shortest_chains(roots: Iterable[str], edges: Edges) -> dict[str, tuple[Chain, ...]]:
    """For every transitive dependency the shortest chain from each root that reaches it, shortest first.

    A chain begins with the root and ends with the package itself; a root has no chain. At most
    ``MAX_CHAINS`` are kept.
    """
    root_set = dict.fromkeys(roots)
    chains: dict[str, list[Chain]] = {}
    for root in filter(edges.get, root_set):  # in a large file most roots have no dependencies
        for name, chain in shortest_paths([root], edges).items():
            if name not in root_set:
                chains.setdefault(name, []).append(chain)
    return {name: tuple(sorted(found, key=lambda c: (len(c), c))[:MAX_CHAINS]) for name, found in chains.items()}
