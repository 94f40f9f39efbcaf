"""The import system of the target, as far as it can be told: which modules run, in which order, and where it ends.

Conditions are evaluated for the target, handlers are followed where their body is known to fail, and a module that
failed fails again. Where a condition cannot be told both blocks are followed «in doubt»: a failure on one of them is
kept as a possibility, a failure on both is certain. ``blocks`` and ``actions`` follow the code of a module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from scanner.inspect.code.failure import Cause, Failure, Hop, ImportStops, catches
from scanner.inspect.code.frames import Frame, Module, World
from scanner.inspect.code.site import Kind, SourceFile, find_excluded_requirement
from scanner.inspect.code.steps import Block, ModuleFacts
from scanner.model.filenames import parse_wheel_name
from scanner.runtime.tables import PatchKind

MAX_STEPS = 500_000
"""What one analysis may follow; of the real closures that were measured, the largest needs 7,000."""

_MAX_CHAIN = 60
"""How long a chain of imports and calls may become; the longest real one was 25. It keeps well within the recursion
limit, so that reading a module at its end never fails for want of room."""

_GAPS = frozenset({Cause.MISSING, Cause.REMOVED, Cause.LACKING})


class OutOfBudget(Exception):  # noqa: N818 (it ends an analysis, and is no fault)
    """The bound on the work of one analysis is reached."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something met at import time that is no exception."""

    kind: str
    """``forbidden`` for a call, ``unread`` or ``unprovided`` for a module."""
    subject: str
    detail: str
    is_certain: bool
    chain: tuple[Hop, ...]


@dataclass(slots=True)
class Importer:
    """The modules of one analysis, with the imports that are under way."""

    world: World
    read: Callable[[SourceFile], ModuleFacts]
    run: Callable[[Importer, Block, Frame], object]
    """Follows a block, see ``blocks.run_block``."""
    possible: list[Failure] = field(default_factory=list)
    """Failures under conditions that cannot be told."""
    notes: list[Note] = field(default_factory=list)
    failed: dict[str, Failure] = field(default_factory=dict)
    certain: set[str] = field(default_factory=set)
    """Modules that certainly were imported, or tried."""
    handled: list[Failure] = field(default_factory=list)
    """The failures whose handlers are under way."""
    active: list[tuple[str, str]] = field(default_factory=list)
    """The functions that are under way, by module and name."""
    doubt: int = 0
    """How many conditions that cannot be told stand around the current step."""
    steps_left: int = MAX_STEPS
    _done: set[str] = field(default_factory=set)
    _trail: list[Hop] = field(default_factory=list)
    _handler_depths: list[int] = field(default_factory=list)
    _guards: list[tuple[tuple[str, ...], ...]] = field(default_factory=list)
    _running: list[SourceFile] = field(default_factory=list)
    """The modules that are being imported, outermost first."""

    def import_entry(self, module: str) -> Failure | None:
        """What importing a module ends in; None where it works as far as can be told.

        Raises:
            OutOfBudget: the work would not end in reasonable time.
        """
        try:
            self.load(module)
        except ImportStops as stop:
            return stop.failure
        except RecursionError as error:
            raise OutOfBudget from error
        return None

    def load(self, module: str) -> None:
        """Import a module and the packages above it.

        Raises:
            ImportStops: it ends in an exception.
        """
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            self._load_one(".".join(parts[:count]))

    @contextmanager
    def at(self, frame: Frame, line: int, text: str) -> Iterator[None]:
        """Whatever happens inside hangs on this line of the frame's module."""
        facts = frame.module.facts
        file = self.world.site.find(facts.name)
        self._trail.append(Hop(wheel=file.wheel.filename if file else "", path=facts.path, line=line, text=text))
        try:
            yield
        finally:
            self._trail.pop()

    @contextmanager
    def guard(self, handlers: tuple[tuple[str, ...], ...]) -> Iterator[None]:
        """Whatever happens inside can be caught by these handlers."""
        self._guards.append(handlers)
        try:
            yield
        finally:
            self._guards.pop()

    @contextmanager
    def handling(self, failure: Failure) -> Iterator[None]:
        """Whatever happens inside is a handler's answer to this failure."""
        self.handled.append(failure)
        self._handler_depths.append(len(self._trail))
        try:
            yield
        finally:
            self.handled.pop()
            self._handler_depths.pop()

    def is_guarded(self, error: str) -> bool:
        """Whether a handler stands ready for an exception of this class, in this module or one that imports it."""
        return any(catches(handler, error) for handlers in self._guards for handler in handlers)

    def stop(self, cause: Cause, error: str, subject: str, detail: str) -> None:
        """End the current import at the current place.

        Raises:
            ImportStops: always.
        """
        chain = tuple(self._trail)
        raise ImportStops(Failure(cause=cause, error=error, subject=subject, detail=detail, chain=chain))

    def may_stop(self, failure: Failure) -> None:
        """Keep a failure that happens only under a condition that cannot be told.

        A raise statement under such a condition checks something, and is no news; neither is what a handler awaits.
        """
        if failure.cause is not Cause.RAISED and not self.is_guarded(failure.error):
            self.possible.append(failure)

    def note(self, kind: str, subject: str, detail: str) -> None:
        """Keep something that is no exception; what a patch of workers-runtime-sdk allows is nothing."""
        if kind == "forbidden" and any(map(self._is_patched, self._running)):
            return
        certain = not self.doubt
        self.notes.append(Note(kind=kind, subject=subject, detail=detail, is_certain=certain, chain=tuple(self._trail)))

    def _is_patched(self, file: SourceFile) -> bool:
        """Whether a module that is being imported lets the innermost one, if it is of the same wheel, draw numbers."""
        patch = self.world.runtime.patches.get(file.module)
        if patch is None or patch.kind is not PatchKind.ENTROPY or file.wheel is not self._running[-1].wheel:
            return False
        found = parse_wheel_name(file.wheel.filename) if file.wheel.distribution == patch.distribution else None
        return patch.covers(found.version if found else None)

    def _load_one(self, module: str) -> None:
        if len(self._trail) > _MAX_CHAIN:
            raise OutOfBudget
        if not self.doubt:
            self.certain.add(module)
        if module in self._done:
            return
        if module in self.failed:
            known = self.failed[module]
            raise ImportStops(replace(known, chain=(*self._trail, *known.chain)))
        runtime, site = self.world.runtime, self.world.site
        file = site.find(module)
        if runtime.is_standard(module):
            reason = runtime.why_missing(module)
            if reason is None:
                return
            if file is None:
                self.stop(Cause.MISSING, "ModuleNotFoundError", module, reason)
        if file is not None:
            self._load_file(module, file)
        elif module not in site.namespaces and not site.is_opaque(module):
            self._absent(module)

    def _load_file(self, module: str, file: SourceFile) -> None:
        if file.kind is Kind.FOREIGN:
            self.stop(Cause.FOREIGN, "ImportError", module, file.path)
        self._done.add(module)
        if file.kind is Kind.SOURCE:
            self._run_module(module, file)

    def _run_module(self, module: str, file: SourceFile) -> None:
        facts = self.read(file)
        depth = len(self._trail)
        frame = Frame(self.world, Module(facts))
        self.world.frames[module] = frame
        self._running.append(file)
        try:
            if facts.unread is not None:
                self._unread(facts, frame)
            self.run(self, facts.body, frame)
        except ImportStops as stop:
            self.failed[module] = replace(stop.failure, chain=stop.failure.chain[depth:])
            self._done.discard(module)
            raise
        finally:
            self._running.pop()

    def _unread(self, facts: ModuleFacts, frame: Frame) -> None:
        if facts.unread_fails:
            with self.at(frame, 1, f"does not parse ({facts.unread})"):
                self.stop(Cause.UNPARSABLE, "SyntaxError", facts.name, facts.unread or "")
        if not self.is_guarded("SyntaxError"):
            self.note("unread", facts.name, f"{facts.path}: {facts.unread}")

    def _absent(self, module: str) -> None:
        root, _, rest = module.partition(".")
        site = self.world.site
        if root in self.world.runtime.removed:
            if root == "distutils" and site.find("setuptools") is not None:
                return
            self.stop(Cause.REMOVED, "ModuleNotFoundError", module, f"Python no longer has {root}")
        parent = self.world.frames.get(module.rpartition(".")[0])
        if rest and parent is not None and parent.module.facts.is_dynamic:
            return
        importing = site.wheels.get(self._trail[-1].wheel) if self._trail else None
        requirement = find_excluded_requirement(importing, module) if importing is not None else None
        if requirement is not None:
            detail = f"the requirement {requirement} is left out on the target by its marker"
            self.stop(Cause.EXCLUDED, "ModuleNotFoundError", module, detail)
        gap = self.handled[-1] if self.handled else None
        if gap is not None and gap.cause in _GAPS and self._handler_depths[-1] == len(self._trail) - 1:
            # The stand-in for a module that the target lacks is not there either: the target is what it fails at.
            detail = f"{gap.subject} is not there on the target, and nothing in the closure provides {module}"
            self.stop(Cause.STANDIN, "ModuleNotFoundError", module, detail)
        if self.is_guarded("ModuleNotFoundError"):
            self.stop(Cause.UNPROVIDED, "ModuleNotFoundError", module, "nothing in the closure provides it")
        self.note("unprovided", module, "nothing in the closure provides it")
        self._done.add(module)
