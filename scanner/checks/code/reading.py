"""Which names the steps of a block read, and which values are worth keeping for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.checks.code.expression import (
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
from scanner.checks.code.steps import Bind, Block, Branch, Call, Leave, Load, Loop, Raise, Yield, walk_steps

_PLATFORM = ("sys", "os", "platform", "ctypes")


def names_read(block: Block) -> Iterator[str]:
    """The names that decide what a block does: in conditions, arguments, results and other names' values."""
    for step in walk_steps(block):
        match step:
            case Load(module=module, package=package):
                yield from (*names_in(module), *names_in(package))
            case Branch(test=value) | Bind(value=value) | Yield(value=value):
                yield from names_in(value)
            case Leave(value=value) | Loop(items=value):
                yield from names_in(value)
            case Call(target=target, arguments=arguments):
                if target.startswith("="):
                    yield target[1:]
                for _, argument in arguments:
                    yield from names_in(argument)
            case Raise(error=error):
                yield error


def names_in(expression: Expression) -> Iterator[str]:
    """The names that an expression reads."""
    match expression:
        case Name(name=name):
            yield name
        case Member(value=Name(name=owner), name=name):
            yield from (owner, f"{owner}.{name}")
        case Member(value=value) | Negation(item=value):
            yield from names_in(value)
        case Item(value=value, index=index):
            yield from _names_in_all((value, index))
        case Comparison(left=left, right=right) | Joined(left=left, right=right):
            yield from _names_in_all((left, right))
        case Mapped(keys=keys, values=values):
            yield from _names_in_all((*keys, *values))
        case Row(items=items) | Junction(items=items):
            yield from _names_in_all(items)
        case Invocation(function=function, arguments=arguments):
            yield from _names_in_all((function, *arguments))


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


def _names_in_all(expressions: Iterable[Expression]) -> Iterator[str]:
    for expression in expressions:
        yield from names_in(expression)
