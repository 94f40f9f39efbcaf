"""JSON with comments and trailing commas: exactly what Wrangler accepts in wrangler.jsonc and wrangler.json.

Wrangler uses Microsoft's jsonc-parser with `allowTrailingComma`. JSON5 accepts more (single quotes, bare keys,
hexadecimal numbers); Wrangler rejects a file with any of these.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# Every pattern is possessive, so that a hostile text takes linear time. An unclosed string extends to the end of its
# line, an unclosed block comment to the end of the text: both are kept as they are, and the JSON parser rejects them.
_SPACE = r"[ \t\r\n]*+"
_STRING = r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"?+'
_COMMENT = re.compile(rf"{_STRING}|(//[^\r\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)|/\*[\s\S]*+")
_COMMA = re.compile(rf'((?:{_STRING}|[^\s",:\[{{]){_SPACE}),(?={_SPACE}[}}\]])|{_STRING}')


def parse_jsonc(text: str) -> tuple[Any, str]:
    """The value of a text, and the text as plain JSON with unchanged lines and columns.

    Raises:
        ValueError: Wrangler rejects the text, or a number has more digits than Python converts.
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
    """Reject NaN, Infinity and -Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not a JSON value")
