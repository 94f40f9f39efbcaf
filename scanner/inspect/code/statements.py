"""Statements to steps."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from scanner.inspect.code.definitions import read_class, read_function
from scanner.inspect.code.events import read_expression
from scanner.inspect.code.exceptions import caught_names, last_name, read_raise
from scanner.inspect.code.expression import OPAQUE, Comparison, Const, Expression, Item, Row, parse_expression
from scanner.inspect.code.names import absolute_name
from scanner.inspect.code.scopes import Place
from scanner.inspect.code.steps import (
    Bind,
    Block,
    Branch,
    FromImport,
    Handler,
    Import,
    Leave,
    Loop,
    Patch,
    Raise,
    Step,
    Try,
)

_CHANGING = frozenset(
    {"append", "extend", "insert", "add", "update", "setdefault", "remove", "discard", "pop", "clear"}
)
"""Methods that change a list, a set or a dict."""

_LAST = frozenset({Leave, Raise})
"""What follows these in a block is not reached."""

_RISKY = frozenset({ast.Call, ast.Subscript})
_SAFE = frozenset({ast.Import, ast.ImportFrom, ast.Name, ast.Constant, ast.Pass})
"""What has nothing risky inside: of most bodies all that there is."""

_MAX_CHAIN = 32
"""Longer chains of elif become branches one after the other, whose conditions cannot be told."""


def read_block(statements: Iterable[ast.stmt], place: Place) -> Block:
    """The steps of statements, in order; what cannot be reached is left out."""
    steps: list[Step] = []
    for node in statements:
        read = _READERS.get(type(node))
        for step in read(node, place) if read is not None else ():
            steps.append(step)
            if type(step) in _LAST:
                return tuple(steps)
    return tuple(steps)


def _import(node: ast.Import | ast.ImportFrom, place: Place) -> Iterator[Step]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            yield Import(node.lineno, alias.name, bound, is_whole=alias.asname is not None)
        return
    module = absolute_name(node, place.module.package)
    if module is not None and module != "__future__":
        yield FromImport(node.lineno, module, tuple((alias.name, alias.asname or alias.name) for alias in node.names))


def _if(node: ast.If, place: Place) -> Iterator[Step]:
    """The branch, with those that the target alone decides already taken; long elif chains without recursion."""
    chain: list[tuple[Expression, Block, Block]] = []
    otherwise: Block = ()
    current: ast.If | None = node
    while current is not None:
        truth = place.truth(current.test)
        if truth is True:
            otherwise = (*read_expression(current.test, place), *read_block(current.body, place))
            break
        if truth is None:
            before = read_expression(current.test, place)
            chain.append((parse_expression(current.test), before, read_block(current.body, place)))
        match current.orelse:
            case [ast.If() as following]:
                current = following
            case rest:
                otherwise = read_block(rest, place)
                current = None
    if len(chain) > _MAX_CHAIN:
        yield from (step for _, before, body in chain for step in (*before, Branch(OPAQUE, body, ())))
        yield Branch(OPAQUE, otherwise, ())
        return
    for test, before, body in reversed(chain):
        otherwise = (*before, Branch(test, body, otherwise))
    yield from otherwise


def _try(node: ast.Try | ast.TryStar, place: Place) -> Block:
    handlers = tuple(
        Handler(caught_names(handler.type), handler.name or "", read_block(handler.body, place))
        for handler in node.handlers
    )
    body, otherwise = read_block(node.body, place), read_block(node.orelse, place)
    return (Try(body, handlers, otherwise, read_block(node.finalbody, place), _is_risky(node.body)),)


def _is_risky(body: Iterable[ast.stmt]) -> bool:
    """Whether statements do what may fail in ways that are not modelled."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if type(node) in _RISKY:
            return True
        if type(node) not in _SAFE:
            waiting += ast.iter_child_nodes(node)
    return False


def _with(node: ast.With | ast.AsyncWith, place: Place) -> Iterator[Step]:
    suppressed: list[str] = []
    for item in node.items:
        yield from read_expression(item.context_expr, place)
        match item.context_expr:
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=errors) if errors:
                suppressed.extend(last_name(error) for error in errors)
    body = read_block(node.body, place)
    if suppressed:
        yield Try(body, (Handler(tuple(suppressed), "", ()),), (), (), is_risky=False)
    else:
        yield from body


def _loop(node: ast.For | ast.AsyncFor | ast.While, place: Place) -> Iterator[Step]:
    if isinstance(node, ast.While):
        truth = place.truth(node.test)
        yield from read_expression(node.test, place)
        is_entered = truth is True
        if truth is not False:
            yield Loop("", OPAQUE, is_entered, read_block(node.body, place), read_block(node.orelse, place))
        else:
            yield from read_block(node.orelse, place)
    else:
        yield from read_expression(node.iter, place)
        is_entered = isinstance(node.iter, ast.Tuple | ast.List) and bool(node.iter.elts)
        target = node.target.id if isinstance(node.target, ast.Name) else ""
        body, otherwise = read_block(node.body, place), read_block(node.orelse, place)
        yield Loop(target, parse_expression(node.iter), is_entered, body, otherwise)


def _return(node: ast.Return, place: Place) -> Block:
    value = parse_expression(node.value) if node.value is not None else Const(None)
    return (*read_expression(node.value, place), Leave("return", value))


def _break(node: ast.Break | ast.Continue, _place: Place) -> Block:
    return (Leave("break" if isinstance(node, ast.Break) else "continue", OPAQUE),)


def _assert(node: ast.Assert, place: Place) -> Block:
    return (Raise(node.lineno, "AssertionError", ""),) if place.truth(node.test) is False else ()


def _expression(node: ast.Expr, place: Place) -> Block:
    if not isinstance(node.value, ast.Call):
        return read_expression(node.value, place)
    return (*read_expression(node.value, place), *_change(node.value, place))


def _assign(node: ast.Assign | ast.AnnAssign | ast.AugAssign, place: Place) -> Iterator[Step]:
    yield from read_expression(node.value, place)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        match target:
            case ast.Name(id=name) if node.value is not None:
                plain = not isinstance(node, ast.AugAssign)
                yield _bind(name, parse_expression(node.value) if plain else OPAQUE, place)
            case ast.Tuple(elts=items) | ast.List(elts=items) if _matches(items, node.value):
                for item, value in zip(items, node.value.elts, strict=True):  # type: ignore[union-attr]
                    yield _bind(item.id, parse_expression(value), place)  # type: ignore[attr-defined]
            case ast.Tuple(elts=items) | ast.List(elts=items):
                yield from _unpack(items, parse_expression(node.value), place)
            case ast.Subscript(value=ast.Name(id=name)):
                yield from read_expression(target, place)
                yield _bind(name, OPAQUE, place)
            case ast.Attribute() if (lacking := _find_lacking(target, place)) is not None:
                yield Patch(lacking)
            case _:
                yield from read_expression(target, place)


def _find_lacking(target: ast.Attribute, place: Place) -> str | None:
    """The name, dotted, that a standard-library module gets and otherwise lacks."""
    dotted = place.names.dotted(target)
    if dotted is None:
        return None
    module, _, name = dotted.rpartition(".")
    return dotted if place.module.runtime.lacks(module, name) else None


def _bind(name: str, value: Expression, place: Place) -> Bind:
    """The step that gives a name its value; in a class body the name is the class's."""
    return Bind(f"{place.prefix}{name}" if place.names.is_class else name, value)


def _unpack(targets: list[ast.expr], value: Expression, place: Place) -> Iterator[Step]:
    """Each plain name with its element of what is unpacked."""
    for index, item in enumerate(targets):
        if isinstance(item, ast.Starred):
            value = OPAQUE
        elif isinstance(item, ast.Name):
            yield _bind(item.id, Item(value, Const(index), is_slice=False) if value is not OPAQUE else OPAQUE, place)


def _change(call: ast.Call, place: Place) -> Iterator[Step]:
    """A call that changes what a name holds: its value is not followed any further."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if method in _CHANGING:
            if place.names.resolve(name) is None:
                yield _bind(name, OPAQUE, place)


def _matches(targets: list[ast.expr], value: ast.expr | None) -> bool:
    """Whether an unpacking gives each of several plain names its own value."""
    return (
        isinstance(value, ast.Tuple)
        and len(value.elts) == len(targets)
        and all(isinstance(target, ast.Name) for target in targets)
        and not any(isinstance(item, ast.Starred) for item in value.elts)
    )


def _match(node: ast.Match, place: Place) -> Iterator[Step]:
    """A match statement as branches; patterns other than literals cannot be told."""
    yield from read_expression(node.subject, place)
    subject = parse_expression(node.subject)
    otherwise: Block = ()
    for case in reversed(node.cases):
        test = _pattern_test(case.pattern, subject) if case.guard is None else OPAQUE
        body = read_block(case.body, place)
        otherwise = body if test is None else (Branch(test, body, otherwise),)
    yield from otherwise


def _pattern_test(pattern: ast.pattern, subject: Expression) -> Expression | None:
    """The condition under which a pattern matches; None where it always does."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return None
        case ast.MatchValue(value=value):
            return Comparison("==", subject, parse_expression(value))
        case ast.MatchOr(patterns=patterns) if all(isinstance(item, ast.MatchValue) for item in patterns):
            values = (item.value for item in patterns if isinstance(item, ast.MatchValue))
            return Comparison("in", subject, Row(tuple(parse_expression(value) for value in values)))
        case ast.MatchSingleton(value=value):
            return Comparison("is", subject, Const(value))
    return OPAQUE


_READERS: Mapping[type, Callable[[Any, Place], Iterable[Step]]] = {
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.If: _if,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _loop,
    ast.FunctionDef: read_function,
    ast.AsyncFunctionDef: read_function,
    ast.ClassDef: read_class,
    ast.Raise: read_raise,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _break,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AnnAssign: _assign,
    ast.AugAssign: _assign,
    ast.Match: _match,
    ast.Expr: _expression,
}
"""By the kind of statement; those of other kinds do nothing that matters."""
