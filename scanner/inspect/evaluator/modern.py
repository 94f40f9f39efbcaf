"""Newer syntax rewritten for the running Python's parser, which may be older than the target's.

Only what matters for following imports has to survive: type parameters are dropped (PEP 695), exception lists get
their parentheses (PEP 758), the insides of formatted and template strings are dropped (PEP 701, PEP 750). Lines keep
their numbers. Text inside ordinary strings may be changed as well, which nothing here reads.
"""

from __future__ import annotations

import re

_TYPE_ALIAS = re.compile(r"^([ \t]*)type\s+([^\W\d]\w*)\s*(?:\[[^\n]*?\])?\s*=(?!=)", re.MULTILINE)
_PARAMETERS = re.compile(r"^([ \t]*(?:async\s+def|def|class)\s+[^\W\d]\w*)\s*\[", re.MULTILINE)
_EXCEPT = re.compile(r"^([ \t]*except\*?)[ \t]+([\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:", re.MULTILINE)
_STRING = re.compile(r"""(?<![\w])(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"{3}|'{3}|"|')""")
_FORMATTED = ("f", "t")


def rewrite_modern(source: str) -> str:
    """The source with newer syntax replaced by something older that imports the same."""
    source = _drop_formatted(source)
    source = _drop_parameters(source)
    source = _TYPE_ALIAS.sub(r"\1\2 =", source)
    return _EXCEPT.sub(r"\1 (\2):", source)


def _drop_parameters(source: str) -> str:
    """The source without the brackets after the names of functions and classes."""
    parts: list[str] = []
    position = 0
    while (match := _PARAMETERS.search(source, position)) is not None:
        end = _closing_bracket(source, match.end())
        parts += [source[position : match.end(1)], "\\\n" * source.count("\n", match.end(1), end)]
        position = end
    return "".join([*parts, source[position:]])


def _closing_bracket(source: str, start: int) -> int:
    depth = 1
    for index in range(start, len(source)):
        depth += (source[index] == "[") - (source[index] == "]")
        if not depth:
            return index + 1
    return len(source)


def _drop_formatted(source: str) -> str:
    """The source with every formatted or template string replaced by an empty string."""
    parts: list[str] = []
    position = 0
    while (match := _next_string(source, position)) is not None:
        formatted = any(letter in match["prefix"].lower() for letter in _FORMATTED)
        end = _string_end(source, match.end(), match["quote"], formatted=formatted, raw="r" in match["prefix"].lower())
        parts.append(source[position : match.start()])
        text = source[match.start() : end]
        parts.append('""' + "\\\n" * text.count("\n") if formatted else text)
        position = max(end, match.end())
    return "".join([*parts, source[position:]])


def _next_string(source: str, position: int) -> re.Match[str] | None:
    """The next string, comments skipped."""
    while (match := _STRING.search(source, position)) is not None:
        line_start = max(source.rfind("\n", position, match.start()) + 1, position)
        comment = source.find("#", line_start, match.start())
        earlier = source.find("#", position, match.start())
        if comment < 0 or earlier < 0:
            return match
        line_end = source.find("\n", comment)
        if line_end < 0:
            return None
        position = line_end
    return None


def _string_end(source: str, start: int, quote: str, *, formatted: bool, raw: bool) -> int:
    """Where a string ends; in a formatted one nested quotes inside braces do not end it."""
    index, depth = start, 0
    while index < len(source):
        character = source[index]
        if character == "\\" and not (depth and raw):
            index += 2
            continue
        if not depth and source.startswith(quote, index):
            return index + len(quote)
        if formatted and character in "{}":
            if source.startswith(character * 2, index) and not depth:
                index += 2
                continue
            depth = max(0, depth + (1 if character == "{" else -1))
        elif depth and character in "\"'":
            index = _string_end(source, index + 1, character, formatted=False, raw=False)
            continue
        index += 1
    return index
