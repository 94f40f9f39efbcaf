"""Following the control flow of a module's code: branches, loops and guards."""

from __future__ import annotations

import enum

from scanner.inspect.code.actions import act
from scanner.inspect.code.calls import find_generated
from scanner.inspect.code.conditions import evaluate, evaluate_truth
from scanner.inspect.code.expression import Expression, Invocation, Junction, Row
from scanner.inspect.code.failure import Cause, Failure, ImportStops, catches
from scanner.inspect.code.frames import Frame
from scanner.inspect.code.importer import Importer, OutOfBudget
from scanner.inspect.code.reading import names_in
from scanner.inspect.code.steps import Bind, Block, Branch, Handler, Leave, Loop, Try, walk_steps
from scanner.inspect.code.values import UNKNOWN


class Flow(enum.Enum):
    """How a block ends."""

    ON = "on"
    RETURN = "return"
    BREAK = "break"
    CONTINUE = "continue"
    MAYBE = "maybe"
    """By one of these, or not."""


def run_block(importer: Importer, block: Block, frame: Frame) -> Flow:
    """Follow a block step by step.

    Raises:
        ImportStops: it ends in an exception.
        OutOfBudget: the work would not end in reasonable time.
    """
    for index, step in enumerate(block):
        importer.steps_left -= 1
        if importer.steps_left < 0:
            raise OutOfBudget
        match step:
            case Branch():
                flow = _branch(importer, step, frame)
            case Try():
                flow = _try(importer, step, frame)
            case Loop():
                flow = _loop(importer, step, frame)
            case Leave():
                return _leave(importer, step, frame)
            case _:
                act(importer, step, frame)
                continue
        if flow is Flow.MAYBE:
            _run_in_doubt(importer, block[index + 1 :], frame)
            frame.result = UNKNOWN
        if flow is not Flow.ON:
            return flow
    return Flow.ON


def _leave(importer: Importer, step: Leave, frame: Frame) -> Flow:
    if step.kind == "return":
        frame.result = UNKNOWN if importer.doubt else evaluate(step.value, frame, importer.world.runtime)
    return Flow(step.kind)


def _run_in_doubt(importer: Importer, block: Block, frame: Frame) -> Flow:
    """Follow a block that only may run; how it ends is a possibility too."""
    before = _snapshot(importer, frame)
    importer.doubt += 1
    try:
        flow = run_block(importer, block, frame)
    except ImportStops as stop:
        importer.may_stop(stop.failure)
        flow = Flow.ON
    finally:
        importer.doubt -= 1
    _merge(frame, before)
    return flow if flow is Flow.ON else Flow.MAYBE


def _branch(importer: Importer, step: Branch, frame: Frame) -> Flow:
    truth = evaluate_truth(step.test, frame, importer.world.runtime)
    if truth is None and _is_for_checkers(step.test):
        truth = False
    if truth is not None:
        return run_block(importer, step.body if truth else step.otherwise, frame)
    before = _snapshot(importer, frame)
    importer.doubt += 1
    try:
        first = _attempt(importer, step.body, frame)
        after, frame.values = frame.values, dict(before)
        second = _attempt(importer, step.otherwise, frame)
    finally:
        importer.doubt -= 1
    match first, second:
        case Failure(), Failure():
            raise ImportStops(second if first.cause is Cause.UNPROVIDED else first)
        case Failure(), Flow():
            importer.may_stop(first)
            return second
        case Flow(), Failure():
            importer.may_stop(second)
            frame.values = after
            return first
    _merge(frame, after)
    return Flow.ON if first is second is Flow.ON else Flow.MAYBE


def _is_for_checkers(test: Expression) -> bool:
    """Whether a block is for type checkers, or where what usually stands in for it cannot be had."""
    return isinstance(test, Junction) and not test.is_and and "TYPE_CHECKING" in names_in(test)


def _attempt(importer: Importer, block: Block, frame: Frame) -> Flow | Failure:
    try:
        return run_block(importer, block, frame)
    except ImportStops as stop:
        return stop.failure


def _loop(importer: Importer, step: Loop, frame: Frame) -> Flow:
    items = _loop_items(importer, step, frame)
    if items is None:
        frame.values[step.target] = UNKNOWN
        if not step.is_entered:
            return _loop_in_doubt(importer, step, frame)
        items = (UNKNOWN,)
    for item in items:
        frame.values[step.target] = item
        flow = run_block(importer, step.body, frame)
        if flow in (Flow.RETURN, Flow.MAYBE):
            return flow if _leaves(step.body, "return") else Flow.ON
        if flow is Flow.BREAK:
            return Flow.ON
    return run_block(importer, step.otherwise, frame)


def _loop_in_doubt(importer: Importer, step: Loop, frame: Frame) -> Flow:
    flow = _run_in_doubt(importer, step.body, frame)
    if flow is not Flow.ON and _leaves(step.body, "return"):
        _run_in_doubt(importer, step.otherwise, frame)
        return Flow.MAYBE
    if _leaves(step.body, "break"):
        return _run_in_doubt(importer, step.otherwise, frame)
    return run_block(importer, step.otherwise, frame)


def _loop_items(importer: Importer, step: Loop, frame: Frame) -> tuple[object, ...] | None:
    """What a loop runs over: a display of values, a name that holds one, or what a generator gives."""
    if not step.target:
        return None
    if isinstance(step.items, Row):
        return tuple(evaluate(item, frame, importer.world.runtime) for item in step.items.items)
    if isinstance(step.items, Invocation) and not step.items.arguments:
        generated = find_generated(importer, step.items.function, frame)
        if generated is not None:
            return generated
    value = evaluate(step.items, frame, importer.world.runtime)
    return value if isinstance(value, tuple) else None


def _leaves(block: Block, kind: str) -> bool:
    return any(isinstance(step, Leave) and step.kind == kind for step in walk_steps(block))


def _try(importer: Importer, step: Try, frame: Frame) -> Flow:
    try:
        flow = _guarded(importer, step, frame)
    except ImportStops:
        run_block(importer, step.finally_, frame)
        raise
    ended = run_block(importer, step.finally_, frame)
    return flow if ended is Flow.ON else ended


def _guarded(importer: Importer, step: Try, frame: Frame) -> Flow:
    known = len(importer.possible)
    try:
        with importer.guard(tuple(handler.errors for handler in step.handlers)):
            flow = run_block(importer, step.body, frame)
    except ImportStops as stop:
        handler = _find_handler(step, stop.failure)
        if handler is None:
            raise
        if handler.bound:
            frame.values[handler.bound] = stop.failure
        with importer.handling(stop.failure):
            return run_block(importer, handler.body, frame)
    if step.is_risky or len(importer.possible) > known:
        _forget(step, frame)
    return run_block(importer, step.otherwise, frame) if flow is Flow.ON else flow


def _find_handler(step: Try, failure: Failure) -> Handler | None:
    return next((handler for handler in step.handlers if catches(handler.errors, failure.error)), None)


def _forget(step: Try, frame: Frame) -> None:
    """A handler may have run for a reason that is not followed: what it binds can hold either value."""
    for handler in step.handlers:
        for inner in walk_steps(handler.body):
            if isinstance(inner, Bind):
                frame.values[inner.name] = UNKNOWN


def _snapshot(importer: Importer, frame: Frame) -> dict[str, object]:
    """A copy of the names, whose size counts as work."""
    importer.steps_left -= len(frame.values)
    return dict(frame.values)


def _merge(frame: Frame, other: dict[str, object]) -> None:
    """Keep what both paths agree on."""
    for name in frame.values.keys() | other.keys():
        mine, theirs = frame.values.get(name, UNKNOWN), other.get(name, UNKNOWN)
        if mine is not theirs and (type(mine) is not type(theirs) or mine != theirs):
            frame.values[name] = UNKNOWN
