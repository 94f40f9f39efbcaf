"""poetry.lock, versions 1.0 to 2.1: exact versions with edges, and in most versions the groups that need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.graph import Node, Reach, Request, find_reach
from scanner.inputs.formats.locks.lock_index import choose_index
from scanner.inputs.formats.locks.manifest import LockedVersions, find_requests, read_manifest
from scanner.inputs.formats.locks.markers import Filed, any_of, part_marker, read_marker
from scanner.inputs.formats.locks.package import LockedPackage, parse_name, read_name, write_vcs_url
from scanner.inputs.formats.locks.poetry_edges import read_poetry_edges
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.model.dependency import Dependency, LockedEdge

_POSITION_DEPTH = 2
_KNOWN_MAJOR_VERSIONS = frozenset({"1", "2"})
_MANIFEST = "pyproject.toml"
_MAIN = "main"


def parse_poetry_lock(document: Document) -> Parsed:
    """Every package of a poetry.lock.

    ``groups`` come from the lock, or from the manifest in its folder if the lock has none (Poetry 1.5 to 1.8).
    ``direct`` is None without a manifest. A package that is only for some groups or extras on some platforms has one
    marker that is true if any of theirs is.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document, depth=_POSITION_DEPTH)
    metadata = top.table("metadata")
    version = metadata.string("lock-version")
    if version is not None and version.partition(".")[0] not in _KNOWN_MAJOR_VERSIONS:
        message = f"unsupported lock version {version}; only the parts that match a supported version are read"
        metadata.report(message, "lock-version")
    hashes = _read_metadata_hashes(metadata)
    packages = [package for table in top.tables("package") if (package := _read_package(table, hashes)) is not None]
    versions = LockedVersions(packages)
    declared = read_manifest(document, _MANIFEST, parse_pyproject)
    requests = _extra_requests(top.table("extras")) if declared is None else find_requests(declared, versions)
    reaches = find_reach([_node(package, versions) for package in packages], requests)
    return Parsed(
        entries=tuple(
            _entry(package, reach, has_manifest=declared is not None)
            for package, reach in zip(packages, reaches, strict=True)
        ),
        problems=top.problems,
        is_lock=True,
        locks=(_MANIFEST,),
        index=choose_index(_find_indexes(packages), document),
    )


def _node(package: LockedPackage, versions: LockedVersions) -> Node:
    edges = read_poetry_edges(package, versions)
    extra_edges = {extra: own for extra, own in edges.items() if extra is not None}
    return Node(name=package.name, version=package.version, edges=edges.get(None, ()), extra_edges=extra_edges)


def _entry(package: LockedPackage, reach: Reach, *, has_manifest: bool) -> Dependency:
    filed = _file(package.table, reach, has_manifest=has_manifest)
    return replace(package, marker=filed.marker, environment_marker=filed.environment_marker).entry(
        groups=filed.groups,
        direct=bool(reach.root_edges) if has_manifest else None,
        edges=reach.edges,
        has_edges=True,
        root_edges=reach.root_edges if has_manifest else (),
    )


def _file(table: Table, reach: Reach, *, has_manifest: bool) -> Filed:
    """The groups and the marker of a package, from the fields of its lock version."""
    if "groups" in table:
        return _file_groups(table)
    filed = part_marker(read_marker(table, "marker") or read_marker(table, "markers"))
    category = table.string("category")
    if category is not None and category != _MAIN:
        return replace(filed, groups=(canonicalize_name(category),))
    is_optional = table.boolean("optional")
    by_reach = reach.groups if is_optional or (has_manifest and category is None) else ()
    return replace(filed, groups=filed.groups or by_reach)


def _file_groups(table: Table) -> Filed:
    """In lock version 2.1: a list of groups, and one marker for all of them or a table with one for each."""
    names = [text for text, _ in table.strings("groups")]
    if not isinstance(table.values.get("markers"), dict):
        filed = part_marker(read_marker(table, "markers"))
        return replace(filed, groups=_name_groups(dict.fromkeys(names, filed)))
    markers = table.table("markers")
    by_group = {name: part_marker(read_marker(markers, name)) for name in names}
    return replace(any_of(tuple(by_group.values())), groups=_name_groups(by_group))


def _name_groups(by_group: Mapping[str, Filed]) -> tuple[str, ...]:
    """The groups as written in ``Dependency.groups``: `main` needs the package always, or only for extras."""
    names: dict[str, None] = {}
    for group, filed in by_group.items():
        if group == _MAIN and not filed.groups:
            return ()
        names.update(dict.fromkeys(filed.groups if group == _MAIN else (canonicalize_name(group),)))
    return tuple(names)


def _read_package(table: Table, hashes: Mapping[str, tuple[str, ...]]) -> LockedPackage | None:
    name = read_name(table)
    if name is None:
        return None
    own_hashes = (file.string("hash") for file in table.tables("files"))
    return LockedPackage(
        table=table,
        name=name,
        version=table.string("version"),
        hashes=tuple(filter(None, own_hashes)) or hashes.get(name, ()),
        url=_read_url(table.table("source")),
        editable=table.boolean("develop"),
    )


def _read_url(source: Table) -> str | None:
    url = source.string("url")
    match source.string("type"):
        case "git" if url:
            revision = source.string("resolved_reference") or source.string("reference")
            return write_vcs_url("git", url, revision=revision, subdirectory=source.string("subdirectory"))
        case "url" | "file" | "directory":
            return url
    return None


def _read_metadata_hashes(metadata: Table) -> dict[str, tuple[str, ...]]:
    """The hashes by name that lock versions 1.0 and 1.1 keep in one table for all packages."""
    files = metadata.table("files")
    return {
        canonicalize_name(name): tuple(text for file in files.tables(name) if (text := file.string("hash")))
        for name in files.values
    }


def _find_indexes(packages: Iterable[LockedPackage]) -> Iterator[tuple[NormalizedName, str | None]]:
    """Each package that comes from an index, and that index; None for the public one."""
    for package in packages:
        source = package.table.table("source")
        if package.url is None:
            yield package.name, source.string("url") if source.string("type") == "legacy" else None


def _extra_requests(extras: Table) -> Iterator[Request]:
    """The requirements of the project's extras, from [extras] of the lock (versions before 2.1)."""
    for extra in extras.values:
        for text, _ in extras.strings(extra):
            name = parse_name(text.partition(" ")[0].partition("[")[0])
            if name is not None:
                yield Request(edge=LockedEdge(name=name), group=f"extra:{canonicalize_name(extra)}")
