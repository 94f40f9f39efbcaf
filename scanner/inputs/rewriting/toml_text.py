"""Where the parts of a TOML document stand, and splices that remove or add an element of an array or a pair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import tomli

from scanner.inputs.formats.structure.positions import KeyPath, Positions
from scanner.inputs.formats.structure.toml_positions import find_pair, find_toml_positions, find_value_end
from scanner.inputs.rewriting.draft import Splice
from scanner.model.errors import EditError

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SPACES = re.compile(r"[ \t]*+")
_REST_OF_LINE = re.compile(r"[ \t]*+(?:#[^\n]*+|\r)?+(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class TomlText:
    """A TOML document: its text, values and positions."""

    text: str
    values: Mapping[str, object]
    positions: Positions

    def value(self, path: KeyPath) -> object:
        """The value at a key path; None if there is none."""
        value: object = self.values
        for key in path:
            if isinstance(value, dict):
                value = value.get(key)
            elif isinstance(value, list) and isinstance(key, int):
                value = value[key] if key < len(value) else None
            else:
                return None
        return value

    def start(self, path: KeyPath) -> int | None:
        """Where a key path begins; None if it does not stand in the text."""
        return self.positions.offset(path)

    def span(self, path: KeyPath) -> tuple[int, int] | None:
        """Where the value of a key begins and ends; None for a header and for what does not stand in the text."""
        start = self.start(path)
        if start is None or (self.text[start] == "[" and isinstance(path[-1], str)):
            return None
        if isinstance(path[-1], int):
            return start, find_value_end(self.text, start)
        return find_pair(self.text, start)[1:]

    def is_inline(self, path: KeyPath) -> bool:
        """Whether a key stands between the braces of an inline table."""
        start, parent = self.start(path), self.span(path[:-1]) if len(path) > 1 else None
        return start is not None and parent is not None and parent[0] < start < parent[1]

    @property
    def newline(self) -> str:
        """The line end of the document."""
        return "\r\n" if "\r\n" in self.text else "\n"


def parse_toml_text(path: str, text: str) -> TomlText:
    """The document with its positions.

    Raises:
        EditError: the text is not TOML.
    """
    try:
        values = tomli.loads(text)
    except (ValueError, RecursionError) as error:
        raise EditError(path, getattr(error, "lineno", None), "the file is not TOML throughout") from error
    return TomlText(text, values, find_toml_positions(text))


def quoted_content(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the content of the string from ``start`` to ``end`` begins and ends."""
    quotes = 3 if text.startswith(('"""', "'''"), start) else 1
    return start + quotes, end - quotes


def remove_item(toml: TomlText, start: int, end: int, previous_end: int | None, *, is_array: bool) -> Splice:
    """The splice that removes an array element or the pair of an inline table, with one comma.

    An element that has lines of its own goes with them and with the comment there; all others leave the lines alone.
    ``previous_end`` is where the item before it ends.
    """
    text = toml.text
    comma = _find_comma(text, end)
    stop = comma + 1 if comma is not None else end
    line_start = text.rfind("\n", 0, start) + 1
    rest = _REST_OF_LINE.match(text, stop)
    if is_array and rest and not text[line_start:start].strip():
        return Splice(line_start, rest.end())
    if comma is not None:
        following = _SPACES.match(text, stop)
        if rest or following is None:
            return Splice(line_start + len(text[line_start:start].rstrip(" \t")), stop)
        return Splice(start, following.end())
    before = _find_comma(text, previous_end) if previous_end is not None else None
    if before is None or "#" in text[before:start]:
        return Splice(start, end)
    return Splice(before, end)


def remove_lines(text: str, start: int, end: int) -> Splice:
    """The splice that removes the lines of a pair or table, with the comment at their end."""
    rest = _REST_OF_LINE.match(text, end)
    return Splice(text.rfind("\n", 0, start) + 1, rest.end() if rest else end)


def add_element(toml: TomlText, path: KeyPath, element: str) -> Splice | None:
    """The splice that puts an element first in the array at a path; None if there is no array."""
    span = toml.span(path)
    array = toml.value(path)
    if span is None or not isinstance(array, list):
        return None
    first = toml.start((*path, 0)) if array else None
    if first is None:
        return Splice(span[0] + 1, span[0] + 1, element)
    return Splice(first, first, element + "," + _separator(toml.text, first))


def add_pair(toml: TomlText, path: KeyPath, pair: str) -> Splice | None:
    """The splice that puts a pair first in the table at a path; None if the table has no keys to put it before."""
    table = toml.value(path)
    first = next(iter(table), None) if isinstance(table, dict) else None
    start = toml.start((*path, first)) if first is not None else None
    if first is None or start is None:
        return None
    separator = ", " if toml.is_inline((*path, first)) else toml.newline
    return Splice(start, start, pair + separator)


def _separator(text: str, start: int) -> str:
    """A line end and the indentation if what begins at an offset is the first on its line, else a space."""
    line_start = text.rfind("\n", 0, start) + 1
    indent = text[line_start:start]
    if indent.strip() or line_start == 0:
        return " "
    return ("\r\n" if text[line_start - 2 : line_start] == "\r\n" else "\n") + indent


def _find_comma(text: str, position: int) -> int | None:
    match = _BLANK.match(text, position)
    end = match.end() if match else position
    return end if text.startswith(",", end) else None
