"""The expressions that conditions are made of, reduced to what can be told without running anything."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Literal = str | int | float | bool | None

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
}

_MAX_DEPTH = 40
_MAX_ITEMS = 64
_MAX_TEXT = 200
_FIRST_NAMES = frozenset({"name", "seed", "x"})
"""What first arguments are called where they are named."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Anything that cannot be told."""


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: Literal


@dataclass(frozen=True, slots=True)
class Name:
    """A name to look up."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of a value."""

    value: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a value, or a slice from the start (``start`` and ``stop`` literal, None where left out)."""

    value: Expression
    index: Expression
    is_slice: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A tuple, list or set display."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of two values; chains are a ``Junction`` of these."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """``and`` or ``or`` over the items."""

    is_and: bool
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``not`` of a value."""

    item: Expression


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call with positional arguments."""

    function: Expression
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two texts or rows one after the other (``+``)."""

    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Mapped:
    """A dict display; both rows are equally long."""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]


Expression = (
    Opaque | Const | Name | Member | Item | Row | Comparison | Junction | Negation | Invocation | Joined | Mapped
)

OPAQUE = Opaque()


def parse_expression(node: ast.expr | None, depth: int = 0) -> Expression:
    """What a condition says, with ``Opaque`` in every place that cannot be told."""
    if depth > _MAX_DEPTH:
        return OPAQUE
    parse = _PARSERS.get(type(node))
    return parse(node, depth + 1) if parse is not None else OPAQUE


def _parse_constant(node: ast.Constant, _depth: int) -> Expression:
    return _literal(node.value)


def _parse_name(node: ast.Name, _depth: int) -> Expression:
    return Name(node.id)


def _parse_attribute(node: ast.Attribute, depth: int) -> Expression:
    value = parse_expression(node.value, depth)
    return OPAQUE if value is OPAQUE else Member(value, node.attr)


def _parse_junction(node: ast.BoolOp, depth: int) -> Expression:
    return Junction(isinstance(node.op, ast.And), _row(node.values, depth)) if _is_short(node.values) else OPAQUE


def _parse_unary(node: ast.UnaryOp, depth: int) -> Expression:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negation(parse_expression(operand, depth))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return Const(-value)
    return OPAQUE


def _parse_row(node: ast.Tuple | ast.List | ast.Set, depth: int) -> Expression:
    return Row(_row(node.elts, depth)) if _is_short(node.elts) else OPAQUE


def _parse_binary(node: ast.BinOp, depth: int) -> Expression:
    match node:
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined(parse_expression(left, depth), parse_expression(right, depth))
        case ast.BinOp(op=ast.Pow(), left=ast.Constant(value=int() as base), right=ast.Constant(value=int() as power)):
            return _power(base, power)
        case ast.BinOp(op=ast.LShift(), left=ast.Constant(value=int() as base), right=ast.Constant(value=int() as by)):
            return Const(base << by) if 0 <= by <= 64 and abs(base) < 2**64 else OPAQUE
    return OPAQUE


def _parse_call(node: ast.Call, depth: int) -> Expression:
    if node.keywords or not _is_short(node.args):
        return OPAQUE
    return Invocation(parse_expression(node.func, depth), _row(node.args, depth))


def _parse_subscript(node: ast.Subscript, depth: int) -> Expression:
    value = parse_expression(node.value, depth)
    match node.slice:
        case ast.Slice(lower=None, upper=upper, step=None):
            return Item(value, parse_expression(upper, depth), is_slice=True)
        case index:
            return Item(value, parse_expression(index, depth), is_slice=False)


def _parse_walrus(node: ast.NamedExpr, depth: int) -> Expression:
    return parse_expression(node.value, depth)


def _parse_formatted(node: ast.JoinedStr, depth: int) -> Expression:
    if not _is_short(node.values):
        return OPAQUE
    return Invocation(Member(Const(""), "join"), (Row(tuple(_part(part, depth) for part in node.values)),))


def _parse_dict(node: ast.Dict, depth: int) -> Expression:
    keys = [key for key in node.keys if key is not None]
    if not _is_short(node.keys) or len(keys) < len(node.keys):
        return OPAQUE
    return Mapped(_row(keys, depth), _row(node.values, depth))


def _joined(left: Expression, right: Expression) -> Expression:
    return OPAQUE if OPAQUE in (left, right) else Joined(left, right)


def _part(node: ast.expr, depth: int) -> Expression:
    """One part of an f-string; with a conversion or a format it cannot be told."""
    match node:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return parse_expression(value, depth)
        case ast.Constant(value=value):
            return _literal(value)
    return OPAQUE


def _row(nodes: list[ast.expr], depth: int) -> tuple[Expression, ...]:
    return tuple([parse_expression(node, depth) for node in nodes])


def _is_short(nodes: Sequence[object]) -> bool:
    return len(nodes) <= _MAX_ITEMS


def _literal(value: object) -> Expression:
    match value:
        case str():
            return Const(value) if len(value) <= _MAX_TEXT and value.isprintable() else OPAQUE
        case None | bool() | float():
            return Const(value)
        case int():
            return Const(value) if abs(value) < 2**128 else OPAQUE
    return OPAQUE


def _power(base: int, power: int) -> Expression:
    return Const(base**power) if 0 <= power <= 64 and abs(base) <= 16 else OPAQUE


def _parse_comparison(node: ast.Compare, depth: int) -> Expression:
    parts: list[Expression] = []
    left = parse_expression(node.left, depth)
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        right = parse_expression(comparator, depth)
        parts.append(Comparison(_OPERATORS[type(operator)], left, right))
        left = right
    if len(parts) > _MAX_ITEMS:
        return OPAQUE
    return parts[0] if len(parts) == 1 else Junction(is_and=True, items=tuple(parts))


_PARSERS: Mapping[type, Callable[[Any, int], Expression]] = {
    ast.Constant: _parse_constant,
    ast.Name: _parse_name,
    ast.Attribute: _parse_attribute,
    ast.Compare: _parse_comparison,
    ast.BoolOp: _parse_junction,
    ast.UnaryOp: _parse_unary,
    ast.Tuple: _parse_row,
    ast.List: _parse_row,
    ast.Set: _parse_row,
    ast.BinOp: _parse_binary,
    ast.Call: _parse_call,
    ast.Subscript: _parse_subscript,
    ast.NamedExpr: _parse_walrus,
    ast.JoinedStr: _parse_formatted,
    ast.Dict: _parse_dict,
}
"""By the kind of node; each is handed the depth of what is inside it."""


def parse_first_argument(node: ast.Call) -> Expression:
    """The first argument or, without positional ones, the one that is named as if it were; else None."""
    named = (keyword.value for keyword in node.keywords if keyword.arg in _FIRST_NAMES)
    first = next(iter(node.args), None) or next(named, None)
    return parse_expression(first) if first is not None else Const(None)
