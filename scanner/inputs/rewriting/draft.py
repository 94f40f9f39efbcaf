"""A dependency file while it is edited: its text, the splices made so far, and the bytes that result."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.inputs.formats.text import detect_encoding
from scanner.model.edit import Change
from scanner.model.errors import EditError

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark begins in the same way
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Splice:
    """The characters from ``start`` to before ``end``, replaced by ``new``."""

    start: int
    end: int
    new: str = ""


@dataclass(kw_only=True, slots=True)
class Draft:
    """The text of one file, without its byte order mark, and what is replaced in it."""

    path: str
    original: str
    encoding: str
    mark: bytes
    splices: list[Splice] = field(default_factory=list)
    """In the order of the text, at the offsets of the original."""

    @property
    def text(self) -> str:
        """The text with all replacements."""
        return "".join(self._pieces())

    def splice(self, found: Splice) -> None:
        """Replaces a piece of ``text``; a former replacement around the piece or inside it becomes one with it.

        Raises:
            EditError: only a part of a former replacement lies in the piece.
        """
        first = last = shift = inner = 0
        for made in self.splices:
            start = made.start + shift + inner
            end, growth = start + len(made.new), len(made.new) - (made.end - made.start)
            if end <= found.start:
                first, shift = first + 1, shift + growth
            elif found.end <= start:
                break
            elif start <= found.start and found.end <= end:
                new = made.new[: found.start - start] + found.new + made.new[found.end - start :]
                self.splices[last] = Splice(made.start, made.end, new)
                return
            elif found.start <= start and end <= found.end:
                inner += growth
            else:
                raise EditError(self.path, None, "two edits change the same place")
            last += 1
        self.splices[first:last] = [Splice(found.start - shift, found.end - shift - inner, found.new)]

    def offset(self, line: int, column: int) -> int:
        """Where a line and column of the original stand; past its end if it has no such line."""
        starts = [0, *(match.end() for match in _LINE_END.finditer(self.original))]
        return starts[line - 1] + column - 1 if line <= len(starts) else len(self.original) + 1

    def encode(self) -> bytes:
        """The file with all replacements; every byte outside them is the one that was read.

        Raises:
            EditError: the encoding cannot express the text.
        """
        try:
            return self.mark + b"".join(piece.encode(self.encoding) for piece in self._pieces())
        except UnicodeEncodeError as error:
            raise EditError(self.path, None, f"{self.encoding} cannot express the new text") from error

    def changes(self) -> tuple[Change, ...]:
        """The replacements as data."""
        return tuple(self._describe(splice) for splice in self.splices)

    def _describe(self, splice: Splice) -> Change:
        line, line_start = 1, 0
        for match in _LINE_END.finditer(self.original, 0, splice.start):
            line, line_start = line + 1, match.end()
        old = self.original[splice.start : splice.end]
        return Change(path=self.path, line=line, column=splice.start - line_start + 1, old=old, new=splice.new)

    def _pieces(self) -> Iterator[str]:
        position = 0
        for splice in self.splices:
            yield self.original[position : splice.start]
            yield splice.new
            position = splice.end
        yield self.original[position:]


def decode_draft(path: str, data: bytes) -> Draft:
    """The file as a draft without replacements.

    Raises:
        EditError: the file is not text in its encoding, or would not be written back byte for byte.
    """
    encoding, mark = detect_encoding(data), b""
    if encoding in {"utf-8-sig", "utf-16", "utf-32"}:
        mark = next(each for each in _MARKS if data.startswith(each))
        encoding = _MARKS[mark]
    try:
        text = data[len(mark) :].decode(encoding)
        is_exact = mark + text.encode(encoding) == data
    except ValueError as error:
        raise EditError(path, None, f"it is not {encoding} text throughout") from error
    if not is_exact:
        raise EditError(path, None, f"its {encoding} text cannot be written back byte for byte")
    return Draft(path=path, original=text, encoding=encoding, mark=mark)
