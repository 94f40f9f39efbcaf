"""Containers that are written out, and comprehensions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from scanner.inspect.code.builtin.dicts import put_item
from scanner.inspect.code.builtin.items import list_items, make_list
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_target
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Dict, Generator, List, Scope, Set


def evaluate_tuple(machine: Machine, node: ast.Tuple, scope: Scope) -> object:
    """A tuple that is written out."""
    items = _items(machine, node.elts, scope)
    return tuple(items) if not items.is_open else UNKNOWN


def _items(machine: Machine, nodes: list[ast.expr], scope: Scope) -> List:
    made = List()
    for item in nodes:
        if isinstance(item, ast.Starred):
            more = make_list(machine, machine.evaluate(machine, item.value, scope))
            made.extend(more)
            made.is_open = made.is_open or more.is_open
        else:
            made.append(machine.evaluate(machine, item, scope))
    return made


def evaluate_list(machine: Machine, node: ast.List, scope: Scope) -> object:
    """A list that is written out."""
    return _items(machine, node.elts, scope)


def evaluate_set(machine: Machine, node: ast.Set, scope: Scope) -> object:
    """A set that is written out."""
    made = Set()
    for item in (items := _items(machine, node.elts, scope)):
        try:
            made[item] = None
        except TypeError:
            items.is_open = True
    made.is_open = items.is_open
    return made


def evaluate_dict(machine: Machine, node: ast.Dict, scope: Scope) -> object:
    """A dictionary that is written out."""
    made = Dict()
    for key, value in zip(node.keys, node.values, strict=True):
        held = machine.evaluate(machine, value, scope)
        if key is not None:
            put_item(machine, made, machine.evaluate(machine, key, scope), held)
        elif isinstance(held, Dict):
            made.update(held)
            made.is_open = made.is_open or held.is_open
        else:
            made.is_open = True
    return made


def _comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope
) -> Iterator[object]:
    """The scopes of a comprehension's elements, each as an item; None where there may be others."""
    source = machine.evaluate(machine, node.generators[0].iter, scope)
    yield from _levels(machine, node.generators, source, Scope(scope.module, Dict(), scope, receiver=scope.receiver))


def _levels(machine: Machine, generators: list[ast.comprehension], source: object, scope: Scope) -> Iterator[object]:
    first, *rest = generators
    items = list_items(machine, source)
    if items is None:
        yield None
        return
    for item in items:
        machine.step()
        inner = Scope(scope.module, Dict(scope.values), scope.parent, receiver=scope.receiver)
        bind_target(machine, first.target, item, inner)
        truths = [truth_of(machine, machine.evaluate(machine, test, inner)) for test in first.ifs]
        if False in truths:
            continue
        if None in truths:
            yield None
        elif rest:
            yield from _levels(machine, rest, machine.evaluate(machine, rest[0].iter, inner), inner)
        else:
            yield inner


def evaluate_list_comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope
) -> object:
    """A list or set comprehension, over known items."""
    made = List()
    for inner in _comprehension(machine, node, scope):
        if isinstance(inner, Scope):
            made.append(machine.evaluate(machine, node.elt, inner))
        else:
            made.is_open = True
    if not isinstance(node, ast.SetComp):
        return made
    united = Set(dict.fromkeys(item for item in made if not isinstance(item, List | Dict | Set)))
    united.is_open = made.is_open
    return united


def evaluate_dict_comprehension(machine: Machine, node: ast.DictComp, scope: Scope) -> object:
    """A dictionary comprehension, over known items."""
    made = Dict()
    for inner in _comprehension(machine, node, scope):
        if isinstance(inner, Scope):
            put_item(
                machine, made, machine.evaluate(machine, node.key, inner), machine.evaluate(machine, node.value, inner)
            )
        else:
            made.is_open = True
    return made


def evaluate_generator(machine: Machine, node: ast.GeneratorExp, scope: Scope) -> object:
    """A generator expression, which runs when its items are taken."""

    def run(give: Callable[[object], object]) -> object:
        for inner in _comprehension(machine, node, scope):
            give(machine.evaluate(machine, node.elt, inner) if isinstance(inner, Scope) else UNKNOWN)
            if not isinstance(inner, Scope) and made.values is not None:
                made.values.is_open = True
        return None

    made = Generator(run)
    return made
