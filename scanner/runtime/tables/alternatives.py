"""Cloudflare's alternatives to packages (data/alternatives.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from scanner.runtime.tables.fields import Fields, Header, Provenance
from scanner.runtime.tables.files import parse_toml, read_table

_NAME = "alternatives.toml"

Confidence = Literal["verified", "listed", "uncertain"]
"""The certainty of an alternative: the page was read, the product is documented for Python, or neither."""

_CONFIDENCES: tuple[Confidence, ...] = ("verified", "listed", "uncertain")


@dataclass(frozen=True, kw_only=True, slots=True)
class AlternativeRow:
    """One product with the page that documents it."""

    key: str
    """The name in rows of the incompatible-library table."""
    product: str
    url: str
    note: str
    """The requirements for using it from Python."""
    confidence: Confidence
    provenance: Provenance


@cache
def load_alternatives() -> Mapping[str, AlternativeRow]:
    """The alternatives by key."""
    return parse_alternatives(read_table(_NAME), f"data/{_NAME}")


def parse_alternatives(text: str, path: str) -> Mapping[str, AlternativeRow]:
    """The alternatives of the table's text, by key.

    Raises:
        TableError: a field is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    rows = [_parse_alternative(row, header) for row in fields.rows("rows")]
    fields.finish()
    return MappingProxyType({row.key: row for row in rows})


def _parse_alternative(row: Fields, header: Header) -> AlternativeRow:
    alternative = AlternativeRow(
        key=row.text("key"),
        product=row.text("product"),
        url=row.url("url"),
        note=row.text("note"),
        confidence=row.choice("confidence", _CONFIDENCES),
        provenance=row.provenance(header),
    )
    row.finish()
    return alternative
