"""Decodes a dependency file: byte order marks, UTF-16 and UTF-32, PEP 263 coding lines, otherwise UTF-8."""

from __future__ import annotations

import codecs
import json
import re

from scanner.model.dependency import Location
from scanner.model.errors import SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule

MAX_FILE_BYTES = 64 * 1024 * 1024
# Ten times as many as in the largest lock files, whose packages have dozens each.
MAX_PARTS = 500_000

_CODING_LINE = re.compile(rb"coding[:=]\s*([-\w.]+)")


def decode_leniently(data: bytes, path: str) -> tuple[str, tuple[Problem, ...]]:
    """The text of a file, with U+FFFD for invalid bytes, and a problem (CS601) for the first such line.

    A byte order mark decides, then the zero bytes of a UTF-16 or UTF-32 text without one, then a coding line
    (PEP 263, as pip reads it) in the first two lines; everything else is UTF-8.

    Raises:
        SourceError: the file is too large or has zero bytes.
    """
    if len(data) > MAX_FILE_BYTES:
        raise SourceError(path, None, f"{len(data):,} bytes exceed the limit of {MAX_FILE_BYTES:,} for one file")
    encoding = detect_encoding(data)
    problems: tuple[Problem, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        message = f"not {_name_encoding(encoding)}: byte 0x{data[error.start]:02x} cannot be decoded"
        problems = (Problem(rule=Rule.CS601, message=message, location=Location(path=path, line=line)),)
    if "\0" in text:
        raise SourceError(path, text.count("\n", 0, text.index("\0")) + 1, "contains a zero byte: not a text file")
    return text.removeprefix("\ufeff"), problems


def refuse_endless(text: str, path: str, *, separators: str = ",") -> None:
    """Reject a text with more separators than any real file, which could exhaust memory.

    Raises:
        SourceError: there are over ``MAX_PARTS`` of them.
    """
    parts = sum(map(text.count, separators))
    if parts > MAX_PARTS:
        raise SourceError(path, None, f"{parts:,} elements exceed the limit of {MAX_PARTS:,} for one file")


def detect_encoding(data: bytes) -> str:
    """The name of the codec for a file, by its byte order mark, zero bytes or coding line, otherwise UTF-8."""
    by_zero_bytes = json.detect_encoding(data[:4])  # any text that begins with an ASCII character, not only JSON
    if by_zero_bytes == "utf-8":
        for line in data[:2000].split(b"\n")[:2]:
            if line.startswith(b"#") and (match := _CODING_LINE.search(line)):
                return _check_encoding(match[1].decode("ascii"))
    return by_zero_bytes


def _check_encoding(name: str) -> str:
    """The encoding of a coding line, or UTF-8 if Python has no ASCII-compatible one of that name."""
    try:
        if codecs.lookup(name).name != "idna" and all(bytes([n]).decode(name) == chr(n) for n in range(128)):
            return name
    except (LookupError, ValueError):
        pass
    return "utf-8"


def _name_encoding(encoding: str) -> str:
    return "UTF-8" if encoding in {"utf-8", "utf-8-sig"} else encoding
