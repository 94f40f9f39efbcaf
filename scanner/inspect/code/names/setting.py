"""Attributes that are assigned."""

from __future__ import annotations

from scanner.inspect.code.names.attributes import find_raw
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    Arguments,
    Class,
    Dict,
    Function,
    Instance,
    Method,
    Module,
    Standard,
)


def set_attribute(machine: Machine, target: object, name: str, value: object) -> None:
    """Bind an attribute."""
    match target:
        case Module() | Class():
            machine.put(target.namespace, name, value)
        case Instance(cls=cls):
            hook = find_raw(cls, "__setattr__") if isinstance(cls, Class) else ABSENT
            if isinstance(hook, Function) and hook not in machine.calls:
                machine.call(machine, Method(hook, target), Arguments((name, value)))
            machine.put(target.attributes, name, value)
        case Standard(dotted=dotted):
            machine.put(machine.overrides, f"{dotted}.{name}", value)
        case Function(attributes=attributes) | Method(function=Function(attributes=attributes)):
            machine.put(attributes, name, value)


def open_namespace(target: object) -> None:
    """Say that a value may have any attribute."""
    match target:
        case Module() | Class():
            target.namespace.is_open = True
        case Instance():
            target.is_open = True
        case Dict():
            target.is_open = True
