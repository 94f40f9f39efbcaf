"""Strings and tables that are literals in a Python file, or names that are bound once to literals."""

from __future__ import annotations

import ast
import contextlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.inputs.formats.declaration import shorten

# Names that refer to names can expand to more than fits in memory.
MAX_STEPS = 20_000
MAX_DEPTH = 50

_COPYING = frozenset({"list", "tuple", "set", "frozenset", "sorted"})
_MUTATING = frozenset({"append", "extend", "insert", "update", "add", "setdefault", "pop", "remove", "clear"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A string, or one line of a multi-line string; ``is_computed`` if it is the source of an expression."""

    text: str
    line: int
    column: int
    is_computed: bool = False
    key: str | None = None
    """For a change of a table: the key that it sets, if that is a literal."""


class Literals:
    """The values of the expressions of one module that do not have to be computed."""

    def __init__(self, tree: ast.Module, source: str) -> None:
        self._source = source.split("\n")
        self._steps = 0
        self._open: list[str] = []
        self._values, self._changes = _find_bindings(tree)

    def strings(self, node: ast.expr) -> Iterator[Text]:
        """The strings of a list, tuple, set or text; computed ones are returned as their source."""
        self._steps += 1
        match node:
            case ast.Constant(value=str(value)):
                yield from self._lines(node, value)
            case ast.Constant(value=None):
                pass
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                for element in elements:
                    yield from self.strings(element.value if isinstance(element, ast.Starred) else element)
            case ast.BinOp(left=left, op=ast.Add(), right=right) if not _is_text(left) and not _is_text(right):
                yield from self.strings(left)
                yield from self.strings(right)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _COPYING:
                yield from self.strings(argument)
            case ast.Call(func=ast.Attribute(value=text, attr="splitlines" | "strip"), args=[]):
                yield from self.strings(text)
            case ast.Call(func=ast.Attribute(value=text, attr="split"), args=[ast.Constant(value="\n")]):
                yield from self.strings(text)
            case _:
                yield from self._follow(node)

    def items(self, node: ast.expr) -> Iterator[tuple[str, ast.expr] | Text]:
        """The keys and values of a table; computed ones are returned as their source."""
        self._steps += 1
        match node:
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if key is None:
                        yield from self.items(value)
                    elif isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, value
                    else:
                        yield self.describe(key)
            case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
                for keyword in keywords:
                    yield from self.items(keyword.value) if keyword.arg is None else [(keyword.arg, keyword.value)]
            case ast.Name(id=name) if self._can_follow(name):
                with self._following(name):
                    yield from self.items(self._values[name])
                yield from map(self.describe, self._changes[name])
            case ast.Constant(value=None):
                pass
            case _:
                yield self.describe(node)

    def describe(self, node: ast.expr | ast.stmt) -> Text:
        """The source of an expression or statement on one line, marked as computed."""
        first = self._source[node.lineno - 1] if node.lineno <= len(self._source) else ""
        end = node.end_col_offset if node.end_lineno == node.lineno else None
        # Offsets are in bytes.
        text = first.encode()[node.col_offset : end].decode("utf-8", "replace") if len(first) < MAX_STEPS else first
        shown = shorten(text if end is not None else f"{text} …")
        key = node.slice.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) else None
        return Text(
            text=shown,
            line=node.lineno,
            column=self._column(node),
            is_computed=True,
            key=key if isinstance(key, str) else None,
        )

    def _lines(self, node: ast.Constant, value: str) -> Iterator[Text]:
        lines = value.split("\n")
        # With escapes and backslashes at line ends the lines of a text cannot be determined.
        are_source_lines = node.end_lineno is not None and node.end_lineno - node.lineno == len(lines) - 1
        for number, text in enumerate(lines):
            if number == 0 or not are_source_lines:
                yield Text(text=text, line=node.lineno, column=self._column(node))
            else:
                yield Text(text=text, line=node.lineno + number, column=len(text) - len(text.lstrip()) + 1)

    def _follow(self, node: ast.expr) -> Iterator[Text]:
        """The value of a name, or of an entry of a table under a name."""
        if isinstance(node, ast.Name) and self._can_follow(node.id):
            with self._following(node.id):
                yield from self.strings(self._values[node.id])
            yield from map(self.describe, self._changes[node.id])
            return
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            items = [item for item in self.items(node.value) if not isinstance(item, Text)]
            values = [value for key, value in items if key == node.slice.value]
            if len(values) == 1 and self._steps < MAX_STEPS:
                yield from self.strings(values[0])
                return
        yield self.describe(node)

    def _can_follow(self, name: str) -> bool:
        is_open = name in self._open or len(self._open) >= MAX_DEPTH or self._steps >= MAX_STEPS
        return name in self._values and not is_open

    @contextlib.contextmanager
    def _following(self, name: str) -> Iterator[None]:
        self._open.append(name)
        yield
        self._open.pop()

    def _column(self, node: ast.expr | ast.stmt) -> int:
        line = self._source[node.lineno - 1] if node.lineno <= len(self._source) else ""
        if line.isascii() or len(line) > MAX_STEPS:
            return node.col_offset + 1
        return len(line.encode()[: node.col_offset].decode("utf-8", "ignore")) + 1


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr)


def _find_bindings(tree: ast.Module) -> tuple[dict[str, ast.expr], defaultdict[str, list[ast.stmt | ast.expr]]]:
    """The values of the names that a module binds exactly once, at its top level, and later changes to them."""
    bound: Counter[str] = Counter()
    changes: defaultdict[str, list[ast.stmt | ast.expr]] = defaultdict(list)
    extended = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AugAssign)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if id(node) not in extended:
                bound[name] += 1
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name) | ast.arg(arg=name):
                bound[name] += 1
            case ast.AugAssign(target=ast.Name(id=name)):
                changes[name].append(node)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                changes[name].append(node)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _MUTATING:
                changes[name].append(node)
    values: dict[str, ast.expr] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if bound[name] == 1:
                values[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if bound[name] == 1:
                values[name] = value
    return values, changes
