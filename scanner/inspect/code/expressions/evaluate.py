"""What expressions give, and what evaluating them does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.expressions.comparisons import evaluate_compare
from scanner.inspect.code.expressions.displays import (
    evaluate_dict,
    evaluate_dict_comprehension,
    evaluate_generator,
    evaluate_list,
    evaluate_list_comprehension,
    evaluate_set,
    evaluate_tuple,
)
from scanner.inspect.code.expressions.items import evaluate_subscript
from scanner.inspect.code.expressions.logic import evaluate_conditional, evaluate_junction
from scanner.inspect.code.expressions.names import bind_target, evaluate_name
from scanner.inspect.code.expressions.operators import evaluate_binary, evaluate_joined, evaluate_unary
from scanner.inspect.code.names.attributes import find_attribute, get_attribute
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import ABSENT, SYS_MODULES, UNKNOWN, Arguments, Dict, Function, Scope, Standard


def evaluate(machine: Machine, node: ast.expr, scope: Scope) -> object:
    """What an expression gives.

    Raises:
        Raised: it ends in an exception.
    """
    handler = _EVALUATORS.get(type(node))
    if handler is None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                machine.evaluate(machine, child, scope)
        return UNKNOWN
    return handler(machine, node, scope)


def _constant(_machine: Machine, node: ast.Constant, _scope: Scope) -> object:
    return node.value


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> object:
    value = machine.evaluate(machine, node.value, scope)
    machine.enter(scope, node.lineno)
    if isinstance(value, Standard) and value.is_module:
        if value.dotted == "sys" and node.attr in ("modules", "meta_path", "path"):
            return {"modules": SYS_MODULES, "meta_path": machine.meta_path}.get(node.attr, UNKNOWN)
        held = find_attribute(machine, value, node.attr)
        return UNKNOWN if held is ABSENT else held
    return get_attribute(machine, value, node.attr)


def _call(machine: Machine, node: ast.Call, scope: Scope) -> object:
    function = machine.evaluate(machine, node.func, scope)
    arguments = make_arguments(machine, node, scope)
    machine.enter(scope, node.lineno)
    return machine.call(machine, function, arguments)


def make_arguments(machine: Machine, node: ast.Call, scope: Scope) -> Arguments:
    """The arguments of a call."""
    positional: list[object] = []
    named: dict[str, object] = {}
    is_whole = True
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items = list_items(machine, machine.evaluate(machine, argument.value, scope))
            is_whole = is_whole and items is not None
            positional.extend(items or () if is_whole else ())
        else:
            value = machine.evaluate(machine, argument, scope)
            if is_whole:
                positional.append(value)
    for keyword in node.keywords:
        value = machine.evaluate(machine, keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Dict) and not value.is_open and all(isinstance(key, str) for key in value):
            named.update(value)  # type: ignore[arg-type]
        else:
            is_whole = False
    return Arguments(tuple(positional), named, is_whole, node.lineno)


def _lambda(machine: Machine, node: ast.Lambda, scope: Scope) -> object:
    return make_function(machine, node, scope, "<lambda>")


def make_function(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, name: str
) -> Function:
    """The function that a definition makes; its defaults are evaluated."""
    defaults: dict[str, object] = {}
    places = [*node.args.posonlyargs, *node.args.args]
    for parameter, default in zip(reversed(places), reversed(node.args.defaults), strict=False):
        defaults[parameter.arg] = machine.evaluate(machine, default, scope)
    for parameter, keyword_default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if keyword_default is not None:
            defaults[parameter.arg] = machine.evaluate(machine, keyword_default, scope)
    return Function(node, scope, defaults, name)


def _walrus(machine: Machine, node: ast.NamedExpr, scope: Scope) -> object:
    value = machine.evaluate(machine, node.value, scope)
    bind_target(machine, node.target, value, scope)
    return value


def _yield(machine: Machine, node: ast.Yield, scope: Scope) -> object:
    value = machine.evaluate(machine, node.value, scope) if node.value is not None else None
    give = _giver(scope)
    return give(value) if give is not None else UNKNOWN


def _giver(scope: Scope | None) -> Callable[[object], object] | None:
    while scope is not None:
        if scope.give is not None or scope.function is not None:
            return scope.give
        scope = scope.parent
    return None


def _yield_from(machine: Machine, node: ast.YieldFrom, scope: Scope) -> object:
    items = list_items(machine, machine.evaluate(machine, node.value, scope))
    give = _giver(scope)
    for item in items if items is not None else [UNKNOWN]:
        if give is not None:
            give(item)
    return UNKNOWN


def _starred(machine: Machine, node: ast.Starred, scope: Scope) -> object:
    machine.evaluate(machine, node.value, scope)
    return UNKNOWN


def _await(machine: Machine, node: ast.Await, scope: Scope) -> object:
    machine.evaluate(machine, node.value, scope)
    return UNKNOWN


_EVALUATORS: Mapping[type, Callable[[Machine, Any, Scope], object]] = {
    ast.Constant: _constant,
    ast.Name: evaluate_name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.IfExp: evaluate_conditional,
    ast.BoolOp: evaluate_junction,
    ast.UnaryOp: evaluate_unary,
    ast.BinOp: evaluate_binary,
    ast.Compare: evaluate_compare,
    ast.Subscript: evaluate_subscript,
    ast.Tuple: evaluate_tuple,
    ast.List: evaluate_list,
    ast.Set: evaluate_set,
    ast.Dict: evaluate_dict,
    ast.ListComp: evaluate_list_comprehension,
    ast.SetComp: evaluate_list_comprehension,
    ast.DictComp: evaluate_dict_comprehension,
    ast.GeneratorExp: evaluate_generator,
    ast.Lambda: _lambda,
    ast.JoinedStr: evaluate_joined,
    ast.NamedExpr: _walrus,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
    ast.Await: _await,
}
