"""What statements do when they are executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.inspect.code.builtin.methods import call_method
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_name, bind_target
from scanner.inspect.code.expressions.operators import apply
from scanner.inspect.code.names.setting import set_attribute
from scanner.inspect.code.state.journal import NORMAL, Exit, Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Instance,
    List,
    Module,
    Scope,
    SysModules,
)
from scanner.inspect.code.statements.definitions import annotation, define, define_class
from scanner.inspect.code.statements.flow import DONE, go_on
from scanner.inspect.code.statements.handlers import execute_assert, execute_raise, execute_try
from scanner.inspect.code.statements.imports import execute_import, execute_import_from
from scanner.inspect.code.statements.loops import execute_for, execute_while
from scanner.inspect.code.statements.managers import execute_with
from scanner.inspect.code.statements.matching import execute_match


def execute(machine: Machine, statements: Sequence[ast.stmt], scope: Scope) -> Outcomes:
    """Execute statements one after the other; the ways in which they end.

    Raises:
        Raised: they end in an exception.
    """
    for place, node in enumerate(statements):
        machine.step()
        machine.enter(scope, node.lineno)
        handler = _HANDLERS.get(type(node))
        ends = handler(machine, node, scope) if handler is not None else DONE
        if ends is DONE or (len(ends) == 1 and ends[0] is NORMAL):
            continue
        if NORMAL not in ends:
            return ends
        return go_on(machine, ends, lambda rest=statements[place + 1 :]: machine.execute(machine, rest, scope))  # type: ignore[misc]
    return DONE


def _expression(machine: Machine, node: ast.Expr, scope: Scope) -> Outcomes:
    machine.evaluate(machine, node.value, scope)
    return DONE


def _assign(machine: Machine, node: ast.Assign, scope: Scope) -> Outcomes:
    value = machine.evaluate(machine, node.value, scope)
    for target in node.targets:
        bind_target(machine, target, value, scope)
    return DONE


def _assign_annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> Outcomes:
    if scope.function is None or scope.is_class:
        annotation(machine, node.annotation, scope)
    if node.value is not None:
        bind_target(machine, node.target, machine.evaluate(machine, node.value, scope), scope)
    return DONE


def _assign_augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> Outcomes:
    read = ast.copy_location(
        type(node.target)(**{**dict(ast.iter_fields(node.target)), "ctx": ast.Load()}), node.target
    )
    left = machine.evaluate(machine, read, scope)
    right = machine.evaluate(machine, node.value, scope)
    if isinstance(left, List) and isinstance(node.op, ast.Add):
        call_method(machine, left, "__iadd__", Arguments((right,)))
        return DONE
    bind_target(machine, node.target, apply(machine, type(node.op), left, right), scope)
    return DONE


def _return(machine: Machine, node: ast.Return, scope: Scope) -> Outcomes:
    return (Exit("return", machine.evaluate(machine, node.value, scope) if node.value is not None else None),)


def _break(_machine: Machine, _node: ast.Break, _scope: Scope) -> Outcomes:
    return (Exit("break"),)


def _continue(_machine: Machine, _node: ast.Continue, _scope: Scope) -> Outcomes:
    return (Exit("continue"),)


def _if(machine: Machine, node: ast.If, scope: Scope) -> Outcomes:
    known = truth_of(machine, machine.evaluate(machine, node.test, scope))
    if known is not None:
        return machine.execute(machine, node.body if known else node.orelse, scope)
    return machine.fork(
        [lambda: machine.execute(machine, node.body, scope), lambda: machine.execute(machine, node.orelse, scope)]
    )


def _delete(machine: Machine, node: ast.Delete, scope: Scope) -> Outcomes:
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                machine.put(scope.outer_names.get(name, scope.values), name, ABSENT)
            case ast.Subscript(value=owner, slice=index):
                held = machine.evaluate(machine, owner, scope)
                if isinstance(held, Dict | SysModules):
                    call_method(machine, held, "pop", Arguments((machine.evaluate(machine, index, scope), None)))
            case ast.Attribute(value=owner, attr=name):
                held = machine.evaluate(machine, owner, scope)
                if isinstance(held, Module | Class | Instance):
                    set_attribute(machine, held, name, ABSENT)
    return DONE


def _global(machine: Machine, node: ast.Global, scope: Scope) -> Outcomes:
    del machine
    scope.outer_names.update(dict.fromkeys(node.names, scope.module.namespace))
    return DONE


def _nonlocal(machine: Machine, node: ast.Nonlocal, scope: Scope) -> Outcomes:
    del machine
    for name in node.names:
        outer = scope.parent
        while outer is not None and name not in outer.values:
            outer = outer.parent
        if outer is not None:
            scope.outer_names[name] = outer.values
    return DONE


def _type_alias(machine: Machine, node: ast.stmt, scope: Scope) -> Outcomes:
    name = getattr(node, "name", None)
    if isinstance(name, ast.Name):
        bind_name(machine, name.id, UNKNOWN, scope)
    return DONE


_HANDLERS: Mapping[type, Callable[[Machine, Any, Scope], Outcomes]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _assign_annotated,
    ast.AugAssign: _assign_augmented,
    ast.FunctionDef: define,
    ast.AsyncFunctionDef: define,
    ast.ClassDef: define_class,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.While: execute_while,
    ast.For: execute_for,
    ast.AsyncFor: execute_for,
    ast.With: execute_with,
    ast.AsyncWith: execute_with,
    ast.Try: execute_try,
    ast.TryStar: execute_try,
    ast.Raise: execute_raise,
    ast.Assert: execute_assert,
    ast.Import: execute_import,
    ast.ImportFrom: execute_import_from,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Match: execute_match,
    **({ast.TypeAlias: _type_alias} if hasattr(ast, "TypeAlias") else {}),
}
