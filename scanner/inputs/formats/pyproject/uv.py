"""[tool.uv]: sources of dependencies, development dependencies, constraints, overrides and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.reference import parse_reference
from scanner.inputs.formats.requirement_array import read_requirements
from scanner.inputs.formats.structure.table import Table
from scanner.inputs.formats.table_declaration import read_url
from scanner.model.dependency import Dependency, Entry, SkipKind, Skipped
from scanner.model.uv_settings import parse_uv_settings


def read_uv_project(uv: Table) -> Parsed:
    """The declarations of [tool.uv]: development dependencies, constraints, overrides and indexes."""
    build_constraints = (
        Skipped(text=text, reason="only constrains builds", location=location, category=SkipKind.DEVELOPMENT)
        for text, location in uv.strings("build-constraint-dependencies")
    )
    return Parsed(
        entries=(*read_requirements(uv, "dev-dependencies", groups=("dev",)), *build_constraints),
        constraints=tuple(read_requirements(uv, "constraint-dependencies")),
        overrides=tuple(read_requirements(uv, "override-dependencies")),
        index=parse_uv_settings(uv.values, uv.document.place, lambda key, reason: uv.report(reason, key)),
    )


def add_uv_sources(entries: Iterable[Entry], uv: Table) -> Iterator[Entry]:
    """The entries, with the repository, URL, path or workspace member that [tool.uv.sources] sets."""
    sources = uv.table("sources")
    by_name = {canonicalize_name(name): name for name in sources.values}
    for entry in entries:
        key = by_name.get(entry.name) if isinstance(entry, Dependency) and entry.name and not entry.url else None
        if key is None or not isinstance(entry, Dependency):
            yield entry
            continue
        source = _choose(entry, tuple(_alternatives(sources, key)))
        url = _source_url(source, key) if source is not None else None
        if source is None or url is None:
            yield entry
        else:
            pin = entry.pin or parse_reference(url).version
            yield replace(entry, url=url, editable=source.boolean("editable"), pin=pin)


def _alternatives(sources: Table, key: str) -> Iterator[Table]:
    if isinstance(sources.values[key], list):
        yield from sources.tables(key)
    elif source := sources.table(key):
        yield source


def _choose(entry: Dependency, alternatives: tuple[Table, ...]) -> Table | None:
    """The applicable source: one for the entry's extra or group, else one for every platform, else the first."""
    fitting = [source for source in alternatives if _concerns(entry, source)]
    unconditional = [source for source in fitting if "marker" not in source]
    from_index = [source for source in fitting if "index" in source]
    return next(iter(unconditional or from_index or fitting), None)


def _concerns(entry: Dependency, source: Table) -> bool:
    extra, group = source.string("extra"), source.string("group")
    if extra is not None:
        return f"extra:{canonicalize_name(extra)}" in entry.groups
    return group is None or canonicalize_name(group) in entry.groups


def _source_url(source: Table, key: str) -> str | None:
    return f"workspace:{key}" if source.boolean("workspace") else read_url(source)
