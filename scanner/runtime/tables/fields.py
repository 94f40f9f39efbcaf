"""Reads one table of a data file: each helper checks a type and names the invalid key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.model.errors import TableError

_Value = TypeVar("_Value")

_URL = re.compile(r"https://[^\s<>\"'\\]+")
_ORDINARY_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """The source of a row, and the day on which it was checked."""

    source: str
    date: dt.date


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The header of every table; rows without a source or date have the header's."""

    version: int
    provenance: Provenance


class Fields:
    """The keys of one TOML table or JSON object, together with its location.

    Each key is read by its type; ``finish`` then rejects the keys that were not read, so that a misspelt optional key
    is an error and not a silent default.
    """

    __slots__ = ("_key", "_path", "_seen", "_values")

    def __init__(self, path: str, values: Mapping[str, object], key: str = "") -> None:
        self._path = path
        self._values = values
        self._key = key
        self._seen: set[str] = set()

    def error(self, name: str, reason: str) -> TableError:
        """The error to raise about the key ``name``, possibly with an index as in ``names[0]``; empty is this table."""
        key = ".".join(part for part in (self._key, name) if part)
        return TableError(self._path, key or "file", reason)

    def finish(self) -> None:
        """Reject keys that were not read."""
        for name in self._values:
            if name not in self._seen:
                raise self.error(_spell(name), "unknown key")

    def header(self) -> Header:
        """Version, source and date of the whole table."""
        provenance = Provenance(source=self.text("source"), date=self.day("date"))
        return Header(version=self.integer("version", minimum=1), provenance=provenance)

    def provenance(self, header: Header) -> Provenance:
        """The row's own source and date, or the table's if the row has none."""
        return Provenance(
            source=self.optional_text("source") or header.provenance.source,
            date=self.optional_day("date") or header.provenance.date,
        )

    def text(self, name: str) -> str:
        """A string: not empty, trimmed, printable."""
        return self._printable(name, self._take(name, str, "a string"))

    def document(self, name: str) -> str:
        """A string that may have several lines."""
        return self._take(name, str, "a string")

    def optional_text(self, name: str) -> str | None:
        """As ``text``; None if the key is absent."""
        return self.text(name) if self._has(name) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings, in order, each as in ``text``."""
        return tuple(self._printable(f"{name}[{index}]", item) for index, item in self._items(name))

    def optional_texts(self, name: str) -> tuple[str, ...]:
        """As ``texts``; empty where the key is absent."""
        return self.texts(name) if self._has(name) else ()

    def distributions(self, name: str) -> tuple[NormalizedName, ...]:
        """A list of distribution names, each already normalised (PEP 503)."""
        return tuple(self.normalized(f"{name}[{index}]", item) for index, item in self._items(name))

    def normalized(self, place: str, item: object) -> NormalizedName:
        """``item`` as a distribution name; ``place`` is its key."""
        spelled = self._printable(place, item)
        try:
            normalized = canonicalize_name(spelled, validate=True)
        except InvalidName as error:
            raise self.error(place, f"{spelled!r} is not a distribution name") from error
        if spelled != normalized:
            raise self.error(place, f"{spelled!r} is not normalised: {normalized!r}")
        return normalized

    def release(self, place: str, spelled: str) -> Version:
        """``spelled`` as a version (PEP 440); ``place`` is its key."""
        try:
            return Version(spelled)
        except (InvalidVersion, ValueError) as error:
            raise self.error(place, f"{spelled!r} is not a version") from error

    def url(self, name: str) -> str:
        """An https address."""
        address = self.text(name)
        if not _URL.fullmatch(address):
            raise self.error(name, f"{address!r} is not an https URL")
        return address

    def choice(self, name: str, options: tuple[_Value, ...]) -> _Value:
        """The option that the key spells."""
        spelled = self.text(name)
        for option in options:
            if option == spelled:
                return option
        raise self.error(name, f"{spelled!r} must be one of {', '.join(str(option) for option in options)}")

    def boolean(self, name: str) -> bool:
        """True or false."""
        return self._take(name, bool, "true or false")

    def optional_boolean(self, name: str) -> bool:
        """As ``boolean``; false if the key is absent."""
        return self.boolean(name) if self._has(name) else False

    def integer(self, name: str, *, minimum: int = 0) -> int:
        """A whole number, at least ``minimum``."""
        value = self._take(name, int, "a whole number")
        if isinstance(value, bool) or value < minimum:
            raise self.error(name, f"must be a whole number of at least {minimum}")
        return value

    def optional_integer(self, name: str) -> int | None:
        """As ``integer``; None if the key is absent."""
        return self.integer(name) if self._has(name) else None

    def number(self, name: str) -> float:
        """A number that is finite and not negative."""
        value = self._take(name, (int, float), "a number")
        if isinstance(value, bool) or not 0 <= value < 1e15:
            raise self.error(name, "must be a number of at least 0")
        return float(value)

    def day(self, name: str) -> dt.date:
        """A calendar date: TOML's own, or the same as an ISO 8601 string where the format is JSON."""
        value = self._take(name, (dt.date, str), "a date")
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError as error:
            raise self.error(name, f"{str(value)!r} is not a date") from error

    def optional_day(self, name: str) -> dt.date | None:
        """As ``day``; None if the key is absent."""
        return self.day(name) if self._has(name) else None

    def rows(self, name: str) -> tuple[Fields, ...]:
        """An array of tables, each with its own location."""
        return tuple(self._table(f"{name}[{index}]", item) for index, item in self._items(name))

    def table(self, name: str) -> Fields:
        """One table inside this one."""
        return self._table(_spell(name), self._take(name, dict, "a table"))

    def whole_table(self, name: str) -> Mapping[str, object]:
        """One table as plain values."""
        return self._take(name, dict, "a table")

    def tables(self) -> Iterator[tuple[str, Fields]]:
        """Every key with its value, which must be a table."""
        for name in self._values:
            yield name, self.table(name)

    def names(self) -> tuple[str, ...]:
        """The keys themselves, in order, for tables with data as keys."""
        return tuple(self._printable(_spell(name), name) for name in self._values)

    def _has(self, name: str) -> bool:
        return name in self._values

    def _take(self, name: str, kind: type[_Value] | tuple[type[_Value], ...], described: str) -> _Value:
        self._seen.add(name)
        if name not in self._values:
            raise self.error(_spell(name), "is missing")
        value = self._values[name]
        if not isinstance(value, kind):
            raise self.error(_spell(name), f"is not {described}")
        return value

    def _items(self, name: str) -> Iterator[tuple[int, object]]:
        return iter(enumerate(self._take(name, list, "a list")))

    def _printable(self, place: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.error(place, "is not a string")
        if not value or value != value.strip() or not value.isprintable():
            raise self.error(place, "is empty, not trimmed or not printable")
        return value

    def _table(self, place: str, value: object) -> Fields:
        if not isinstance(value, dict):
            raise self.error(place, "is not a table")
        return Fields(self._path, value, ".".join(part for part in (self._key, place) if part))


def _spell(name: str) -> str:
    """A key as TOML would write it in a dotted path."""
    return name if _ORDINARY_KEY.fullmatch(name) else f'"{name.encode("unicode_escape").decode()}"'
