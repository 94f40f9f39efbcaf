"""Bytes of a module to its syntax tree, whatever the bytes are."""

from __future__ import annotations

import ast
import sys
import warnings
from dataclasses import dataclass

from scanner.checks.code.modern import rewrite_modern

MAX_SOURCE_BYTES = 2 * 1024 * 1024
"""Larger modules are not parsed: a tree takes up to a hundred times the memory of its source."""

_MAX_DENSE_BYTES = 512 * 1024
_MAX_DENSITY = 0.35
"""Above the first size, sources with more than this share of brackets, commas and operators are not parsed either:
generated tables such as ``[[],[],…`` make a node of every second byte."""

_DENSE = b"[](){},+-*/%|&^~@:=.<>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Why a module has no tree."""

    reason: str
    fails: bool
    """True where the target's own interpreter would refuse the module as well."""


def parse_source(data: bytes, python: tuple[int, int]) -> ast.Module | Unread:  # noqa: PLR0911 (a reason each)
    """The tree of a module, or why there is none; never raises.

    ``python`` is the target's feature release. The running interpreter may be older than it: then a syntax error can
    mean syntax that this interpreter does not know yet, and only what no Python 3 takes counts as failing.
    """
    if len(data) > MAX_SOURCE_BYTES:
        return Unread(reason=f"it is larger than {MAX_SOURCE_BYTES // 1024} KiB", fails=False)
    if b"\0" in data:
        return Unread(reason="it contains null bytes", fails=True)
    if len(data) > _MAX_DENSE_BYTES and _density(data) > _MAX_DENSITY:
        return Unread(reason="it is a table too dense to parse safely", fails=False)
    try:
        return _parse(data)
    except SyntaxError as error:
        return _parse_modern(data, python) or Unread(reason=_describe(error), fails=_fails_on_target(error, python))
    except (ValueError, LookupError, UnicodeError) as error:
        return Unread(reason=f"it cannot be decoded ({error})", fails=True)
    except (RecursionError, MemoryError):
        return Unread(reason="it is nested too deeply", fails=False)


def _parse(source: bytes | str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _parse_modern(data: bytes, python: tuple[int, int]) -> ast.Module | None:
    """The tree of a module that only a newer Python than the running one parses; None where that is not so."""
    if sys.version_info[:2] >= python:
        return None
    try:
        return _parse(rewrite_modern(data.decode("utf-8-sig")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _density(data: bytes) -> float:
    return 1 - len(data.translate(None, _DENSE)) / len(data)


def _describe(error: SyntaxError) -> str:
    where = f"line {error.lineno}: " if error.lineno else ""
    return f"{where}{error.msg}"[:200]


def _fails_on_target(error: SyntaxError, python: tuple[int, int]) -> bool:
    message = error.msg or ""
    if "too many" in message or "too complex" in message:
        return False
    if sys.version_info[:2] >= python:
        return True
    return message.startswith(("Missing parentheses in call to", "unknown encoding", "(unicode error)")) or (
        "encoding problem" in message or "can't decode" in message or "inconsistent use of tabs" in message
    )
