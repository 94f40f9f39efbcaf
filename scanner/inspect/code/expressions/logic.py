"""Conditions: which way they go, where that is known."""

from __future__ import annotations

import ast
from collections.abc import Callable

from scanner.inspect.code.names.attributes import find_raw
from scanner.inspect.code.state.journal import Exit, Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Arguments, Class, Function, Instance, Method, Scope, truth


def evaluate_conditional(machine: Machine, node: ast.IfExp, scope: Scope) -> object:
    """A conditional expression; both sides where the condition is unknown."""
    known = truth_of(machine, machine.evaluate(machine, node.test, scope))
    if known is not None:
        return machine.evaluate(machine, node.body if known else node.orelse, scope)
    return fork_values(machine, [node.body, node.orelse], scope)


def fork_values(machine: Machine, nodes: list[ast.expr | None], scope: Scope) -> object:
    """What one of several expressions gives; None stands for no expression, of unknown value."""

    def path(node: ast.expr | None) -> Callable[[], Outcomes]:
        return lambda: (Exit("value", machine.evaluate(machine, node, scope) if node is not None else UNKNOWN),)

    return machine.fork([path(node) for node in nodes])[0].value


def evaluate_junction(machine: Machine, node: ast.BoolOp, scope: Scope) -> object:
    """``a and b()`` calls b only where a holds."""
    is_and = isinstance(node.op, ast.And)
    value: object = UNKNOWN
    for index, part in enumerate(node.values):
        value = machine.evaluate(machine, part, scope)
        known = truth_of(machine, value)
        if known is (not is_and):
            return value
        rest = node.values[index + 1 :]
        if known is None and rest:
            later = ast.BoolOp(op=node.op, values=rest) if len(rest) > 1 else rest[0]
            fork_values(machine, [later, None], scope)
            return UNKNOWN
    return value


def truth_of(machine: Machine, value: object) -> bool | None:
    """Whether a value counts as true, by its own ``__bool__`` or ``__len__`` if it has one."""
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        for name in ("__bool__", "__len__"):
            hook = find_raw(value.cls, name)
            if isinstance(hook, Function):
                return truth(machine.call(machine, Method(hook, value), Arguments()))
    return truth(value)
