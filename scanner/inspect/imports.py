"""What does importing a package run into on the target, and what do its functions? (CS301 to CS307)

What fails whenever the package is imported blocks it; what fails later, or only perhaps, is a caution, and so is what
works in a request and not at the top level of a Worker (CS307), for every package that runs into it at import time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.inspect.code.blocks import run_block
from scanner.inspect.code.calls import run_call
from scanner.inspect.code.deferred import Use, find_deferred_uses
from scanner.inspect.code.failure import Cause, Failure, Hop, ImportStops
from scanner.inspect.code.frames import World
from scanner.inspect.code.hazards import startup_rule
from scanner.inspect.code.importer import MAX_STEPS, Importer, Note, OutOfBudget
from scanner.inspect.code.reader import CodeReader
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.site import Kind, WheelCode, build_site, entry_modules, find_modules, is_aside
from scanner.inspect.code.steps import Call
from scanner.inspect.code.wording import (
    chain_text,
    failure_finding,
    inherited_startup_finding,
    note_finding,
    uses_finding,
)
from scanner.inspect.import_report import ImportReport, StartupStop
from scanner.model.finding import Cause as NamedCause
from scanner.model.finding import Finding, Level
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.runtime.tables import StdlibTable, load_workers_sdk

_MAY_FAIL = "importing it may fail, by a condition that only running tells"
_MAX_POSSIBLE = 3
"""How many failures under conditions that cannot be told are shown."""


def build_runtime(target: Target, stdlib: StdlibTable) -> Runtime:
    """The target as the engine needs it; can be handed to another process."""
    major, minor, *_ = (int(part) for part in target.python.split("."))
    return Runtime(
        python=(major, minor),
        missing={**stdlib.missing, **stdlib.submodules_missing},
        removed=stdlib.removed,
        missing_attributes=dict(stdlib.missing_attributes),
        removed_attributes=dict(stdlib.removed_attributes),
        sockets=target.sockets,
        patches=dict(load_workers_sdk().patches),
    )


def find_import_problems(package: WheelCode, closure: Sequence[WheelCode], reader: CodeReader) -> ImportReport:
    """Everything that importing and using a package runs into, in the order of the rules.

    ``closure`` is the wheels of its required dependencies; the reader is shared by all packages of a scan.
    """
    dependencies = [wheel for wheel in closure if wheel.filename != package.filename]
    importer = Importer(World(reader.runtime, build_site([package, *dependencies])), reader.read, run_block)
    inherited: list[Finding] = []
    findings: list[Finding] = []
    imported = MAX_STEPS
    try:
        for finding, is_inherited in _import_findings(package, importer, reader):
            (inherited if is_inherited else findings).append(finding)
        imported = len(importer.notes)
        findings += _script_findings(package, importer, findings + inherited)
    except OutOfBudget:
        findings.append(_incomplete(package))
    # What only console scripts run into is nothing that importing does.
    importer.notes[:] = [
        note for number, note in enumerate(importer.notes) if number < imported or note.kind != "forbidden"
    ]
    findings += _possible_findings(package, importer, reader, findings + inherited)
    findings += _note_findings(package, importer)
    findings += _deferred_findings(package, importer, reader)
    findings.sort(key=lambda finding: (finding.level is not Level.BLOCKER, finding.rule.code))
    return ImportReport(
        findings=tuple(findings),
        inherited=tuple(inherited),
        import_time_modules=frozenset(importer.certain),
        startup=tuple(_find_startup(package, importer)),
    )


def _import_findings(package: WheelCode, importer: Importer, reader: CodeReader) -> Iterator[tuple[Finding, bool]]:
    """Each failing entry module once, and whether the failure is a dependency's own."""
    main, besides = entry_modules(package)
    failures = {module: failure for module in main if (failure := importer.import_entry(module)) is not None}
    blocks = bool(failures) and len(failures) == len(main)
    told: set[object] = set()
    for module in (*main, *besides):
        failure = failures.get(module) if module in main else importer.import_entry(module)
        if failure is None or failure.chain[-1:] in told:
            continue
        if failure.cause is Cause.UNPROVIDED and module not in main:
            continue  # what it brings along for an extra that nobody asked for
        told.add(failure.chain[-1:])
        level = Level.BLOCKER if blocks and module in main else Level.CAUTION
        if failure.cause is Cause.UNPROVIDED:
            level = Level.CAUTION
        finding = failure_finding(failure, level, f"importing {module} fails on the target")
        culprit = importer.world.site.wheels.get(failure.chain[-1].wheel) if failure.chain else None
        if culprit is not None and _is_inherited(failure, package, importer, reader):
            yield replace(finding, cause=NamedCause(name=culprit.distribution, version=None)), True
        else:
            yield finding, False


def _is_inherited(failure: Failure, package: WheelCode, importer: Importer, reader: CodeReader) -> bool:
    """Whether a dependency ends the same way, or may do so, when it is imported alone."""
    culprit = importer.world.site.wheels.get(failure.chain[-1].wheel) if failure.chain else None
    if culprit is None or culprit.filename == package.filename:
        return False
    alone = Importer(World(reader.runtime, importer.world.site), reader.read, run_block)
    main, _ = entry_modules(culprit)
    ends = [*(alone.import_entry(module) for module in main), *alone.possible]
    return any(end is not None and end.chain[-1:] == failure.chain[-1:] for end in ends)


def _script_findings(package: WheelCode, importer: Importer, told: Sequence[Finding]) -> Iterator[Finding]:
    """Console scripts that cannot start although the package imports; one finding for each place that stops them."""
    if any(finding.level is Level.BLOCKER for finding in told):
        return
    stopped: dict[Hop, tuple[Failure, list[str]]] = {}
    for name, entry in package.console_scripts:
        module, _, attribute = entry.partition(":")
        failure = importer.import_entry(module.strip()) or _call_entry(importer, module.strip(), attribute)
        if failure is not None and failure.chain and failure.cause is not Cause.UNPROVIDED:
            stopped.setdefault(failure.chain[-1], (failure, []))[1].append(name)
    for failure, names in stopped.values():
        scripts = f"console script {names[0]}" if len(names) == 1 else f"console scripts {', '.join(names[:5])}"
        yield failure_finding(failure, Level.CAUTION, f"its {scripts} cannot start on the target")


def _call_entry(importer: Importer, module: str, attribute: str) -> Failure | None:
    """What the script's function ends in; one that only refuses its arguments, or the way it is called, is fine."""
    frame = importer.world.frames.get(module)
    attribute = attribute.partition("[")[0].strip()
    if frame is None or not attribute:
        return None
    try:
        run_call(importer, Call(1, f"{module}.{attribute}", ()), frame)
    except ImportStops as stop:
        return stop.failure if stop.failure.cause is not Cause.RAISED else None
    except RecursionError as error:
        raise OutOfBudget from error
    return None


def _possible_findings(
    package: WheelCode, importer: Importer, reader: CodeReader, told: Sequence[Finding]
) -> Iterator[Finding]:
    """Failures under conditions that cannot be told, unless a dependency has them when it is imported alone."""
    ends = {other.evidence[-1:] for other in told}
    seen: set[object] = set()
    for failure in importer.possible:
        key = failure.chain[-1:]
        if key in seen or failure.cause is Cause.UNPROVIDED or len(seen) >= _MAX_POSSIBLE:
            continue
        seen.add(key)
        finding = failure_finding(failure, Level.CAUTION, _MAY_FAIL)
        if finding.evidence[-1:] not in ends and not _is_inherited(failure, package, importer, reader):
            yield finding


def _note_findings(package: WheelCode, importer: Importer) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for note in importer.notes:
        is_own = not note.chain or note.chain[-1].wheel == package.filename
        key = (note.kind, note.subject.partition(".")[0] if note.kind == "unprovided" else note.subject)
        if note.kind == "forbidden" and not is_own:
            key = (note.kind, note.chain[-1].wheel)
        if key not in told and (note.kind == "unread" or (is_own and (note.is_certain or note.kind == "forbidden"))):
            told.add(key)
            yield note_finding(note)
        elif key not in told and not is_own and note.kind == "forbidden" and startup_rule(note.subject) is Rule.CS307:
            told.add(key)
            culprit = importer.world.site.wheels.get(note.chain[-1].wheel)
            if culprit is not None:
                yield inherited_startup_finding(note, culprit.distribution)


def _find_startup(package: WheelCode, importer: Importer) -> Iterator[StartupStop]:
    """What Workers forbid at the top level, once for each entry module, the certain before the possible."""
    modules = {file.path: file.module for file in find_modules(package)}
    seen: set[str] = set()
    for note in sorted(importer.notes, key=lambda note: not note.is_certain):
        if note.kind != "forbidden" or not note.chain or startup_rule(note.subject) is not Rule.CS307:
            continue
        module = modules.get(note.chain[0].path)
        if module is not None and module not in seen:
            seen.add(module)
            yield StartupStop(module=module, outcome=note_finding(note).message, is_certain=note.is_certain)


def _deferred_findings(package: WheelCode, importer: Importer, reader: CodeReader) -> Iterator[Finding]:
    uses: dict[Rule, list[Use]] = {}
    for file in sorted(find_modules(package), key=lambda file: file.path):
        if file.kind is not Kind.SOURCE or is_aside(file.module):
            continue
        facts = reader.read_suspicious(file)
        if facts is not None:
            with contextlib.suppress(RecursionError):  # only what is nested absurdly deep, and nothing rests on it
                for use in find_deferred_uses(facts, importer.world):
                    uses.setdefault(use.rule, []).append(use)
    for rule in sorted(uses, key=lambda rule: rule.code):
        yield uses_finding(rule, uses[rule], package.filename)


def _incomplete(package: WheelCode) -> Finding:
    return Finding(
        rule=Rule.CS505,
        level=Level.CAUTION,
        message=f"the imports of {package.filename} could not be followed to the end: there is too much code to follow",
    )


__all__ = ["ImportReport", "Note", "build_runtime", "chain_text", "find_import_problems"]
