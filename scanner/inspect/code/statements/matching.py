"""Match statements."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from scanner.inspect.code.expressions.comparisons import compare
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.expressions.names import bind_name
from scanner.inspect.code.state.journal import Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import Scope
from scanner.inspect.code.statements.flow import DONE


def execute_match(machine: Machine, node: ast.Match, scope: Scope) -> Outcomes:
    """A match statement: the first case that fits."""
    return _cases(machine, machine.evaluate(machine, node.subject, scope), node.cases, scope)


def _cases(machine: Machine, subject: object, cases: Sequence[ast.match_case], scope: Scope) -> Outcomes:
    for place, case in enumerate(cases):
        fits = _fits(machine, case.pattern, subject, scope)
        if fits and case.guard is not None:
            fits = truth_of(machine, machine.evaluate(machine, case.guard, scope))
        if fits:
            return machine.execute(machine, case.body, scope)
        if fits is None:
            rest = partial(_cases, machine, subject, cases[place + 1 :], scope)
            return machine.fork([partial(machine.execute, machine, case.body, scope), rest])
    return DONE


def _fits(machine: Machine, pattern: ast.pattern, subject: object, scope: Scope) -> bool | None:
    match pattern:
        case ast.MatchValue(value=value):
            return compare(machine, ast.Eq, subject, machine.evaluate(machine, value, scope))
        case ast.MatchSingleton(value=value):
            return compare(machine, ast.Is, subject, value)
        case ast.MatchAs(pattern=inner, name=name):
            fits = True if inner is None else _fits(machine, inner, subject, scope)
            if name is not None and fits is not False:
                bind_name(machine, name, subject, scope)
            return fits
        case ast.MatchOr(patterns=patterns):
            answers = [_fits(machine, one, subject, scope) for one in patterns]
            return True if True in answers else (None if None in answers else False)
        case ast.MatchSequence(patterns=patterns) if isinstance(subject, tuple) and len(subject) == len(patterns):
            parts = [_fits(machine, one, item, scope) for one, item in zip(patterns, subject, strict=True)]
            return False if False in parts else (None if None in parts else True)
    return None
