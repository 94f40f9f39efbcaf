"""The evaluator: what importing modules of a tree ends in on the target."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.inspect.code.builtin.calls import call
from scanner.inspect.code.expressions.evaluate import evaluate
from scanner.inspect.code.failure import Failure, OutOfBudget, Raised
from scanner.inspect.code.importer import load
from scanner.inspect.code.site import Site
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.statements.execute import execute
from scanner.inspect.code.target import Runtime

_RECURSION_LIMIT = 20_000
"""Enough for the deepest chain that ``limits.MAX_DEPTH`` allows; Python's own calls take no room on the C stack."""


def make_machine(runtime: Runtime, site: Site) -> Machine:
    """An evaluation in which nothing is imported yet."""
    return Machine(runtime=runtime, site=site, evaluate=evaluate, call=call, execute=execute, load=load)


def import_entry(machine: Machine, module: str) -> Failure | None:
    """What importing a module ends in; None where it works as far as is known.

    Raises:
        OutOfBudget: the work would not end in reasonable time.
    """
    try:
        with deep_recursion():
            load(machine, module)
    except Raised as raised:
        return raised.failure
    except RecursionError as error:
        raise OutOfBudget from error
    finally:
        reset(machine)
    return None


def reset(machine: Machine) -> None:
    """Forget where an evaluation was that has ended."""
    machine.scope, machine.line, machine.doubt, machine.journal = None, 0, 0, None
    for pending in (machine.trail, machine.calls, machine.catchers, machine.handled, machine.running):
        pending.clear()


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Room for the evaluator's own recursion, and no collection of cycles, until the evaluation ends.

    The collector would go through every syntax tree again and again, which takes two thirds of the time. Functions and
    modules of the code that is followed refer to each other; such cycles are freed by a collection afterwards.
    """
    limit, collects = sys.getrecursionlimit(), gc.isenabled()
    gc.disable()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collects:
            gc.freeze()  # both together make everything old, so that the next collection is not one of everything
            gc.unfreeze()
            gc.enable()
