"""The position of every key and array element of a JSON text, in one pass.

The standard library parses the values; this module only finds their positions, so the text must be one that
``json.loads`` has accepted.
"""

from __future__ import annotations

import json
import re

from scanner.inputs.formats.structure.positions import DEFAULT_DEPTH, KeyPath, Positions

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'

_BLANK = re.compile(r"[ \t\r\n,:]*+")
_KEY = re.compile(_STRING)
_PLAIN_VALUE = re.compile(rf"{_STRING}|[^,\]}}\s]++")
_CLOSERS = {"[": "]", "{": "}"}
# An unclosed string extends to the end of the text.
_STRUCTURE = re.compile(rf'{_STRING}|"[\s\S]*+|[\[{{\]}},]')
_BRACKET = re.compile(rf"{_STRING}|[\[{{]|[\]}}]")


def find_json_positions(text: str, *, depth: int = DEFAULT_DEPTH) -> Positions:
    """The position of each key path of up to ``depth`` parts in valid JSON: that of the key or the element.

    For a key that occurs twice in one object the last position counts, as its value does.
    """
    scan = _Scan(text, depth)
    scan.value(())
    return Positions(text, scan.offsets)


def find_repeated_keys(text: str, *, depth: int = DEFAULT_DEPTH) -> tuple[KeyPath, ...]:
    """The paths of keys that occur more than once in their object, in valid JSON."""
    scan = _Scan(text, depth)
    scan.value(())
    return tuple(scan.repeated)


def close_json(beginning: str, *, depth: int) -> str:
    """The longest beginning of a JSON text that ends with a complete member, with all open brackets closed.

    Members count down to ``depth`` levels: an unfinished one there is left out as a whole. Empty if none is complete.
    """
    opened: list[str] = []
    whole, closing = 0, ""
    for match in _STRUCTURE.finditer(beginning):
        mark = match[0]
        if mark in _CLOSERS:
            opened.append(_CLOSERS[mark])
        elif mark in {"]", "}"} and opened:
            opened.pop()
        # A comma ends the member before it, a bracket the one that it closes; nothing may follow the outermost bracket.
        if len(opened) <= depth and mark in {",", "]", "}"}:
            whole, closing = match.start() if mark == "," else match.end(), "".join(reversed(opened))
            if not opened:
                break
    return beginning[:whole] + closing


class _Scan:
    """The state of one pass: its position and the recorded positions."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.at = 0
        self.offsets: dict[KeyPath, int] = {}
        self.repeated: dict[KeyPath, None] = {}

    def value(self, path: KeyPath) -> None:
        """One value and everything in it."""
        if not self._skip_blank():
            return
        if self.text[self.at] not in "[{":
            match = _PLAIN_VALUE.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1
        elif len(path) >= self.depth:
            self._skip_brackets()
        elif self.text[self.at] == "[":
            self._array(path)
        else:
            self._object(path)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        number = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self.offsets[(*path, number)] = self.at
            self.value((*path, number))
            number += 1
        self.at += 1

    def _object(self, path: KeyPath) -> None:
        self.at += 1
        while self._skip_blank() and (match := _KEY.match(self.text, self.at)):
            member = (*path, _read_key(match[0]))
            if member in self.offsets:
                self.repeated[member] = None
            self.offsets[member] = self.at
            self.at = match.end()
            self.value(member)
        self.at += 1

    def _skip_blank(self) -> bool:
        """Skip white space and separators; whether there is more text."""
        if match := _BLANK.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def _skip_brackets(self) -> None:
        """Skip an array or object as a whole, without a call for each level."""
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


def _read_key(raw: str) -> str:
    return str(json.loads(raw)) if "\\" in raw else raw[1:-1]
