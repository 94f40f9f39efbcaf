"""Pipfile.lock: exact versions in a JSON object for each category, without edges."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.manifest import read_manifest
from scanner.inputs.formats.locks.markers import read_marker
from scanner.inputs.formats.locks.package import LockedPackage, parse_name, read_extras
from scanner.inputs.formats.manifests.pipfile import parse_pipfile, read_sources
from scanner.inputs.formats.structure.table import Table, parse_json
from scanner.inputs.formats.table_declaration import read_url
from scanner.model.dependency import Dependency, LockedEdge

_POSITION_DEPTH = 2
_KNOWN_SPEC = 6
_MANIFEST = "Pipfile"
# The categories with another name in the Pipfile, as written in ``Dependency.groups``.
_MANIFEST_GROUPS = {"default": (), "develop": ("dev-packages",)}
_EXACT = re.compile(r"===?\s*(\S+)")


def parse_pipfile_lock(document: Document) -> Parsed:
    """Every package of a Pipfile.lock; ``groups`` is empty for `default`, otherwise the name of the category.

    ``direct`` comes from the Pipfile in its folder, and is None without one.

    Raises:
        SourceError: the file is not a JSON object.
    """
    top = parse_json(document, depth=_POSITION_DEPTH)
    meta = top.table("_meta")
    spec = meta.integer("pipfile-spec")
    if spec != _KNOWN_SPEC and "pipfile-spec" in meta:
        meta.report(
            f"unsupported format version {spec}; only the parts that match a supported version are read", "pipfile-spec"
        )
    declared = read_manifest(document, _MANIFEST, parse_pipfile)
    entries: list[Dependency] = []
    categories = {name: top.table(name) for name in top.values if name != "_meta"}
    for name, category in categories.items():
        entries += _read_category(category, name, declared)
    index = read_sources(meta, categories.values())
    return Parsed(entries=tuple(entries), problems=top.problems, is_lock=True, locks=(_MANIFEST,), index=index)


def _read_category(table: Table, category: str, declared: Sequence[Dependency] | None) -> Iterator[Dependency]:
    groups = () if category == "default" else (canonicalize_name(category),)
    root_edges = _find_root_edges(declared or (), _MANIFEST_GROUPS.get(category, groups))
    for key, package_table in table.members():
        package = _read_package(package_table, key)
        if package is not None:
            edges = root_edges.get(package.name, ())
            direct = None if declared is None else bool(edges)
            yield package.entry(groups=groups, direct=direct, edges=(), has_edges=False, root_edges=edges)


def _find_root_edges(declared: Sequence[Dependency], groups: tuple[str, ...]) -> dict[NormalizedName, list[LockedEdge]]:
    """The requirements on each name in a category of the Pipfile."""
    root_edges: dict[NormalizedName, list[LockedEdge]] = defaultdict(list)
    for dependency in declared:
        if dependency.name is not None and dependency.groups == groups:
            edge = LockedEdge(name=dependency.name, extras=dependency.extras, marker=dependency.marker)
            root_edges[dependency.name].append(edge)
    return root_edges


def _read_package(table: Table, key: str) -> LockedPackage | None:
    name = parse_name(key)
    if name is None:
        table.report("not a package name")
        return None
    return LockedPackage(
        table=table,
        name=name,
        version=_read_version(table),
        marker=read_marker(table, "markers"),
        extras=read_extras(table),
        hashes=tuple(text for text, _ in table.strings("hashes")),
        url=read_url(table),
        editable=table.boolean("editable"),
    )


def _read_version(table: Table) -> str | None:
    text = table.string("version")
    # Pipenv writes `*` for packages that the locking machine does not install: any version is allowed.
    if text is None or text.strip() == "*":
        return None
    match = _EXACT.fullmatch(text.strip())
    if match is None:
        table.report(f"`{text[:80]}` is not an exact version", "version")
    return match[1] if match else None
