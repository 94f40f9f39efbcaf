"""What string methods and regular expressions give on known text, within bounds on time and size.

The text and the pattern come from the scanned code, so neither is trusted: long ones, and patterns that could take
long to match, give ``None`` for «not told».
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_MAX_TEXT = 1000
_MAX_SUBJECT = 40
_MAX_PATTERN = 200
_MAX_REPEATS = 2
_MAX_OPTIONS = 8
_MAX_GROUPS = 4
_FIELDS = re.compile(r"(?:[^{}]|\{\d?\})*")
"""A format string with nothing but plain fields: widths and attributes are not followed."""

_METHODS: Mapping[str, Callable[..., object]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
    "replace": str.replace,
    "split": str.split,
    "rsplit": str.rsplit,
    "partition": str.partition,
    "rpartition": str.rpartition,
    "format": str.format,
    "join": str.join,
    "find": str.find,
    "count": str.count,
    "title": str.title,
    "capitalize": str.capitalize,
    "isdigit": str.isdigit,
    "isidentifier": str.isidentifier,
    "isupper": str.isupper,
    "encode": str.encode,
    "splitlines": str.splitlines,
}
STRING_METHODS = frozenset(_METHODS)

REGEX_CALLS = frozenset({"match", "search", "fullmatch"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression of the scanned code."""

    text: str
    ignores_case: bool


def call_string_method(text: str, name: str, arguments: tuple[object, ...]) -> object | None:
    """What the method gives, lists as tuples; None where that is not told."""
    if len(text) > _MAX_TEXT or not all(_is_plain(argument) for argument in arguments):
        return None
    if name == "format" and not _FIELDS.fullmatch(text):
        return None
    try:
        given = _METHODS[name](text, *arguments)
    except (TypeError, ValueError, IndexError):
        return None
    if isinstance(given, str) and len(given) > _MAX_TEXT:
        return None
    return tuple(given) if isinstance(given, list) else given


def search(pattern: Pattern, how: str, text: str) -> bool | None:
    """Whether the pattern is found, by one of ``REGEX_CALLS``; None where that is not told."""
    if len(text) > _MAX_SUBJECT or not is_cheap(pattern.text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of patterns that a later Python may read otherwise
            compiled = re.compile(pattern.text, re.IGNORECASE if pattern.ignores_case else re.NOFLAG)
        found: object = getattr(compiled, how)(text)
    except (re.error, ValueError, OverflowError, RecursionError):
        return None
    return found is not None


def is_cheap(pattern: str) -> bool:
    """Whether matching the pattern on a short text takes no noticeable time, whatever the two hold.

    At most two repetitions, none of them of a group, few optional parts, and few ways through the groups.
    """
    if len(pattern) > _MAX_PATTERN or "(?" in pattern.replace("(?:", "(") or re.search(r"\)[*+?{]|\\[1-9]", pattern):
        return False
    groups = pattern.count("(")
    repeats = sum(map(pattern.count, "*+{"))
    return (
        repeats <= _MAX_REPEATS
        and pattern.count("?") - pattern.count("(?:") <= _MAX_OPTIONS
        and groups <= _MAX_GROUPS
        and (not groups or pattern.count("|") <= _MAX_OPTIONS)
    )


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return len(value) <= _MAX_SUBJECT and all(isinstance(item, str) and len(item) <= _MAX_TEXT for item in value)
    return value is None or isinstance(value, int) or (isinstance(value, str) and len(value) <= _MAX_TEXT)
