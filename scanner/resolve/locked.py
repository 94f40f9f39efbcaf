"""The tree in a lock file: its versions and its edges. Nothing is resolved."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.inputs.formats.locks.reach import edge_keys, group_by_name, lock_keys
from scanner.model.artifact import Artifact, Release
from scanner.model.dependency import Dependency
from scanner.model.errors import IndexFailure
from scanner.model.requirement import Requirement
from scanner.model.target import Target
from scanner.resolve.graph import Graph, Node, Supply, mark_blocked
from scanner.runtime.candidates import Candidate, Candidates, FixedReleases, direct_candidates


def build_locked_graph(dependencies: Sequence[Dependency], *, target: Target, supply: Supply) -> Graph:
    """One node for each locked package; files come from the lock file, the rest from the index.

    A name that the lock has at several versions gets a node for each, with the version in its key. The roots are what
    the lock calls direct; where it does not say, what no other package requires.
    """
    named = [dependency for dependency in dependencies if dependency.name is not None]
    keys = lock_keys(named)
    supply.prefetch(tuple(_requirement(dependency) for dependency in named if not _files(dependency)))
    by_name = group_by_name(named)
    nodes: dict[str, Node] = {}
    for dependency in named:
        key = keys[id(dependency)]
        if key not in nodes:
            requires = tuple(sorted(set(edge_keys(dependency.locked, by_name, keys, target))))
            nodes[key] = _build_node(dependency, target, supply, requires)
    return mark_blocked(Graph(nodes=nodes, roots=_roots(named, keys, nodes)))


def _build_node(dependency: Dependency, target: Target, supply: Supply, requires: tuple[str, ...]) -> Node:
    assert dependency.name is not None  # noqa: S101  # only named ones come here
    requirement = _requirement(dependency)
    given = direct_candidates(dependency, target)
    if dependency.url is not None and given is None:
        return Node(name=dependency.name, requirements=(requirement,), url=dependency.url, requires=requires)
    candidates, failure = (given, None) if given else _candidates(dependency, target, supply)
    chosen: Candidate | None = None
    satisfying: tuple[Version, ...] = ()
    if candidates is not None:
        satisfying = (dependency.pin,) if dependency.pin and dependency.pin in candidates.versions else ()
        chosen = candidates.candidate(dependency.pin) if dependency.pin else None
        if chosen is not None and chosen.wheel is None and _files(dependency):
            candidates, failure = _ask_index(dependency, supply, candidates)
    return Node(
        name=dependency.name,
        requirements=(requirement,),
        candidates=candidates,
        chosen=chosen,
        satisfying=satisfying,
        failure=failure if chosen is None else None,
        requires=requires,
    )


def _candidates(
    dependency: Dependency, target: Target, supply: Supply
) -> tuple[Candidates | None, IndexFailure | None]:
    files = _files(dependency)
    assert dependency.name is not None  # noqa: S101  # only named ones come here
    if files and dependency.pin is not None:
        release = Release(name=dependency.name, version=dependency.pin, artifacts=files)
        fixed = FixedReleases(releases=(release,), url=dependency.location.path)
        return Candidates(
            name=dependency.name, target=target, listing=fixed, pyodide=supply.pyodide_package(dependency.name)
        ), None
    return _ask_index(dependency, supply, None)


def _ask_index(
    dependency: Dependency, supply: Supply, otherwise: Candidates | None
) -> tuple[Candidates | None, IndexFailure | None]:
    """The index's candidates, to name another version; what the lock lists stays where the index does not answer."""
    assert dependency.name is not None  # noqa: S101  # only named ones come here
    try:
        candidates = supply.candidates(dependency.name)
    except IndexFailure as failure:
        return otherwise, failure
    return (candidates if candidates.exists or otherwise is None else otherwise), None


def _files(dependency: Dependency) -> tuple[Artifact, ...]:
    return dependency.locked.artifacts if dependency.locked else ()


def _requirement(dependency: Dependency) -> Requirement:
    assert dependency.name is not None  # noqa: S101  # only named ones come here
    specifier = SpecifierSet(f"=={dependency.pin}") if dependency.pin else dependency.specifier
    return Requirement(
        name=dependency.name, specifier=specifier, text=f"{dependency.name}{specifier}", url=dependency.url
    )


def _roots(named: Sequence[Dependency], keys: dict[int, str], nodes: dict[str, Node]) -> tuple[str, ...]:
    direct = [keys[id(dependency)] for dependency in named if dependency.direct]
    if direct:
        return tuple(dict.fromkeys(direct))
    required = {key for node in nodes.values() for key in node.requires}
    return tuple(key for key in nodes if key not in required) or tuple(nodes)
