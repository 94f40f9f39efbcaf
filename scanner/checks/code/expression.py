"""The expressions that conditions are made of, reduced to what can be told without running anything."""

from __future__ import annotations

import ast
from dataclasses import dataclass

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


def parse_expression(node: ast.expr | None, depth: int = 0) -> Expression:  # noqa: C901, PLR0911 (one case a kind)
    """What a condition says, with ``Opaque`` in every place that cannot be told."""
    if node is None or depth > _MAX_DEPTH:
        return OPAQUE
    match node:
        case ast.Constant(value=value):
            return _literal(value)
        case ast.Name(id=name):
            return Name(name)
        case ast.Attribute(value=value, attr=name):
            return _member(parse_expression(value, depth + 1), name)
        case ast.Compare():
            return _comparison(node, depth)
        case ast.BoolOp(op=op, values=values) if len(values) <= _MAX_ITEMS:
            return Junction(isinstance(op, ast.And), _row(values, depth))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Negation(parse_expression(operand, depth + 1))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return Const(-value)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items) if len(items) <= _MAX_ITEMS:
            return Row(_row(items, depth))
        case ast.BinOp(op=ast.Pow(), left=ast.Constant(value=int() as base), right=ast.Constant(value=int() as power)):
            return _power(base, power)
        case ast.BinOp(op=ast.LShift(), left=ast.Constant(value=int() as base), right=ast.Constant(value=int() as by)):
            return Const(base << by) if 0 <= by <= 64 and abs(base) < 2**64 else OPAQUE
    return _parse_access(node, depth)


def _parse_access(node: ast.expr, depth: int) -> Expression:  # noqa: PLR0911 (one case a kind)
    match node:
        case ast.Call(func=function, args=arguments, keywords=[]) if len(arguments) <= _MAX_ITEMS:
            return Invocation(parse_expression(function, depth + 1), _row(arguments, depth))
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=upper, step=None)):
            return Item(parse_expression(value, depth + 1), parse_expression(upper, depth + 1), is_slice=True)
        case ast.Subscript(value=value, slice=index):
            return Item(parse_expression(value, depth + 1), parse_expression(index, depth + 1), is_slice=False)
        case ast.NamedExpr(value=value):
            return parse_expression(value, depth + 1)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _joined(parse_expression(left, depth + 1), parse_expression(right, depth + 1))
        case ast.JoinedStr(values=parts) if len(parts) <= _MAX_ITEMS:
            return Invocation(Member(Const(""), "join"), (Row(tuple(_part(part, depth) for part in parts)),))
        case ast.Dict(keys=keys, values=values) if len(keys) <= _MAX_ITEMS and None not in keys:
            return Mapped(_row([key for key in keys if key is not None], depth), _row(values, depth))
    return OPAQUE


def _joined(left: Expression, right: Expression) -> Expression:
    return OPAQUE if OPAQUE in (left, right) else Joined(left, right)


def _part(node: ast.expr, depth: int) -> Expression:
    """One part of an f-string; with a conversion or a format it cannot be told."""
    match node:
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return parse_expression(value, depth + 1)
        case ast.Constant(value=value):
            return _literal(value)
    return OPAQUE


def _row(nodes: list[ast.expr], depth: int) -> tuple[Expression, ...]:
    return tuple(parse_expression(node, depth + 1) for node in nodes)


def _literal(value: object) -> Expression:
    if value is None or isinstance(value, bool | float):
        return Const(value)
    if isinstance(value, int):
        return Const(value) if abs(value) < 2**128 else OPAQUE
    if isinstance(value, str) and len(value) <= _MAX_TEXT and value.isprintable():
        return Const(value)
    return OPAQUE


def _member(value: Expression, name: str) -> Expression:
    return OPAQUE if isinstance(value, Opaque) else Member(value, name)


def _power(base: int, power: int) -> Expression:
    return Const(base**power) if 0 <= power <= 64 and abs(base) <= 16 else OPAQUE


def _comparison(node: ast.Compare, depth: int) -> Expression:
    parts: list[Expression] = []
    left = parse_expression(node.left, depth + 1)
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        right = parse_expression(comparator, depth + 1)
        parts.append(Comparison(_OPERATORS[type(operator)], left, right))
        left = right
    if len(parts) > _MAX_ITEMS:
        return OPAQUE
    return parts[0] if len(parts) == 1 else Junction(is_and=True, items=tuple(parts))
