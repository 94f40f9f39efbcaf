"""JSON with comments and trailing commas, as Wrangler and VS Code take it, turned into plain JSON of the same shape."""

from __future__ import annotations

import re

_STRING = r'"(?:[^"\\\n]|\\.)*+"'
_COMMENT = re.compile(rf"{_STRING}|//[^\n]*+|/\*.*?(?:\*/|\Z)", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"{_STRING}|,(?=[ \t\r\n]*+[}}\]])")


def blank_comments(text: str) -> str:
    """The text with comments and trailing commas as spaces: every line and column stays where it is."""
    return _TRAILING_COMMA.sub(_blank_comma, _COMMENT.sub(_blank_comment, text))


def _blank_comment(match: re.Match[str]) -> str:
    found = match.group()
    return re.sub(r"[^\r\n]", " ", found) if found.startswith("/") else found


def _blank_comma(match: re.Match[str]) -> str:
    return " " if match.group() == "," else match.group()
