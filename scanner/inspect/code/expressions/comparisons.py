"""Comparisons: true, false, or unknown."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from scanner.inspect.code.builtin.methods import contains
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    UNKNOWN,
    Class,
    Dict,
    Function,
    Instance,
    List,
    Module,
    Scope,
    Set,
    Standard,
    Unknown,
    is_known,
    is_none,
    is_plain,
)


def evaluate_compare(machine: Machine, node: ast.Compare, scope: Scope) -> object:
    """A chain of comparisons: its first false link decides."""
    left = machine.evaluate(machine, node.left, scope)
    result: object = True
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = machine.evaluate(machine, right_node, scope)
        machine.enter(scope, node.lineno)
        known = compare(machine, type(op), left, right)
        if known is False:
            return False
        result = UNKNOWN if known is None else result
        left = right
    return result


_ORDERS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(machine: Machine, kind: type, left: object, right: object) -> bool | None:
    """Whether a comparison holds; None where that is unknown."""
    if kind in (ast.Is, ast.IsNot):
        return _negated(_is_same(left, right), kind is ast.IsNot)
    if kind in (ast.In, ast.NotIn):
        return _negated(contains(machine, right, left), kind is ast.NotIn)
    if kind in (ast.Eq, ast.NotEq):
        return _negated(_equals(left, right), kind is ast.NotEq)
    if not is_known(left) or not is_known(right) or isinstance(left, Set | Dict):
        return None
    try:
        return bool(_ORDERS[kind](left, right))
    except TypeError as error:
        raise machine.throw(TypeError, str(error)[:100]) from None


def _negated(known: bool | None, is_negated: bool) -> bool | None:  # noqa: FBT001
    return known if known is None else known is not is_negated


def _is_same(left: object, right: object) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is None or right is None:
        return is_none(left if right is None else right)
    if isinstance(left, bool) or isinstance(right, bool):
        other = right if isinstance(left, bool) else left
        return left is right if isinstance(other, bool) or not isinstance(other, Standard) else None
    if isinstance(left, Standard) or isinstance(right, Standard):
        return True if left == right and not getattr(left, "dotted", "").endswith("()") else None
    if is_plain(left) and is_plain(right):
        return left == right if type(left) is type(right) else False
    return left is right


def _equals(left: object, right: object) -> bool | None:
    if is_known(left) and is_known(right):
        return bool(left == right)
    if isinstance(left, Unknown | Standard | Instance) or isinstance(right, Unknown | Standard | Instance):
        is_same = left is right and isinstance(left, Instance)
        if isinstance(left, Standard) and left == right and "()" not in left.dotted:
            is_same = True
        return True if is_same else None
    if isinstance(left, tuple | List) and isinstance(right, tuple | List):
        return None if type(left) is type(right) else False
    if isinstance(left, Module | Function | Class | type) or isinstance(right, Module | Function | Class | type):
        return left is right
    return None
