"""What importing and using the packages of a tree runs into on the target, by one evaluation (CS301 to CS307)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.inspect.code.engine import deep_recursion, import_entry, make_machine, reset
from scanner.inspect.code.failure import Cause, Failure, Hop, OutOfBudget, Raised
from scanner.inspect.code.site import WheelCode, build_site, entry_modules
from scanner.inspect.code.state.machine import Machine, Note
from scanner.inspect.code.state.values import Arguments, Module
from scanner.inspect.code.target import Runtime
from scanner.inspect.code.use import Use
from scanner.inspect.code.uses import find_uses
from scanner.model.rule import Rule

_MAX_POSSIBLE = 3
"""How many failures that an unknown condition decides on are reported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A failing import: what fails, whose fault it is, and whether that is certain."""

    kind: str
    """``import`` if a main module fails, ``part`` for another one, ``possible``, or ``script``."""
    failure: Failure
    culprit: str
    """The file name of the wheel in which it ends; empty where that is unknown."""
    names: tuple[str, ...]
    """The modules, or console scripts, that fail with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageReport:
    """What one package runs into."""

    problems: tuple[Problem, ...] = ()
    inherited: tuple[Problem, ...] = ()
    """Failures that importing one of its dependencies by itself ends in as well."""
    notes: tuple[Note, ...] = ()
    startup: tuple[tuple[str, Note], ...] = ()
    """By entry module, what importing it runs into that works in a request and not at the top level of a Worker."""
    uses: tuple[Use, ...] = ()
    import_time_modules: frozenset[str] = frozenset()
    is_cut_short: bool = False
    """Whether there was too much code to follow."""


@dataclass(slots=True)
class TreeEvaluation:
    """The packages of a tree, imported one after the other in one evaluation."""

    runtime: Runtime
    codes: Mapping[str, WheelCode]
    machine: Machine = field(init=False)
    _failures: dict[str, dict[str, Failure]] = field(default_factory=dict)
    """By package, the failures of its entry modules."""
    _cut_short: set[str] = field(default_factory=set)
    _reach: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out the tree as it would be installed."""
        self.machine = make_machine(self.runtime, build_site(self.codes.values()))

    def report(self, keys: Sequence[str], *, called: frozenset[str]) -> dict[str, PackageReport]:
        """What each package runs into; ``called`` are those whose functions and console scripts are looked at."""
        with deep_recursion():
            for key in keys:
                self._import_entries(key)
            reports = {key: self._report(key) for key in keys}
            for key in keys:
                if key in called:
                    reports[key] = self._add_calls(key, reports[key])
        return reports

    def _import_entries(self, key: str) -> None:
        failures = self._failures.setdefault(key, {})
        for module in (name for names in entry_modules(self.codes[key]) for name in names):
            try:
                failure = import_entry(self.machine, module)
                if failure is not None:  # by itself, without what other packages did to the standard library
                    failure = import_entry(make_machine(self.runtime, self.machine.site), module)
            except OutOfBudget:
                self._cut_short.add(key)
                return
            if failure is not None:
                failures[module] = failure

    def _report(self, key: str) -> PackageReport:
        own: list[Problem] = []
        inherited: list[Problem] = []
        for problem in (*self._entry_problems(key), *self._possible_problems(key)):
            (inherited if self._is_inherited(problem, key) else own).append(problem)
        reached = self._reached(key)
        return PackageReport(
            problems=tuple(own),
            inherited=tuple(inherited),
            notes=tuple(self._notes(key, reached)),
            startup=tuple(self._find_startup(key)),
            import_time_modules=reached,
            is_cut_short=key in self._cut_short,
        )

    def _entry_problems(self, key: str) -> Iterator[Problem]:
        main, _ = entry_modules(self.codes[key])
        failures = self._failures[key]
        blocks = bool(main) and all(module in failures for module in main)
        ends: dict[object, Problem] = {}
        for module, failure in failures.items():
            if failure.cause is Cause.UNPROVIDED and module not in main:
                continue  # what it brings for an extra that was not requested
            kind = "import" if blocks and module in main and failure.cause is not Cause.UNPROVIDED else "part"
            ends.setdefault(failure.chain[-1:], _problem(kind, failure, module))
        yield from ends.values()

    def _possible_problems(self, key: str) -> Iterator[Problem]:
        reached = self._reached(key)
        ends: dict[object, Problem] = {}
        for module, failure in self.machine.possible:
            if module in reached and failure.cause is not Cause.UNPROVIDED:
                ends.setdefault(failure.chain[-1:], _problem("possible", failure, module))
        own = [problem for problem in ends.values() if not self._is_inherited(problem, key)]
        yield from own[:_MAX_POSSIBLE]

    def _is_inherited(self, problem: Problem, key: str) -> bool:
        """Whether the dependency in which it ends does the same, or may do it, when it is imported by itself."""
        owner = next((other for other in self._failures if self.codes[other].filename == problem.culprit), None)
        if owner is None or owner == key:
            return False
        last = problem.failure.chain[-1:]
        if any(failure.chain[-1:] == last for failure in self._failures[owner].values()):
            return True
        reached = self._reached(owner)
        return any(module in reached and failure.chain[-1:] == last for module, failure in self.machine.possible)

    def _reached(self, key: str) -> frozenset[str]:
        """The modules that importing a package certainly runs or tries."""
        known = self._reach.get(key)
        if known is None:
            names = [name for names in entry_modules(self.codes[key]) for name in names]
            known = self._reach[key] = self.machine.find_reached(names)
        return known

    def _notes(self, key: str, reached: frozenset[str]) -> Iterator[Note]:
        filename = self.codes[key].filename
        seen: set[tuple[str, str]] = set()
        for note in self.machine.notes:
            is_own = not note.chain or note.chain[-1].wheel == filename
            subject = note.subject.partition(".")[0] if note.kind == "unprovided" else note.subject
            if note.kind == "forbidden" and not is_own:
                subject = note.chain[-1].wheel
            if note.module not in reached or (note.kind, subject) in seen:
                continue
            is_reported = note.is_certain or note.kind == "forbidden" if is_own else self._is_startup(note)
            if note.kind == "unread" or is_reported:
                seen.add((note.kind, subject))
                yield note

    def _is_startup(self, note: Note) -> bool:
        """Whether it is a call that works in a request and not at the top level of a Worker."""
        return note.kind == "forbidden" and self.runtime.behaviour.hazards[note.subject].startup_rule is Rule.CS307

    def _find_startup(self, key: str) -> Iterator[tuple[str, Note]]:
        """What Workers do not allow at the top level, once an entry module, the certain before the possible."""
        stops = [note for note in self.machine.notes if note.chain and self._is_startup(note)]
        stops.sort(key=lambda note: not note.is_certain)
        for module in (name for names in entry_modules(self.codes[key]) for name in names) if stops else ():
            reached = self.machine.find_reached((module,))
            stop = next((note for note in stops if note.module in reached), None)
            if stop is not None:
                yield module, stop

    def _add_calls(self, key: str, report: PackageReport) -> PackageReport:
        scripts = () if any(p.kind == "import" for p in (*report.problems, *report.inherited)) else self._scripts(key)
        with deep_recursion():
            uses = tuple(find_uses(self.machine, self.codes[key]))
        reset(self.machine)
        return replace(report, problems=(*report.problems, *scripts), uses=uses)

    def _scripts(self, key: str) -> Iterator[Problem]:
        """Console scripts that cannot start although the package imports; one problem a place that stops them."""
        stopped: dict[Hop, tuple[Failure, list[str]]] = {}
        for name, entry in self.codes[key].console_scripts:
            module, _, attribute = entry.partition(":")
            try:
                failure = import_entry(self.machine, module.strip()) or self._call_entry(module.strip(), attribute)
            except OutOfBudget:
                return
            if failure is not None and failure.chain and failure.cause is not Cause.UNPROVIDED:
                stopped.setdefault(failure.chain[-1], (failure, []))[1].append(name)
        for failure, names in stopped.values():
            yield Problem(kind="script", failure=failure, culprit=failure.chain[-1].wheel, names=tuple(names))

    def _call_entry(self, module: str, attribute: str) -> Failure | None:
        """What a script's function ends in; one that only refuses its arguments, or the way it is called, is fine."""
        loaded = self.machine.modules.get(module)
        function = loaded.namespace.get(attribute.partition("[")[0].strip()) if isinstance(loaded, Module) else None
        if function is None:
            return None
        try:
            with deep_recursion():
                self.machine.call(self.machine, function, Arguments())
        except Raised as raised:
            return raised.failure if raised.failure.cause is not Cause.RAISED else None
        except RecursionError as error:
            raise OutOfBudget from error
        finally:
            reset(self.machine)
        return None


def _problem(kind: str, failure: Failure, module: str) -> Problem:
    culprit = failure.chain[-1].wheel if failure.chain else ""
    return Problem(kind=kind, failure=failure, culprit=culprit, names=(module,))
