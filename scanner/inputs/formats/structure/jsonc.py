"""JSON with comments and trailing commas: what Wrangler accepts in wrangler.jsonc and wrangler.json, and nothing else.

Wrangler uses Microsoft's jsonc-parser with `allowTrailingComma`. JSON5 accepts more (single quotes, bare keys,
hexadecimal numbers); Wrangler refuses a file with any of these.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# Every pattern is possessive, so that a hostile text takes linear time. A string without an end reaches to the end of
# its line, a block comment without an end to the end of the text: both stay as they are, and JSON refuses them.
_SPACE = r"[ \t\r\n]*+"
_STRING = r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"?+'
_COMMENT = re.compile(rf"{_STRING}|(//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)|/\*[\s\S]*+")
_COMMA = re.compile(rf'((?:{_STRING}|[^\s",:\[{{]){_SPACE}),(?={_SPACE}[}}\]])|{_STRING}')


def parse_jsonc(text: str) -> tuple[Any, str]:
    """The value of a text, and the text as plain JSON with every line and column in its place.

    Raises:
        ValueError: Wrangler refuses the text, or a number has more digits than Python converts.
        RecursionError: it is nested too deeply.
    """
    plain = _COMMENT.sub(_blank_comment, text)
    plain = _COMMA.sub(_blank_comma, plain)
    return json.loads(plain, parse_constant=_refuse_constant), plain


def _blank_comment(match: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", match[1]) if match[1] else match[0]


def _blank_comma(match: re.Match[str]) -> str:
    return f"{match[1]} " if match[1] else match[0]


def _refuse_constant(name: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not a JSON value")
