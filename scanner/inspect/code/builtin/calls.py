"""Calls: of functions, methods, classes, and of what is known by its name only."""

from __future__ import annotations

import ast

from scanner.inspect.code.builtin.methods import call_method
from scanner.inspect.code.builtin.standard import call_standard
from scanner.inspect.code.builtin.types import call_type
from scanner.inspect.code.names.attributes import bind, find_raw
from scanner.inspect.code.names.classes import build_class, instantiate
from scanner.inspect.code.state.journal import NORMAL, Exit
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Generator,
    Instance,
    List,
    Method,
    Native,
    Partial,
    Scope,
    Standard,
    Unknown,
)


def call(machine: Machine, function: object, arguments: Arguments) -> object:  # noqa: C901, PLR0911 - one case a kind
    """What a call returns.

    Raises:
        Raised: it ends in an exception.
    """
    machine.step()
    match function:
        case Unknown():
            return _call_unknown(arguments)
        case Function():
            return call_function(machine, function, arguments)
        case Method(function=str() as name, receiver=receiver):
            return call_method(machine, receiver, name, arguments)
        case Method(function=inner, receiver=receiver):
            return call(machine, inner, _with_receiver(arguments, receiver))
        case Native():
            return function.call(arguments)
        case Standard():
            return call_standard(machine, function, arguments)
        case Class():
            return _call_class(machine, function, arguments)
        case Partial(function=inner, arguments=first):
            return call(machine, inner, _joined(first, arguments))
        case Instance(cls=Class() as cls):
            hook = find_raw(cls, "__call__")
            return UNKNOWN if hook is ABSENT else call(machine, bind(machine, hook, function, cls), arguments)
        case Descriptor(function=inner):
            return call(machine, inner, arguments)
        case type():
            return call_type(machine, function, arguments)
    if function is None or isinstance(function, str | int | float | tuple):
        raise machine.throw(TypeError, f"{type(function).__name__!r} object is not callable")
    return UNKNOWN


def _call_unknown(arguments: Arguments) -> object:
    """Nothing is known of the call, and what it is given may be changed by it."""
    for argument in (*arguments.positional, *arguments.named.values()):
        if isinstance(argument, List | Dict | Instance):
            argument.is_open = True
    return UNKNOWN


def _with_receiver(arguments: Arguments, receiver: object) -> Arguments:
    return Arguments((receiver, *arguments.positional), arguments.named, arguments.is_whole, arguments.line)


def _joined(first: Arguments, later: Arguments) -> Arguments:
    is_whole = first.is_whole and later.is_whole
    named = {**first.named, **later.named}
    return Arguments((*first.positional, *later.positional), named, is_whole, later.line)


def _call_class(machine: Machine, cls: Class, arguments: Arguments) -> object:
    if isinstance(cls.metaclass, Class):
        hook = find_raw(cls.metaclass, "__call__")
        if isinstance(hook, Function) and hook not in machine.calls:
            return call(machine, Method(hook, cls), arguments)
    if type in cls.mro:
        return build_class(machine, cls, arguments)
    return instantiate(machine, cls, arguments)


def call_function(machine: Machine, function: Function, arguments: Arguments) -> object:
    """What a function of the tree returns."""
    if not machine.may_follow(function):
        return _call_unknown(arguments)
    if isinstance(function.node, ast.AsyncFunctionDef):
        return UNKNOWN  # a coroutine, which nothing runs at import time
    scope = Scope(function.scope.module, Dict(), function.scope, function=function)
    bind_arguments(machine, function, arguments, scope)
    if function.yields is None:
        function.yields = is_generator(function.node)
    if function.yields:
        return Generator(lambda give: _run_generator(machine, function, scope, give))
    return _run(machine, function, scope)


def _run_generator(machine: Machine, function: Function, scope: Scope, give: object) -> object:
    inner = Scope(scope.module, Dict(scope.values), scope.parent, function=function, receiver=scope.receiver)
    inner.give = give  # type: ignore[assignment]
    return _run(machine, function, inner)


def _run(machine: Machine, function: Function, scope: Scope) -> object:
    with machine.at(f"calls {function.name}()"):
        machine.calls.append(function)
        start = machine.steps
        try:
            if isinstance(function.node, ast.Lambda):
                return machine.evaluate(machine, function.node.body, scope)
            return returned(machine.execute(machine, function.node.body, scope))
        finally:
            machine.calls.pop()
            machine.spent[function] = machine.spent.get(function, 0) + machine.steps - start


def returned(ends: tuple[Exit, ...]) -> object:
    """The value that a body's outcomes agree on."""
    values = [None if end is NORMAL else end.value for end in ends]
    first = values[0]
    if len(values) == 1:
        return first
    truths = {value for value in values if value is None or isinstance(value, bool | int | str)}
    return first if len(truths) == 1 and len(values) == sum(value == first for value in values) else UNKNOWN


def bind_arguments(machine: Machine, function: Function, arguments: Arguments, scope: Scope) -> None:
    """Bind a function's parameters.

    Raises:
        Raised: the arguments do not fit.
    """
    parameters = function.node.args
    places = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    values = scope.values
    given = dict(arguments.named)
    for name, value in zip(places, arguments.positional, strict=False):
        values[name] = value
    if places and arguments.positional:
        scope.receiver = arguments.positional[0]
    extra = arguments.positional[len(places) :]
    if parameters.vararg is not None:
        values[parameters.vararg.arg] = extra if arguments.is_whole else UNKNOWN
    elif extra:
        raise machine.throw(TypeError, f"{function.name}() takes {len(places)} positional arguments")
    for name in (*places, *(parameter.arg for parameter in parameters.kwonlyargs)):
        if name in values and name not in given:
            continue
        values[name] = _parameter(machine, function, name, given, is_whole=arguments.is_whole)
    if parameters.kwarg is not None:
        values[parameters.kwarg.arg] = kwargs = Dict(given)
        kwargs.is_open = not arguments.is_whole
    elif given and arguments.is_whole:
        raise machine.throw(TypeError, f"{function.name}() got an unexpected keyword argument {next(iter(given))!r}")


def _parameter(machine: Machine, function: Function, name: str, given: dict[str, object], *, is_whole: bool) -> object:
    if name in given:
        return given.pop(name)
    if not is_whole:
        return UNKNOWN
    if name in function.defaults:
        return function.defaults[name]
    raise machine.throw(TypeError, f"{function.name}() missing a required argument: {name!r}")


def is_generator(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether a function's own body yields."""
    waiting: list[ast.AST] = list(node.body) if isinstance(node.body, list) else [node.body]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(inner))
    return False
