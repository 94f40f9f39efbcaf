"""The incompatible-library table (data/incompatible.toml)."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from packaging.utils import NormalizedName

from scanner.runtime.tables.fields import Fields, Header, Provenance
from scanner.runtime.tables.files import parse_toml, read_table

_NAME = "incompatible.toml"

Certainty = Literal["verified", "likely", "uncertain"]
"""The certainty of a row; an uncertain one is only advice."""

_CERTAINTIES: tuple[Certainty, ...] = ("verified", "likely", "uncertain")


class Effect(enum.StrEnum):
    """The effect of a row: CONTAINER decides the verdict, the others are advice and leave it to the wheels."""

    CONTAINER = "container"
    REPLACE = "replace"
    REMOVE = "remove"
    LIMITS = "limits"


@dataclass(frozen=True, kw_only=True, slots=True)
class IncompatibleRow:
    """One library with the reason why it does not run on Workers, and the alternative."""

    name: str
    """The row's title."""
    names: tuple[NormalizedName, ...]
    """The names on the package index that the row covers; empty where the library is not in Python."""
    category: str
    reason: str
    effect: Effect
    use: str
    """The alternative, as an imperative fragment."""
    alternative: str | None
    """The key of a row of the alternatives table."""
    build_lifts: bool
    """Whether a WebAssembly build makes it run; no build provides a browser, a program or a device."""
    certainty: Certainty
    founding: bool
    """Whether it is one of the project's thirteen original rows."""
    provenance: Provenance
    pyodide_copy_runs: bool = False
    """Whether the row says nothing of Pyodide's own copy, which is patched."""
    replacements: tuple[str, ...] = ()
    """Requirements that may take its place, the best first; the code has to change with them."""


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
    return parse_incompatible(read_table(_NAME), f"data/{_NAME}")


def parse_incompatible(text: str, path: str) -> IncompatibleTable:
    """The rows of the table's text.

    Raises:
        TableError: a field is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    rows = tuple(_parse_row(place, header) for place in fields.rows("rows"))
    fields.finish()
    return IncompatibleTable(
        version=header.version,
        date=header.provenance.date,
        rows=rows,
        by_name=MappingProxyType({name: row for row in rows for name in row.names}),
    )


def _parse_row(place: Fields, header: Header) -> IncompatibleRow:
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
        pyodide_copy_runs=place.optional_boolean("pyodide_copy_runs"),
        replacements=place.optional_texts("replacements"),
    )
    place.finish()
    return row
