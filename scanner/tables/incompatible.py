"""The incompatible-library table (data/incompatible.toml)."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from packaging.utils import NormalizedName

from scanner.tables.alternatives import load_alternatives
from scanner.tables.fields import Fields, Header, Provenance
from scanner.tables.files import parse_toml, read_table

_NAME = "incompatible.toml"

Certainty = Literal["verified", "likely", "uncertain"]
"""How sure a row is; an uncertain one is never more than advice."""

_CERTAINTIES: tuple[Certainty, ...] = ("verified", "likely", "uncertain")


class Effect(enum.StrEnum):
    """What a row does: CONTAINER decides the verdict, the others are advice and leave it to the wheels."""

    CONTAINER = "container"
    REPLACE = "replace"
    REMOVE = "remove"
    LIMITS = "limits"


@dataclass(frozen=True, kw_only=True, slots=True)
class IncompatibleRow:
    """One library with the reason why it does not run on Workers as it is, and the way out."""

    name: str
    """The row's title."""
    names: tuple[NormalizedName, ...]
    """The names on the package index that the row covers; empty where the library is not in Python."""
    category: str
    reason: str
    effect: Effect
    use: str
    """What to do instead, a fragment that reads as an advice."""
    alternative: str | None
    """The key of a row of the alternatives table."""
    build_lifts: bool
    """Whether a WebAssembly build makes it run; a browser, a program or a device no build can bring."""
    certainty: Certainty
    founding: bool
    """Whether it is one of the thirteen rows that the project was founded on."""
    provenance: Provenance


@dataclass(frozen=True, kw_only=True, slots=True)
class IncompatibleTable:
    """All rows in order of their titles."""

    version: int
    date: dt.date
    rows: tuple[IncompatibleRow, ...]
    by_name: Mapping[NormalizedName, IncompatibleRow]


@cache
def load_incompatible() -> IncompatibleTable:
    """The incompatible-library table."""
    return parse_incompatible(read_table(_NAME), f"data/{_NAME}", alternatives=load_alternatives())


def parse_incompatible(text: str, path: str, *, alternatives: Container[str]) -> IncompatibleTable:
    """The rows of the table's text; ``alternatives`` has the keys that a row may name.

    Raises:
        TableError: a field is missing or of the wrong type, a title or name stands twice, an alternative does not
            exist, a row that needs a container names none, or an uncertain row claims to need one.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    places = fields.rows("rows")
    rows = tuple(_parse_row(place, header, alternatives) for place in places)
    fields.finish()
    _refuse_repeated_titles(zip(places, rows, strict=True))
    return IncompatibleTable(
        version=header.version,
        date=header.provenance.date,
        rows=rows,
        by_name=_index_names(zip(places, rows, strict=True)),
    )


def _parse_row(place: Fields, header: Header, alternatives: Container[str]) -> IncompatibleRow:
    row = IncompatibleRow(
        name=place.text("name"),
        names=place.distributions("names"),
        category=place.text("category"),
        reason=place.text("reason"),
        effect=place.choice("effect", tuple(Effect)),
        use=place.text("use"),
        alternative=place.optional_text("alternative"),
        build_lifts=place.boolean("build_lifts"),
        certainty=place.choice("certainty", _CERTAINTIES),
        founding=place.boolean("founding"),
        provenance=place.provenance(header),
    )
    place.finish()
    _check_row(place, row, alternatives)
    return row


def _check_row(place: Fields, row: IncompatibleRow, alternatives: Container[str]) -> None:
    if row.alternative is not None and row.alternative not in alternatives:
        raise place.error("alternative", f"{row.alternative!r} is no key of the alternatives table")
    if row.effect is not Effect.CONTAINER:
        return
    if row.alternative is None:
        raise place.error("alternative", "is missing, and a row that needs a container has one")
    if row.certainty == "uncertain":
        raise place.error("effect", "an uncertain row is never more than advice")


def _refuse_repeated_titles(rows: Iterable[tuple[Fields, IncompatibleRow]]) -> None:
    titles: set[str] = set()
    for place, row in rows:
        if row.name in titles:
            raise place.error("name", f"{row.name!r} stands twice")
        titles.add(row.name)


def _index_names(rows: Iterable[tuple[Fields, IncompatibleRow]]) -> Mapping[NormalizedName, IncompatibleRow]:
    by_name: dict[NormalizedName, IncompatibleRow] = {}
    for place, row in rows:
        for index, name in enumerate(row.names):
            if name in by_name:
                raise place.error(f"names[{index}]", f"{name!r} stands twice")
            by_name[name] = row
    return MappingProxyType(by_name)
