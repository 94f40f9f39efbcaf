"""Following the single steps of a module's code: imports, calls, raises, and what the target cannot do."""

from __future__ import annotations

from dataclasses import replace

from scanner.inspect.code.calls import MAX_CALLS, run_call
from scanner.inspect.code.conditions import evaluate, standard_value
from scanner.inspect.code.expression import Expression
from scanner.inspect.code.failure import Cause, Failure, ImportStops, is_builtin_error
from scanner.inspect.code.frames import Frame
from scanner.inspect.code.hazards import CONNECTS, HAZARDS, AtImport
from scanner.inspect.code.importer import Importer
from scanner.inspect.code.names import resolve_relative
from scanner.inspect.code.runtime import Reference
from scanner.inspect.code.steps import (
    Bind,
    Call,
    FromImport,
    Hazard,
    Import,
    Lack,
    Load,
    Patch,
    Raise,
    Step,
    Yield,
)
from scanner.inspect.code.values import UNKNOWN


def act(importer: Importer, step: Step, frame: Frame) -> None:  # noqa: C901 (one case a step)
    """Follow one step that is no control flow.

    Raises:
        ImportStops: it ends in an exception.
    """
    match step:
        case Import():
            _import(importer, step, frame)
        case FromImport():
            with importer.at(frame, step.line, _import_text(step)):
                _import_names(importer, step, frame)
        case Bind(name=name, value=value):
            frame.values[name] = evaluate(value, frame, importer.world.runtime)
        case Call():
            run_call(importer, step, frame)
        case Load():
            _load(importer, step, frame)
        case Raise():
            _raise(importer, step, frame)
        case Hazard():
            _hazard(importer, step, frame)
        case Yield(value=value):
            _yield(importer, value, frame)
        case Patch(dotted=dotted):
            importer.world.patched.add(dotted)
        case Lack(line=line, module=module, name=name) if importer.world.lacks(module, name):
            with importer.at(frame, line, f"uses {module}.{name}"):
                importer.stop(Cause.LACKING, "AttributeError", f"{module}.{name}", "")


def _yield(importer: Importer, value: Expression, frame: Frame) -> None:
    """Keep what a generator gives, as long as it is certain what it gives and when."""
    if importer.doubt:
        frame.yielded = None
    elif frame.yielded is not None:
        frame.yielded.append(evaluate(value, frame, importer.world.runtime))


def _import_text(step: FromImport) -> str:
    names = ", ".join(name for name, _ in step.names[:3])
    return f"from {step.module} import {names}{', …' if len(step.names) > 3 else ''}"


def _import(importer: Importer, step: Import, frame: Frame) -> None:
    with importer.at(frame, step.line, f"import {step.module}"):
        importer.load(step.module)
    bound = step.module if step.is_whole else step.module.partition(".")[0]
    frame.values[step.bind] = Reference(bound, is_module=True)


def _import_names(importer: Importer, step: FromImport, frame: Frame) -> None:
    importer.load(step.module)
    for name, bound in step.names:
        if name == "*":
            source = importer.world.frames.get(step.module)
            if source is not None:
                frame.values.update({key: value for key, value in source.values.items() if not key.startswith("_")})
        else:
            frame.values[bound] = _import_name(importer, step.module, name)


def _import_name(importer: Importer, module: str, name: str) -> object:
    runtime, site = importer.world.runtime, importer.world.site
    dotted = f"{module}.{name}"
    source = importer.world.frames.get(module)
    if source is None and runtime.is_standard(module):
        if importer.world.lacks(module, name):
            importer.stop(Cause.LACKING, "ImportError", dotted, "")
        if dotted in runtime.missing:
            importer.stop(Cause.MISSING, "ImportError", dotted, runtime.missing[dotted])
        return standard_value(dotted, runtime)
    is_bound = source is not None and (name in source.module.facts.names or name in source.values)
    if not is_bound and (site.find(dotted) is not None or dotted in site.namespaces):
        importer.load(dotted)
        return Reference(dotted, is_module=True)
    if source is None:
        return UNKNOWN
    if not is_bound and "*" not in source.module.facts.names:
        _import_lazily(importer, source, name)
        if _is_surely_absent(importer, source, name):
            importer.stop(Cause.UNPROVIDED, "ImportError", dotted, "nothing in the closure provides it")
    return source.values.get(name, Reference(dotted, is_module=False))


def _is_surely_absent(importer: Importer, source: Frame, name: str) -> bool:
    """Whether a package has neither such a name nor such a submodule; asked only where a handler awaits just that.

    What its code or anybody else's may bind behind its back counts as there.
    """
    facts = source.module.facts
    if not facts.is_package or facts.makes_names or facts.unread is not None or name.startswith("__"):
        return False
    return "__getattr__" not in facts.names and importer.is_guarded("ImportError")


def _import_lazily(importer: Importer, source: Frame, name: str) -> None:
    """What a module-level ``__getattr__`` does for a name (PEP 562)."""
    module = source.module
    candidate = module.lazy.get(name)
    if candidate is not None and importer.world.site.find(candidate) is not None:
        importer.load(candidate)
        return
    function = module.functions.get("__getattr__")
    key = (module.facts.name, f"__getattr__({name})")
    if function is None or key in importer.active or len(importer.active) >= MAX_CALLS:
        return
    inner = source.enter(source, function, None)
    if function.parameters:
        inner.values[function.parameters[0][0]] = name
    importer.active.append(key)
    try:
        importer.run(importer, function.body, inner)
    except ImportStops as stop:
        # Which names such a function knows cannot be told in general: its own refusal proves nothing.
        if stop.failure.cause is not Cause.RAISED:
            raise
    finally:
        importer.active.pop()


def _load(importer: Importer, step: Load, frame: Frame) -> None:
    """An import by name; a relative one starts from the package that is given, else from this module's own."""
    runtime = importer.world.runtime
    module = evaluate(step.module, frame, runtime)
    if not isinstance(module, str):
        return
    level = len(module) - len(module.lstrip("."))
    if level:
        package = evaluate(step.package, frame, runtime)
        module = resolve_relative(level, module[level:], package if isinstance(package, str) else frame.package)
    if module:
        with importer.at(frame, step.line, f"import_module({module!r})"):
            importer.load(module)


def _raise(importer: Importer, step: Raise, frame: Frame) -> None:
    """A raise in a handler for a module that is not there is told as that module's absence."""
    held = frame.lookup(step.error) if step.error else None
    if isinstance(held, Failure):
        raise ImportStops(held)
    root = importer.handled[-1] if importer.handled else None
    if root is not None and (not step.error or root.cause is not Cause.RAISED):
        error = step.error if is_builtin_error(step.error) else root.error
        raise ImportStops(replace(root, error=error))
    with importer.at(frame, step.line, f"raise {step.error}" + (f": {step.text}" if step.text else "")):
        importer.stop(Cause.RAISED, _raised_kind(step.error, frame), step.error, step.text)


def _raised_kind(error: str, frame: Frame) -> str:
    """A built-in class that an exception is one of; its own name where that cannot be told."""
    for _ in range(MAX_CALLS):
        cls = frame.module.classes.get(error)
        if is_builtin_error(error) or cls is None or not cls.bases:
            break
        error = cls.bases[0].rpartition(".")[2]
    return error


def _hazard(importer: Importer, step: Hazard, frame: Frame) -> None:
    row = HAZARDS[step.name]
    runtime = importer.world.runtime
    with importer.at(frame, step.line, f"calls {step.name}"):
        if row.at_import is AtImport.FAILS:
            importer.stop(Cause.HAZARD, row.error, step.name, row.outcome)
        elif row.at_import is AtImport.FORBIDDEN:
            importer.note("forbidden", step.name, CONNECTS if row.is_client else row.outcome)
        elif row.at_import is AtImport.FORBIDDEN_UNSEEDED and evaluate(step.argument, frame, runtime) is None:
            importer.note("forbidden", step.name, row.outcome)
        elif row.at_import is AtImport.MAY_FAIL:
            _foreign_library(importer, step, evaluate(step.argument, frame, runtime))


def _foreign_library(importer: Importer, step: Hazard, library: object) -> None:
    """Loading the program itself (None) works; a library by its name does not; anything else cannot be told."""
    row = HAZARDS[step.name]
    if isinstance(library, str):
        importer.stop(Cause.HAZARD, row.error, step.name, row.outcome)
    elif library is not None:
        try:
            importer.stop(Cause.HAZARD, row.error, step.name, row.outcome)
        except ImportStops as stop:
            importer.may_stop(stop.failure)
