"""Pipfile: Pipenv's manifest, with a table for each category of packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import normalize_extras, parse_marker, shorten
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.package import parse_name
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.inputs.formats.table_declaration import declare, join_markers, read_url
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError
from scanner.model.index_settings import IndexPin, IndexSettings

# Every other table is a category of packages.
_OTHER_TABLES = frozenset({"source", "requires", "scripts", "pipenv", "build-system", "tool"})
_MARKER_KEYS = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def parse_pipfile(document: Document) -> Parsed:
    """Everything that a Pipfile declares; ``groups`` is empty for [packages], otherwise the name of the category.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document)
    entries: list[Dependency] = []
    categories = {name: top.table(name) for name in top.values if name not in _OTHER_TABLES}
    for name, category in categories.items():
        groups = () if name == "packages" else (canonicalize_name(name),)
        entries += _read_category(category, groups)
    index = _read_options(top, categories.values())
    return Parsed(entries=tuple(entries), problems=top.problems, index=index)


def read_sources(top: Table, categories: Iterable[Table], *, search_all: bool = False) -> IndexSettings:
    """The package indexes of the array "source" or "sources": the first is the default index.

    The others are only for the packages that name them, as in Pipenv, except with ``search_all``.
    """
    sources = [source for key in ("source", "sources") for source in top.tables(key) if source.string("url")]
    locations = [
        top.document.index_location(
            source.string("url") or "", name=source.string("name"), is_explicit=bool(place) and not search_all
        )
        for place, source in enumerate(sources)
    ]
    pins = [pin for category in categories for pin in _read_pins(category)]
    named = {location.name for location in locations}
    urls = dict.fromkeys(pin.index for pin in pins if pin.index not in named and "://" in pin.index)
    by_url = [top.document.index_location(url, name=url, is_explicit=True) for url in urls]
    main = locations[0] if locations else None
    return IndexSettings(
        index=main,
        extra=(*locations[1:], *(each for each in by_url if main is None or each.url != main.url)),
        pins=tuple(pins),
    )


def _read_pins(category: Table) -> Iterator[IndexPin]:
    for key, value in category.values.items():
        name = parse_name(key.partition("[")[0])
        index = category.table(key).string("index") if isinstance(value, dict) else None
        if name is not None and index is not None:
            yield IndexPin(project=name, index=index)


def _read_options(top: Table, categories: Iterable[Table]) -> IndexSettings:
    pipenv = top.table("pipenv")
    index = read_sources(top, categories, search_all=pipenv.boolean("install_search_all_sources"))
    return replace(index, prerelease="allow") if pipenv.boolean("allow_prereleases") else index


def _read_category(category: Table, groups: tuple[str, ...]) -> Iterator[Dependency]:
    for key, value in category.values.items():
        try:
            dependency = _read_package(category, key, value, groups)
        except SourceError as error:
            category.report(error.reason, key)
        else:
            if dependency is not None:
                yield dependency


def _read_package(category: Table, key: str, value: object, groups: tuple[str, ...]) -> Dependency | None:
    match = _KEY.fullmatch(key.strip())
    name = parse_name(match[1]) if match else None
    if match is None or name is None:
        category.report("not a package name", key)
        return None
    if not isinstance(value, str | dict):
        category.string(key)  # reports the type
        return None
    spec = category.table(key) if isinstance(value, dict) else None
    version = spec.string("version") if spec is not None else category.string(key)
    url = read_url(spec) if spec is not None else None
    extras = [extra.strip() for extra in re.split(r"[\[\],]+", match[2]) if extra.strip()]
    extras += [text for text, _ in spec.strings("extras")] if spec is not None else []
    location = category.location(key)
    return declare(
        name,
        location=location,
        specifier=_parse_version(version or "*", category, key) if url is None else SpecifierSet(),
        extras=normalize_extras(extras),
        marker=_read_marker(spec) if spec is not None else None,
        url=url,
        groups=groups,
        editable=spec is not None and spec.boolean("editable"),
        text=f"{key} {version}" if version else f"{key} @ {url}" if url else key,
    )


def _parse_version(text: str, category: Table, key: str) -> SpecifierSet:
    """The specifiers; in Pipenv a version without an operator means exactly that version.

    Raises:
        SourceError: the text is not a specifier.
    """
    if text.strip() == "*":
        return SpecifierSet()
    clauses = [clause.strip() for clause in text.split(",") if clause.strip()]
    try:
        return SpecifierSet(",".join(clause if clause[0] in "=<>!~" else f"=={clause}" for clause in clauses))
    except (InvalidSpecifier, ValueError) as error:
        path, line = category.document.path, category.location(key).line
        raise SourceError(path, line, f"{shorten(text)} is not a version specifier") from error


def _read_marker(spec: Table) -> Marker | None:
    """The key ``markers`` and the keys named after marker variables, as one marker.

    Raises:
        SourceError: one of them is not a marker.
    """
    location = spec.location()
    conditions = ((key, spec.string(key)) for key in _MARKER_KEYS)
    texts = [spec.string("markers"), *(f"{key} {text}" for key, text in conditions if text)]
    return join_markers(*(parse_marker(text, location) for text in texts if text and text.strip()))
