"""What a condition gives on the target, as far as that can be told without running the code."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Mapping
from typing import Protocol

from scanner.inspect.code.expression import (
    Comparison,
    Const,
    Expression,
    Invocation,
    Item,
    Joined,
    Junction,
    Mapped,
    Member,
    Name,
    Negation,
    Row,
)
from scanner.inspect.code.names import resolve_relative
from scanner.inspect.code.runtime import Reference, Runtime
from scanner.inspect.code.texts import Pattern
from scanner.inspect.code.values import METHODS, UNKNOWN, Table, Unknown, call_method, call_regex


class Scope(Protocol):
    """Where names are looked up; every method gives ``UNKNOWN`` where it cannot tell."""

    def lookup(self, name: str) -> object:
        """The value that a name has now."""

    def attribute(self, reference: Reference, name: str) -> object:
        """The value of a name in a module that is not the standard library's."""

    def call(self, function: Expression) -> object:
        """What the call of a function of the scanned code that was followed last returned."""

    def provides(self, module: str) -> object:
        """Whether importing the module finds anything: True, False or ``UNKNOWN``."""


_ENVIRONMENT = frozenset(
    {"HOME", "PATH", "USER", "LOGNAME", "PWD", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ", "_", "PYTHONINSPECT"}
)
"""Environment variables that a runtime may set by itself; all others are taken to be unset."""

_COMPARE: Mapping[str, Callable[[object, object], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": lambda left, right: bool(left < right),  # type: ignore[operator]
    "<=": lambda left, right: bool(left <= right),  # type: ignore[operator]
    ">": lambda left, right: bool(left > right),  # type: ignore[operator]
    ">=": lambda left, right: bool(left >= right),  # type: ignore[operator]
    "in": lambda left, right: left in right,  # type: ignore[operator]
    "not in": lambda left, right: left not in right,  # type: ignore[operator]
}

_ASKING = frozenset({"os.environ.get", "os.getenv", "importlib.util.find_spec", "struct.calcsize"})

_MAX_JOINED = 1000
"""How long texts and rows may become."""


def evaluate(expression: Expression, scope: Scope, runtime: Runtime) -> object:  # noqa: C901, PLR0911 (one case a kind)
    """The value of an expression on the target, or ``UNKNOWN``."""
    match expression:
        case Const(value=value):
            return value
        case Name(name=name):
            return scope.lookup(name)
        case Row(items=items):
            values = tuple(evaluate(item, scope, runtime) for item in items)
            return UNKNOWN if UNKNOWN in values else values
        case Negation(item=item):
            truth = evaluate_truth(item, scope, runtime)
            return UNKNOWN if truth is None else not truth
        case Junction():
            return _junction(expression, scope, runtime)
        case Comparison(operator=name, left=left, right=right):
            return _compare(name, evaluate(left, scope, runtime), evaluate(right, scope, runtime))
        case Member(value=value, name=name):
            return _attribute(evaluate(value, scope, runtime), name, scope, runtime)
        case Item(value=value, index=index, is_slice=is_slice):
            return _item(evaluate(value, scope, runtime), evaluate(index, scope, runtime), is_slice=is_slice)
        case Invocation(function=function, arguments=arguments):
            return _call(function, arguments, scope, runtime)
        case Joined(left=left, right=right):
            return _join(evaluate(left, scope, runtime), evaluate(right, scope, runtime))
        case Mapped(keys=keys, values=values):
            return _map(keys, values, scope, runtime)
    return UNKNOWN


def evaluate_truth(expression: Expression, scope: Scope, runtime: Runtime) -> bool | None:
    """Whether an expression holds on the target; None where that cannot be told."""
    return truth_of(evaluate(expression, scope, runtime))


def truth_of(value: object) -> bool | None:
    """Whether a value counts as true; None where that cannot be told."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Reference):
        return True if value.is_module else None
    return bool(value)


def _junction(junction: Junction, scope: Scope, runtime: Runtime) -> object:
    is_open = False
    value: object = UNKNOWN
    for item in junction.items:
        value = evaluate(item, scope, runtime)
        truth = truth_of(value)
        if truth is None:
            is_open = True
        elif truth is not junction.is_and:
            return truth if is_open else value
    return UNKNOWN if is_open else value


def _join(left: object, right: object) -> object:
    for kind in (str, tuple):
        if isinstance(left, kind) and isinstance(right, kind) and len(left) + len(right) <= _MAX_JOINED:
            return left + right  # type: ignore[operator]  # of one kind
    return UNKNOWN


def _map(keys: tuple[Expression, ...], values: tuple[Expression, ...], scope: Scope, runtime: Runtime) -> object:
    """A dict as its pairs, where every key is known."""
    known = tuple(evaluate(key, scope, runtime) for key in keys)
    if not all(isinstance(key, str | int | None) for key in known):
        return UNKNOWN
    return Table(tuple(zip(known, (evaluate(value, scope, runtime) for value in values), strict=True)))


def _compare(name: str, left: object, right: object) -> object:
    if name in ("is", "is not"):
        same = _is_same(left, right)
        return UNKNOWN if same is None else same is (name == "is")
    if isinstance(left, str) and right == Reference("os.environ", is_module=False) and name in ("in", "not in"):
        return UNKNOWN if left in _ENVIRONMENT else name == "not in"
    if any(isinstance(value, Unknown | Reference) for value in (left, right)):
        return UNKNOWN
    try:
        return _COMPARE[name](left, right)
    except TypeError:
        return UNKNOWN


def _is_same(left: object, right: object) -> bool | None:
    """Identity, for the singletons that code compares so; a module is never one of them."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    for value, other in ((left, right), (right, left)):
        if value is None or isinstance(value, bool):
            if isinstance(other, Reference):
                return False if other.is_module else None
            return other is value
    return None


def _attribute(value: object, name: str, scope: Scope, runtime: Runtime) -> object:
    if not isinstance(value, Reference):
        return getattr(value, name) if name in getattr(value, "_fields", ()) else UNKNOWN
    dotted = f"{value.dotted}.{name}"
    if not runtime.is_standard(value.dotted) and not dotted.endswith(".TYPE_CHECKING"):
        return scope.attribute(value, name)
    return standard_value(dotted, runtime)


def standard_value(dotted: str, runtime: Runtime) -> object:
    """What a dotted name of the standard library holds: a value where it is known, else a reference."""
    with contextlib.suppress(KeyError):
        return runtime.value(dotted)
    return Reference(dotted, is_module=False)


def _item(value: object, index: object, *, is_slice: bool) -> object:
    if isinstance(value, Table) and isinstance(index, str | int):
        return value.get(index, UNKNOWN)
    if not isinstance(value, tuple | str) or not (isinstance(index, int) or (is_slice and index is None)):
        return UNKNOWN
    if is_slice:
        return value[:index]
    try:
        return value[index] if index is not None else UNKNOWN
    except IndexError:
        return UNKNOWN


def _call(function: Expression, arguments: tuple[Expression, ...], scope: Scope, runtime: Runtime) -> object:
    match function:
        case Name(name="hasattr" | "getattr" | "bool" | "any" | "all" as name):
            return _builtin(name, arguments, scope, runtime)
        case Member(value=value, name=name) if name in METHODS:
            owner = evaluate(value, scope, runtime)
            if isinstance(owner, str | Pattern | Table):
                return call_method(owner, name, tuple(evaluate(item, scope, runtime) for item in arguments))
    called = evaluate(function, scope, runtime)
    return _call_reference(called, function, arguments, scope, runtime)


def _call_reference(
    called: object, function: Expression, arguments: tuple[Expression, ...], scope: Scope, runtime: Runtime
) -> object:
    if not isinstance(called, Reference):
        return scope.call(function)
    if arguments and (called.dotted in _ASKING or called.dotted.startswith("re.")):
        return _ask(called.dotted, tuple(evaluate(item, scope, runtime) for item in arguments), scope)
    with contextlib.suppress(KeyError):
        return runtime.call(called.dotted)
    return scope.call(function)


def _ask(function: str, arguments: tuple[object, ...], scope: Scope) -> object:
    """What a function of the standard library gives whose arguments decide."""
    match function, arguments:
        case "os.environ.get" | "os.getenv", _:
            return _environment(arguments)
        case "importlib.util.find_spec", (module, *package):
            return _find_spec(module, package, scope)
        case "struct.calcsize", ("P" | "l" | "n",):
            return 4  # wasm32
    return call_regex(function.removeprefix("re."), arguments)


def _environment(arguments: tuple[object, ...]) -> object:
    """An environment variable: its default, for a package's own switches are not set on a Worker."""
    name, *default = arguments
    if not isinstance(name, str) or name in _ENVIRONMENT:
        return UNKNOWN
    return default[0] if default else None


def _builtin(name: str, arguments: tuple[Expression, ...], scope: Scope, runtime: Runtime) -> object:
    values = tuple(evaluate(argument, scope, runtime) for argument in arguments)
    match name, values:
        case "bool", (value,):
            truth = truth_of(value)
            return UNKNOWN if truth is None else truth
        case "any" | "all", (tuple() as items,):
            truths = [truth_of(item) for item in items]
            return UNKNOWN if None in truths else (any(truths) if name == "any" else all(truths))
        case "hasattr" | "getattr", (Reference(dotted=dotted), str() as attribute, *default):
            return _has_attribute(name, dotted, attribute, default, runtime)
    return UNKNOWN


def _has_attribute(function: str, dotted: str, name: str, default: list[object], runtime: Runtime) -> object:
    known = runtime.has(dotted, name) if runtime.is_standard(dotted) else None
    if function == "hasattr":
        return UNKNOWN if known is None else known
    if known is False and default:
        return default[0]
    value = standard_value(f"{dotted}.{name}", runtime)
    return value if known or not isinstance(value, Reference) else UNKNOWN


def _find_spec(module: object, package: list[object], scope: Scope) -> object:
    """A module's specification: None where nothing provides it, else something that is not None."""
    match module, package:
        case str(text), [str(start)] if text.startswith("."):
            name = text.lstrip(".")
            module = resolve_relative(len(text) - len(name), name, start)
    if not isinstance(module, str) or module.startswith("."):
        return UNKNOWN
    found = scope.provides(module)
    if isinstance(found, Unknown):
        return UNKNOWN
    return Reference(module, is_module=True) if found else None
