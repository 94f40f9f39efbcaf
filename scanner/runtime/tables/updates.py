"""Newer tables that ``compat-scan data update`` has fetched, all in one file of the cache folder.

The file holds the text of every table with its SHA-256, so that one rename puts a consistent set of tables in force.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from scanner.model.errors import TableError
from scanner.runtime.tables.fields import Fields
from scanner.runtime.tables.files import parse_json

UPDATES_NAME = "tables.json"
UPDATES_FORMAT = 1
"""Incremented if the format of a machine-made table changes: older files are then ignored."""
_BYTES_MAXIMUM = 16 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Updates:
    """The text of each updated table by its path below data/."""

    date: dt.date
    """The day on which the registries were read."""
    texts: Mapping[str, str]


def read_updates(folder: Path) -> Updates | None:
    """The updated tables in a cache folder; None if there are none, or if they are of another format.

    Raises:
        TableError: the file is damaged.
    """
    path = folder / UPDATES_NAME
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > _BYTES_MAXIMUM:
            raise TableError(str(path), "file", f"is larger than {_BYTES_MAXIMUM} bytes")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise TableError(str(path), "file", f"cannot be read: {error}") from error
    return parse_updates(text, str(path))


def parse_updates(text: str, path: str) -> Updates | None:
    """The updated tables of the file's text; None if it is of another format.

    Raises:
        TableError: a key is missing or of the wrong type, or a text does not have its digest.
    """
    fields = parse_json(text, path)
    if fields.integer("format") != UPDATES_FORMAT:
        return None
    date = fields.day("date")
    texts = {name: _parse_text(row) for name, row in fields.table("tables").tables()}
    fields.finish()
    return Updates(date=date, texts=MappingProxyType(texts))


def format_updates(updates: Updates) -> str:
    """The text of the file, the reverse of ``parse_updates``."""
    import json  # noqa: PLC0415  # only where tables are updated

    tables = {name: {"sha256": _digest(text), "text": text} for name, text in sorted(updates.texts.items())}
    return json.dumps({"format": UPDATES_FORMAT, "date": updates.date.isoformat(), "tables": tables}, indent=0)


def _parse_text(row: Fields) -> str:
    text = row.document("text")
    if _digest(text) != row.text("sha256"):
        raise row.error("sha256", "is not the digest of the table")
    row.finish()
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
