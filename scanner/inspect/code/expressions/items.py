"""Items of containers, by index or slice."""

from __future__ import annotations

import ast

from scanner.inspect.code.builtin.dicts import get_from_dict
from scanner.inspect.code.builtin.methods import find_loaded
from scanner.inspect.code.names.attributes import find_attribute, find_raw
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Scope,
    Standard,
    SysModules,
)


def evaluate_subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> object:
    """An item or a slice of a value."""
    value = machine.evaluate(machine, node.value, scope)
    if isinstance(node.slice, ast.Slice):
        return _slice(machine, value, node.slice, scope)
    index = machine.evaluate(machine, node.slice, scope)
    machine.enter(scope, node.lineno)
    return get_item(machine, value, index)


def _slice(machine: Machine, value: object, node: ast.Slice, scope: Scope) -> object:
    parts = [
        None if part is None else machine.evaluate(machine, part, scope) for part in (node.lower, node.upper, node.step)
    ]
    whole = isinstance(value, str | bytes | tuple) or (isinstance(value, List) and not value.is_open)
    if not whole or not all(part is None or isinstance(part, int) for part in parts) or parts[2] == 0:
        return UNKNOWN
    made = value[slice(*parts)]  # type: ignore[index]
    return List(made) if isinstance(value, List) else made


def get_item(machine: Machine, value: object, index: object) -> object:  # noqa: C901, PLR0911 - one case a kind
    """What an index or key gives.

    Raises:
        Raised: there is no such item.
    """
    match value:
        case Dict():
            return get_from_dict(machine, value, index)
        case SysModules():
            found = find_loaded(machine, index) if isinstance(index, str) else UNKNOWN
            if found is ABSENT:
                raise machine.throw(KeyError, repr(index))
            return found
        case str() | bytes() | tuple() | List() | range() if isinstance(index, int):
            if getattr(value, "is_open", False):
                return UNKNOWN
            if -len(value) <= index < len(value):
                return value[index]
            raise machine.throw(IndexError, "index out of range")
        case Standard() if not value.is_module:
            return Standard(value.dotted, is_true=value.is_true, is_opaque=value.is_opaque)
        case Class():
            return _get_class_item(machine, value, index)
        case Instance(cls=Class() as cls):
            hook = find_raw(cls, "__getitem__")
            return (
                machine.call(machine, Method(hook, value), Arguments((index,)))
                if isinstance(hook, Function)
                else UNKNOWN
            )
        case type():
            return value
        case None:
            raise machine.throw(TypeError, "'NoneType' object is not subscriptable")
    return UNKNOWN


def _get_class_item(machine: Machine, cls: Class, index: object) -> object:
    hook = find_attribute(machine, cls, "__class_getitem__")
    if isinstance(hook, Method) and isinstance(hook.function, Function):
        return machine.call(machine, hook, Arguments((index,)))
    own = find_raw(cls, "__class_getitem__")
    if isinstance(own, Function):
        return machine.call(machine, Method(own, cls), Arguments((index,)))
    meta = find_raw(cls.metaclass, "__getitem__") if isinstance(cls.metaclass, Class) else ABSENT
    if isinstance(meta, Function):
        return machine.call(machine, Method(meta, cls), Arguments((index,)))
    return cls if cls.metaclass is ABSENT else UNKNOWN
