"""TOML and JSON documents as tables with locations.

tomli and the standard library parse the values. A value of an unexpected type becomes a located problem and reads as
absent, so that the rest of the document is still read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import tomli

from scanner.inputs.formats.document import Document
from scanner.inputs.formats.structure.json_positions import close_json, find_json_positions
from scanner.inputs.formats.structure.positions import DEFAULT_DEPTH, KeyPath, Positions
from scanner.inputs.formats.structure.toml_positions import find_toml_positions
from scanner.inputs.formats.text import refuse_endless
from scanner.model.dependency import Location
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule

_T = TypeVar("_T")

_LARGE_CHARACTERS = 100_000
_SALVAGE_TRIES = 3
"""How many tables before a broken line are tried as the end of the readable part; each try parses the beginning."""
_SALVAGE_DEPTH = 2
"""The depth of the members that are recovered as a whole: the packages of Pipfile.lock and of `pip inspect`."""


def parse_toml(document: Document, *, depth: int = DEFAULT_DEPTH) -> Table:
    """The top table of a TOML document; positions have up to ``depth`` keys, deeper ones are the nearest parent's.

    Of a document with a syntax error, the tables before it are read, and a problem reports the line.

    Raises:
        SourceError: the text is not TOML and has no complete table before the line of the syntax error.
    """
    text = document.text.removeprefix("\ufeff")
    refuse_endless(text, document.path)
    problems: dict[Problem, None] = {}
    try:
        values = _load_large(text) if len(text) > _LARGE_CHARACTERS else tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        text, values = _salvage_tables(text, error.lineno)
        if not values:
            raise SourceError(document.path, error.lineno, f"not TOML: {error.msg}") from error
        message = f"not TOML: {error.msg}; nothing from the preceding table header on is read"
        problems[document.problem(message, error.lineno)] = None
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as TOML: nested too deeply") from error
    except ValueError as error:  # a number with more digits than Python converts
        raise SourceError(document.path, None, f"not readable as TOML: {error}") from error
    find = _find_large_positions if len(text) > _LARGE_CHARACTERS else find_toml_positions
    return Table(_Source(document, find(text, depth=depth), problems), (), values)


@lru_cache(maxsize=1)
def _load_large(text: str) -> dict[str, object]:
    """The values of a large text; each member of a workspace reads the same lock, and tables are never changed."""
    return tomli.loads(text)


@lru_cache(maxsize=1)
def _find_large_positions(text: str, *, depth: int) -> Positions:
    return find_toml_positions(text, depth=depth)


def _salvage_tables(text: str, bad_line: int) -> tuple[str, dict[str, object]]:
    """The values of the longest valid beginning that ends before one of the last tables up to a line."""
    lines = text.split("\n")[:bad_line]
    headers = [number for number, line in enumerate(lines) if line.startswith("[")]
    for end in reversed(headers[-_SALVAGE_TRIES:]):
        beginning = "\n".join(lines[:end]) + "\n"
        try:
            return beginning, tomli.loads(beginning)
        except (ValueError, RecursionError):
            continue
    return "", {}


def parse_json(document: Document, *, depth: int = DEFAULT_DEPTH) -> Table:
    """The top object of a JSON document; positions have up to ``depth`` keys, deeper ones are the nearest parent's.

    Of a document with a syntax error, the complete members before it are read, and a problem reports the line.

    Raises:
        SourceError: the text is not JSON and has no complete member before the line of the syntax error, or its top
            level is not an object.
    """
    text = document.text.removeprefix("\ufeff")
    refuse_endless(text, document.path)
    problems: dict[Problem, None] = {}
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        text = close_json(text[: error.pos], depth=_SALVAGE_DEPTH)
        values = json.loads(text) if text else None
        if not values:
            raise SourceError(document.path, error.lineno, f"not JSON: {error.msg}") from error
        message = f"not JSON: {error.msg}; nothing from the incomplete entry on is read"
        problems[document.problem(message, error.lineno)] = None
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as JSON: nested too deeply") from error
    except ValueError as error:  # a number with more digits than Python converts
        raise SourceError(document.path, None, f"not readable as JSON: {error}") from error
    if not isinstance(values, dict):
        raise SourceError(document.path, 1, f"the top level is {_name_type(values)}, not an object")
    return Table(_Source(document, find_json_positions(text, depth=depth), problems), (), values)


@dataclass(frozen=True, slots=True)
class _Source:
    document: Document
    positions: Positions
    problems: dict[Problem, None] = field(default_factory=dict)
    """In the order in which they were found; a value that is read twice is reported once."""


class Table:
    """One table with its key path; all tables of a document collect their problems in one list."""

    __slots__ = ("_source", "path", "values")

    def __init__(self, source: _Source, path: KeyPath, values: Mapping[str, object]) -> None:
        self._source = source
        self.path = path
        self.values = values

    def __bool__(self) -> bool:
        return bool(self.values)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def document(self) -> Document:
        """The document that this table is part of."""
        return self._source.document

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of the document so far, in the order in which they were found."""
        return tuple(self._source.problems)

    def location(self, *keys: str | int) -> Location:
        """The location of this table, or of the value at a key path in it."""
        line, column = self._source.positions.find(self.path + keys)
        return self.document.location(line, column)

    def report(self, message: str, *keys: str | int, rule: Rule = Rule.CS601) -> None:
        """Add a problem at the location of this table, or of the value at a key path in it."""
        place = _write_path(self.path + keys)
        text = f"{place}: {message}" if place else message
        self.report_at(self.location(*keys), text, rule=rule)

    def report_at(self, location: Location, message: str, *, rule: Rule = Rule.CS601) -> None:
        """Add a problem at a given location."""
        self._source.problems[Problem(rule=rule, message=message, location=location)] = None

    def string(self, key: str) -> str | None:
        """The string under a key; None if there is none."""
        return self._read(key, str)

    def boolean(self, key: str) -> bool:
        """The boolean under a key; False if there is none."""
        return self._read(key, bool) or False

    def integer(self, key: str) -> int | None:
        """The integer under a key; None if there is none."""
        return self._read(key, int)

    def table(self, *keys: str) -> Table:
        """The table at a key path; an empty one if there is none."""
        table = self
        for key in keys:
            values: Mapping[str, object] = table._read(key, dict) or {}
            table = Table(self._source, (*table.path, key), values)
        return table

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of the array under a key; other elements become problems."""
        for number, value in enumerate(self._read(key, list) or ()):
            table = self.element(key, number, value)
            if table is not None:
                yield table

    def element(self, key: str, number: int, value: object) -> Table | None:
        """The n-th element of the array under a key as a table; a problem and None if it is not a table."""
        if isinstance(value, dict):
            return Table(self._source, (*self.path, key, number), value)
        self.report(f"expected a table, not {_name_type(value)}", key, number)
        return None

    def members(self) -> Iterator[tuple[str, Table]]:
        """Each key whose value is a table, with it; other values become problems."""
        for key, value in self.values.items():
            if isinstance(value, dict):
                yield key, Table(self._source, (*self.path, key), value)
            else:
                self.report(f"expected a table, not {_name_type(value)}", key)

    def elements(self, key: str) -> Iterator[tuple[int, object]]:
        """The elements of the array under a key with their indexes, of any type."""
        yield from enumerate(self._read(key, list) or ())

    def strings(self, key: str) -> Iterator[tuple[str, Location]]:
        """The strings of the array under a key, each with its location; other elements become problems."""
        for number, value in self.elements(key):
            if isinstance(value, str):
                yield value, self.location(key, number)
            else:
                self.report(f"expected a string, not {_name_type(value)}", key, number)

    def _read(self, key: str, kind: type[_T]) -> _T | None:
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.report(f"expected {_NAMES[kind]}, not {_name_type(value)}", key)
        return None


_NAMES: Mapping[type, str] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a fraction",
    dict: "a table",
    list: "an array",
    type(None): "null",
}


def _name_type(value: object) -> str:
    return _NAMES.get(type(value), "a date or time")


def _write_path(path: KeyPath) -> str:
    """A key path as text: ``package[3].version``; parts that are not bare keys are quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if part.replace("-", "").replace("_", "").isalnum() else json.dumps(part[:80])
            text += f".{name[:80]}" if text else name[:80]
    return text
