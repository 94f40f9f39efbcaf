"""Comments that accept findings: ``# compat-scan: ignore[CS101, CS202] reason``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MARK = "compat-scan:"
_COMMENT = re.compile(r"#\s*compat-scan:\s*ignore\b(?P<rest>.*)")
_REST = re.compile(r"\s*\[(?P<rules>[^\]]*)\](?P<reason>.*)")
# A line of a TOML table that belongs to the table as a whole: a header, or a key with its value.
_TABLE_LINE = re.compile(r"\s*(\[\[?[^\[\]]+\]\]?|[\w.\"'-]+\s*=.*)\s*(#.*)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineIgnore:
    """One such comment, its codes not yet looked up."""

    path: str
    line: int
    lines: tuple[int, ...]
    """Where the declaration that it speaks of may begin: the first of these that has one counts."""
    rules: tuple[str, ...]
    """As written; empty where there are no brackets or nothing is in them."""
    reason: str
    """Empty where none is given."""


def find_inline_ignores(path: str, text: str) -> tuple[InlineIgnore, ...]:
    """The comments of a file, in its order; lines are counted as the readers count them."""
    if _MARK not in text:
        return ()
    return tuple(_find(path, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


def _find(path: str, lines: Sequence[str]) -> Iterator[InlineIgnore]:
    is_toml = path.endswith((".toml", ".lock", "Pipfile"))
    for number, line in enumerate(lines, start=1):
        match = _COMMENT.search(line) if _MARK in line else None
        if match is None:
            continue
        parts = _REST.match(match["rest"])
        rules = parts["rules"].replace(",", " ").split() if parts else []
        beginnings = [number, *_continued(lines, number)]
        if is_toml and line[: match.start()].strip():
            beginnings += _table(lines, number)
        yield InlineIgnore(
            path=path,
            line=number,
            lines=tuple(beginnings),
            rules=tuple(rules),
            reason=parts["reason"].strip() if parts else "",
        )


def _continued(lines: Sequence[str], number: int) -> list[int]:
    """The first line of the continuation that ends here, if one does."""
    first = number
    while first > 1 and lines[first - 2].endswith("\\"):
        first -= 1
    return [first] if first != number else []


def _table(lines: Sequence[str], number: int) -> list[int]:
    """The lines from here up to the header of the TOML table that this key belongs to.

    Only a table that is one declaration counts, where that begins at the header or, in a list of tables, at a key.
    """
    first = number
    while first >= 1 and _TABLE_LINE.fullmatch(lines[first - 1]):
        if lines[first - 1].lstrip().startswith("["):
            return list(range(number - 1, first - 1, -1)) if lines[first - 1].lstrip().startswith("[[") else [first]
        first -= 1
    return []
