"""pdm.lock, versions 4.0 to 4.5: exact versions with edges and groups; a package with extras has a separate entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.graph import Node, Reach, find_reach
from scanner.inputs.formats.locks.manifest import LockedVersions, find_requests, read_manifest
from scanner.inputs.formats.locks.markers import read_marker
from scanner.inputs.formats.locks.package import (
    LockedPackage,
    make_artifact,
    read_extras,
    read_name,
    read_requirement_edges,
    write_vcs_url,
)
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.inputs.formats.table_declaration import VCS_KEYS
from scanner.model.artifact import Artifact
from scanner.model.dependency import Dependency, LockedEdge

_POSITION_DEPTH = 2
_KNOWN_MAJOR_VERSIONS = frozenset({"2", "3", "4"})
_MANIFEST = "pyproject.toml"
_MAIN = "default"
_SYSTEMS = {"linux": "linux", "macos": "darwin", "win": "win32"}


def parse_pdm_lock(document: Document) -> Parsed:
    """Every package of a pdm.lock.

    ``groups`` come from the lock, or from the manifest in its folder for a lock before version 4.4. PDM writes extras
    and groups alike: with the manifest an extra is ``extra:NAME``. ``direct`` is None without a manifest.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document, depth=_POSITION_DEPTH)
    metadata = top.table("metadata")
    version = metadata.string("lock_version")
    if version is not None and version.partition(".")[0] not in _KNOWN_MAJOR_VERSIONS:
        message = f"unsupported lock version {version}; only the parts that match a supported version are read"
        metadata.report(message, "lock_version")
    packages = [package for table in top.tables("package") if (package := _read_package(table, metadata)) is not None]
    declared = read_manifest(document, _MANIFEST, parse_pyproject)
    requests = find_requests(declared or (), LockedVersions(packages))
    reaches = find_reach([_node(package) for package in packages], requests)
    extras, edges = _find_extras(declared or ()), _join_edges(packages)
    entries = (
        _entry(replace(package, edges=edges[package.name, package.version]), reach, extras, declared is not None)
        for package, reach in zip(packages, reaches, strict=True)
    )
    return Parsed(
        entries=tuple(entries),
        problems=top.problems,
        is_lock=True,
        locks=(_MANIFEST,),
        environments=_read_environments(metadata),
    )


def _read_environments(metadata: Table) -> tuple[Marker, ...]:
    """The platforms that the lock is for; empty if one of its targets is for all."""
    found = []
    for target in metadata.tables("targets"):
        platform = target.string("platform") or ""
        system = next((value for word, value in _SYSTEMS.items() if word in platform), None)
        if system is None:
            return ()
        found.append(Marker(f"sys_platform == '{system}'"))
    return tuple(found)


def _entry(package: LockedPackage, reach: Reach, extras: frozenset[str], has_manifest: bool) -> Dependency:  # noqa: FBT001
    root_edges = _root_edges(package, reach.root_edges)
    return package.entry(
        groups=_read_groups(package.table, extras) if "groups" in package.table else reach.groups,
        direct=bool(root_edges) if has_manifest else None,
        edges=package.edges,
        has_edges=True,
        root_edges=root_edges,
    )


def _node(package: LockedPackage) -> Node:
    """An entry for extras is required by dependents that request them; its own edge leads to the package itself."""
    if not package.extras:
        return Node(name=package.name, version=package.version, edges=package.edges)
    extra_edges = dict.fromkeys(package.extras, package.edges)
    return Node(name=package.name, version=package.version, extra_edges=extra_edges)


def _root_edges(package: LockedPackage, edges: Sequence[LockedEdge]) -> tuple[LockedEdge, ...]:
    """The requests for this entry, not for the one of the same name with other extras."""
    extras = set(package.extras)
    return tuple(edge for edge in edges if extras <= set(edge.extras))


def _find_extras(declared: Iterable[Dependency]) -> frozenset[str]:
    groups = {group for dependency in declared for group in dependency.groups}
    return frozenset(group.removeprefix("extra:") for group in groups if group.startswith("extra:"))


def _read_groups(table: Table, extras: frozenset[str]) -> tuple[str, ...]:
    names = [canonicalize_name(text) for text, _ in table.strings("groups")]
    if _MAIN in names:
        return ()
    return tuple(dict.fromkeys(f"extra:{name}" if name in extras else str(name) for name in names))


def _read_package(table: Table, metadata: Table) -> LockedPackage | None:
    name = read_name(table)
    if name is None:
        return None
    version = table.string("version")
    files = list(table.tables("files")) or _find_old_files(metadata, table.string("name") or name, version)
    return LockedPackage(
        table=table,
        name=name,
        version=version,
        marker=read_marker(table, "marker"),
        extras=read_extras(table),
        hashes=tuple(dict.fromkeys(text for file in files if (text := file.string("hash")))),
        url=_read_url(table),
        editable=table.boolean("editable"),
        artifacts=tuple(_read_artifacts(files)),
        edges=tuple(read_requirement_edges(table, "dependencies")),
    )


def _find_old_files(metadata: Table, name: str, version: str | None) -> list[Table]:
    """The files of a package in a lock before version 4.3, which keeps them in one table for all packages."""
    return list(metadata.table("files").tables(f"{name} {version}"))


def _read_url(table: Table) -> str | None:
    for system in VCS_KEYS:
        if url := table.string(system):
            revision = table.string("revision") or table.string("ref")
            return write_vcs_url(system, url, revision=revision, subdirectory=table.string("subdirectory"))
    return table.string("url") or table.string("path")


def _read_artifacts(files: Iterable[Table]) -> Iterator[Artifact]:
    """The files with a URL, which a lock with the strategy `static_urls` has."""
    for file in files:
        url = file.string("url")
        artifact = make_artifact(url=url, hash_text=file.string("hash")) if url else None
        if artifact is not None:
            yield artifact


def _join_edges(packages: Iterable[LockedPackage]) -> dict[tuple[str, str | None], tuple[LockedEdge, ...]]:
    """The edges of each release, including those of its entries for extras, without edges to itself."""
    edges: dict[tuple[str, str | None], dict[LockedEdge, None]] = defaultdict(dict)
    for package in packages:
        own = (edge for edge in package.edges if edge.name != package.name)
        edges[package.name, package.version].update(dict.fromkeys(own))
    return {release: tuple(own) for release, own in edges.items()}
