"""Which packages of a lock file the target reaches, by the markers of its roots and edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from scanner.model.dependency import Dependency, Locked, LockedEdge
from scanner.model.metadata import applies
from scanner.model.target import Target


def find_unreached(dependencies: Sequence[Dependency], target: Target) -> tuple[Dependency, ...]:
    """The locked packages that nothing on the target requires, by the markers of the roots and of the edges.

    If the lock does not record both, every package counts except those without a locked version that the project
    requires only on other platforms: the locking machine was not one of them either.
    """
    locked = [dependency for dependency in dependencies if dependency.locked is not None]
    roots = [dependency for dependency in locked if dependency.locked and dependency.locked.root_edges]
    if not all(dependency.locked and dependency.locked.has_edges for dependency in locked):
        open_ = (dependency for dependency in roots if dependency.locked and dependency.locked.version is None)
        return tuple(dependency for dependency in open_ if not _is_required(dependency, target))
    if not roots:
        return ()
    keys, by_name = lock_keys(locked), group_by_name(locked)
    pending = [dependency for dependency in roots if _is_required(dependency, target)]
    reached = {keys[id(dependency)] for dependency in pending}
    while pending:
        for key in edge_keys(pending.pop().locked, by_name, keys, target):
            if key not in reached:
                reached.add(key)
                pending += [other for other in by_name[key.partition("==")[0]] if keys[id(other)] == key]
    return tuple(dependency for dependency in locked if keys.get(id(dependency), "") not in reached)


def lock_keys(dependencies: Iterable[Dependency]) -> dict[int, str]:
    """The node key of each locked dependency by its identity: the name, with the version if the name has several."""
    listed = list(dependencies)
    versions: dict[NormalizedName, set[str]] = {}
    for dependency in listed:
        if dependency.name is not None:
            versions.setdefault(dependency.name, set()).add(str(dependency.pin))
    keys = {}
    for dependency in listed:
        if dependency.name is not None:
            several = len(versions[dependency.name]) > 1
            keys[id(dependency)] = f"{dependency.name}=={dependency.pin}" if several else str(dependency.name)
    return keys


def edge_keys(
    locked: Locked | None, by_name: Mapping[str, Sequence[Dependency]], keys: Mapping[int, str], target: Target
) -> Iterator[str]:
    """The node keys that a locked package requires on the target."""
    for edge in locked.edges if locked else ():
        if applies(edge.marker, target.markers):
            yield from (keys[id(other)] for other in by_name.get(edge.name, ()) if _same_version(edge, other))


def group_by_name(dependencies: Iterable[Dependency]) -> dict[str, list[Dependency]]:
    """The declarations of each name."""
    grouped: dict[str, list[Dependency]] = {}
    for dependency in dependencies:
        grouped.setdefault(str(dependency.name), []).append(dependency)
    return grouped


def _is_required(dependency: Dependency, target: Target) -> bool:
    root_edges = dependency.locked.root_edges if dependency.locked else ()
    return any(applies(edge.marker, target.markers) for edge in root_edges)


def _same_version(edge: LockedEdge, dependency: Dependency) -> bool:
    if edge.version is None or dependency.pin is None:
        return True
    return edge.version in (str(dependency.pin), dependency.locked.version if dependency.locked else None)
