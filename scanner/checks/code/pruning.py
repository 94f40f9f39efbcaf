"""Leaving out of a module's facts what can make no difference: they are kept in a cache for every wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.checks.code.expression import (
    Comparison,
    Const,
    Expression,
    Invocation,
    Item,
    Junction,
    Member,
    Name,
    Negation,
    Opaque,
    Row,
)
from scanner.checks.code.steps import (
    Bind,
    Block,
    Branch,
    Call,
    FromImport,
    Function,
    Hazard,
    Import,
    Lack,
    Leave,
    Load,
    Loop,
    ModuleFacts,
    Raise,
    Step,
    Try,
    walk_steps,
)

_ROUNDS = 3
"""How often functions that turned out empty are dropped, and then the calls of them."""


def prune_facts(facts: ModuleFacts) -> ModuleFacts:
    """The facts without assignments that no condition reads and without calls of functions that do nothing."""
    wanted = _wanted_names(facts)
    body = _prune(facts.body, wanted | _flags(facts.body), None)
    functions = tuple(_prune_function(function, wanted, None) for function in facts.functions)
    for _ in range(_ROUNDS):
        alive = _alive(functions, facts)
        functions = tuple(_prune_function(function, None, alive) for function in functions)
        functions = tuple(function for function in functions if _matters(function))
    return replace(facts, body=_prune(body, None, _alive(functions, facts)), functions=functions)


def _matters(function: Function) -> bool:
    """Whether calling or reading the function can tell anything."""
    if any(isinstance(step, Leave) and _is_flag(step.value) for step in walk_steps(function.body)):
        return True
    own = frozenset(function.locals)
    return any(
        isinstance(step, Import | FromImport | Load | Lack | Hazard | Call) for step in walk_steps(function.body)
    ) or (_raises(function.body, own))


def _raises(block: Block, own: frozenset[str]) -> bool:
    """Whether a raise is reached under conditions that do not hang on the function's own names."""
    for step in block:
        match step:
            case Raise():
                return True
            case Branch(test=test, body=body, otherwise=otherwise) if own.isdisjoint(_names_in(test)):
                if not isinstance(test, Opaque) and (_raises(body, own) or _raises(otherwise, own)):
                    return True
    return False


def _alive(functions: Iterable[Function], facts: ModuleFacts) -> frozenset[str]:
    """What a call can reach: functions that do something, and classes, whose bases may."""
    named = {f".{function.name}" for function in functions} | {f".{cls.name}" for cls in facts.classes}
    return frozenset(named | {f"self.{function.name.rpartition('.')[2]}" for function in functions})


def _prune_function(function: Function, wanted: frozenset[str] | None, alive: frozenset[str] | None) -> Function:
    if wanted is not None:
        wanted = frozenset(_names_read(function.body))
    return replace(function, body=_prune(function.body, wanted, alive))


def _prune(block: Block, wanted: frozenset[str] | None, alive: frozenset[str] | None) -> Block:
    return tuple(kept for step in block if (kept := _prune_step(step, wanted, alive)) is not None)


def _prune_step(step: Step, wanted: frozenset[str] | None, alive: frozenset[str] | None) -> Step | None:
    match step:
        case Bind(name=name):
            return step if wanted is None or name in wanted else None
        case Call(target=target):
            return None if alive is not None and target.startswith((".", "self.")) and target not in alive else step
        case Branch(test=test, body=body, otherwise=otherwise):
            first, second = _prune(body, wanted, alive), _prune(otherwise, wanted, alive)
            return Branch(test, first, second) if first or second else None
        case Loop(body=body):
            inner = _prune(body, wanted, alive)
            return replace(step, body=inner) if inner else None
        case Try():
            return _prune_try(step, wanted, alive)
    return step


def _prune_try(step: Try, wanted: frozenset[str] | None, alive: frozenset[str] | None) -> Try | None:
    kept = Try(
        _prune(step.body, wanted, alive),
        tuple(replace(handler, body=_prune(handler.body, wanted, alive)) for handler in step.handlers),
        _prune(step.otherwise, wanted, alive),
        _prune(step.finally_, wanted, alive),
        step.is_risky,
    )
    if kept.body or kept.otherwise or kept.finally_ or any(_binds(handler.body) for handler in kept.handlers):
        return kept
    return None


def _binds(block: Block) -> bool:
    return any(isinstance(step, Bind) for step in walk_steps(block))


def _wanted_names(facts: ModuleFacts) -> frozenset[str]:
    """The names that a condition, a computed import or a function's result reads."""
    read = set(_names_read(facts.body))
    for function in facts.functions:
        read.update(_names_read(function.body))
    return frozenset(read)


def _flags(block: Block) -> frozenset[str]:
    """Module-level names that hold a flag or a platform's name: other modules may ask for them."""
    return frozenset(step.name for step in walk_steps(block) if isinstance(step, Bind) and _is_flag(step.value))


def _is_flag(value: Expression) -> bool:
    match value:
        case Const(value=constant):
            return constant is None or isinstance(constant, bool)
        case Comparison() | Negation() | Junction():
            return True
        case Member() | Invocation():
            return _root(value) in ("sys", "os", "platform")
    return False


def _root(value: Expression) -> str | None:
    """The name that a chain of attributes and calls starts from."""
    match value:
        case Name(name=name):
            return name
        case Member(value=inner) | Invocation(function=inner) | Item(value=inner):
            return _root(inner)
    return None


def _names_read(block: Block) -> Iterator[str]:
    for step in walk_steps(block):
        match step:
            case Branch(test=test):
                yield from _names_in(test)
            case Load(module=module):
                yield from _names_in(module)
            case Bind(value=value) | Leave(value=value):
                yield from _names_in(value)
            case Loop(items=items):
                yield from _names_in(items)
            case Call(arguments=arguments):
                for _, argument in arguments:
                    yield from _names_in(argument)


def _names_in(expression: Expression) -> Iterator[str]:
    match expression:
        case Name(name=name):
            yield name
        case Member(value=value) | Negation(item=value):
            yield from _names_in(value)
        case Item(value=value, index=index):
            yield from (*_names_in(value), *_names_in(index))
        case Comparison(left=left, right=right):
            yield from (*_names_in(left), *_names_in(right))
        case Row(items=items) | Junction(items=items):
            for item in items:
                yield from _names_in(item)
        case Invocation(function=function, arguments=arguments):
            for item in (function, *arguments):
                yield from _names_in(item)
