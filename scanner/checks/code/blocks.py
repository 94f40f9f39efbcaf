"""Following the control flow of a module's code: branches, loops and guards."""

from __future__ import annotations

import enum

from scanner.checks.code.actions import act
from scanner.checks.code.conditions import UNKNOWN, evaluate_truth
from scanner.checks.code.failure import Failure, ImportStops, catches
from scanner.checks.code.frames import Frame
from scanner.checks.code.importer import Importer, OutOfBudget
from scanner.checks.code.steps import Bind, Block, Branch, Handler, Leave, Loop, Try, walk_steps


class Flow(enum.Enum):
    """How a block ends."""

    ON = "on"
    LEFT = "left"
    """By a return, a break or a continue."""
    MAYBE_LEFT = "maybe left"


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
                return Flow.LEFT
            case _:
                act(importer, step, frame)
                continue
        if flow is Flow.LEFT:
            return flow
        if flow is Flow.MAYBE_LEFT:
            _run_in_doubt(importer, block[index + 1 :], frame)
            return flow
    return Flow.ON


def _run_in_doubt(importer: Importer, block: Block, frame: Frame) -> Flow:
    """Follow a block that only may run; how it ends is a possibility too."""
    before = dict(frame.values)
    importer.doubt += 1
    try:
        flow = run_block(importer, block, frame)
    except ImportStops as stop:
        importer.may_stop(stop.failure)
        flow = Flow.ON
    finally:
        importer.doubt -= 1
    _merge(frame, before)
    return Flow.MAYBE_LEFT if flow is Flow.LEFT else flow


def _branch(importer: Importer, step: Branch, frame: Frame) -> Flow:
    truth = evaluate_truth(step.test, frame, importer.world.runtime)
    if truth is not None:
        return run_block(importer, step.body if truth else step.otherwise, frame)
    before = dict(frame.values)
    importer.doubt += 1
    try:
        first = _attempt(importer, step.body, frame)
        after, frame.values = frame.values, dict(before)
        second = _attempt(importer, step.otherwise, frame)
    finally:
        importer.doubt -= 1
    match first, second:
        case Failure(), Failure():
            raise ImportStops(first)
        case Failure(), Flow():
            importer.may_stop(first)
            return second
        case Flow(), Failure():
            importer.may_stop(second)
            frame.values = after
            return first
    _merge(frame, after)
    if first is second:
        return first if isinstance(first, Flow) else Flow.ON
    return Flow.MAYBE_LEFT


def _attempt(importer: Importer, block: Block, frame: Frame) -> Flow | Failure:
    try:
        return run_block(importer, block, frame)
    except ImportStops as stop:
        return stop.failure


def _loop(importer: Importer, step: Loop, frame: Frame) -> Flow:
    """A loop leaves only itself by break and continue; a return inside it is taken for one of these."""
    if step.is_entered:
        run_block(importer, step.body, frame)
    else:
        _run_in_doubt(importer, step.body, frame)
    returns = any(isinstance(inner, Leave) and inner.is_return for inner in walk_steps(step.body))
    return Flow.MAYBE_LEFT if returns else Flow.ON


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
        importer.handled.append(stop.failure)
        try:
            return run_block(importer, handler.body, frame)
        finally:
            importer.handled.pop()
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


def _merge(frame: Frame, other: dict[str, object]) -> None:
    """Keep what both paths agree on."""
    for name in frame.values.keys() | other.keys():
        mine, theirs = frame.values.get(name, UNKNOWN), other.get(name, UNKNOWN)
        if mine is not theirs and (type(mine) is not type(theirs) or mine != theirs):
            frame.values[name] = UNKNOWN
