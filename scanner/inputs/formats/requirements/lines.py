"""The lines of a requirements file as pip joins them, each with its location and its comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True, kw_only=True, slots=True)
class LogicalLine:
    """One line after continuations are joined and comments removed, never blank."""

    text: str
    line: int
    """The first physical line, counted from 1."""
    column: int = 1
    comments: tuple[str, ...] = ()
    """The comment at its end and the comment lines that follow it, up to the next logical line, each with its #."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogicalLines:
    """A requirements file cut into lines; ``header`` are the comments before the first of them."""

    header: tuple[str, ...] = ()
    lines: tuple[LogicalLine, ...] = ()


def split_lines(text: str) -> LogicalLines:
    """The logical lines of a requirements file.

    As in pip a backslash at the very end continues a line, a comment line ends a continuation, and ``#`` begins a
    comment at the start or after white space. Line numbers count line feeds and carriage returns, as editors do.
    """
    header: list[str] = []
    lines: list[LogicalLine] = []
    comments = header
    pending: LogicalLine | None = None
    for joined, line, column in _join_continuations(text):
        content, comment = _split_comment(joined)
        if content:
            if pending is not None:
                lines.append(_finish(pending, comments))
            pending = LogicalLine(text=content, line=line, column=column)
            comments = []
        if comment:
            comments.append(comment)
    if pending is not None:
        lines.append(_finish(pending, comments))
    return LogicalLines(header=tuple(header), lines=tuple(lines))


def _finish(line: LogicalLine, comments: list[str]) -> LogicalLine:
    if not comments:
        return line
    return LogicalLine(text=line.text, line=line.line, column=line.column, comments=tuple(comments))


def _join_continuations(text: str) -> Iterator[tuple[str, int, int]]:
    """Each text with the line and column where it begins."""
    pieces: list[str] = []
    line, column = 1, 1
    for content, number, indented in _split_physical(text):
        if not pieces:
            line, column = number, indented
        is_comment = content.lstrip().startswith("#")
        if content.endswith("\\") and not is_comment:
            pieces.append(content.strip("\\"))
            continue
        if not pieces:
            # The text after a backslash is joined below; the space there keeps a comment a comment.
            yield f" {content}" if is_comment else content, line, column
            continue
        pieces.append(f" {content}" if is_comment else content)
        yield "".join(pieces), line, column
        pieces = []
    if pieces:
        yield "".join(pieces), line, column


def _split_physical(text: str) -> Iterator[tuple[str, int, int]]:
    """Each line as an editor shows it, with its number and the column of its first character."""
    number = 1
    for raw in text.splitlines(keepends=True):
        content = raw.rstrip(_LINE_ENDS)
        indent = len(content) - len(content.lstrip())
        yield content, number, indent + 1 if indent < len(content) else 1
        # splitlines also splits at form feeds and the like, which do not begin a new line in editors.
        number += raw.endswith(("\n", "\r"))


def _split_comment(text: str) -> tuple[str, str]:
    """The text before a comment, and the comment, both stripped."""
    start = text.find("#")
    while start > 0 and not text[start - 1].isspace():
        start = text.find("#", start + 1)
    if start < 0:
        return text.strip(), ""
    return text[:start].strip(), text[start:].strip()
