"""Comments that accept findings: ``# compat-scan: ignore[CS101, CS202] reason``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_MARK = "compat-scan:"
_COMMENT = re.compile(r"#\s*compat-scan:\s*(?P<word>ignore\b|[\w-]+(?=\s*\[))(?P<rest>.*)")
_REST = re.compile(r"\s*\[(?P<rules>[^\]]*)\](?P<reason>.*)")
# A TOML line that belongs to the table as a whole: a header, or a key with its value.
_TABLE_LINE = re.compile(r"(\[\[?[^\[\]]+\]\]?|[\w.\"'-]+\s*=.*)\s*(#.*)?")

_MAX_TABLE_LINES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class InlineIgnore:
    """One such comment, its codes not yet looked up."""

    path: str
    line: int
    lines: tuple[int, ...]
    """The lines where its declaration may begin: the first of these that has one counts."""
    rules: tuple[str, ...]
    """As written; empty if the brackets are missing or empty."""
    reason: str
    """Empty if none is given."""
    word: str = "ignore"
    """The word before the brackets; anything other than `ignore` is a mistake."""


def find_inline_ignores(path: str, text: str) -> tuple[InlineIgnore, ...]:
    """The comments of a file, in order; lines are counted as the parsers count them."""
    if _MARK not in text:
        return ()
    return tuple(_find(path, text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


def _find(path: str, lines: Sequence[str]) -> Iterator[InlineIgnore]:
    is_toml = path.endswith((".toml", ".lock", "Pipfile"))
    first = 1
    for number, line in enumerate(lines, start=1):
        if number > 1 and not lines[number - 2].endswith("\\"):
            first = number
        match = _COMMENT.search(line) if _MARK in line else None
        if match is None:
            continue
        is_key = is_toml and line[: match.start()].strip()
        yield _parse(path, number, match, (number, first, *(_table(lines, number) if is_key else ())))


def _parse(path: str, line: int, comment: re.Match[str], beginnings: Sequence[int]) -> InlineIgnore:
    parts = _REST.match(comment["rest"])
    return InlineIgnore(
        path=path,
        line=line,
        lines=tuple(dict.fromkeys(beginnings)),
        rules=tuple(parts["rules"].replace(",", " ").split()) if parts else (),
        reason=parts["reason"].strip() if parts else "",
        word=comment["word"],
    )


def _table(lines: Sequence[str], number: int) -> Iterable[int]:
    """The lines from here up to the header of the TOML table that this key belongs to.

    Only a table that is one declaration counts; that begins at the header or, in a list of tables, at a key.
    """
    for first in range(number, max(0, number - _MAX_TABLE_LINES), -1):
        line = lines[first - 1].lstrip()
        if not _TABLE_LINE.fullmatch(line):
            break
        if line.startswith("["):
            return range(number - 1, first - 1, -1) if line.startswith("[[") else (first,)
    return ()
