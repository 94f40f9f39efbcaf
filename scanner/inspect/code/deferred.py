"""What a module's functions would run into when they are called on the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.inspect.code.conditions import evaluate, evaluate_truth, standard_value
from scanner.inspect.code.failure import catches
from scanner.inspect.code.frames import Frame, Module, World
from scanner.inspect.code.hazards import HAZARDS
from scanner.inspect.code.runtime import Reference
from scanner.inspect.code.steps import (
    Bind,
    Block,
    Branch,
    FromImport,
    Hazard,
    Import,
    Lack,
    Loop,
    ModuleFacts,
    Patch,
    Step,
    Try,
    walk_steps,
)
from scanner.inspect.code.values import UNKNOWN
from scanner.model.rule import Rule

Guards = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One place that would fail, or not do what it is for, when it is reached."""

    rule: Rule
    path: str
    line: int
    name: str
    """The module, name or call it is about."""
    outcome: str
    """What happens, as a predicate."""


def find_deferred_uses(facts: ModuleFacts, world: World) -> Iterator[Use]:
    """The uses in a module's functions; in one that importing the package does not reach, those at its top too."""
    frame = world.frames.get(facts.name)
    own = {step.dotted for step in walk_steps(facts.body) if isinstance(step, Patch)}
    if not own <= world.patched:
        world = replace(world, patched=world.patched | own)
    if frame is None:
        frame = Frame(world, Module(facts))
        frame.values.update(_settled_values(facts, world))
        yield from _block(facts.body, frame, (), facts.path)
    for function in facts.functions:
        inner = Frame(world, frame.module, parent=frame, function=function)
        inner.values.update(dict.fromkeys((name for name, _ in function.parameters), UNKNOWN))
        yield from _block(function.body, inner, (), facts.path)


def _block(block: Block, frame: Frame, guards: Guards, path: str) -> Iterator[Use]:
    for step in block:
        match step:
            case Branch(test=test, body=body, otherwise=otherwise):
                truth = evaluate_truth(test, frame, frame.world.runtime)
                if truth is not False:
                    yield from _block(body, frame, guards, path)
                if truth is not True:
                    yield from _block(otherwise, frame, guards, path)
            case Loop(body=body, otherwise=otherwise):
                yield from _block(body, frame, guards, path)
                yield from _block(otherwise, frame, guards, path)
            case Try(body=body, handlers=handlers, otherwise=otherwise, finally_=last):
                caught = tuple(handler.errors for handler in handlers)
                yield from _block(body, frame, (*guards, *caught), path)
                for inner in (otherwise, last, *(handler.body for handler in handlers)):
                    yield from _block(inner, frame, guards, path)
            case _:
                yield from _step(step, frame.world, guards, path)


def _step(step: Step, world: World, guards: Guards, path: str) -> Iterator[Use]:  # noqa: C901 (one case a step)
    runtime = world.runtime
    match step:
        case Import(line=line, module=module):
            if not _is_guarded(guards, "ModuleNotFoundError"):
                yield from _import(module, line, world, path)
        case FromImport(line=line, module=module, names=names):
            if _is_guarded(guards, "ImportError"):
                return
            yield from _import(module, line, world, path)
            for name, _ in names:
                dotted = f"{module}.{name}"
                if runtime.is_standard(module) and (world.lacks(module, name) or dotted in runtime.missing):
                    yield Use(rule=Rule.CS302, path=path, line=line, name=dotted, outcome="is not there")
        case Lack(line=line, module=module, name=name):
            if world.lacks(module, name) and not _is_guarded(guards, "AttributeError"):
                yield Use(rule=Rule.CS302, path=path, line=line, name=f"{module}.{name}", outcome="is not there")
        case Hazard(line=line, name=name):
            row = HAZARDS[name]
            if row.is_excusable and _is_guarded(guards, row.error):
                return
            if row.is_deferred and not (row.is_client and runtime.sockets):
                yield Use(rule=row.rule, path=path, line=line, name=name, outcome=row.outcome)


def _import(module: str, line: int, world: World, path: str) -> Iterator[Use]:
    runtime, root = world.runtime, module.partition(".")[0]
    if world.site.find(module) is not None or world.site.is_opaque(module) or root in world.site.namespaces:
        return
    if runtime.is_standard(module) and runtime.why_missing(module) is not None:
        yield Use(rule=Rule.CS302, path=path, line=line, name=module, outcome="does not import")
    elif root in runtime.removed:
        yield Use(rule=Rule.CS302, path=path, line=line, name=module, outcome="is no longer part of Python")


def _is_guarded(guards: Guards, error: str) -> bool:
    return any(catches(handler, error) for handler in guards)


def _settled_values(facts: ModuleFacts, world: World) -> dict[str, object]:
    """The values of module-level names that are bound once, for a module that is not followed."""
    bound: dict[str, object] = {}
    frame = Frame(world, Module(facts), values=bound)
    for step in facts.body:
        match step:
            case Import(module=module, bind=bind, is_whole=is_whole):
                bound[bind] = Reference(module if is_whole else bind, is_module=True)
            case FromImport(module=module, names=names) if world.runtime.is_standard(module):
                bound.update((bind, standard_value(f"{module}.{name}", world.runtime)) for name, bind in names)
            case Bind(name=name, value=value):
                bound[name] = evaluate(value, frame, world.runtime) if name not in bound else UNKNOWN
            case _:
                nested = (inner.name for inner in walk_steps((step,)) if isinstance(inner, Bind))
                bound.update(dict.fromkeys(nested, UNKNOWN))
    return bound
