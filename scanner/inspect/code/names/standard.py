"""What the names of the standard library and the built-in names hold."""

from __future__ import annotations

import builtins

from scanner.inspect.code.failure import Cause
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import ABSENT, UNKNOWN, Standard, is_plain


def standard_value(machine: Machine, dotted: str) -> object:
    """What a dotted name of the standard library holds: a value where it is known, else the name itself."""
    if dotted in machine.overrides:
        return machine.overrides[dotted]
    runtime = machine.runtime
    try:
        return runtime.value(dotted)
    except KeyError:
        pass
    error, is_builtin = runtime.exception(dotted)
    if is_builtin:
        return error
    module, _, name = dotted.rpartition(".")
    if module == "builtins":
        return builtin_value(name)
    kind = runtime.kind(module, name)
    if kind == "modules" or dotted in runtime.names.kinds:
        return Standard(_real_module(dotted), is_module=True)
    return Standard(dotted, is_true=True if kind in ("classes", "functions") else None)


def builtin_value(name: str) -> object:
    """What a built-in name holds; ABSENT where there is none."""
    found = getattr(builtins, name, ABSENT)
    if name == "super":
        return Standard("builtins.super", is_true=True)
    if isinstance(found, type) or (found is not ABSENT and is_plain(found)):
        return found
    if name in ("NotImplemented", "Ellipsis", "copyright", "credits", "license", "help"):
        return UNKNOWN
    if name in ("exit", "quit", "PythonFinalizationError") or found is not ABSENT:
        return Standard(f"builtins.{name}", is_true=True)
    return ABSENT


def _real_module(dotted: str) -> str:
    return "os.path" if dotted in ("posixpath", "os.path") else dotted


def find_in_standard(machine: Machine, value: Standard, name: str) -> object:
    """An attribute of a module of the standard library, or of something that is known by its name only.

    Raises:
        Raised: the target's module has no such name.
    """
    dotted = f"{value.dotted}.{name}"
    if value.is_opaque or name.startswith("__") or "()" in value.dotted or not value.is_module:
        return _find_in_result(machine, value, dotted)
    if dotted in machine.overrides:
        return machine.overrides[dotted]
    if machine.site.find(dotted) is not None:
        return machine.modules.get(dotted, ABSENT)
    if machine.runtime.lacks(value.dotted, name):
        raise machine.stop(Cause.LACKING, AttributeError, dotted, "", f"uses {dotted}")
    return standard_value(machine, dotted)


def _find_in_result(machine: Machine, value: Standard, dotted: str) -> object:
    """An attribute of something that is known by its name only."""
    if value.is_opaque:
        return Standard(dotted, is_opaque=True)
    try:
        return machine.runtime.value(dotted)
    except KeyError:
        if dotted.endswith((".__name__", ".__doc__", ".__version__", ".__file__", ".__path__", ".__dict__")):
            return UNKNOWN
        return machine.overrides.get(dotted, Standard(dotted))
