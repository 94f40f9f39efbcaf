"""The state of one evaluation: where it is, what was imported, what was written in doubt, and what may fail.

Doubt: where a condition is unknown each path is followed from the same state, with its writes in a journal, and the
states are merged afterwards. What the paths disagree on is unknown. An exception on one path only is a possibility.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from scanner.inspect.code.failure import Cause, Failure, Hop, OutOfBudget, Raised
from scanner.inspect.code.site import Site
from scanner.inspect.code.state import limits
from scanner.inspect.code.state.journal import (
    CONTENT,
    NORMAL,
    Changes,
    Journal,
    Outcomes,
    copy_content,
    fill,
    join,
    join_outcomes,
    restore,
)
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Container,
    Dict,
    Instance,
    List,
    Module,
    Scope,
    Set,
)
from scanner.inspect.code.target import Runtime


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something met at import time that is no exception."""

    kind: str
    """``forbidden`` for a call, ``unread`` or ``unprovided`` for a module."""
    subject: str
    detail: str
    module: str
    """The module whose import meets it."""
    is_certain: bool
    chain: tuple[Hop, ...]


@dataclass(slots=True)
class Catcher:
    """A try statement that is under way."""

    catches: Callable[[Raised], bool | None]
    possible: list[Raised] = field(default_factory=list)
    """What may be raised in its body and is caught there."""


@dataclass(slots=True, eq=False)
class Machine:
    """One evaluation over one tree."""

    runtime: Runtime
    site: Site
    evaluate: Callable[[Machine, ast.expr, Scope], object]
    call: Callable[[Machine, object, Arguments], object]
    execute: Callable[[Machine, Sequence[ast.stmt], Scope], Outcomes]
    load: Callable[[Machine, str], object]
    modules: dict[str, object] = field(default_factory=dict)
    """``sys.modules``, without the standard library."""
    overrides: dict[str, object] = field(default_factory=dict)
    """What is assigned to names of the standard library, by dotted name."""
    meta_path: List = field(default_factory=List)
    failed: dict[str, Raised] = field(default_factory=dict)
    reached: dict[str, dict[str, None]] = field(default_factory=dict)
    """By module, those that importing it certainly imports or tries to."""
    possible: list[tuple[str, Failure]] = field(default_factory=list)
    """What may fail, with the module whose import meets it."""
    notes: list[Note] = field(default_factory=list)
    steps: int = 0
    doubt: int = 0
    journal: Journal | None = None
    catchers: list[Catcher] = field(default_factory=list)
    handled: list[Raised] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    """The modules whose import is under way."""
    scope: Scope | None = None
    line: int = 0
    trail: list[tuple[Module, int, str]] = field(default_factory=list)
    call_start: int = 0
    """The steps before the outermost call that is under way."""
    spent: dict[object, int] = field(default_factory=dict)
    """How many steps the calls of a function took together."""
    calls: list[object] = field(default_factory=list)
    """The functions that are under way."""

    @property
    def module(self) -> Module | None:
        """The module whose code is under way."""
        return self.scope.module if self.scope is not None else None

    def may_follow(self, function: object) -> bool:
        """Whether a call is followed: not if too many are under way, or if the outermost one has taken too long."""
        if not self.calls:
            self.call_start = self.steps
        is_deep = len(self.calls) >= limits.MAX_CALLS or self.calls.count(function) >= limits.MAX_REPEATS
        is_deep = is_deep or self.spent.get(function, 0) > limits.MAX_FUNCTION_STEPS
        return not is_deep and self.doubt <= limits.MAX_DOUBT and self.steps - self.call_start <= limits.MAX_CALL_STEPS

    def step(self) -> None:
        """Count one step.

        Raises:
            OutOfBudget: there were too many.
        """
        self.steps += 1
        if self.steps > limits.MAX_STEPS:
            raise OutOfBudget

    def put(self, mapping: MutableMapping[object, object] | dict[str, object], key: object, value: object) -> None:
        """Bind a name, an attribute or a key."""
        target: MutableMapping[object, object] = mapping  # type: ignore[assignment]
        if self.journal is not None and (id(target), key) not in self.journal.written:
            self.journal.written[id(target), key] = (target, target.get(key, ABSENT))
        restore(target, key, value)

    def touch(self, container: Container) -> None:
        """Remember what a container holds before it is changed."""
        if self.journal is not None and id(container) not in self.journal.touched:
            self.journal.touched[id(container)] = (container, copy_content(container), container.is_open)

    def fork(self, paths: Sequence[Callable[[], Outcomes]]) -> Outcomes:
        """Follow each path from the same state; the ways in which they end.

        Raises:
            Raised: all of them end in an exception.
        """
        ends: list[Outcomes] = []
        failures: list[Raised] = []
        states: list[Changes] = []
        for path in paths:
            try:
                with self._apart() as journal:
                    ends.append(path() if self.doubt <= limits.MAX_FORKS else (NORMAL,))
            except Raised as raised:
                failures.append(raised)
                journal.undo()
            else:
                states.append(journal.undo())
        if not ends:
            raise failures[0]
        self._merge(states)
        for failure in failures:
            self.may_raise(failure)
        return join_outcomes(end for outcomes in ends for end in outcomes)

    def peek(self, look: Callable[[], object]) -> object:
        """What an evaluation gives, without its effects; UNKNOWN where it ends in an exception."""
        kept = len(self.possible), len(self.notes)
        try:
            with self._apart() as journal:
                return look()
        except Raised:
            return UNKNOWN
        finally:
            journal.undo()
            del self.possible[kept[0] :], self.notes[kept[1] :]

    @contextmanager
    def _apart(self) -> Iterator[Journal]:
        outer, self.journal = self.journal, Journal()
        depth = len(self.trail), len(self.calls), len(self.catchers), len(self.handled)
        place = self.scope, self.line
        self.doubt += 1
        try:
            yield self.journal
        finally:
            self.doubt -= 1
            self.journal = outer
            del self.trail[depth[0] :], self.calls[depth[1] :], self.catchers[depth[2] :], self.handled[depth[3] :]
            self.scope, self.line = place

    def _merge(self, states: Sequence[Changes]) -> None:
        for key in dict.fromkeys(key for state in states for key in state):
            target, _ = next(state[key] for state in states if key in state)
            if key[1] is CONTENT and isinstance(target, List | Dict | Set):
                before = (copy_content(target), target.is_open)
                self._merge_container(target, [state.get(key, (target, before))[1] for state in states])
            elif isinstance(target, dict):
                name = key[1]
                values = [state[key][1] if key in state else target.get(name, ABSENT) for state in states]
                self.put(target, name, join(values))

    def _merge_container(self, container: Container, contents: Sequence[object]) -> None:
        self.touch(container)
        states = [state for state in contents if isinstance(state, tuple)]
        is_open = any(opened for _, opened in states)
        first = states[0][0]
        if isinstance(container, Dict):
            keys = dict.fromkeys(key for content, _ in states for key in content)
            joined = {key: join([content.get(key, ABSENT) for content, _ in states]) for key in keys}
            is_open = is_open or any(len(content) < len(keys) for content, _ in states)
            fill(container, joined, is_open=is_open)
        elif not is_open and all(content == first for content, _ in states):
            fill(container, first, is_open=False)
        else:
            fill(container, type(first)(), is_open=True)

    def find_reached(self, modules: Sequence[str]) -> frozenset[str]:
        """The modules that importing these certainly runs or tries, themselves among them."""
        waiting = list(modules)
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(self.reached.get(name, ()))
        return frozenset(seen)

    def may_raise(self, raised: Raised) -> None:
        """Keep an exception that an unknown condition decides on: for whoever catches it, else as a possibility."""
        for catcher in reversed(self.catchers):
            if catcher.catches(raised) is not False:
                catcher.possible.append(raised)
                return
        if raised.failure.cause is not Cause.RAISED and self.running:
            self.possible.append((self.running[-1], raised.failure))

    def is_guarded(self, error: type[BaseException]) -> bool:
        """Whether a handler for such an exception is under way."""
        failure = Failure(cause=Cause.RAISED, error=error.__name__, subject="", detail="", chain=())
        raised = Raised(failure, Instance(error))
        return any(catcher.catches(raised) for catcher in self.catchers)

    @contextmanager
    def at(self, text: str) -> Iterator[None]:
        """Whatever happens inside is caused by the current line."""
        if len(self.trail) >= limits.MAX_DEPTH:
            raise OutOfBudget
        place = self.scope, self.line
        if self.module is not None:
            self.trail.append((self.module, self.line, text))
        try:
            yield
        finally:
            if place[0] is not None:
                self.trail.pop()
            self.scope, self.line = place

    def chain(self, text: str = "") -> tuple[Hop, ...]:
        """How the evaluation came to the current place; with a last step of its own, if that has a text."""
        places = [*self.trail, (self.module, self.line, text)] if text and self.module else self.trail
        return tuple(_hop(*place) for place in places if place[0] is not None)

    def stop(self, cause: Cause, error: type[BaseException], subject: str, detail: str = "", text: str = "") -> Raised:
        """The exception that the current place ends in, to be raised."""
        chain = self.chain(text)
        failure = Failure(cause=cause, error=error.__name__, subject=subject, detail=detail, chain=chain)
        message = detail or subject
        names = Dict({"args": (message,), "msg": message})
        if issubclass(error, ImportError):
            names["name"] = subject
        return Raised(failure, Instance(error, names))

    def throw(self, error: type[BaseException], detail: str) -> Raised:
        """The exception that an operation ends in, to be raised."""
        return self.stop(Cause.RAISED, error, error.__name__, detail, f"raises {error.__name__}: {detail}")

    def note(self, kind: str, subject: str, detail: str, text: str = "") -> None:
        """Keep something that is no exception."""
        module = self.running[-1] if self.running else ""
        certain = not self.doubt
        self.notes.append(
            Note(kind=kind, subject=subject, detail=detail, module=module, is_certain=certain, chain=self.chain(text))
        )

    def enter(self, scope: Scope, line: int) -> None:
        """Say where the evaluation is."""
        self.scope, self.line = scope, line


def _hop(module: Module | None, line: int, text: str) -> Hop:
    file = module.file if module else None
    return Hop(wheel=file.wheel.filename if file else "", path=file.path if file else "", line=line, text=text)
