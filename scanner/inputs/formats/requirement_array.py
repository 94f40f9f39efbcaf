"""An array of requirement strings (PEP 508) in a structured document."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inputs.formats.declaration import parse_declaration
from scanner.inputs.formats.structure.table import Table
from scanner.model.dependency import Dependency
from scanner.model.errors import SourceError


def read_requirements(table: Table, key: str, *, groups: tuple[str, ...] = ()) -> Iterator[Dependency]:
    """The dependencies in the array under a key, each at its own line; invalid elements become problems."""
    for text, location in table.strings(key):
        try:
            yield parse_declaration(text, location, groups=groups)
        except SourceError as error:
            table.report_at(location, error.reason)
