"""Bytes of a module to its syntax tree, whatever the bytes are."""

from __future__ import annotations

import ast
import contextlib
import sys
import warnings
from dataclasses import dataclass
from functools import partial

from scanner.inspect.code.large import MAX_WHOLE_WEIGHT, TooLargeError, parse_large, weigh
from scanner.inspect.code.modern import rewrite_modern

MAX_SOURCE_BYTES = 8 * 1024 * 1024
"""Larger modules are not read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Why a module has no tree."""

    reason: str
    fails: bool
    """True where the target's own interpreter would refuse the module as well."""
    line: int = 1
    """Where the reason stands, from 1; 1 where it concerns the module as a whole."""


def parse_source(  # noqa: PLR0911 (a reason each)
    data: bytes, python: tuple[int, int], words: frozenset[bytes] | None = None
) -> ast.Module | Unread:
    """The tree of a module, or why there is none; never raises.

    ``python`` is the target's feature release. The running interpreter may be older than it: then a syntax error can
    mean syntax that this interpreter does not know yet, and only what no Python 3 takes counts as failing. ``words``
    are those of ``words.collect_words``, which a large module's functions are kept by.
    """
    if len(data) > MAX_SOURCE_BYTES:
        return Unread(reason=f"it is larger than {MAX_SOURCE_BYTES // 1024} KiB", fails=False)
    if b"\0" in data:
        return Unread(reason="it contains null bytes", fails=True)
    parse = partial(_parse, python=python)
    try:
        return parse(data) if weigh(data) <= MAX_WHOLE_WEIGHT else parse_large(data, words, parse)
    except SyntaxError as error:
        return Unread(reason=_describe(error), fails=_fails_on_target(error, python), line=max(error.lineno or 1, 1))
    except TooLargeError as error:
        return Unread(reason=str(error), fails=False)
    except (ValueError, LookupError) as error:
        return Unread(reason=f"it cannot be decoded ({error})", fails=True)
    except (RecursionError, MemoryError):
        return Unread(reason="it is nested too deeply", fails=False)


def _parse(data: bytes, python: tuple[int, int]) -> ast.Module:
    """The tree; where a newer Python's syntax may be the trouble, of the source rewritten for the running one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except SyntaxError as error:
            if sys.version_info[:2] >= python or _is_about_encoding(error.msg or ""):
                raise
            with contextlib.suppress(SyntaxError, ValueError):
                return ast.parse(rewrite_modern(data.decode("utf-8-sig")))
            raise


def _describe(error: SyntaxError) -> str:
    where = f"line {error.lineno}: " if error.lineno else ""
    return f"{where}{error.msg}"[:200]


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
