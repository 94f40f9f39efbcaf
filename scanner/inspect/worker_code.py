"""The Worker's own code as its main module reaches it: which packages it imports when, and what fails at start-up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from scanner.inputs.formats.discover import find_files
from scanner.inspect.code.engine import import_entry
from scanner.inspect.code.failure import Cause, Failure, OutOfBudget
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.own_code import MAX_MODULES, OwnReader, report_unread
from scanner.model.dependency import Location
from scanner.model.own_code import OwnModule, PackageImport, StartupCall, WorkerCode
from scanner.model.rule import Rule
from scanner.model.target import Target

_CAUSES = {
    Cause.MISSING: Rule.CS301,
    Cause.REMOVED: Rule.CS301,
    Cause.LACKING: Rule.CS301,
    Cause.UNPARSABLE: Rule.CS301,
}


def read_worker_code(main: str, target: Target) -> WorkerCode:
    """What a Worker's main module reaches of the modules in its folder; nothing is imported or run.

    ``main`` is the path of a Python file; its folder is where the Worker's own modules are imported from. Without such
    a file nothing is known of the code.
    """
    folder = str(Path(main).parent)
    paths = [str(Path(path)) for path in find_files(folder, lambda path: path.endswith(".py"))][:MAX_MODULES]
    if str(Path(main)) not in paths:
        return WorkerCode(main=main)
    code = OwnReader(folder, paths, target)
    modules = code.read_reached(str(Path(main)))
    failure = _start(code, str(Path(main)), modules)
    certain = code.machine.find_reached((code.files[str(Path(main))].module,))
    return WorkerCode(
        main=main,
        modules=tuple(sorted(modules, key=lambda module: module.name)),
        imports=tuple(sorted(_find_packages(code, modules, certain), key=lambda each: each.location)),
        calls=tuple(sorted(_find_calls(failure, code.machine), key=lambda call: call.location)),
        problems=tuple(code.problems),
    )


def find_undeclared(code: WorkerCode, provided: Collection[str]) -> tuple[PackageImport, ...]:
    """The imports that nothing provides; ``provided`` has the top-level modules of all that is installed or injected.

    An import that a handler guards may be missing on purpose, and one under a condition may never run.
    """
    return tuple(
        each
        for each in code.imports
        if not each.is_guarded and not each.is_conditional and each.module.partition(".")[0] not in provided
    )


def _start(code: OwnReader, main: str, modules: Iterable[OwnModule]) -> Failure | None:
    """What importing the main module ends in, with every package outside taken as importable."""
    site = code.machine.site
    site.opaque.update(each.module.partition(".")[0] for module in modules for each in module.imports)
    site.opaque -= code.tops
    try:
        return import_entry(code.machine, code.files[main].module)
    except OutOfBudget:
        code.problems.append(report_unread(main, 1, "is too large to be followed to its end"))
        return None


def _find_packages(code: OwnReader, modules: Iterable[OwnModule], certain: Collection[str]) -> Iterator[PackageImport]:
    """The imports of what is neither an own module nor in the standard library."""
    for module in modules:
        for each in module.imports:
            root = each.module.partition(".")[0]
            if root in code.tops or code.machine.runtime.is_standard(root) or root in code.machine.runtime.removed:
                continue
            yield PackageImport(
                module=each.module,
                location=Location(path=module.path, line=each.line),
                at_startup=not each.is_deferred and module.name in certain and each.module in certain,
                is_guarded=each.is_guarded,
                is_conditional=not each.is_deferred and module.name in certain and each.module not in certain,
            )


def _find_calls(failure: Failure | None, machine: Machine) -> Iterator[StartupCall]:
    """What fails while the Worker starts: forbidden calls, and the exception that ends the import."""
    for note in machine.notes:
        if note.kind == "forbidden" and note.chain:
            yield StartupCall(
                rule=machine.runtime.behaviour.hazards[note.subject].startup_rule.code,
                name=note.subject,
                outcome=note.detail,
                location=Location(path=note.chain[-1].path, line=note.chain[-1].line),
                is_certain=note.is_certain,
            )
    for each in (*(possible for _, possible in machine.possible), *((failure,) if failure else ())):
        rule = Rule.CS307 if each.cause is Cause.HAZARD else _CAUSES.get(each.cause)
        if rule is not None and each.chain:
            yield StartupCall(
                rule=rule.code,
                name=each.subject,
                outcome=each.detail,
                location=Location(path=each.chain[-1].path, line=each.chain[-1].line),
                is_certain=each is failure,
            )
