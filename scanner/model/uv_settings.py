"""uv's settings of indexes and resolution, from a uv.toml or a [tool.uv] table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from scanner.model.index_settings import IndexLocation, IndexPin, IndexSettings, Place

Table = Mapping[str, object]
Report = Callable[[str, str], None]
"""Receives a key and the error in its value."""

_CHOICES = {
    "index-strategy": ("first-index", "unsafe-first-match", "unsafe-best-match"),
    "resolution": ("highest", "lowest", "lowest-direct"),
    "prerelease": ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
}


def parse_uv_settings(table: Table, place: Place, report: Report) -> IndexSettings:
    """The settings of a table; its table ``pip`` is for uv's pip commands and takes precedence.

    A value that cannot be used is reported and reads as absent.
    """
    pip = table.get("pip")
    reader = _Reader({**table, **pip} if isinstance(pip, dict) else table, place, report)
    listed = tuple(reader.indexes())
    default = [location for location, is_default in listed if is_default] or reader.locations("index-url")
    flat = [location for location, _ in listed if location.is_flat and not location.is_explicit]
    return IndexSettings(
        index=default[0] if default else None,
        extra=(
            # A page of links is used as an index only for packages that are pinned to it.
            *(
                replace(index, is_explicit=index.is_explicit or index.is_flat)
                for index, is_default in listed
                if not is_default
            ),
            *reader.locations("extra-index-url"),
        ),
        find_links=(*flat, *reader.locations("find-links", is_flat=True)),
        no_index=reader.flag("no-index"),
        pins=tuple(reader.pins()),
        strategy=reader.choice("index-strategy"),
        exclude_newer=reader.moment("exclude-newer"),
        resolution=reader.choice("resolution"),
        prerelease=reader.choice("prerelease"),
    )


def check_choice(key: str, value: str, report: Report) -> str | None:
    """The value of a setting with fixed choices; None after reporting an invalid one."""
    if value in _CHOICES[key]:
        return value
    report(key, f"must be one of {', '.join(_CHOICES[key])}")
    return None


class _Reader:
    """Typed access to a table of settings."""

    def __init__(self, table: Table, place: Place, report: Report) -> None:
        self._table, self._place, self._report = table, place, report

    def text(self, key: str, table: Table | None = None) -> str | None:
        value = (self._table if table is None else table).get(key)
        if value is None or isinstance(value, str):
            return value
        self._report(key, "must be a string")
        return None

    def flag(self, key: str, table: Table | None = None) -> bool | None:
        value = (self._table if table is None else table).get(key)
        if value is None or isinstance(value, bool):
            return value
        self._report(key, "must be true or false")
        return None

    def choice(self, key: str) -> str | None:
        value = self.text(key)
        return None if value is None else check_choice(key, value, self._report)

    def moment(self, key: str) -> str | None:
        """A date or time, for which TOML has a separate type."""
        value = self._table.get(key)
        return None if value is None else str(value)

    def locations(self, key: str, *, is_flat: bool = False) -> list[IndexLocation]:
        value = self._table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
            self._report(key, "must be a list of strings")
            return []
        return [self._place.location(text, key, is_flat=is_flat) for text in values]

    def indexes(self) -> Iterator[tuple[IndexLocation, bool]]:
        """The [[index]] tables in order, each with whether it is the default one."""
        for table in self._tables():
            url = self.text("url", table)
            if url is None:
                self._report("index", "an index has no url")
                continue
            location = self._place.location(
                url,
                "index.url",
                name=self.text("name", table),
                is_explicit=bool(self.flag("explicit", table)),
                is_flat=self.text("format", table) == "flat",
            )
            codes = table.get("ignore-error-codes")
            statuses = [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []
            location = replace(location, absent_statuses=location.absent_statuses.union(statuses))
            yield location, bool(self.flag("default", table)) and not location.is_flat

    def _tables(self) -> list[Table]:
        tables = self._table.get("index", [])
        if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            return tables
        self._report("index", "must be a list of tables")
        return []

    def pins(self) -> Iterator[IndexPin]:
        """The projects that [tool.uv.sources] pins to an index, also those only for an extra or a group."""
        sources = self._table.get("sources")
        for project, value in sources.items() if isinstance(sources, dict) else ():
            for source in value if isinstance(value, list) else [value]:
                index = source.get("index") if isinstance(source, dict) else None
                if isinstance(index, str):
                    marker = self._marker(source.get("marker"))
                    yield IndexPin(project=canonicalize_name(project), index=index, marker=marker)

    def _marker(self, text: object) -> Marker | None:
        """The marker of a source; None if it is invalid, so that the pin applies everywhere."""
        if text is None:
            return None
        try:
            return Marker(str(text))
        except (InvalidMarker, ValueError, RecursionError):
            self._report("sources", "a source has an invalid marker")
            return None
