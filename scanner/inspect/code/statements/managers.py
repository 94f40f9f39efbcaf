"""With statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_target
from scanner.inspect.code.failure import Raised
from scanner.inspect.code.names.attributes import find_attribute
from scanner.inspect.code.state.journal import Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Function,
    Generator,
    Instance,
    Method,
    Scope,
    Standard,
    Unknown,
)
from scanner.inspect.code.statements.flow import DONE
from scanner.inspect.code.statements.handlers import forget, guarded, matches


def execute_with(machine: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> Outcomes:
    """A with statement: its managers one inside the other."""
    return _with_items(machine, node.items, node.body, scope)


def _with_items(machine: Machine, items: Sequence[ast.withitem], body: Sequence[ast.stmt], scope: Scope) -> Outcomes:  # noqa: PLR0911 - one case a kind
    if not items:
        return machine.execute(machine, body, scope)
    first, *rest = items
    manager = machine.evaluate(machine, first.context_expr, scope)

    def enter(value: object) -> Outcomes:
        if first.optional_vars is not None:
            bind_target(machine, first.optional_vars, value, scope)
        return _with_items(machine, rest, body, scope)

    match manager:
        case Generator():
            return _with_generator(manager, enter)
        case Standard(dotted="contextlib.suppress()"):
            return enter(UNKNOWN)
        case Instance(cls=Standard(dotted="contextlib.suppress")):
            return guarded(machine, lambda: enter(UNKNOWN), _suppressing(manager.attributes.get("errors", UNKNOWN)))
        case Instance(cls=Class()):
            return _with_instance(machine, manager, enter)
        case Unknown():
            return guarded(machine, lambda: enter(UNKNOWN), lambda _: None)
    return enter(manager if isinstance(manager, Standard) else UNKNOWN)


def _suppressing(errors: object) -> Callable[[Raised], bool | None]:
    return lambda raised: matches(raised, errors)


def _with_generator(manager: Generator, enter: Callable[[object], Outcomes]) -> Outcomes:
    """A context manager made of a generator: the body runs where it yields."""
    ends: list[Outcomes] = []

    def give(value: object) -> object:
        ends.append(DONE)
        ends[-1] = enter(value)
        return None

    manager.run(give)
    return ends[-1] if ends else DONE


def _with_instance(machine: Machine, manager: Instance, enter: Callable[[object], Outcomes]) -> Outcomes:
    hook = find_attribute(machine, manager, "__enter__")
    value = machine.call(machine, hook, Arguments()) if hook is not ABSENT else UNKNOWN
    leave = find_attribute(machine, manager, "__exit__")
    try:
        ends = enter(value)
    except Raised as raised:
        if not isinstance(leave, Method) or not isinstance(leave.function, Function):
            raise
        cls = raised.value.cls if isinstance(raised.value, Instance) else UNKNOWN
        answer = truth_of(machine, machine.call(machine, leave, Arguments((cls, raised.value, UNKNOWN))))
        if answer is False:
            raise
        if answer is None:
            forget(machine, raised)
        return DONE
    if isinstance(leave, Method):
        machine.call(machine, leave, Arguments((None, None, None)))
    return ends
