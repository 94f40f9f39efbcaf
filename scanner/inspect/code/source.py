"""Bytes of a module to its syntax trees, whatever the bytes are."""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.inspect.code.modern import rewrite_modern
from scanner.inspect.code.site import SourceFile
from scanner.model.errors import ArtifactError

MAX_SOURCE_BYTES = 8 * 1024 * 1024
"""Larger modules are not read."""

_MAX_WHOLE_WEIGHT = 60_000
"""Up to this many punctuation marks and line ends a module is parsed in one go: a whole tree can take four hundred
times the memory of its source."""

_MAX_PIECE_WEIGHT = 150_000
_MAX_WEIGHT = 800_000
"""Heavier modules are not read."""

_LIGHT = bytes(code for code in range(256) if code in b"_ \t\r" or code > 127 or chr(code).isalnum())
_CONTINUES = re.compile(rb"(?:else|elif|except|finally|case)\b")
_STARTS = re.compile(rb"[A-Za-z_@]")
_TEXT = re.compile(rb"(\"\"\"|''')(.*?)\1", re.DOTALL)
_TABLE = re.compile(rb"([A-Za-z_]\w*)\s*(?::[^=\n]*)?=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Why a module has no tree."""

    reason: str
    fails: bool
    """True where the target's own interpreter would refuse the module as well."""
    line: int = 1


@dataclass(slots=True)
class Parts:
    """The statements of a module."""

    statements: Iterable[list[ast.stmt]] = ()
    is_rewritten: bool = False
    """Whether newer syntax was replaced: then names that only that syntax binds are missing."""


def read_module(file: SourceFile, python: tuple[int, int]) -> Parts | Unread:  # noqa: PLR0911 - one case a kind
    """The statements of a module, in parts where it is large, or why there are none; never raises."""
    try:
        data = file.wheel.read(file.path)
    except ArtifactError as error:
        return Unread(reason=error.reason, fails=False)
    if len(data) > MAX_SOURCE_BYTES:
        return Unread(reason=f"it is larger than {MAX_SOURCE_BYTES // 1024} KiB", fails=False)
    if b"\0" in data:
        return Unread(reason="it contains null bytes", fails=True)
    weight = _weigh(data)
    if weight > _MAX_WEIGHT:
        return Unread(reason="it has too many parts", fails=False)
    try:
        parts = Parts()
        is_small = weight <= _MAX_WHOLE_WEIGHT
        parts.statements = [_parse(data, python, parts).body] if is_small else list(_parse_pieces(data, python, parts))
    except SyntaxError as error:
        line = error.lineno or 1
        return Unread(reason=f"line {line}: {error.msg}"[:200], fails=_fails_on_target(error, python), line=line)
    except (ValueError, LookupError) as error:
        return Unread(reason=f"it cannot be decoded ({error})", fails=True)
    except (RecursionError, MemoryError):
        return Unread(reason="it is nested too deeply", fails=False)
    return parts


def parse_text(text: str) -> ast.Module | None:
    """The tree of a text that is executed; None where it does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _weigh(data: bytes) -> int:
    """How many nodes a tree of these bytes can have, roughly: the count of punctuation marks and line ends."""
    return len(data.translate(None, _LIGHT))


def _parse_pieces(data: bytes, python: tuple[int, int], parts: Parts) -> Iterator[list[ast.stmt]]:
    """The statements of a large module, cut where one begins at the left margin."""
    waiting: list[bytes] = []
    weight = start_line = 0
    limit = _MAX_WHOLE_WEIGHT
    for line, statement in _cut(data):
        added = _weigh(statement)
        if waiting and weight + added > limit:
            piece = b"".join(waiting)
            try:
                yield _parse_piece(piece, start_line, python, parts)
            except SyntaxError:  # cut inside a text: what follows belongs to it
                limit = 2 * (weight + added)
            else:
                waiting, weight, start_line, limit = [], 0, line, _MAX_WHOLE_WEIGHT
        waiting.append(statement)
        weight += added
    if waiting:
        yield _parse_piece(b"".join(waiting), start_line, python, parts)


def _parse_piece(piece: bytes, line: int, python: tuple[int, int], parts: Parts) -> list[ast.stmt]:
    if _weigh(piece) > _MAX_PIECE_WEIGHT:
        piece = _TEXT.sub(lambda found: found[1] + b"\n" * found[0].count(b"\n") + found[1], piece)
    if _weigh(piece) > _MAX_PIECE_WEIGHT:
        table = _TABLE.match(piece)
        if table is None or len(list(_cut(piece))) > 1:
            raise MemoryError  # handled as what the parser itself raises where there is too much
        piece = table[1] + b" = object()\n"
    tree = _parse(piece, python, parts)
    ast.increment_lineno(tree, line)
    return tree.body


def _cut(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The module cut at the left margin, each part with the number of lines before it."""
    lines: list[bytes] = []
    first = 0
    for number, line in enumerate(data.splitlines(keepends=True)):
        begins = _STARTS.match(line) is not None and _CONTINUES.match(line) is None
        if begins and lines and not lines[-1].startswith(b"@"):
            yield first, b"".join(lines)
            lines, first = [], number
        lines.append(line)
    if lines:
        yield first, b"".join(lines)


def _parse(data: bytes, python: tuple[int, int], parts: Parts) -> ast.Module:
    """The tree; where a newer Python's syntax may be the trouble, of the source rewritten for the running one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except SyntaxError as error:
            if sys.version_info[:2] >= python or _is_about_encoding(error.msg or ""):
                raise
            with contextlib.suppress(SyntaxError, ValueError):
                tree = ast.parse(rewrite_modern(data.decode("utf-8-sig")))
                parts.is_rewritten = True
                return tree
            raise


def _fails_on_target(error: SyntaxError, python: tuple[int, int]) -> bool:
    message = error.msg or ""
    if "too many" in message or "too complex" in message:
        return False
    if sys.version_info[:2] >= python:
        return True
    return _is_about_encoding(message) or message.startswith(
        ("Missing parentheses in call to", "inconsistent use of tabs", "leading zeros in decimal")
    )


def _is_about_encoding(message: str) -> bool:
    return message.startswith(("unknown encoding", "encoding problem", "(unicode error)")) or "can't decode" in message
