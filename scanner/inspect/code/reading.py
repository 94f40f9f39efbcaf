"""Which names the steps of a block read, and which values are worth keeping for others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

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
    Opaque,
    Row,
)
from scanner.inspect.code.steps import Bind, Branch, Call, Leave, Load, Loop, Raise, Step, Yield

_PLATFORM = ("sys", "os", "platform", "ctypes")


def names_read(steps: Iterable[Step]) -> set[str]:
    """The names that decide what steps do: in conditions, arguments, results and other names' values."""
    found: set[str] = set()
    for step in steps:
        values = _VALUES.get(type(step))
        for value in values(step) if values is not None else ():
            found.update(names_in(value))
        if isinstance(step, Call) and step.target.startswith("="):
            found.add(step.target[1:])
        elif isinstance(step, Raise):
            found.add(step.error)
    return found


def names_in(expression: Expression) -> list[str]:
    """The names that an expression reads; of an attribute of a name both the name and the dotted one."""
    found: list[str] = []
    waiting = [expression] if type(expression) not in _NAMELESS else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            found.append(part.name)
        elif isinstance(part, Member) and isinstance(part.value, Name):
            found += (part.value.name, f"{part.value.name}.{part.name}")
        else:
            parts = _PARTS.get(type(part))
            waiting += parts(part) if parts is not None else ()
    return found


def is_flag(value: Expression) -> bool:
    """Whether a value is one that other code asks for to tell platforms and features apart."""
    match value:
        case Const(value=constant):
            return constant is None or isinstance(constant, bool)
        case Comparison() | Negation() | Junction():
            return True
        case Member() | Invocation():
            return asks_platform(value)
    return False


def asks_platform(value: Expression) -> bool:
    """Whether a chain of attributes and calls starts from one of the modules that tell the platform."""
    match value:
        case Name(name=name):
            return name in _PLATFORM
        case Member(value=inner) | Invocation(function=inner) | Item(value=inner):
            return asks_platform(inner)
        case Comparison(left=left, right=right):
            return asks_platform(left) or asks_platform(right)
        case Negation(item=item):
            return asks_platform(item)
        case Junction(items=items):
            return any(asks_platform(item) for item in items)
    return False


_NAMELESS = frozenset({Const, Opaque})

_VALUES: Mapping[type, Callable[[Any], Iterable[Expression]]] = {
    Load: attrgetter("module", "package"),
    Branch: lambda step: (step.test,),
    Bind: lambda step: (step.value,),
    Yield: lambda step: (step.value,),
    Leave: lambda step: (step.value,),
    Loop: lambda step: (step.items,),
    Call: lambda step: (argument for _, argument in step.arguments),
}
"""What a step evaluates, by its kind."""

_PARTS: Mapping[type, Callable[[Any], Iterable[Expression]]] = {
    Member: lambda member: (member.value,),
    Negation: lambda negation: (negation.item,),
    Item: attrgetter("value", "index"),
    Comparison: attrgetter("left", "right"),
    Joined: attrgetter("left", "right"),
    Mapped: lambda mapped: (*mapped.keys, *mapped.values),
    Row: attrgetter("items"),
    Junction: attrgetter("items"),
    Invocation: lambda invocation: (invocation.function, *invocation.arguments),
}
"""What an expression is made of, by its kind."""
