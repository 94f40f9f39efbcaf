"""How one statement or block follows another."""

from __future__ import annotations

from collections.abc import Callable

from scanner.inspect.code.state.journal import NORMAL, Outcomes, join_outcomes
from scanner.inspect.code.state.machine import Machine

DONE: Outcomes = (NORMAL,)


def go_on(machine: Machine, ends: Outcomes, rest: Callable[[], Outcomes]) -> Outcomes:
    """What follows something that may have ended the block: the rest is in doubt."""
    left = tuple(end for end in ends if end is not NORMAL)
    return join_outcomes(end for end in (*left, *machine.fork([rest, lambda: left])))


def split(ends: Outcomes) -> tuple[Outcomes, bool]:
    """How a loop is left after one round, and whether it may go on."""
    left = tuple(NORMAL if end.kind == "break" else end for end in ends if end.kind not in ("normal", "continue"))
    return left, any(end.kind in ("normal", "continue") for end in ends)


def after(ends: Outcomes) -> Outcomes:
    """How a loop ends whose last round ends so."""
    return join_outcomes(NORMAL if end.kind in ("break", "continue") else end for end in ends)
