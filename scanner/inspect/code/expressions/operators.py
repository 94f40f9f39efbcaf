"""Operators on known values, within bounds, and formatted text."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Dict, List, Scope, Set

_MAX_TEXT = 1000
_MAX_NUMBER = 2**70
_MAX_ITEMS = 2000


def evaluate_unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> object:
    """An operator on one value."""
    value = machine.evaluate(machine, node.operand, scope)
    if isinstance(node.op, ast.Not):
        known = truth_of(machine, value)
        return UNKNOWN if known is None else not known
    if isinstance(value, int | float) and isinstance(node.op, ast.USub | ast.UAdd):
        return -value if isinstance(node.op, ast.USub) else value
    return ~value if isinstance(value, int) and isinstance(node.op, ast.Invert) else UNKNOWN


_OPERATORS: Mapping[type, Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
    ast.Pow: operator.pow,
}


def evaluate_binary(machine: Machine, node: ast.BinOp, scope: Scope) -> object:
    """An operator on two values."""
    left, right = machine.evaluate(machine, node.left, scope), machine.evaluate(machine, node.right, scope)
    machine.enter(scope, node.lineno)
    return apply(machine, type(node.op), left, right)


def apply(machine: Machine, kind: type, left: object, right: object) -> object:  # noqa: PLR0911 - one case a kind
    """What an operator gives.

    Raises:
        Raised: it ends in an exception.
    """
    if isinstance(left, List) and isinstance(right, List) and kind is ast.Add:
        made = List([*left, *right])
        made.is_open = left.is_open or right.is_open
        return made
    if isinstance(left, Dict) and isinstance(right, Dict) and kind is ast.BitOr:
        merged = Dict({**left, **right})
        merged.is_open = left.is_open or right.is_open
        return merged
    if isinstance(left, Set) and isinstance(right, Set):
        return _combine_sets(kind, left, right)
    if kind is ast.Mod and isinstance(left, str):
        return _format(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and kind is ast.Add:
        return left + right
    if kind not in _OPERATORS or not _is_operand(left) or not _is_operand(right):
        return UNKNOWN
    if kind is ast.Pow and not (
        isinstance(right, int) and isinstance(left, int) and abs(left) < 100 and 0 <= right <= 64
    ):
        return UNKNOWN
    if kind is ast.Mult and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return UNKNOWN
    try:
        made_value = _OPERATORS[kind](left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise machine.throw(type(error), str(error)[:100]) from None
    return made_value if not isinstance(made_value, str) or len(made_value) <= _MAX_TEXT else UNKNOWN


def _combine_sets(kind: object, left: Set, right: Set) -> Set:
    results: dict[object, dict[object, None]] = {
        ast.BitOr: {**left, **right},
        ast.BitAnd: {item: None for item in left if item in right},
        ast.Sub: {item: None for item in left if item not in right},
    }
    kept = results.get(kind)
    made = Set(kept or {})
    made.is_open = kept is None or left.is_open or right.is_open or UNKNOWN in left or UNKNOWN in right
    return made


def _is_operand(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < _MAX_NUMBER
    return isinstance(value, float | str | bytes) or value is None


def _format(text: str, values: object) -> object:
    given = values if isinstance(values, tuple) else (values,)
    plain = text.replace("%s", "").replace("%d", "").replace("%r", "")
    if (
        "%" in plain
        or len(text) > _MAX_TEXT
        or not all(isinstance(v, str | int) and len(str(v)) < _MAX_TEXT for v in given)
    ):
        return UNKNOWN
    try:
        return text % given
    except (TypeError, ValueError):
        return UNKNOWN


def evaluate_joined(machine: Machine, node: ast.JoinedStr, scope: Scope) -> object:
    """A formatted string, where all its parts are known."""
    parts: list[str] = []
    for part in node.values:
        value = (
            machine.evaluate(machine, part.value, scope)
            if isinstance(part, ast.FormattedValue)
            else machine.evaluate(machine, part, scope)
        )
        is_simple = not isinstance(part, ast.FormattedValue) or (part.format_spec is None and part.conversion == -1)
        parts.append(str(value) if is_simple and isinstance(value, str | int) and abs_len(value) < _MAX_TEXT else "\0")
    text = "".join(parts)
    return UNKNOWN if "\0" in text or len(text) > _MAX_TEXT else text


def abs_len(value: str | int) -> int:
    """How many characters the text of a value has, at most."""
    return len(value) if isinstance(value, str) else value.bit_length() // 3 + 2
