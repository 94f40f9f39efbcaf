"""Exceptions: what is raised, and which handler answers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace

from scanner.inspect.code.builtin.checks import is_instance
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_name
from scanner.inspect.code.failure import Cause, Failure, Raised
from scanner.inspect.code.state.journal import NORMAL, Outcomes, join_outcomes
from scanner.inspect.code.state.machine import Catcher, Machine
from scanner.inspect.code.state.values import ABSENT, UNKNOWN, Arguments, Class, Instance, Scope, Standard, Unknown
from scanner.inspect.code.statements.flow import DONE, go_on

_MAX_POSSIBLE = 3


def guarded(machine: Machine, body: Callable[[], Outcomes], catches: Callable[[Raised], bool | None]) -> Outcomes:
    """A body whose exceptions may be swallowed."""
    machine.catchers.append(Catcher(catches))
    try:
        return body()
    except Raised as raised:
        caught = catches(raised)
        if caught is False:
            raise
        if caught is None:
            forget(machine, raised)
        return DONE
    finally:
        machine.catchers.pop()


def forget(machine: Machine, raised: Raised) -> None:
    """Keep an exception that may or may not be caught as a possibility."""
    if raised.failure.cause is not Cause.RAISED and machine.running:
        machine.possible.append((machine.running[-1], raised.failure))


def execute_try(machine: Machine, node: ast.Try, scope: Scope) -> Outcomes:
    """A try statement, with its final part."""
    try:
        ends = _try_handlers(machine, node, scope)
    except Raised:
        last = machine.execute(machine, node.finalbody, scope)
        if NORMAL not in last:
            return last
        raise
    last = machine.execute(machine, node.finalbody, scope)
    if last is DONE or (len(last) == 1 and last[0] is NORMAL):
        return ends
    return last if NORMAL not in last else join_outcomes(end for end in (*ends, *last))


def _try_handlers(machine: Machine, node: ast.Try, scope: Scope) -> Outcomes:
    catcher = Catcher(lambda raised: _find_handler(machine, node, raised, scope)[1])
    machine.catchers.append(catcher)
    depth = len(machine.catchers), len(machine.calls), len(machine.trail)
    try:
        ends = machine.execute(machine, node.body, scope)
    except Raised as raised:
        del machine.catchers[depth[0] - 1 :], machine.calls[depth[1] :], machine.trail[depth[2] :]
        handler, caught = _find_handler(machine, node, raised, scope)
        if handler is None or caught is False:
            raise
        if caught is None:
            forget(machine, raised)
        return _handle(machine, handler, raised, scope)
    del machine.catchers[depth[0] - 1 :]
    if catcher.possible:
        return _try_possible(machine, node, catcher.possible, ends, scope)
    return _else(machine, node, ends, scope)


def _else(machine: Machine, node: ast.Try, ends: Outcomes, scope: Scope) -> Outcomes:
    if not node.orelse or NORMAL not in ends:
        return ends
    if len(ends) == 1:
        return machine.execute(machine, node.orelse, scope)
    return go_on(machine, ends, lambda: machine.execute(machine, node.orelse, scope))


def _try_possible(
    machine: Machine, node: ast.Try, possible: Sequence[Raised], ends: Outcomes, scope: Scope
) -> Outcomes:
    """A try statement whose body may raise something that one of its handlers catches."""
    paths: list[Callable[[], Outcomes]] = [lambda: _else(machine, node, ends, scope)]
    for raised in possible[:_MAX_POSSIBLE]:
        handler, _ = _find_handler(machine, node, raised, scope)
        if handler is not None:
            paths.append(lambda handler=handler, raised=raised: _handle(machine, handler, raised, scope))  # type: ignore[misc]
    return machine.fork(paths)


def _find_handler(
    machine: Machine, node: ast.Try, raised: Raised, scope: Scope
) -> tuple[ast.ExceptHandler | None, bool | None]:
    """The handler that catches an exception, and whether it certainly does."""
    for handler in node.handlers:
        if handler.type is None:
            return handler, True
        place = machine.scope, machine.line
        try:
            wanted = machine.evaluate(machine, handler.type, scope)
        except Raised:
            wanted = UNKNOWN
        finally:
            machine.scope, machine.line = place
        caught = matches(raised, wanted)
        if caught is not False:
            return handler, caught
    return None, False


def matches(raised: Raised, wanted: object) -> bool | None:  # noqa: PLR0911 - one case a kind
    """Whether an exception is of a class, or of one of several; None where that is unknown."""
    if isinstance(wanted, tuple):
        answers = [matches(raised, one) for one in wanted]
        return True if True in answers else (None if None in answers else False)
    if wanted is BaseException:
        return True
    value = raised.value
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Standard):
        same = isinstance(wanted, Standard) and wanted.dotted.rpartition(".")[2] == cls.dotted.rpartition(".")[2]
        return True if same or wanted is Exception else None
    if isinstance(cls, Unknown):
        return True if wanted is Exception else None
    if isinstance(wanted, Standard):
        return None if wanted.is_opaque and not isinstance(cls, type) else False
    if isinstance(wanted, Unknown):
        return None
    return is_instance(cls, wanted)


def _handle(machine: Machine, handler: ast.ExceptHandler, raised: Raised, scope: Scope) -> Outcomes:
    machine.handled.append(raised)
    depth = len(machine.handled)
    try:
        if handler.name:
            bind_name(machine, handler.name, raised.value, scope)
        return machine.execute(machine, handler.body, scope)
    finally:
        del machine.handled[depth - 1 :]
        if handler.name:
            machine.put(scope.outer_names.get(handler.name, scope.values), handler.name, ABSENT)


def execute_raise(machine: Machine, node: ast.Raise, scope: Scope) -> Outcomes:
    """A raise statement.

    Raises:
        Raised: always.
    """
    if node.exc is None:
        if machine.handled:
            raise machine.handled[-1]
        raise machine.throw(RuntimeError, "No active exception to reraise")
    value = machine.evaluate(machine, node.exc, scope)
    machine.enter(scope, node.lineno)
    held = next((raised for raised in machine.handled if raised.value is value), None)
    if held is not None:
        raise held
    if isinstance(value, Class | type):
        value = machine.call(machine, value, Arguments())
    elif isinstance(value, Standard):
        value = Instance(Standard(value.dotted.removesuffix("()")), is_open=True)
    raise Raised(_raised_failure(machine, value), value)


def _raised_failure(machine: Machine, value: object) -> Failure:
    """A raise in a handler for what the target lacks is reported as that lack."""
    cls = value.cls if isinstance(value, Instance) else value
    error = cls.name if isinstance(cls, Class) else getattr(cls, "__name__", "") or getattr(cls, "dotted", "")
    root = machine.handled[-1].failure if machine.handled else None
    if root is not None and root.cause is not Cause.RAISED:
        return replace(root, error=str(error))
    text = _message(value)
    said = f"raise {error}" + (f": {text}" if text else "")
    return Failure(cause=Cause.RAISED, error=str(error), subject=str(error), detail=text, chain=machine.chain(said))


def _message(value: object) -> str:
    arguments = value.attributes.get("args") if isinstance(value, Instance) else None
    first = arguments[0] if isinstance(arguments, tuple) and arguments else ""
    return " ".join(first.split())[:160] if isinstance(first, str) else ""


def execute_assert(machine: Machine, node: ast.Assert, scope: Scope) -> Outcomes:
    """An assert statement.

    Raises:
        Raised: the condition is false.
    """
    if truth_of(machine, machine.evaluate(machine, node.test, scope)) is False:
        raise machine.stop(Cause.RAISED, AssertionError, "AssertionError", "", "raise AssertionError")
    return DONE
