"""Loops, as far as their rounds are known."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_target
from scanner.inspect.code.failure import Left
from scanner.inspect.code.state.journal import NORMAL, Exit, Outcomes, join_outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Generator, Scope
from scanner.inspect.code.statements.flow import DONE, after, split

MAX_ROUNDS = 100
"""How often the body of a ``while`` is followed."""


def execute_while(machine: Machine, node: ast.While, scope: Scope) -> Outcomes:
    """A while loop, as far as its condition is known."""
    for _ in range(MAX_ROUNDS):
        known = truth_of(machine, machine.evaluate(machine, node.test, scope))
        if known is False:
            return machine.execute(machine, node.orelse, scope)
        if known is None:
            return machine.fork([lambda: after(machine.execute(machine, node.body, scope)), lambda: DONE])
        ends = machine.execute(machine, node.body, scope)
        if ends is DONE:
            continue
        left, goes_on = split(ends)
        if not goes_on:
            return left
        if left:
            return join_outcomes(end for end in (*left, NORMAL))  # it ends some time
    return DONE


def execute_for(machine: Machine, node: ast.For | ast.AsyncFor, scope: Scope) -> Outcomes:
    """A for loop, over known items or a generator."""
    source = machine.evaluate(machine, node.iter, scope)
    if isinstance(source, Generator) and source.values is None:
        return _for_generated(machine, node, source, scope)
    if source is None:
        raise machine.throw(TypeError, "'NoneType' object is not iterable")
    items = list_items(machine, source)
    if items is None:
        return machine.fork([lambda: after(_round(machine, node, UNKNOWN, scope)), lambda: DONE])
    return _for_items(machine, node, items, scope)


def _round(machine: Machine, node: ast.For | ast.AsyncFor, item: object, scope: Scope) -> Outcomes:
    bind_target(machine, node.target, item, scope)
    return machine.execute(machine, node.body, scope)


def _for_items(machine: Machine, node: ast.For | ast.AsyncFor, items: Sequence[object], scope: Scope) -> Outcomes:
    for place, item in enumerate(items):
        ends = _round(machine, node, item, scope)
        if ends is DONE:
            continue
        left, goes_on = split(ends)
        if not goes_on:
            return left
        if left:
            rest = partial(_for_items, machine, node, items[place + 1 :], scope)
            return join_outcomes(end for end in (*left, *machine.fork([rest, partial(tuple, left)])))
    return machine.execute(machine, node.orelse, scope)


def _for_generated(machine: Machine, node: ast.For | ast.AsyncFor, source: Generator, scope: Scope) -> Outcomes:
    """A loop over a generator: its body runs wherever the generator yields."""
    left: list[Exit] = []

    def give(item: object) -> object:
        if item is UNKNOWN or machine.doubt > depth:
            ends = machine.fork([lambda: _round(machine, node, item, scope), lambda: DONE])
        else:
            ends = _round(machine, node, item, scope)
        ended, goes_on = split(ends)
        left.extend(ended)
        if not goes_on:
            raise Left(left)
        return None

    depth = machine.doubt
    state = len(machine.calls), len(machine.trail)
    try:
        source.run(give)
    except Left as ended:
        if ended.owner is not left:
            raise
        del machine.calls[state[0] :], machine.trail[state[1] :]
        return tuple(left)
    rest = machine.execute(machine, node.orelse, scope)
    return join_outcomes(end for end in (*left, *rest))
