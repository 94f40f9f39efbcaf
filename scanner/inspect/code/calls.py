"""Following calls of functions, methods and classes of the scanned code, generators among them."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inspect.code.conditions import evaluate
from scanner.inspect.code.expression import Expression
from scanner.inspect.code.failure import ImportStops
from scanner.inspect.code.frames import Frame, World
from scanner.inspect.code.importer import Importer
from scanner.inspect.code.runtime import Reference
from scanner.inspect.code.steps import Call, Function, Yield, walk_steps

MAX_CALLS = 8
"""How deep calls of the scanned code's own functions are followed."""

Called = tuple[Frame, Function, tuple[Frame, str] | None]
"""A function with the frame of its module, and the class of ``self`` in it."""


def run_call(importer: Importer, call: Call, frame: Frame) -> None:
    """Follow a call of a function or class of the closure; unknown ones do nothing.

    Raises:
        ImportStops: it ends in an exception.
    """
    if len(importer.active) >= MAX_CALLS:
        return
    for owner, function, instance in _called(importer.world, call.target, frame):
        key = (owner.module.facts.name, function.name)
        frame.returned.pop(key, None)
        if function.is_deferred or key in importer.active:
            continue
        inner = frame.enter(owner, function, instance)
        _pass_arguments(importer.world, call, function, frame, inner)
        importer.active.append(key)
        try:
            with importer.at(frame, call.line, f"calls {function.name}"):
                importer.run(importer, function.body, inner)
        finally:
            importer.active.pop()
        frame.returned[key] = inner.result


def find_generated(importer: Importer, function: Expression, frame: Frame) -> tuple[object, ...] | None:
    """What a generator function without arguments gives, one after the other; None where that cannot be told."""
    held = evaluate(function, frame, importer.world.runtime)
    place = importer.world.locate(held.dotted) if isinstance(held, Reference) else None
    found = _function(importer.world, *place) if place is not None else None
    if found is None or len(importer.active) >= MAX_CALLS or importer.doubt:
        return None
    owner, generator = found
    key = (owner.module.facts.name, generator.name)
    if key in importer.active or not any(isinstance(step, Yield) for step in walk_steps(generator.body)):
        return None
    inner = frame.enter(owner, generator, None)
    inner.yielded = []
    importer.active.append(key)
    try:
        importer.run(importer, generator.body, inner)
    except ImportStops:
        return None  # whether the loop gets that far is another question
    finally:
        importer.active.pop()
    return tuple(inner.yielded) if inner.yielded is not None else None


def _pass_arguments(world: World, call: Call, function: Function, frame: Frame, inner: Frame) -> None:
    names = [name for name, _ in function.parameters]
    if inner.instance is not None and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    position = 0
    for keyword, argument in call.arguments:
        value = evaluate(argument, frame, world.runtime)
        if keyword:
            if keyword in names:
                inner.values[keyword] = value
        elif position < len(names):
            inner.values[names[position]] = value
            position += 1


def _called(world: World, target: str, frame: Frame) -> Iterator[Called]:
    """The functions that a call runs: itself, or for a class what makes its instances."""
    if target.startswith("self."):
        found = _method(world, *frame.instance, target[5:]) if frame.instance is not None else None
        if found is not None:
            yield *found, frame.instance
        return
    if target.startswith("="):
        held = frame.lookup(target[1:])
        target = held.dotted if isinstance(held, Reference) else "?"
    place = (frame.module_frame, target[1:]) if target.startswith(".") else world.locate(target)
    if place is None:
        return
    owner, name = place
    found = _function(world, owner, name)
    if found is not None:
        yield *found, frame.instance if target.startswith(".") else None
    elif name in owner.module.classes:
        for method in ("__new__", "__init__", "__post_init__"):
            found = _method(world, owner, name, method)
            if found is not None:
                yield *found, place


def _function(world: World, frame: Frame, name: str) -> tuple[Frame, Function] | None:
    function = frame.module.functions.get(name)
    if function is not None:
        return frame, function
    owner, _, method = name.rpartition(".")
    return _method(world, frame, owner, method) if owner in frame.module.classes else None


def _method(world: World, frame: Frame, owner: str, method: str, depth: int = 0) -> tuple[Frame, Function] | None:
    """A method of a class or of the first of its bases that has it."""
    function = frame.module.functions.get(f"{owner}.{method}")
    if function is not None:
        return frame, function
    cls = frame.module.classes.get(owner)
    if cls is None or method in cls.methods or depth > MAX_CALLS:
        return None
    for base in cls.bases:
        found = (frame, base[1:]) if base.startswith(".") else world.locate(base)
        if found is not None:
            inherited = _method(world, *found, method, depth + 1)
            if inherited is not None:
                return inherited
    return None
