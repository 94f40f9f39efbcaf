"""[tool.uv]: where dependencies come from, development dependencies, constraints, overrides and indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_marker
from scanner.inputs.formats.document import IndexOptions, Parsed
from scanner.inputs.formats.reference import parse_reference
from scanner.inputs.formats.requirement_array import read_requirements
from scanner.inputs.formats.structure.table import Table
from scanner.inputs.formats.table_declaration import read_url
from scanner.model.dependency import Dependency, Entry, SkipKind, Skipped
from scanner.model.errors import SourceError
from scanner.model.report import IndexPin


def read_uv_project(uv: Table) -> Parsed:
    """What [tool.uv] declares: development dependencies, constraints and overrides, and its indexes."""
    build_constraints = (
        Skipped(text=text, reason="constrains builds only", location=location, category=SkipKind.DEVELOPMENT)
        for text, location in uv.strings("build-constraint-dependencies")
    )
    return Parsed(
        entries=(*read_requirements(uv, "dev-dependencies", groups=("dev",)), *build_constraints),
        constraints=tuple(read_requirements(uv, "constraint-dependencies")),
        overrides=tuple(read_requirements(uv, "override-dependencies")),
        index=_read_indexes(uv),
    )


def add_uv_sources(entries: Iterable[Entry], uv: Table) -> Iterator[Entry]:
    """The entries, with the repository, URL or path that [tool.uv.sources] gives them; a workspace's member as well."""
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
    """The source that counts: one for the entry's extra or group, else one for every platform, else the first."""
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


def _read_indexes(uv: Table) -> IndexOptions:
    """[[tool.uv.index]] and the older keys; the default index takes the public index's place.

    An explicit index is only for the packages that [tool.uv.sources] ties to it.
    """
    default = uv.string("index-url")
    extra: list[str] = []
    flat: list[str] = []
    for index in uv.tables("index"):
        url = index.string("url")
        if url is None:
            continue
        if index.boolean("default") and index.string("format") != "flat":
            default = url
        elif not index.boolean("explicit"):
            (flat if index.string("format") == "flat" else extra).append(url)
    extra += (text for text, _ in uv.strings("extra-index-url"))
    flat += (text for text, _ in uv.strings("find-links"))
    return IndexOptions(
        index_url=default,
        extra_index_urls=tuple(extra),
        find_links=tuple(flat),
        no_index=uv.boolean("no-index"),
        pins=tuple(_read_pins(uv)),
        prereleases=uv.string("prerelease") == "allow",
    )


def _read_pins(uv: Table) -> Iterator[IndexPin]:
    """The packages that [tool.uv.sources] ties to an index, for an extra or group as for all."""
    indexes = {name: index for index in uv.tables("index") if (name := index.string("name")) is not None}
    sources = uv.table("sources")
    for key in sources.values:
        for source in _alternatives(sources, key):
            name = source.string("index")
            if name is None:
                continue
            index = indexes.get(name)
            yield IndexPin(
                project=canonicalize_name(key),
                index=name,
                url=index.string("url") if index is not None else None,
                marker=_read_marker(source),
                is_flat=index is not None and index.string("format") == "flat",
            )


def _read_marker(source: Table) -> Marker | None:
    """The marker of a source; None, so that the tie holds everywhere, where it is none that can be read."""
    text = source.string("marker")
    try:
        return parse_marker(text, source.location()) if text else None
    except SourceError as error:
        source.report(error.reason, "marker")
        return None
