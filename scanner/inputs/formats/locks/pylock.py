"""pylock.toml (PEP 751): exact versions with every file; violations of the specification are reported and read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from packaging.pylock import Pylock, PylockValidationError
from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.graph import Node, Reach, find_reach
from scanner.inputs.formats.locks.lock_index import choose_index
from scanner.inputs.formats.locks.manifest import LockedVersions, find_requests, read_manifest
from scanner.inputs.formats.locks.markers import part_marker, read_marker, read_markers
from scanner.inputs.formats.locks.package import LockedPackage, make_artifact, read_extras, read_name, write_vcs_url
from scanner.inputs.formats.manifests.pipfile import parse_pipfile
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.model.artifact import Artifact
from scanner.model.dependency import Dependency, LockedEdge

# packages[n].wheels[n].size, the deepest that packaging names
_POSITION_DEPTH = 5
_CONTEXT_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_FILE_KEYS = ("sdist", "archive")


def parse_pylock(document: Document) -> Parsed:
    """Every package of a pylock.toml or pylock.NAME.toml.

    ``groups`` has the extras (``extra:NAME``) and dependency groups that a package's marker requires, without the
    default groups of the lock. ``direct`` comes from the manifest in its folder, and is None without one.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document, depth=_POSITION_DEPTH)
    _report_faults(top)
    default_groups = frozenset(canonicalize_name(text) for text, _ in top.strings("default-groups"))
    packages = [package for table in top.tables("packages") if (package := _read_package(table)) is not None]
    has_edges = any("dependencies" in package.table for package in packages)
    manifest = _find_manifest(top)
    parse = parse_pipfile if manifest == "Pipfile" else parse_pyproject
    declared = read_manifest(document, manifest, parse) if manifest is not None else None
    requests = find_requests(declared or (), LockedVersions(packages))
    nodes = [Node(name=package.name, version=package.version, edges=package.edges) for package in packages]
    reaches = find_reach(nodes, requests)
    return Parsed(
        entries=tuple(
            _entry(package, reach, default_groups, has_edges=has_edges, has_manifest=declared is not None)
            for package, reach in zip(packages, reaches, strict=True)
        ),
        problems=top.problems,
        is_lock=True,
        locks=(manifest,) if manifest is not None else (),
        environments=tuple(read_markers(top, "environments")),
        index=choose_index(
            ((package.name, package.table.string("index")) for package in packages if package.url is None),
            document,
        ),
    )


def _entry(
    package: LockedPackage, reach: Reach, default_groups: Collection[str], *, has_edges: bool, has_manifest: bool
) -> Dependency:
    filed = part_marker(package.marker, default_groups=default_groups)
    return replace(package, environment_marker=filed.environment_marker).entry(
        groups=filed.groups,
        direct=bool(reach.root_edges) if has_manifest else None,
        edges=package.edges,
        has_edges=has_edges,
        root_edges=reach.root_edges,
    )


def _report_faults(top: Table) -> None:
    """A problem if packaging rejects the file, at the location that packaging reports."""
    try:
        Pylock.from_dict(top.values)
    except PylockValidationError as error:
        keys = [int(index) if index else name for name, index in _CONTEXT_PART.findall(error.context or "")]
        top.report(f"violates PEP 751: {shorten(error.message)}", *keys)
    except (RecursionError, ValueError, TypeError, ArithmeticError) as error:
        top.report(f"violates PEP 751: {shorten(str(error))}")


def _find_manifest(top: Table) -> str | None:
    """The manifests that the lock locks: a Pipfile if Pipenv wrote it; a named lock locks only a part."""
    if top.values.get("created-by") == "pipenv":
        return "Pipfile"
    name = posixpath.basename(top.document.path.replace("\\", "/"))
    return "pyproject.toml" if name == "pylock.toml" else None


def _read_package(table: Table) -> LockedPackage | None:
    name = read_name(table)
    if name is None:
        return None
    url, editable = _read_source(table)
    files = list(_read_files(table))
    return LockedPackage(
        table=table,
        name=name,
        version=table.string("version"),
        marker=read_marker(table, "marker"),
        extras=read_extras(table),
        hashes=tuple(dict.fromkeys(text for file in files for text in _read_hashes(file))),
        url=url,
        editable=editable,
        artifacts=tuple(artifact for file in files if (artifact := _read_artifact(file)) is not None),
        edges=tuple(_read_edges(table)),
    )


def _read_source(table: Table) -> tuple[str | None, bool]:
    """The URL or path of a package that is not from an index, and whether it is editable."""
    vcs, directory, archive = table.table("vcs"), table.table("directory"), table.table("archive")
    if vcs and (url := vcs.string("url") or vcs.string("path")):
        revision = vcs.string("commit-id") or vcs.string("requested-revision")
        subdirectory = vcs.string("subdirectory")
        return write_vcs_url(vcs.string("type") or "git", url, revision=revision, subdirectory=subdirectory), False
    if directory:
        return directory.string("path") or ".", directory.boolean("editable")
    return (archive.string("url") or archive.string("path")), False


def _read_files(table: Table) -> Iterator[Table]:
    for key in _FILE_KEYS:
        if file := table.table(key):
            yield file
    yield from table.tables("wheels")


def _read_hashes(file: Table) -> Iterator[str]:
    hashes = file.table("hashes")
    for algorithm in hashes.values:
        if digest := hashes.string(algorithm):
            yield f"{algorithm}:{digest}"


def _read_artifact(file: Table) -> Artifact | None:
    return make_artifact(
        url=file.string("url") or file.string("path") or "",
        filename=file.string("name"),
        size=file.integer("size"),
        hash_text=next((text for text in _read_hashes(file) if text.startswith("sha256:")), None),
        uploaded=file.values.get("upload-time"),
    )


def _read_edges(table: Table) -> Iterator[LockedEdge]:
    """The dependencies of this package; the lock lists them by name, and by version if a name has several."""
    for edge in table.tables("dependencies"):
        name = read_name(edge)
        if name is not None:
            yield LockedEdge(name=name, version=edge.string("version"), marker=read_marker(edge, "marker"))
