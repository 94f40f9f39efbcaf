"""uv.lock: exact versions, edges with markers, and every file of each package; one lock for a whole workspace."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.declaration import normalize_extras
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.graph import Node, Reach, Request, find_reach
from scanner.inputs.formats.locks.lock_index import choose_index
from scanner.inputs.formats.locks.markers import drop_conflicts, read_marker, read_markers
from scanner.inputs.formats.locks.package import LockedPackage, make_artifact, parse_name, read_name, write_vcs_url
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.model.artifact import Artifact
from scanner.model.dependency import Entry, LockedEdge, SkipKind, Skipped

# The package tables themselves; deeper errors are reported at their package.
_POSITION_DEPTH = 2
_KNOWN_VERSION = 1
# Sources that are a folder: a root of the lock, or a local dependency.
_FOLDER_KINDS = frozenset({"virtual", "editable", "directory"})


def parse_uv_lock(document: Document, member: str | None = None) -> Parsed:
    """Every package of a uv lock; the project itself and the members of its workspace are ``Skipped``.

    With ``member``, the folder of one of its projects relative to the lock, only the packages that project reaches.

    ``groups`` names the extras and dependency groups without which a package is not needed. The markers of the edges
    from the roots are in ``Locked.root_edges``; the entries themselves have none, as in the file.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document, depth=_POSITION_DEPTH)
    version = top.integer("version")
    if version != _KNOWN_VERSION and "version" in top:
        top.report(
            f"unsupported lock version {version}; only the parts that match a supported version are read", "version"
        )
    members = {parse_name(text) for text, _ in top.table("manifest").strings("members")}
    tables = [table for key in ("package", "distribution") for table in top.tables(key)]
    packages = [package for table in tables if (package := _read_package(table)) is not None]
    roots = [package for package in packages if _is_root(package, members)]
    nodes = [_node(package) for package in packages]
    reaches = find_reach(nodes, _find_requests(top, roots, member))
    root_ids = {id(root) for root in roots}
    entries: list[Entry] = [
        _skip_root(package) if id(package) in root_ids else _entry(package, reach)
        for package, reach in zip(packages, reaches, strict=True)
        if member is None or reach.is_reached
    ]
    return Parsed(
        entries=tuple(entries),
        problems=top.problems,
        is_lock=True,
        locks=(_find_manifest(document.path),),
        environments=tuple(read_markers(top, "supported-markers")),
        members=tuple(_read_source(root.table)[1] or "." for root in roots),
        index=choose_index(_find_registries(packages), document),
    )


def _find_requests(top: Table, roots: Sequence[LockedPackage], member: str | None) -> list[Request]:
    """The requirements of the roots; for one member its own, and those of the members that it requires."""
    if member is None:
        manifest = _manifest_requests(top.table("manifest"))
        return [*manifest, *(request for root in roots for request in _root_requests(root))]
    own = [root for root in roots if (_read_source(root.table)[1] or ".") == member]
    requests = [request for root in own for request in _root_requests(root)]
    by_name = {root.name: root for root in roots}
    pending, seen = list(requests), {root.name for root in own}
    while pending:
        edge = pending.pop().edge
        if edge.name not in by_name or edge.name in seen:
            continue
        seen.add(edge.name)
        required = by_name[edge.name]
        extras = (each for extra in edge.extras for each in required.extra_edges.get(extra, ()))
        found = list(_requests((*required.edges, *extras), None))
        requests += found
        pending += found
    return requests


def _entry(package: LockedPackage, reach: Reach) -> Entry:
    return package.entry(
        groups=reach.groups,
        direct=bool(reach.root_edges),
        edges=[_environment_edge(edge) for edge in reach.edges],
        has_edges=True,
        root_edges=[_environment_edge(edge) for edge in reach.root_edges],
    )


def _skip_root(package: LockedPackage) -> Skipped:
    return Skipped(
        text=package.text, reason="the project itself", location=package.table.location(), category=SkipKind.PROJECT
    )


def _find_manifest(path: str) -> str:
    """The file that the lock locks: the script of ``script.py.lock``, otherwise the project."""
    name = posixpath.basename(path.replace("\\", "/"))
    return name.removesuffix(".lock") if name.endswith(".py.lock") else "pyproject.toml"


def _read_package(table: Table) -> LockedPackage | None:
    name = read_name(table)
    if name is None:
        return None
    kind, place = _read_source(table)
    artifacts = tuple(_read_artifacts(table)) if kind == "registry" else ()
    return LockedPackage(
        table=table,
        name=name,
        version=table.string("version"),
        hashes=tuple(dict.fromkeys(_read_hashes(table))),
        url=_write_url(kind, place),
        editable=kind == "editable",
        artifacts=artifacts,
        edges=tuple(_read_edges(table, "dependencies")),
        extra_edges=_read_edge_groups(table, "optional-dependencies"),
    )


def _read_source(table: Table) -> tuple[str, str]:
    """The kind of a package's source and its location; locks of early 2024 write ``kind+location`` as one string."""
    if isinstance(written := table.values.get("source"), str):
        kind, _, place = written.partition("+")
        return kind, place
    source = table.table("source")
    for kind in ("registry", "git", "url", "path", *sorted(_FOLDER_KINDS)):
        if kind in source:
            return kind, source.string(kind) or ""
    return "registry", ""


def _write_url(kind: str, place: str) -> str | None:
    if kind == "registry":
        return None
    if kind != "git":
        return place or "."
    try:
        parts = urlsplit(place)
        query = parse_qs(parts.query, max_num_fields=20)
    except ValueError:
        return place
    revisions = [value for key in ("rev", "tag", "branch") for value in query.get(key, ())]
    address = parts._replace(query="", fragment="").geturl()
    subdirectory = next(iter(query.get("subdirectory", ())), None)
    return write_vcs_url(
        "git", address, revision=parts.fragment or next(iter(revisions), None), subdirectory=subdirectory
    )


def _is_root(package: LockedPackage, members: set[NormalizedName | None]) -> bool:
    kind, place = _read_source(package.table)
    if kind not in _FOLDER_KINDS:
        return False
    return package.name in members if members else kind == "virtual" or place == "."


def _read_files(table: Table) -> Iterator[Table]:
    if sdist := table.table("sdist"):
        yield sdist
    yield from table.tables("wheels")


def _read_artifacts(table: Table) -> Iterator[Artifact]:
    for file in _read_files(table):
        artifact = make_artifact(
            url=file.string("url") or file.string("path") or "",
            filename=file.string("filename"),
            size=file.integer("size"),
            hash_text=file.string("hash"),
            uploaded=file.values.get("upload-time"),
        )
        if artifact is not None:
            yield artifact


def _read_hashes(table: Table) -> Iterator[str]:
    for file in _read_files(table):
        if text := file.string("hash"):
            yield text


def _read_edges(table: Table, key: str) -> Iterator[LockedEdge]:
    for edge in table.tables(key):
        name = read_name(edge)
        if name is not None:
            extras = (text for field in ("extra", "extras") for text, _ in edge.strings(field))
            yield LockedEdge(
                name=name,
                version=edge.string("version"),
                extras=normalize_extras(extras),
                marker=read_marker(edge, "marker"),
            )


def _read_edge_groups(table: Table, *keys: str) -> Mapping[str, tuple[LockedEdge, ...]]:
    groups = table.table(*keys)
    return {canonicalize_name(name): tuple(_read_edges(groups, name)) for name in groups.values}


def _node(package: LockedPackage) -> Node:
    return Node(name=package.name, version=package.version, edges=package.edges, extra_edges=package.extra_edges)


def _root_requests(root: LockedPackage) -> Iterator[Request]:
    """The requirements of a root itself, of its extras, and of its dependency groups."""
    yield from _requests(root.edges, None)
    for extra, edges in root.extra_edges.items():
        yield from _requests(edges, f"extra:{extra}")
    for key in ("dev-dependencies", "dependency-groups"):
        for group, edges in _read_edge_groups(root.table, key).items():
            yield from _requests(edges, group)


def _manifest_requests(manifest: Table) -> Iterator[Request]:
    """The requirements of a lock without a root: those of a script, or the groups of a workspace without a project."""
    yield from _requests(_read_edges(manifest, "requirements"), None)
    for group, edges in _read_edge_groups(manifest, "dependency-groups").items():
        yield from _requests(edges, group)


def _requests(edges: Iterable[LockedEdge], group: str | None) -> Iterator[Request]:
    return (Request(edge=edge, group=group) for edge in edges)


def _environment_edge(edge: LockedEdge) -> LockedEdge:
    """The edge with a marker that depends only on the environment."""
    marker = drop_conflicts(edge.marker)
    if marker is edge.marker:
        return edge
    return LockedEdge(name=edge.name, version=edge.version, extras=edge.extras, marker=marker)


def _find_registries(packages: Sequence[LockedPackage]) -> Iterator[tuple[NormalizedName, str]]:
    for package in packages:
        kind, place = _read_source(package.table)
        if kind == "registry" and "://" in place:
            yield package.name, place
