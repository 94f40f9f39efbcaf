"""The position of every table header, key and array element of a TOML text, in one pass.

tomli parses the values; this module only finds their positions, so the text must be one that tomli has accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import tomli

from scanner.inputs.formats.structure.positions import DEFAULT_DEPTH, KeyPath, Positions

# Possessive quantifiers: no backtracking, so linear time and constant memory for a string of any length.
_MULTILINE_BASIC = r'"""[^"\\]*+(?:(?:\\.|"{1,2}(?!"))[^"\\]*+)*+"{3,5}'
_MULTILINE_LITERAL = r"'''[^']*+(?:'{1,2}(?!')[^']*+)*+'{3,5}"
_BASIC = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_LITERAL = r"'[^'\n]*+'"
_STRING = f"{_MULTILINE_BASIC}|{_MULTILINE_LITERAL}|{_BASIC}|{_LITERAL}"

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BLANK_OR_COMMA = re.compile(r"(?:[ \t\r\n,]++|#[^\n]*+)*+")
_KEY = re.compile(rf"[ \t]*+({_BASIC}|{_LITERAL}|[^\s.=\]\"'#]++)[ \t]*+")
_PLAIN_VALUE = re.compile(rf"{_STRING}|[^,\]}}#\r\n]++", re.DOTALL)
_BRACKET = re.compile(rf"{_STRING}|#[^\n]*+|[\[{{]|[\]}}]", re.DOTALL)


def find_toml_positions(text: str, *, depth: int = DEFAULT_DEPTH) -> Positions:
    """The position of each key path of up to ``depth`` parts in valid TOML.

    The position of a table is that of its header, also for the n-th table of an array; that of an array element is its
    first character. A table that only a longer key implies has the position of that key.
    """
    scan = _Scan(text, depth)
    scan.document()
    return Positions(text, scan.offsets)


def find_value_end(text: str, start: int) -> int:
    """The end of the string, array or inline table that begins at an offset of a valid TOML text."""
    scan = _Scan(text, 0)
    scan.at = start
    scan.value(())
    return scan.at


def find_pair(text: str, start: int) -> tuple[int, int, int]:
    """The end of the key that begins at an offset of a valid TOML text, and the start and end of its value."""
    scan = _Scan(text, 0)
    scan.at = start
    key_end, value_start = scan.key()
    return key_end, value_start, find_value_end(text, value_start)


class _Scan:
    """The state of one pass: its position, the recorded positions, and the size of each array of tables."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.at = 0
        self.offsets: dict[KeyPath, int] = {}
        self.lengths: dict[KeyPath, int] = {}

    def document(self) -> None:
        """All headers and key/value pairs, to the end of the text."""
        table: KeyPath = ()
        while self._skip(_BLANK):
            table = self._header() if self.text[self.at] == "[" else self._pair(table)

    def _header(self) -> KeyPath:
        """Record ``[a.b]`` or ``[[a.b]]``; the path of the table that it opens."""
        start = self.at
        is_array = self.text.startswith("[[", start)
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        keys = self._keys()
        for number, key in enumerate(keys, start=1):
            path += (key,)
            self._record_implied(path, start)
            if number < len(keys) and path in self.lengths:
                path += (self.lengths[path] - 1,)
        if is_array:
            self.lengths[path] = self.lengths.get(path, 0) + 1
            path += (self.lengths[path] - 1,)
        if len(path) <= self.depth:
            self.offsets[path] = start
        self.at += 2 if is_array else 1
        return path

    def _pair(self, table: KeyPath) -> KeyPath:
        """Record ``a.b = value`` and the contents of the value; the table, which stays open."""
        start = self.at
        path = table
        for key in self._keys():
            path += (key,)
            self._record_implied(path, start)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self.value(path)
        return table

    def _keys(self) -> list[str]:
        """The parts of a dotted key; the pass continues after the last one."""
        keys: list[str] = []
        while match := _KEY.match(self.text, self.at):
            keys.append(_read_key(match[1]))
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return keys

    def key(self) -> tuple[int, int]:
        """Skip a key and its equals sign: the end of the last part of the key, and the start of the value."""
        self._keys()
        end = len(self.text[: self.at].rstrip(" \t"))
        self.at += 1
        self._skip(_BLANK)
        return end, self.at

    def value(self, path: KeyPath) -> None:
        """Skip a value and record its contents."""
        if not self.text.startswith(("[", "{"), self.at):
            match = _PLAIN_VALUE.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1
        elif len(path) >= self.depth:
            self._skip_brackets()
        elif self.text[self.at] == "[":
            self._elements(path, self._element)
        else:
            self._elements(path, self._inline_pair)

    def _elements(self, path: KeyPath, read: Callable[[KeyPath, int], None]) -> None:
        """Read the parts between two brackets, each by ``read`` with its index."""
        self.at += 1
        number = 0
        while self._skip(_BLANK_OR_COMMA) and self.text[self.at] not in "]}":
            read(path, number)
            number += 1
        self.at += 1

    def _element(self, path: KeyPath, number: int) -> None:
        self.offsets[(*path, number)] = self.at
        self.value((*path, number))

    def _inline_pair(self, path: KeyPath, _number: int) -> None:
        self._pair(path)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Skip what the pattern matches; whether there is more text."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def _skip_brackets(self) -> None:
        """Skip an array or inline table as a whole, without a call for each level."""
        level = 0
        for match in _BRACKET.finditer(self.text, self.at):
            self.at = match.end()
            if match[0] in {"[", "{"}:
                level += 1
            elif match[0] in {"]", "}"}:
                level -= 1
                if level == 0:
                    return
        self.at = len(self.text)

    def _record_implied(self, path: KeyPath, offset: int) -> None:
        if len(path) <= self.depth:
            self.offsets.setdefault(path, offset)


def _read_key(raw: str) -> str:
    """The text of one part of a key; tomli parses those with escapes."""
    if raw[0] not in "\"'":
        return raw
    if raw[0] == '"' and "\\" in raw:
        return str(next(iter(tomli.loads(f"{raw} = 0"))))
    return raw[1:-1]
