"""[tool.poetry]: Poetry's dependencies, groups and extras, and what they add to a [project] table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.markers import Marker
from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.declaration import normalize_extras, parse_marker, shorten
from scanner.inputs.formats.locks.package import parse_name
from scanner.inputs.formats.pyproject.group_includes import Include
from scanner.inputs.formats.pyproject.poetry_versions import (
    parse_poetry_constraint,
    write_platform_marker,
    write_python_marker,
)
from scanner.inputs.formats.structure.table import Table
from scanner.inputs.formats.table_declaration import declare, join_markers, read_url
from scanner.model.dependency import Dependency, Entry, Location, SkipKind, Skipped
from scanner.model.errors import SourceError
from scanner.model.index_settings import PUBLIC_INDEX, IndexLocation, IndexPin, IndexSettings

# The group of optional dependencies that no extra names: Poetry never installs them.
_OPTIONAL_GROUP = "optional"
_MAX_TEXT_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class PoetryProject:
    """The declarations of [tool.poetry], and what it adds to entries elsewhere in the file."""

    entries: tuple[Entry, ...] = ()
    includes: tuple[Include, ...] = ()
    groups: frozenset[str] = frozenset()
    """The names of Poetry's groups."""
    sources: Mapping[tuple[str, NormalizedName], Dependency] = field(default_factory=dict)
    """The source of a dependency of [project] (group "") or of a dependency group that is not from an index."""
    pins: tuple[IndexPin, ...] = ()
    """The packages that are pinned to one index by the key ``source``."""


def read_poetry_project(poetry: Table, declared: Sequence[Entry], dynamic: frozenset[str]) -> PoetryProject:
    """The declarations of [tool.poetry] in addition to the ``declared`` ones of [project] and [dependency-groups].

    With dependencies in [project], Poetry 2 reads from its own table only their source (a repository, a path): such a
    declaration is skipped. ``dynamic`` is the list in [project] of the fields that Poetry declares itself.
    """
    extras = _read_extras(poetry)
    by_group = _by_group(declared)
    reading = _Reading(extras, by_group, dynamic)
    reading.read_group(poetry.table("dependencies"), "")
    reading.read_group(poetry.table("dev-dependencies"), "dev")
    includes: list[Include] = []
    groups = {canonicalize_name(name) for name in poetry.table("group").values}
    for name, group in poetry.table("group").members():
        reading.read_group(group.table("dependencies"), canonicalize_name(name))
        for included, location in group.strings("include-groups"):
            includes.append(
                Include(group=canonicalize_name(name), included=canonicalize_name(included), location=location)
            )
    if "dev-dependencies" in poetry:
        groups.add(canonicalize_name("dev"))
    return PoetryProject(
        entries=tuple(reading.entries),
        includes=tuple(includes),
        groups=frozenset(groups),
        sources=reading.sources,
        pins=tuple(reading.pins),
    )


def add_sources(entries: Sequence[Entry], sources: Mapping[tuple[str, NormalizedName], Dependency]) -> list[Entry]:
    """The entries; those without a source have the one from [tool.poetry]."""
    added: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Dependency) and entry.name is not None and entry.url is None:
            source = sources.get((_group_of(entry), entry.name))
            if source is not None:
                entry = replace(entry, url=source.url, editable=source.editable, pin=entry.pin or source.pin)  # noqa: PLW2901
        added.append(entry)
    return added


def read_poetry_sources(poetry: Table) -> IndexSettings:
    """The package indexes of [[tool.poetry.source]]; the first primary one replaces the public index.

    An explicit one is only for the packages that name it. The public index keeps its position if it is listed by name
    alone. Poetry compares the names case-insensitively.
    """
    groups: dict[str, list[IndexLocation]] = {"primary": [], "other": [], "explicit": []}
    keeps_public = False
    for source in poetry.tables("source"):
        url, name = source.string("url"), (source.string("name") or "").lower()
        priority = (source.string("priority") or "primary").lower()
        is_primary = priority in {"primary", "default"} and not source.boolean("secondary")
        kind = "explicit" if priority == "explicit" else "primary" if is_primary else "other"
        if url is None:
            keeps_public |= name == PUBLIC_INDEX and kind != "explicit"
            continue
        location = source.document.index_location(url, name=name, is_explicit=kind == "explicit")
        groups[kind].append(location)
    replacing = [] if keeps_public else groups["primary"][:1]
    return IndexSettings(
        index=replacing[0] if replacing else None,
        extra=(*groups["primary"][len(replacing) :], *groups["other"], *groups["explicit"]),
    )


class _Reading:
    """The groups of one [tool.poetry] table, read one after the other."""

    def __init__(
        self,
        extras: Mapping[NormalizedName, tuple[str, ...]],
        declared: Mapping[str, Sequence[Dependency]],
        dynamic: frozenset[str],
    ) -> None:
        self._extras = extras
        self._declared = declared
        self._names = {group: {entry.name for entry in entries} for group, entries in declared.items()}
        self._is_mixed = not dynamic.isdisjoint({"dependencies", "optional-dependencies"})
        self.entries: list[Entry] = []
        self.sources: dict[tuple[str, NormalizedName], Dependency] = {}
        self.pins: list[IndexPin] = []

    def read_group(self, table: Table, group: str) -> None:
        """Everything that one table of dependencies declares; the group is empty for the project's own."""
        for key, value in table.values.items():
            if canonicalize_name(key) == "python":
                reason = "the project's supported Python versions"
                self.entries.append(
                    Skipped(
                        text=_write(key, value), reason=reason, location=table.location(key), category=SkipKind.PROJECT
                    )
                )
                continue
            for spec, location in _read_specs(table, key, value):
                dependency = _read_dependency(table, key, spec, location)
                if dependency is not None:
                    self._add(dependency, spec, group)
                    self._tie(dependency, spec)

    def _add(self, dependency: Dependency, spec: Table | str, group: str) -> None:
        is_optional = isinstance(spec, Table) and spec.boolean("optional")
        if self._only_adds(group, is_optional=is_optional):
            self._enrich(dependency, group)
            return
        groups: tuple[str, ...] = (group,) if group else ()
        if not group and is_optional and dependency.name is not None:
            groups = self._extras.get(dependency.name, (_OPTIONAL_GROUP,))
        self.entries.append(replace(dependency, groups=groups))

    def _tie(self, dependency: Dependency, spec: Table | str) -> None:
        source = spec.string("source") if isinstance(spec, Table) else None
        if source is not None and dependency.name is not None:
            pin = IndexPin(project=dependency.name, index=source.lower(), marker=dependency.marker)
            self.pins.append(pin)

    def _only_adds(self, group: str, *, is_optional: bool) -> bool:
        """Whether another table declares this group's dependencies, so that Poetry's table only sets their sources."""
        declared = self._declared.get(group, ())
        if not declared:
            return False
        if group or not self._is_mixed:
            return True
        declared_optional = [bool(entry.groups) for entry in declared]
        return any(declared_optional) if is_optional else not all(declared_optional)

    def _enrich(self, dependency: Dependency, group: str) -> None:
        if dependency.name is None:
            return
        place = f"[dependency-groups] {group}" if group else "[project]"
        is_named = dependency.name in self._names[group]
        if is_named and dependency.url is not None:
            self.sources.setdefault((group, dependency.name), dependency)
        reason = (
            f"extends the declaration of the same name in {place}"
            if is_named
            else f"has no effect: it extends {place}, which does not declare this name"
        )
        self.entries.append(replace(dependency, groups=(group,) if group else (), skipped_because=reason))


def _read_specs(table: Table, key: str, value: object) -> Iterator[tuple[Table | str, Location]]:
    """The constraints of a dependency, each with its location: that of the key, or of its own header."""
    location = table.location(key)
    match value:
        case str():
            yield value, location
        case dict():
            yield table.table(key), location
        case list():
            # [[tool.poetry.dependencies.NAME]]: the location of the key is then that of the first table.
            has_headers = table.location(key, 0) == location
            for number, element in enumerate(value):
                spec = element if isinstance(element, str) else table.element(key, number, element)
                if spec is not None:
                    yield spec, table.location(key, number) if has_headers else location
        case _:
            table.string(key)  # reports the type


def _read_dependency(table: Table, key: str, spec: Table | str, location: Location) -> Dependency | None:
    name = parse_name(key)
    if name is None:
        table.report(f"`{key[:80]}` is not a package name", key)
        return None
    version = spec if isinstance(spec, str) else spec.string("version")
    url = None if isinstance(spec, str) else read_url(spec)
    try:
        return declare(
            name,
            location=location,
            specifier=parse_poetry_constraint(version if version is not None and url is None else "*"),
            extras=() if isinstance(spec, str) else normalize_extras(text for text, _ in spec.strings("extras")),
            marker=None if isinstance(spec, str) else _read_marker(spec),
            url=url,
            editable=not isinstance(spec, str) and spec.boolean("develop"),
            text=_write(key, spec if isinstance(spec, str) else spec.values),
        )
    except SourceError as error:
        table.report_at(location, f"{key}: {error.reason}")
    except ValueError as error:
        table.report_at(location, f"{key}: {error}")
    return None


def _read_marker(spec: Table) -> Marker | None:
    """The keys ``python``, ``markers`` and ``platform`` as one marker."""
    location = spec.location()
    python, markers, platform = spec.string("python"), spec.string("markers"), spec.string("platform")
    texts = (
        write_python_marker(python) if python else None,
        markers,
        write_platform_marker(platform) if platform else None,
    )
    return join_markers(*(parse_marker(text, location) for text in texts if text))


def _read_extras(poetry: Table) -> dict[NormalizedName, tuple[str, ...]]:
    """The extras that name each optional dependency, as groups."""
    extras: dict[NormalizedName, dict[str, None]] = defaultdict(dict)
    table = poetry.table("extras")
    for extra in table.values:
        for text, _ in table.strings(extra):
            extras[canonicalize_name(text)][f"extra:{canonicalize_name(extra)}"] = None
    return {name: tuple(names) for name, names in extras.items()}


def _by_group(declared: Sequence[Entry]) -> dict[str, list[Dependency]]:
    groups: dict[str, list[Dependency]] = defaultdict(list)
    for entry in declared:
        if isinstance(entry, Dependency):
            groups[_group_of(entry)].append(entry)
    return groups


def _group_of(entry: Dependency) -> str:
    """The Poetry group of a declaration elsewhere in the file; extras belong to the project's own group."""
    own = entry.groups[0] if entry.groups else ""
    return "" if own.startswith("extra:") else own


def _write(key: str, value: object) -> str:
    """A declaration for messages, similar to the text of the file."""
    if isinstance(value, Mapping):
        parts = [f"{part} = {json.dumps(text, default=str, ensure_ascii=False)}" for part, text in value.items()]
        return shorten(f"{key} = {{ {', '.join(parts)} }}", limit=_MAX_TEXT_CHARACTERS)
    return shorten(f"{key} = {json.dumps(value, default=str, ensure_ascii=False)}", limit=_MAX_TEXT_CHARACTERS)
