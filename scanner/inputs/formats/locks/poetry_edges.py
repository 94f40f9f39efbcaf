"""The edges in a poetry.lock: [package.dependencies], with Poetry's constraints and the package's own extras."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.declaration import normalize_extras, parse_marker
from scanner.inputs.formats.locks.manifest import LockedVersions
from scanner.inputs.formats.locks.markers import split_by_extra
from scanner.inputs.formats.locks.package import LockedPackage, parse_name
from scanner.inputs.formats.pyproject.poetry_versions import parse_poetry_constraint, write_python_marker
from scanner.inputs.formats.structure.table import Table
from scanner.inputs.formats.table_declaration import join_markers
from scanner.model.dependency import LockedEdge
from scanner.model.errors import SourceError

EdgesByExtra = Mapping[str | None, tuple[LockedEdge, ...]]
"""The edges of a package by the extra of its own that they belong to; None for those without one."""

_NAME = re.compile(r"[\w.-]+")


def read_poetry_edges(package: LockedPackage, versions: LockedVersions) -> EdgesByExtra:
    """All edges of one package table."""
    edges: dict[str | None, dict[LockedEdge, None]] = defaultdict(dict)
    listed = _read_extras(package.table.table("extras"))
    dependencies = package.table.table("dependencies")
    for key, value in dependencies.values.items():
        name = parse_name(key)
        if name is None:
            dependencies.report(f"`{key[:80]}` is not a package name", key)
            continue
        for spec in _read_specs(dependencies, key, value):
            for extra, edge in _read_edge(name, spec, listed, versions):
                edges[extra][edge] = None
    return {extra: tuple(own) for extra, own in edges.items()}


def _read_specs(table: Table, key: str, value: object) -> Iterator[Table | str]:
    match value:
        case str():
            yield value
        case dict():
            yield table.table(key)
        case list():
            for number, element in enumerate(value):
                spec = element if isinstance(element, str) else table.element(key, number, element)
                if spec is not None:
                    yield spec
        case _:
            table.string(key)  # reports the type


def _read_edge(
    name: NormalizedName, spec: Table | str, listed: Mapping[NormalizedName, tuple[str, ...]], versions: LockedVersions
) -> Iterator[tuple[str | None, LockedEdge]]:
    """One dependency as an edge, for each extra that requires it or for none."""
    constraint = spec if isinstance(spec, str) else spec.string("version") or "*"
    version = versions.pick(name, _parse_constraint(constraint)) if versions.has_several(name) else None
    if isinstance(spec, str):
        yield None, LockedEdge(name=name, version=version)
        return
    extras = normalize_extras(text for text, _ in spec.strings("extras"))
    for own_extra, marker in split_by_extra(_read_marker(spec)):
        edge = LockedEdge(name=name, version=version, extras=extras, marker=marker)
        if own_extra is not None or not spec.boolean("optional"):
            yield own_extra, edge
        else:  # before lock version 2 only [package.extras] names the extra of an optional dependency
            yield from ((extra, edge) for extra in listed.get(name, ()))


def _parse_constraint(text: str) -> SpecifierSet:
    try:
        return parse_poetry_constraint(text)
    except ValueError:
        return SpecifierSet()


def _read_marker(spec: Table) -> Marker | None:
    texts = [spec.string("markers")]
    try:
        python = spec.string("python")
        texts.append(write_python_marker(python) if python else None)
        return join_markers(*(parse_marker(text, spec.location()) for text in texts if text))
    except (SourceError, ValueError) as error:
        spec.report(error.reason if isinstance(error, SourceError) else str(error))
        return None


def _read_extras(extras: Table) -> dict[NormalizedName, tuple[str, ...]]:
    """The extras of the package that list each name."""
    listed: dict[NormalizedName, dict[str, None]] = defaultdict(dict)
    for extra in extras.values:
        for text, _ in extras.strings(extra):
            if match := _NAME.match(text):
                listed[canonicalize_name(match[0])][canonicalize_name(extra)] = None
    return {name: tuple(names) for name, names in listed.items()}
