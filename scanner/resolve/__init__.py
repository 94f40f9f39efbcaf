"""The dependency tree for the target: every package with the version that an installer would take there.

A resolution never ends the scan. What can be satisfied on the target is resolved as pywrangler's installer does it
(wheels for the target only). A requirement that cannot be is blocked: it stays in the tree at its newest release, with
what it requires, and has no say in the choice of anything else. Of two requirements that contradict each other one is
dropped and reported (CS502). So all blockers come out of one scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.model.requirement import Requirement
from scanner.model.target import Target
from scanner.resolve.graph import Conflict, Graph, Node, Suggestion, Supply
from scanner.resolve.options import Options, Prerelease, Resolution
from scanner.resolve.rules import Rules

__all__ = [
    "Conflict",
    "Graph",
    "Node",
    "Options",
    "Prerelease",
    "Resolution",
    "Suggestion",
    "Supply",
    "resolve_flat",
    "resolve_tree",
]


def resolve_tree(
    requirements: Iterable[Requirement],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
    overrides: Mapping[NormalizedName, tuple[Requirement, ...]] | None = None,
    options: Options | None = None,
) -> Graph:
    """The tree below the requirements of a project."""
    from scanner.resolve.nodes import build_graph  # noqa: PLC0415  # loads the solver, which flat scans do without
    from scanner.resolve.search import Search  # noqa: PLC0415  # as above
    from scanner.resolve.suggestions import find_suggestions  # noqa: PLC0415  # as above

    roots = tuple(requirements)
    rules = _start(
        Rules(
            target=target,
            supply=supply,
            constraints=constraints or {},
            overrides=overrides or {},
            options=options or Options(),
        ),
        roots,
    )
    solution = Search(rules, roots).run()
    return build_graph(rules, roots, solution, find_suggestions(rules, roots, solution))


def resolve_flat(
    requirements: Iterable[Requirement],
    *,
    target: Target,
    supply: Supply,
    constraints: Mapping[NormalizedName, SpecifierSet] | None = None,
    options: Options | None = None,
) -> Graph:
    """Each requirement for itself, without its dependencies (`--no-deps`); one node for each package."""
    from scanner.resolve.nodes import build_flat_graph  # noqa: PLC0415  # as above

    roots = tuple(requirements)
    rules = Rules(target=target, supply=supply, constraints=constraints or {}, options=options or Options())
    _start(rules, roots).begin(roots)
    return build_flat_graph(rules)


def _start(rules: Rules, roots: tuple[Requirement, ...]) -> Rules:
    rules.opaque.update(one.name for one in roots if one.url is not None)
    rules.supply.prefetch(roots, narrow=rules.narrow)
    return rules
