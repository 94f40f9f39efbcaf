"""The items of what may be iterated over, where they are known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from scanner.inspect.code.failure import Left
from scanner.inspect.code.names.attributes import find_attribute
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Function,
    Generator,
    Instance,
    List,
    Method,
    Set,
    SysModules,
)

MAX_ITEMS = 2000
"""How many items of one iterable are followed."""

MAX_GENERATED = 100
"""How many values of a generator are collected."""


def list_items(machine: Machine, value: object) -> list[object] | None:
    """What iterating over a value gives; None where that is unknown."""
    match value:
        case List() | tuple() | str() | range():
            items = None if getattr(value, "is_open", False) else list(islice(value, MAX_ITEMS + 1))
        case Dict() | Set():
            items = None if value.is_open else list(value)
        case Generator():
            items = _list_generated(machine, value)
        case SysModules():
            return list(machine.modules)  # what else is imported is of the standard library
        case Instance(cls=Class()):
            return _list_by_hook(machine, value)
        case _:
            return None
    return items if items is None or len(items) <= MAX_ITEMS else None


def _list_by_hook(machine: Machine, value: Instance) -> list[object] | None:
    hook = find_attribute(machine, value, "__iter__")
    if not isinstance(hook, Method) or not isinstance(hook.function, Function):
        return None
    made = machine.call(machine, hook, Arguments())
    return None if isinstance(made, Instance) else list_items(machine, made)


def _list_generated(machine: Machine, value: Generator) -> list[object] | None:
    if value.values is None:
        collected = value.values = List()

        def keep(item: object) -> object:
            if machine.doubt > depth:
                collected.is_open = True
            collected.append(item)
            if len(collected) > MAX_GENERATED:
                raise Left(value)
            return None

        depth = machine.doubt
        state = len(machine.calls), len(machine.trail)
        try:
            value.run(keep)
        except Left as left:
            if left.owner is not value:
                raise
            collected.is_open = True
            del machine.calls[state[0] :], machine.trail[state[1] :]
    return None if value.values.is_open else list(value.values)


def make_list(machine: Machine, value: object) -> List:
    """A list of what iterating gives."""
    items = list_items(machine, value)
    made = List(items or ())
    made.is_open = items is None
    return made


def give_unknown(made: Generator, give: Callable[[object], object]) -> object:
    """A generator of which no value is known."""
    if made.values is None:
        give(UNKNOWN)
    else:
        made.values.is_open = True
    return None
