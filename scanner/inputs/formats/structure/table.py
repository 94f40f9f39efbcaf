"""TOML and JSON documents as tables that know where they stand.

The values come from tomli and the standard library. A value of a type that the reader did not expect becomes a located
problem and reads as absent, so that the rest of the document is still read.
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
"""How many tables before a broken line are tried as the end of what can be read; each try parses the beginning."""
_SALVAGE_DEPTH = 2
"""How deep the members lie that count as whole: the packages of Pipfile.lock and of `pip inspect`."""


def parse_toml(document: Document, *, depth: int = DEFAULT_DEPTH) -> Table:
    """The top table of a TOML document; positions are known to ``depth`` keys, and the nearest parent's below that.

    Of a document that stops being TOML somewhere, the tables before that are read, and a problem tells the line.

    Raises:
        SourceError: the text is not TOML and has no whole table before the line where it stops being.
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
        message = f"not TOML: {error.msg}; what stands from the table before this line on is not read"
        problems[document.problem(message, error.lineno)] = None
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as TOML: nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
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
    """The longest beginning that is TOML and ends before one of the last tables up to a line, with its values."""
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
    """The top object of a JSON document; positions are known to ``depth`` keys, and the nearest parent's below that.

    Of a document that stops being JSON somewhere, the whole members before that are read, and a problem tells the line.

    Raises:
        SourceError: the text is not JSON and has no whole member before the line where it stops being, or its top
            level is no object.
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
        message = f"not JSON: {error.msg}; what stands from the unfinished entry before this on is not read"
        problems[document.problem(message, error.lineno)] = None
    except RecursionError as error:
        raise SourceError(document.path, None, "not readable as JSON: nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise SourceError(document.path, None, f"not readable as JSON: {error}") from error
    if not isinstance(values, dict):
        raise SourceError(document.path, 1, f"the top level is {_name_type(values)}, not an object")
    return Table(_Source(document, find_json_positions(text, depth=depth), problems), (), values)


@dataclass(frozen=True, slots=True)
class _Source:
    document: Document
    positions: Positions
    problems: dict[Problem, None] = field(default_factory=dict)
    """In the order in which they were met; a value that is looked at twice is told once."""


class Table:
    """One table with its key path; all tables of a document gather their problems in one list."""

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
        """Everything in the document that was not understood so far, in the order in which it was met."""
        return tuple(self._source.problems)

    def location(self, *keys: str | int) -> Location:
        """Where this table, or what the keys lead to in it, stands."""
        line, column = self._source.positions.find(self.path + keys)
        return self.document.location(line, column)

    def report(self, message: str, *keys: str | int, rule: Rule = Rule.CS601) -> None:
        """Adds a problem at the place of this table, or of what the keys lead to in it."""
        place = _write_path(self.path + keys)
        text = f"{place}: {message}" if place else message
        self.report_at(self.location(*keys), text, rule=rule)

    def report_at(self, location: Location, message: str, *, rule: Rule = Rule.CS601) -> None:
        """Adds a problem at a given place."""
        self._source.problems[Problem(rule=rule, message=message, location=location)] = None

    def string(self, key: str) -> str | None:
        """The string under a key; None where there is none."""
        return self._read(key, str)

    def boolean(self, key: str) -> bool:
        """The truth value under a key; False where there is none."""
        return self._read(key, bool) or False

    def integer(self, key: str) -> int | None:
        """The whole number under a key; None where there is none."""
        return self._read(key, int)

    def table(self, *keys: str) -> Table:
        """The table that the keys lead to, one after the other; an empty one where there is none."""
        table = self
        for key in keys:
            values: Mapping[str, object] = table._read(key, dict) or {}
            table = Table(self._source, (*table.path, key), values)
        return table

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of the array under a key; elements that are none become problems."""
        for number, value in enumerate(self._read(key, list) or ()):
            table = self.element(key, number, value)
            if table is not None:
                yield table

    def element(self, key: str, number: int, value: object) -> Table | None:
        """The n-th element of the array under a key as a table; a problem and None where it is none."""
        if isinstance(value, dict):
            return Table(self._source, (*self.path, key, number), value)
        self.report(f"a table belongs here, not {_name_type(value)}", key, number)
        return None

    def members(self) -> Iterator[tuple[str, Table]]:
        """Each key whose value is a table, with it; other values become problems."""
        for key, value in self.values.items():
            if isinstance(value, dict):
                yield key, Table(self._source, (*self.path, key), value)
            else:
                self.report(f"a table belongs here, not {_name_type(value)}", key)

    def elements(self, key: str) -> Iterator[tuple[int, object]]:
        """The elements of the array under a key with their numbers, whatever they are."""
        yield from enumerate(self._read(key, list) or ())

    def strings(self, key: str) -> Iterator[tuple[str, Location]]:
        """The strings of the array under a key, each with its place; elements that are none become problems."""
        for number, value in self.elements(key):
            if isinstance(value, str):
                yield value, self.location(key, number)
            else:
                self.report(f"a string belongs here, not {_name_type(value)}", key, number)

    def _read(self, key: str, kind: type[_T]) -> _T | None:
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return value
        self.report(f"{_NAMES[kind]} belongs here, not {_name_type(value)}", key)
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
    """A key path as people write it: ``package[3].version``; parts that are no bare keys in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if part.replace("-", "").replace("_", "").isalnum() else json.dumps(part[:80])
            text += f".{name[:80]}" if text else name[:80]
    return text
