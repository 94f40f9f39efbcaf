"""Functions and classes: what defining them does at once, and what calling them would do."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator

from scanner.inspect.code.events import read_expression
from scanner.inspect.code.expression import OPAQUE, Expression, parse_expression
from scanner.inspect.code.hazards import SUBCLASSED
from scanner.inspect.code.names import FunctionNode, add_parameters, collect_names, method_names
from scanner.inspect.code.scopes import Place
from scanner.inspect.code.steps import Block, Class, Function, Hazard, Step

_YIELDING = frozenset({ast.Yield, ast.YieldFrom})
_OWN_SCOPES = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda})


def read_function(node: FunctionNode, place: Place) -> Iterator[Step]:
    """What a function's definition does: its decorators and defaults; the body becomes one of the place's functions."""
    for decorator in node.decorator_list:
        yield from _decorator(decorator, place)
    for default in (*node.args.defaults, *node.args.kw_defaults):
        yield from read_expression(default, place)
    yield from _annotations(node, place)
    if place.module.reads_functions and node not in place.module.idle:
        _add_function(node, place)


def _add_function(node: FunctionNode, place: Place) -> None:
    inner = _inner_place(node.body, node.args, node.name, place)
    parameters = tuple(_parameters(node.args))
    named = {name for name, _ in parameters}
    place.module.functions.append(
        Function(
            f"{place.prefix}{node.name}",
            parameters,
            tuple(sorted(inner.names.assigned - named)),
            place.read_block(node.body, inner),
            is_deferred=isinstance(node, ast.AsyncFunctionDef) or _yields(node, place.module.yield_lines),
        )
    )


def _parameters(arguments: ast.arguments) -> Iterator[tuple[str, Expression]]:
    """The parameters in order; keyword-only ones follow, and are only ever passed by name."""
    positional = [*arguments.posonlyargs, *arguments.args]
    without = [None] * (len(positional) - len(arguments.defaults))
    every = [*positional, *arguments.kwonlyargs]
    for argument, default in zip(every, [*without, *arguments.defaults, *arguments.kw_defaults], strict=True):
        yield argument.arg, parse_expression(default) if isinstance(default, ast.Constant) else OPAQUE


def add_lambda(node: ast.Lambda, place: Place) -> None:
    """Keep what a lambda would do when something calls it."""
    if not place.module.reads_functions:
        return
    inner = _inner_place([], node.args, "<lambda>", place)
    body = read_expression(node.body, inner)
    if body:
        own = tuple(sorted(inner.names.assigned))
        place.module.functions.append(Function(f"{place.prefix}<lambda>", (), own, body, is_deferred=True))


def read_class(node: ast.ClassDef, place: Place) -> Iterator[Step]:
    """What a class's definition does: its decorators, bases and body; the methods become functions."""
    for decorator in node.decorator_list:
        yield from _decorator(decorator, place)
    for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
        yield from read_expression(base, place)
    qualified = f"{place.prefix}{node.name}"
    bases = tuple(_base(base, place) for base in node.bases)
    methods = [part for part in node.body if isinstance(part, FunctionNode)]
    place.module.classes.append(Class(qualified, bases, tuple(dict.fromkeys(method.name for method in methods))))
    hazards = tuple(Hazard(node.lineno, base, OPAQUE) for base in bases if base in SUBCLASSED)
    if hazards:
        place.module.functions.append(Function(f"{qualified}.<class>", (), (), hazards, is_deferred=True))
    names = collect_names(node.body, place.module.package, place.names, prefix=f"{qualified}.")
    names.is_class = names.is_method = True
    if place.module.reads_functions:
        names.members = method_names((m for m in methods if m not in place.module.idle), place.module.package, names)
    inner = place.inside(names, f"{qualified}.", is_function=place.is_function)
    yield from place.read_block(node.body, inner)


def _inner_place(body: list[ast.stmt], arguments: ast.arguments, name: str, place: Place) -> Place:
    """The scope of a function's body; a class around it is not seen from inside."""
    enclosing = place.names
    while enclosing.is_class and enclosing.parent is not None:
        enclosing = enclosing.parent
    prefix = f"{place.prefix}{name}."
    names = collect_names(body, place.module.package, enclosing, prefix=prefix)
    names.is_method, names.members = place.names.is_method, place.names.members
    add_parameters(names, arguments)
    return place.inside(names, prefix, is_function=True)


def _annotations(node: FunctionNode, place: Place) -> Iterator[Step]:
    """Annotations are evaluated with the definition up to Python 3.13 (PEP 649), unless the module postpones them."""
    if place.module.runtime.python >= (3, 14) or place.module.postpones_annotations:
        return
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    for annotation in (*(argument.annotation for argument in every), node.returns):
        yield from read_expression(annotation, place)


def _decorator(node: ast.expr, place: Place) -> Block:
    """A plain decorator is a call of it; one with arguments is a call already."""
    if isinstance(node, ast.Name | ast.Attribute):
        call = ast.Call(func=node, args=[], keywords=[])
        return read_expression(ast.copy_location(call, node), place)
    return read_expression(node, place)


def _base(node: ast.expr, place: Place) -> str:
    dotted = place.names.dotted(node)
    if dotted is not None:
        return dotted
    match node:
        case ast.Name(id=name):
            return f".{place.names.definition(name) or name}"
    return "?"


def _yields(node: FunctionNode, lines: tuple[int, ...]) -> bool:
    first = bisect.bisect_left(lines, node.lineno)
    if first == len(lines) or lines[first] > (node.end_lineno or 0):
        return False
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        current = waiting.pop()
        if type(current) in _YIELDING:
            return True
        if type(current) not in _OWN_SCOPES:
            waiting.extend(ast.iter_child_nodes(current))
    return False
