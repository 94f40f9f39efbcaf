"""Leaving out of a module's facts what can make no difference: they are kept in a cache for every wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from scanner.inspect.code.expression import OPAQUE, Opaque
from scanner.inspect.code.reading import asks_platform, is_flag, names_in, names_read
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.steps import (
    Bind,
    Block,
    Branch,
    Call,
    Class,
    FromImport,
    Function,
    Handler,
    Hazard,
    Import,
    Lack,
    Leave,
    Load,
    Loop,
    ModuleFacts,
    Patch,
    Raise,
    Step,
    Try,
    Yield,
    walk_steps,
)

_TELLING = frozenset({Import, FromImport, Load, Lack, Patch, Hazard})
_MAKERS = ("__new__", "__init__", "__post_init__")


def prune_facts(facts: ModuleFacts, runtime: Runtime) -> ModuleFacts:
    """The facts without what no condition reads, and without functions that can run into nothing."""
    steps = tuple(walk_steps(facts.body))
    functions = [_Walked(function, tuple(walk_steps(function.body))) for function in facts.functions]
    read = names_read(steps).union(*(names_read(walked.steps) for walked in functions))
    flags = {step.name for step in steps if isinstance(step, Bind) and is_flag(step.value)}
    alive = _alive(functions, facts.classes, read)
    inner = _Pruning(frozenset(read), alive, runtime)
    outer = _Pruning(frozenset(read | flags), alive | {f".{cls.name}" for cls in facts.classes}, runtime)
    kept = (inner.function(function) for function in facts.functions if f".{function.name}" in alive)
    return replace(
        facts,
        body=outer.block(facts.body),
        functions=tuple(function for function in kept if function.body),
        classes=tuple(cls if cls.bases or not cls.methods else replace(cls, methods=()) for cls in facts.classes),
    )


@dataclass(frozen=True, slots=True)
class _Walked:
    function: Function
    steps: Sequence[Step]
    """All of its steps, nested ones too."""


def _alive(functions: Iterable[_Walked], classes: Iterable[Class], read: AbstractSet[str]) -> frozenset[str]:
    """The targets of calls that can run into something, directly or through others of the module.

    Functions whose result something reads, by the names that are read, count where that can be told.
    """
    callers: dict[str, list[str]] = {}
    for walked in functions:
        for step in walked.steps:
            if isinstance(step, Call):
                callers.setdefault(step.target, []).append(walked.function.name)
    heirs: dict[str, list[str]] = {}
    for cls in classes:
        for base in cls.bases:
            heirs.setdefault(base, []).append(f".{cls.name}")
    alive: set[str] = set()
    waiting = [f".{walked.function.name}" for walked in functions if _tells(walked) or _decides(walked, read)]
    while waiting:
        target = waiting.pop()
        if target not in alive:
            alive.add(target)
            waiting += [f".{name}" for name in callers.get(target, ())]
            waiting += heirs.get(target, ())
            waiting += _reached_by(target)
    return frozenset(alive)


def _reached_by(target: str) -> Iterator[str]:
    """What else a call can name to reach a function: its bare name for a method, its class for a maker."""
    owner, _, name = target[1:].rpartition(".")
    if target.startswith(".") and owner:
        yield f"self.{name}"
        if name in _MAKERS:
            yield f".{owner}"


def _tells(walked: _Walked) -> bool:
    """Whether calling or reading the function alone can tell anything."""
    function, steps = walked.function, walked.steps
    if any(type(step) in _TELLING for step in steps):
        return True
    if _is_source(function, steps):
        return True
    own = _open_names(function, steps)
    if any(isinstance(step, Leave) and asks_platform(step.value) for step in steps):
        return True
    match function.body:
        case (Leave(value=value),) if not own and is_flag(value):
            return True
    return _raises(function.body, own)


def _open_names(function: Function, steps: Sequence[Step]) -> frozenset[str]:
    """The function's own names that only its caller or running it tells."""
    given = frozenset(name for name, _ in function.parameters)
    told = {
        step.name
        for step in steps
        if isinstance(step, Bind) and step.value is not OPAQUE and given.isdisjoint(names_in(step.value))
    }
    return given.union(name for name in function.locals if name not in told)


def _decides(walked: _Walked, read: AbstractSet[str]) -> bool:
    """Whether its result can be told of what it is given, and something reads it."""
    function, steps = walked.function, walked.steps
    if function.name not in read or function.is_deferred:
        return False
    given = [step.value for step in steps if isinstance(step, Leave) and step.kind == "return"]
    tests = [step.test for step in steps if isinstance(step, Branch)]
    return bool(given and tests) and OPAQUE not in (*given, *tests) and not any(isinstance(s, Loop) for s in steps)


def _is_source(function: Function, steps: Iterable[Step]) -> bool:
    """Whether it is a generator whose every value may be known, so that a loop over it can be followed."""
    given = [step.value for step in steps if isinstance(step, Yield)]
    return bool(given) and not function.parameters and OPAQUE not in given


def _raises(block: Block, own: frozenset[str]) -> bool:
    """Whether a raise is reached under conditions that do not hang on the function's own names."""
    for step in block:
        match step:
            case Raise():
                return True
            case Branch(test=test, body=body, otherwise=otherwise) if own.isdisjoint(names_in(test)):
                if not isinstance(test, Opaque) and (_raises(body, own) or _raises(otherwise, own)):
                    return True
    return False


@dataclass(frozen=True, slots=True)
class _Pruning:
    wanted: frozenset[str]
    """Names whose values are read somewhere."""
    alive: frozenset[str]
    """Targets of calls worth following."""
    runtime: Runtime
    keeps_yields: bool = False

    def function(self, function: Function) -> Function:
        parameters = [(name, default) if name in self.wanted else ("", OPAQUE) for name, default in function.parameters]
        while parameters and not parameters[-1][0]:
            parameters.pop()
        own = tuple(name for name in function.locals if name in self.wanted)
        pruning = _Pruning(self.wanted, self.alive, self.runtime, _is_source(function, walk_steps(function.body)))
        return replace(function, parameters=tuple(parameters), locals=own, body=pruning.block(function.body))

    def block(self, block: Block) -> Block:
        return tuple(kept for step in block if (kept := self.step(step)) is not None)

    def step(self, step: Step) -> Step | None:  # noqa: PLR0911 (one case a kind)
        match step:
            case Bind(name=name):
                return step if name in self.wanted else None
            case Call(target=target):
                return None if target.startswith((".", "self.")) and target not in self.alive else step
            case Import(module=module, bind=bind):
                return None if bind not in self.wanted and self._is_plain(module) else step
            case FromImport():
                return self._from_import(step)
            case Branch(test=test, body=body, otherwise=otherwise):
                first, second = self.block(body), self.block(otherwise)
                return Branch(test, first, second) if first or second else None
            case Loop(body=body, otherwise=otherwise):
                inner, last = self.block(body), self.block(otherwise)
                return replace(step, body=inner, otherwise=last) if inner or last else None
            case Yield():
                return step if self.keeps_yields else None
            case Try():
                return self._try(step)
        return step

    def _from_import(self, step: FromImport) -> FromImport | None:
        """From a standard module only the names that are read or that are not there."""
        if not self._is_plain(step.module):
            return step
        runtime, module = self.runtime, step.module
        kept = tuple(
            (name, bound)
            for name, bound in step.names
            if bound in self.wanted or runtime.lacks(module, name) or f"{module}.{name}" in runtime.missing
        )
        return replace(step, names=kept) if kept else None

    def _is_plain(self, module: str) -> bool:
        return self.runtime.is_standard(module) and self.runtime.why_missing(module) is None

    def _try(self, step: Try) -> Try | None:
        handlers = tuple(Handler(handler.errors, handler.bound, self.block(handler.body)) for handler in step.handlers)
        kept = Try(
            self.block(step.body), handlers, self.block(step.otherwise), self.block(step.finally_), step.is_risky
        )
        binds = any(isinstance(inner, Bind) for handler in handlers for inner in walk_steps(handler.body))
        return kept if kept.body or kept.otherwise or kept.finally_ or binds else None
