"""The graph of a lock file: direct requirements, the extras and groups that need each package, and the edges."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName

from scanner.inputs.formats.locks.markers import choose_conflict, find_conflict_groups
from scanner.model.dependency import LockedEdge

# A project has a few dozen; packages that only later groups need count as needed by the project itself.
_MAX_GROUPS = 1_000
_MAIN = 1  # the bit of the project's own requirements; each group has a higher bit


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One locked package with its edges; those of its extras are separate."""

    name: NormalizedName
    version: str | None
    edges: tuple[LockedEdge, ...] = ()
    extra_edges: Mapping[str, tuple[LockedEdge, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One requirement of a root of the lock; ``group`` is None for the root's own requirements."""

    edge: LockedEdge
    group: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The result of the requests for one node."""

    groups: tuple[str, ...]
    """The groups that need it; empty if the project itself needs it, or nothing known does."""
    edges: tuple[LockedEdge, ...]
    """Its edges, including those of its requested extras."""
    root_edges: tuple[LockedEdge, ...]
    """The requests that name it."""
    is_reached: bool
    """Whether any request leads to it."""


def find_reach(nodes: Sequence[Node], requests: Iterable[Request]) -> tuple[Reach, ...]:
    """The result for each node, in their order; markers are not evaluated, so that all edges count."""
    graph = _Graph(nodes)
    for request in requests:
        graph.add(request)
    graph.spread()
    return tuple(graph.reach(number) for number in range(len(nodes)))


_Target = tuple[NormalizedName, str | None, str | None]
"""The target of an edge: a name, a version or None for all, an extra or None for the package itself."""


class _Graph:
    """The groups that reach each target and node, as bit sets; each group follows each edge once."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._numbers: dict[tuple[NormalizedName, str | None], list[int]] = defaultdict(list)
        for number, node in enumerate(nodes):
            self._numbers[node.name, None].append(number)
            if node.version is not None:
                self._numbers[node.name, node.version].append(number)
        self._groups: dict[str, int] = {}
        self._root_edges: dict[tuple[NormalizedName, str | None], dict[LockedEdge, None]] = defaultdict(dict)
        self._target_bits: dict[_Target, int] = defaultdict(int)
        self._node_bits: dict[tuple[int, str | None], int] = defaultdict(int)
        self._pending: deque[_Target] = deque()
        self._names: dict[int, tuple[str, ...]] = {}

    def add(self, request: Request) -> None:
        """Record a request; ``spread`` follows it."""
        bits = self._pass(request.edge, _MAIN if request.group is None else self._bit(request.group))
        if bits:
            self._root_edges[request.edge.name, request.edge.version][request.edge] = None
            self._follow(request.edge, bits)

    def spread(self) -> None:
        """Follow the edges until nothing changes."""
        while self._pending:
            target = self._pending.popleft()
            name, version, extra = target
            for number in self._numbers.get((name, version), ()):
                self._enter(number, extra, self._target_bits[target])

    def reach(self, number: int) -> Reach:
        """The result for one node."""
        node = self._nodes[number]
        bits = self._node_bits.get((number, None), 0)
        extras = (extra for extra in node.extra_edges if (number, extra) in self._node_bits)
        edges = (*node.edges, *(edge for extra in extras for edge in node.extra_edges[extra]))
        versions = (None,) if node.version is None else (None, node.version)
        return Reach(
            groups=() if bits & _MAIN else self._name_groups(bits),
            edges=tuple(dict.fromkeys(edges)),
            is_reached=bits != 0,
            root_edges=tuple(edge for version in versions for edge in self._root_edges.get((node.name, version), ())),
        )

    def _name_groups(self, bits: int) -> tuple[str, ...]:
        """The names of the groups; packages needed by the same groups share one tuple."""
        if bits not in self._names:
            flags = reversed(f"{bits >> 1:b}")
            self._names[bits] = tuple(name for name, flag in zip(self._groups, flags, strict=False) if flag == "1")
        return self._names[bits]

    def _bit(self, group: str) -> int:
        if len(self._groups) >= _MAX_GROUPS and group not in self._groups:
            return _MAIN
        return 1 << self._groups.setdefault(group, len(self._groups) + 1)

    def _pass(self, edge: LockedEdge, bits: int) -> int:
        """The groups for which an edge counts; an edge of one choice of uv's conflict sets counts for that choice."""
        choices = find_conflict_groups(edge.marker)
        if not choices:
            return bits
        passed = bits if choose_conflict(edge.marker, None) is not False else 0
        for choice in choices:
            bit = self._bit(choice)
            is_open = choose_conflict(edge.marker, choice) is not False
            passed = passed & ~bit | (bit if is_open and bits & (bit | _MAIN) else 0)
        return passed

    def _follow(self, edge: LockedEdge, bits: int) -> None:
        for extra in (None, *edge.extras):
            target = (edge.name, edge.version, extra)
            if bits & ~self._target_bits[target]:
                self._target_bits[target] |= bits
                self._pending.append(target)

    def _enter(self, number: int, extra: str | None, bits: int) -> None:
        if not bits & ~self._node_bits[number, extra]:
            return
        self._node_bits[number, extra] |= bits
        node = self._nodes[number]
        for edge in node.edges if extra is None else node.extra_edges.get(extra, ()):
            self._follow(edge, self._pass(edge, bits))
