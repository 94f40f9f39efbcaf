"""The import system of the target: which modules run, in which order, and where it ends."""

from __future__ import annotations

from dataclasses import replace

from scanner.inspect.code.failure import Cause, Raised
from scanner.inspect.code.finders import ask_finders, resolve
from scanner.inspect.code.names.attributes import find_in_module, get_attribute
from scanner.inspect.code.names.standard import standard_value
from scanner.inspect.code.site import Kind, SourceFile, find_excluded_requirement
from scanner.inspect.code.source import Unread, read_module
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Class,
    Dict,
    Instance,
    List,
    Module,
    Scope,
    Standard,
    Unknown,
)

_GAPS = frozenset({Cause.MISSING, Cause.REMOVED, Cause.LACKING})


def load(machine: Machine, name: str) -> object:
    """Import a module with the packages above it; what ``sys.modules`` has of it then.

    Raises:
        Raised: it ends in an exception.
    """
    parts = name.split(".")
    loaded: object = UNKNOWN
    for count in range(1, len(parts) + 1):
        loaded = _load_one(machine, ".".join(parts[:count]), loaded)
    return loaded


def _load_one(machine: Machine, name: str, parent: object) -> object:
    _reach(machine, name)
    if name in machine.modules:
        known = machine.modules[name]
        if known is None:
            raise machine.stop(Cause.RAISED, ModuleNotFoundError, name, "None in sys.modules")
        if not isinstance(known, Unknown):
            return known
    if name in machine.failed:
        raised = machine.failed[name]
        chain = (*machine.chain(), *raised.failure.chain)
        raise Raised(replace(raised.failure, chain=chain), raised.value)
    loaded = _find_and_load(machine, name, parent)
    if isinstance(parent, Module):
        last = name.rpartition(".")[2]
        if not isinstance(loaded, Unknown) and (parent.file is None or loaded is machine.modules.get(name)):
            machine.put(parent.namespace, last, loaded)
    return loaded


def _reach(machine: Machine, name: str) -> None:
    if not machine.doubt:
        running = machine.running[-1] if machine.running else ""
        machine.reached.setdefault(running, {})[name] = None


def _find_and_load(machine: Machine, name: str, parent: object) -> object:
    runtime, site = machine.runtime, machine.site
    file = site.find(name)
    if runtime.is_standard(name):
        reason = runtime.why_missing(name)
        if reason is None:
            return Standard(name, is_module=True, is_opaque=name.partition(".")[0] in runtime.behaviour.injected)
        if file is None:
            if ask_finders(machine, name):
                return Standard(name, is_module=True, is_opaque=True)
            raise machine.stop(Cause.MISSING, ModuleNotFoundError, name, reason)
    if file is not None:
        return _load_file(machine, name, file)
    if name in site.namespaces:
        return _keep(machine, name, Module(name, None, Dict({"__name__": name, "__path__": List()}), is_done=True))
    if site.is_opaque(name) or (isinstance(parent, Standard) and parent.is_opaque):
        return Standard(name, is_module=True, is_opaque=True)
    return _load_absent(machine, name, parent)


def _keep(machine: Machine, name: str, loaded: object) -> object:
    machine.modules[name] = loaded
    return loaded


def _load_file(machine: Machine, name: str, file: SourceFile) -> object:
    if file.kind is Kind.FOREIGN:
        raise machine.stop(Cause.FOREIGN, ImportError, name, file.path)
    if file.kind is Kind.NATIVE:
        return _keep(machine, name, Standard(name, is_module=True, is_opaque=True))
    module = Module(name, file, Dict(_specials(name, file)))
    machine.modules[name] = module
    machine.running.append(name)
    doubt, journal = machine.doubt, machine.journal
    machine.doubt, machine.journal = 0, None
    depth = len(machine.trail)
    try:
        _run(machine, module, file)
    except Raised as raised:
        machine.modules.pop(name, None)
        if not isinstance(raised.value, Instance) or "circular" not in raised.failure.detail:
            machine.failed[name] = Raised(replace(raised.failure, chain=raised.failure.chain[depth:]), raised.value)
        raise
    finally:
        machine.doubt, machine.journal = doubt, journal
        machine.running.pop()
    module.is_done = True
    return machine.modules.get(name, module)


def _specials(name: str, file: SourceFile) -> dict[str, object]:
    package = name if file.is_package else name.rpartition(".")[0]
    found: dict[str, object] = {
        "__name__": name,
        "__package__": package,
        "__file__": UNKNOWN,
        "__doc__": UNKNOWN,
        "__spec__": Instance(
            Standard("importlib.machinery.ModuleSpec"), Dict({"name": name, "parent": package}), is_open=True
        ),
        "__loader__": UNKNOWN,
        "__builtins__": UNKNOWN,
        "__cached__": UNKNOWN,
    }
    if file.is_package:
        found["__path__"] = List([UNKNOWN])
    return found


def _run(machine: Machine, module: Module, file: SourceFile) -> None:
    tree = read_module(file, machine.runtime.python)
    scope = Scope(module, module.namespace)
    outer = machine.scope, machine.line
    if isinstance(tree, Unread):
        if tree.fails:
            machine.enter(scope, tree.line)
            raised = machine.stop(
                Cause.UNPARSABLE, SyntaxError, module.name, tree.reason, f"does not parse ({tree.reason})"
            )
            machine.scope, machine.line = outer
            raise raised
        module.namespace.is_open = True
        if not machine.is_guarded(SyntaxError):
            machine.note("unread", module.name, f"{file.path}: {tree.reason}")
        return
    try:
        module.namespace.is_open |= tree.is_rewritten
        for statements in tree.statements:
            machine.execute(machine, statements, scope)
    finally:
        machine.scope, machine.line = outer


def _load_absent(machine: Machine, name: str, parent: object) -> object:
    """A module that neither the tree nor the standard library has."""
    root = name.partition(".")[0]
    if ask_finders(machine, name):
        return Standard(name, is_module=True, is_opaque=True)
    if isinstance(parent, Module) and parent.file is not None:
        path = parent.namespace.get("__path__", ABSENT)
        if isinstance(parent.namespace.get("__getattr__"), Unknown) or (
            isinstance(path, List) and (path.is_open or len(path) > 1)
        ):
            return Standard(name, is_module=True, is_opaque=True)
        if isinstance(path, Unknown) and path is not ABSENT:
            return Standard(name, is_module=True, is_opaque=True)
        detail = f"{parent.file.wheel.filename} has no module {name}"
        raise machine.stop(Cause.LACKING, ModuleNotFoundError, name, detail)
    if isinstance(parent, Instance) or (isinstance(parent, Unknown) and name != root):
        return UNKNOWN
    if root in machine.runtime.removed:
        if root == "distutils" and machine.site.find("setuptools") is not None:
            return Standard(name, is_module=True, is_opaque=True)
        raise machine.stop(Cause.REMOVED, ModuleNotFoundError, name, f"Python no longer has {root}")
    _refuse(machine, name)
    machine.note("unprovided", name, "nothing in the tree provides it")
    return _keep(machine, name, Standard(name, is_module=True, is_opaque=True))


def _refuse(machine: Machine, name: str) -> None:
    """End the import of a module that nothing provides, where that is a matter of the target or is handled."""
    wheel = machine.module.file.wheel if machine.module and machine.module.file else None
    requirement = find_excluded_requirement(wheel, name) if wheel else None
    if requirement is not None:
        detail = f"the requirement {requirement} is excluded on the target by its marker"
        raise machine.stop(Cause.EXCLUDED, ModuleNotFoundError, name, detail)
    if machine.is_guarded(ModuleNotFoundError):
        raise machine.stop(Cause.UNPROVIDED, ModuleNotFoundError, name, "nothing in the tree provides it")
    gap = machine.handled[-1].failure if machine.handled else None
    if gap is not None and gap.cause in _GAPS:
        detail = f"the target has no {gap.subject}, and nothing in the tree provides {name}"
        raise machine.stop(Cause.STANDIN, ModuleNotFoundError, name, detail)


def import_name(machine: Machine, loaded: object, module: str, name: str) -> object:
    """What ``from module import name`` binds.

    Raises:
        Raised: there is no such name.
    """
    dotted = f"{module}.{name}"
    match loaded:
        case Standard():
            return _import_standard(machine, loaded, name)
        case Module():
            found = _find_in_module(machine, loaded, name)
            if found is not ABSENT:
                return found
            if loaded.file is None and loaded.name in machine.site.namespaces:
                return _load_one(machine, dotted, loaded)
            place = loaded.file.path if loaded.file else module
            if not loaded.is_done:
                detail = (
                    f"cannot import name {name!r} from the partially initialized module {module!r} (circular import)"
                )
            else:
                detail = f"{place} has no name {name}"
            raise machine.stop(Cause.LACKING, ImportError, dotted, detail)
        case Instance() | Class():
            return get_attribute(machine, loaded, name)
    return UNKNOWN


def _find_in_module(machine: Machine, module: Module, name: str) -> object:
    dotted = f"{module.name}.{name}"
    if name not in module.namespace and (machine.site.find(dotted) is not None or dotted in machine.site.namespaces):
        return _load_one(machine, dotted, module)
    if name not in module.namespace and isinstance(machine.modules.get(dotted), Module | Instance | Standard):
        return machine.modules[dotted]
    try:
        found = find_in_module(machine, module, name)
    except Raised as raised:
        if raised.failure.error != "AttributeError":
            raise
        found = ABSENT
    if found is ABSENT and "__path__" in module.namespace and ask_finders(machine, dotted):
        return UNKNOWN
    return found


def _import_standard(machine: Machine, loaded: Standard, name: str) -> object:
    dotted, runtime = f"{loaded.dotted}.{name}", machine.runtime
    if machine.site.find(dotted) is not None or dotted in machine.modules:
        return load(machine, dotted)
    if loaded.is_opaque:
        return Standard(dotted, is_opaque=True)
    if dotted in machine.overrides:
        return machine.overrides[dotted]
    if dotted in runtime.missing:
        _reach(machine, dotted)
        raise machine.stop(Cause.MISSING, ImportError, dotted, runtime.missing[dotted])
    if runtime.lacks(loaded.dotted, name):
        raise machine.stop(Cause.LACKING, ImportError, dotted)
    return standard_value(machine, dotted)


def import_by_name(machine: Machine, name: object, package: object) -> object:
    """``importlib.import_module``; a relative name starts from ``package``, else from the current module's package."""
    if not isinstance(name, str):
        return UNKNOWN
    absolute = resolve(machine, name, package) if package is not UNKNOWN or not name.startswith(".") else ""
    if not absolute:
        return UNKNOWN
    with machine.at(f"import_module({absolute!r})"):
        return load(machine, absolute)
