"""Lines of styled text on a terminal, wrapped, and cut off only on demand; the only module that knows rich.

Rich is loaded for colours and for text that is not one cell a character; output for a machine mostly needs neither.
"""

# ruff: noqa: PLC0415 - that is how

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TextIO, Union

from scanner.report.context import ReportContext

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MIN_WIDTH = 40
"""Narrower than this, lines are wrapped for this width all the same."""

# ASCII and what the reports themselves use beyond it.
_NARROW = re.compile(r"[ -~·–—…→«»✓✗?]*")
_WORD = re.compile(r"([^ ]+) *")

Span = Union[str, tuple[str, str], "Text"]
"""Text, alone or with a style in rich's words."""


class Page:
    """A stream that takes one paragraph after the other."""

    def __init__(self, stream: TextIO, context: ReportContext) -> None:
        self._width = max(context.width, MIN_WIDTH)
        self._color = context.color
        self._stream = stream
        self.line_count = 0
        """The lines written so far."""

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        # Everything that rich would otherwise find out or interpret by itself is fixed: the context decides.
        return Console(
            file=self._stream,
            width=self._width,
            color_system="standard" if self._color else None,
            no_color=not self._color,
            force_terminal=self._color,
            force_jupyter=False,
            force_interactive=False,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )

    def blank(self) -> None:
        """Ends the paragraph with an empty line."""
        self.line_count += 1
        self._stream.write("\n")

    def line(self, *spans: Span) -> None:
        """Writes the text as one line, however long."""
        self.line_count += 1
        plain = "".join(map(_plain, spans))
        if not self._color and plain == plain.rstrip() and _is_narrow(plain):
            self._stream.write(f"{plain}\n")
            return
        from rich.text import Text

        self._console.print(_harmless(Text().join(map(_text, spans))), soft_wrap=True)

    def paragraph(self, *spans: Span, lead: Span = "", indent: int = 0, max_lines: int | None = None) -> None:
        """Writes the text wrapped to the width; ``lead`` opens the first line and the others are indented alike.

        ``indent`` is the number of cells before the lead. An ellipsis stands for what ``max_lines`` leave out.
        """
        if not self._color and self._write_plain(spans, lead=lead, indent=indent, max_lines=max_lines):
            return
        from rich.text import Text

        first = Text(" " * indent).append_text(_text(lead))
        hanging = first.cell_len
        body = Text().join(map(_text, spans))
        room = max(self._width - hanging, MIN_WIDTH // 2)
        lines = body.wrap(self._console, room, overflow="fold")
        for number, line in enumerate(lines[:max_lines]):
            line.rstrip()
            if number + 1 == max_lines and len(lines) > max_lines:
                line.truncate(room - 2)
                line.rstrip()
                line.append(" …")
            start = first if number == 0 else Text(" " * hanging)
            self.line(start + line)

    def _write_plain(self, spans: tuple[Span, ...], *, lead: Span, indent: int, max_lines: int | None) -> bool:
        """Writes an uncoloured paragraph of characters that are one cell wide each; whether it did.

        What rich would make of it is known beforehand, and reports of a hundred thousand such paragraphs occur.
        """
        first = " " * indent + _plain(lead)
        body = "".join(map(_plain, spans))
        if not _is_narrow(first + body):
            return False
        lines = wrap_narrow(body, max(self._width - len(first), MIN_WIDTH // 2))
        if not lines or (max_lines is not None and len(lines) > max_lines):
            return False
        start = first
        self.line_count += len(lines)
        for line in lines:
            self._stream.write(f"{start}{line}\n")
            start = " " * len(first)
        return True


def _is_narrow(text: str) -> bool:
    """Whether every character is one cell wide and nothing begins like a command to a continuous-integration runner."""
    return _NARROW.fullmatch(text) is not None and "::" not in text


def wrap_narrow(text: str, width: int) -> list[str]:
    """The text in lines of at most so many characters, broken at spaces as rich breaks it.

    Empty where that cannot be told so simply: the text begins with a space, is blank, or has a word that is too long.
    """
    if text != text.lstrip() or not text:
        return []
    if len(text) <= width:
        return [text.rstrip()]
    lines: list[str] = []
    start = end = 0
    for word in _WORD.finditer(text):
        if len(word[1]) > width:
            return []
        if word.end(1) - start > width:
            lines.append(text[start:end])
            start = word.start()
        end = word.end(1)
    lines.append(text[start:end])
    return lines


def _text(span: Span) -> Text:
    from rich.text import Text

    match span:
        case str():
            return Text(span)
        case (content, style):
            return Text(content, style=style)
        case _:
            return span


def _plain(span: Span) -> str:
    match span:
        case str():
            return span
        case (content, _style):
            return content
        case _:
            return span.plain


def _harmless(line: Text) -> Text:
    """The line, broken up where wrapping has made it begin like a command to a continuous-integration runner."""
    from rich.text import Text

    plain = line.plain
    start = len(plain) - len(plain.lstrip())
    if not plain.startswith("::", start):
        return line
    return line[: start + 1] + Text("\\x3a") + line[start + 2 :]
