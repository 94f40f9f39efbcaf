"""What a package has from those that it requires: their verdicts, and which side of a deployment installs it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from scanner.model.finding import Cause, Evidence, Finding, Level, Strength
from scanner.model.graph import Chain, Edges, invert, reachable, shortest_paths
from scanner.model.report import Verdict
from scanner.model.rule import Rule

_ORDER = (Verdict.WORKERS, Verdict.UNKNOWN, Verdict.CONTAINER)
Passes = AbstractSet[tuple[str, str]]
"""Pairs of a package and a cause below it that says nothing about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inherited:
    """A verdict that comes from below."""

    verdict: Verdict
    chain: Chain
    """From the package to the nearest cause."""


def inherit_verdicts(own: Mapping[str, Verdict], edges: Edges, passes: Passes = frozenset()) -> dict[str, Inherited]:
    """Where something that a package requires is worse than the package itself, the verdict and the nearest cause.

    CONTAINER outweighs UNKNOWN, and both outweigh WORKERS. Packages with nothing worse below them are left out.
    """
    parents = invert(edges)
    inherited: dict[str, Inherited] = {}
    for verdict in (Verdict.CONTAINER, Verdict.UNKNOWN) if parents else ():
        causes = sorted(name for name, value in own.items() if value is verdict)
        for name, chain in _spread(causes, parents, passes).items():
            outweighs = _ORDER.index(verdict) > _ORDER.index(own.get(name, Verdict.WORKERS))
            if outweighs and name not in inherited:
                inherited[name] = Inherited(verdict=verdict, chain=chain)
    return inherited


def find_container_side(
    own: Mapping[str, Verdict], edges: Edges, roots: Iterable[str], passes: Passes = frozenset()
) -> set[str]:
    """The packages that only requirements that need a container reach, those requirements among them."""
    inherited = inherit_verdicts(own, edges, passes)
    blocked: list[str] = []
    staying: list[str] = []
    for root in roots:
        verdict = inherited[root].verdict if root in inherited else own.get(root, Verdict.WORKERS)
        (blocked if verdict is Verdict.CONTAINER else staying).append(root)
    return set(reachable(blocked, edges)) - set(reachable(staying, edges)) if blocked else set()


def inherited_finding(
    inherited: Inherited, cause: Cause, findings: Iterable[Finding], *, policy: bool, advice: str | None
) -> Finding:
    """CS109: where a verdict comes from; ``findings`` are those of the cause, ``advice`` is what would avoid it."""
    blocked = inherited.verdict is Verdict.CONTAINER
    why = next((one for one in findings if (one.level is Level.BLOCKER) is blocked), None)
    chain = " → ".join(inherited.chain)
    needs = "needs a container" if blocked else "is unknown"
    return Finding(
        rule=Rule.CS109,
        level=Level.BLOCKER if blocked else Level.CAUTION,
        when=why.when if why and blocked else None,
        message=f"requires {inherited.chain[-1]}, which {needs}: {chain}",
        cause=cause,
        policy=policy,
        evidence=(
            Evidence(fact=chain, origin=why.message if why else cause.name, strength=Strength.PROVEN),
            *(why.evidence[:1] if why else ()),
        ),
        remedy=advice or (why.remedy if why else None),
    )


def _spread(causes: Iterable[str], parents: Edges, passes: Passes) -> dict[str, Chain]:
    """The chain from each package to the nearest cause that counts for it, the causes themselves left out."""
    selective = {cause for _, cause in passes}
    found = shortest_paths((cause for cause in causes if cause not in selective), parents)
    for cause in causes:
        if cause in selective:
            for name, chain in shortest_paths([cause], parents).items():
                if (name, cause) not in passes and (name not in found or len(chain) < len(found[name])):
                    found[name] = chain
    return {name: chain[::-1] for name, chain in found.items() if len(chain) > 1}
