"""Large modules read piece by piece: a whole tree can take four hundred times the memory of its source.

A module is cut where a statement begins at the left margin. Of each piece only what importing runs is kept, and the
bodies of functions where they hold one of the telling words. A single statement that is too large is a table of data
if it assigns to a name; anything else is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from scanner.inspect.code.words import has_telling_functions

MAX_WHOLE_WEIGHT = 60_000
"""Up to this many punctuation marks and line ends a module is parsed in one go."""

_MAX_PIECE_WEIGHT = 100_000
_MAX_WEIGHT = 400_000
_LIGHT = bytes(code for code in range(256) if code in b"_ \t\r" or code > 127 or chr(code).isalnum())
_CONTINUES = re.compile(rb"(?:else|elif|except|finally|case)\b")
_LONG_STRING = re.compile(rb"(\"{3}|'{3})(.*?)\1", re.DOTALL)
_LONG_BYTES = 2000
_STARTS = re.compile(rb"[A-Za-z_@]")
_TABLE = re.compile(rb"([A-Za-z_]\w*)\s*(?::[^=\n]*)?=")


class TooLargeError(ValueError):
    """A module, or one statement of it, that cannot be parsed in a bounded amount of memory."""


def weigh(data: bytes) -> int:
    """How many nodes a tree of these bytes can have, roughly: the count of punctuation marks and line ends."""
    return len(data.translate(None, _LIGHT))


def parse_large(data: bytes, words: frozenset[bytes] | None, parse: Callable[[bytes], ast.Module]) -> ast.Module:
    """The tree of a large module without what cannot matter.

    Raises:
        SyntaxError: a piece does not parse, and neither does it with what follows.
        TooLargeError: a statement is too large, or the whole module.
    """
    blanked = _LONG_STRING.sub(_blanked, data)
    try:
        return _parse_pieces(blanked, words, parse)
    except SyntaxError:
        # Quotes in comments and short strings can mislead the search for long strings.
        return _parse_pieces(data, words, parse)


def _parse_pieces(data: bytes, words: frozenset[bytes] | None, parse: Callable[[bytes], ast.Module]) -> ast.Module:
    if weigh(data) > _MAX_WEIGHT:
        raise TooLargeError("there is too much code in it")
    body: list[ast.stmt] = []
    for line, piece, tree in _pieces(data, parse):
        ast.increment_lineno(tree, line)
        telling = words is None or has_telling_functions(piece, words)
        kept = (node for node in tree.body if not _is_idle(node))
        body += kept if telling else [_emptied(node) for node in kept]
    return ast.Module(body=body, type_ignores=[])


def _blanked(match: re.Match[bytes]) -> bytes:
    """A long string without its text, but with its lines."""
    if len(match[0]) < _LONG_BYTES:
        return match[0]
    return match[1] + b"\n" * match[0].count(b"\n") + match[1]


def _pieces(data: bytes, parse: Callable[[bytes], ast.Module]) -> Iterator[tuple[int, bytes, ast.Module]]:
    """Pieces with their trees, each with the number of lines before it; one cut inside a string is made longer."""
    start_line, weight, enough = 0, 0, MAX_WHOLE_WEIGHT
    waiting: list[bytes] = []
    for line, statement in _statements(data):
        heavy = weigh(statement)
        if waiting and weight + heavy > enough:
            piece = b"".join(waiting)
            try:
                tree = _parse_piece(piece, parse)
            except SyntaxError:
                enough = (weight + heavy) * 5 // 4
            else:
                yield start_line, piece, tree
                start_line, waiting, weight, enough = line, [], 0, MAX_WHOLE_WEIGHT
        waiting.append(statement)
        weight += heavy
    if waiting:
        piece = b"".join(waiting)
        yield start_line, piece, _parse_piece(piece, parse)


def _statements(data: bytes) -> Iterator[tuple[int, bytes]]:
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


def _parse_piece(piece: bytes, parse: Callable[[bytes], ast.Module]) -> ast.Module:
    if weigh(piece) <= _MAX_PIECE_WEIGHT:
        return parse(piece)
    table = _TABLE.match(piece)
    if table is None:
        raise TooLargeError("a single statement is too large to parse safely")
    return parse(table[1] + b" = object()\n")


def _is_idle(node: ast.stmt) -> bool:
    """Whether a statement does nothing: a docstring, or a name alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Name)


def _emptied(node: ast.stmt) -> ast.stmt:
    """A statement without the bodies of the functions in it."""
    waiting: list[ast.AST] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef):
            current.body = [ast.copy_location(ast.Pass(), current)]
        else:
            waiting.extend(child for child in ast.iter_child_nodes(current) if isinstance(child, ast.stmt))
    return node
