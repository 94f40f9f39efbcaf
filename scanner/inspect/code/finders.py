"""What finders and specifications say of a module: whether something may provide it."""

from __future__ import annotations

from scanner.inspect.code.names.attributes import find_raw, get_attribute
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import ABSENT, UNKNOWN, Arguments, Class, Instance, Module, Standard

_FINDERS_SINCE = (3, 12)
"""The first Python that takes no notice of a finder without ``find_spec``."""


def ask_finders(machine: Machine, name: str) -> bool:
    """Whether a finder that the code has put into ``sys.meta_path`` may provide a module."""
    if machine.meta_path.is_open:
        return True
    for finder in machine.meta_path:
        cls = finder.cls if isinstance(finder, Instance) else finder
        if not isinstance(cls, Class):
            return True
        hook = find_raw(cls, "find_spec")
        if hook is ABSENT and not cls.is_open:
            if machine.runtime.python < _FINDERS_SINCE and find_raw(cls, "find_module") is not ABSENT:
                return True
            continue
        bound = get_attribute(machine, finder, "find_spec")
        if machine.call(machine, bound, Arguments((name, None, None))) is not None:
            return True
    return False


def resolve(machine: Machine, name: str, package: object) -> str:
    """A module's absolute name; empty where there is none."""
    level = len(name) - len(name.lstrip("."))
    if not level:
        return name
    base = package if isinstance(package, str) else machine.module.package if machine.module else ""
    parts = base.split(".")
    if level > len(parts):
        return ""
    return ".".join([*parts[: len(parts) - level + 1], *([name[level:]] if name[level:] else [])])


def find_spec(machine: Machine, name: object, package: object) -> object:  # noqa: PLR0911 - one case a kind
    """A module's specification: None where nothing provides it, else something that is not None."""
    if not isinstance(name, str):
        return UNKNOWN
    if name.startswith(".") and not isinstance(package, str):
        return UNKNOWN
    absolute = resolve(machine, name, package)
    if not absolute:
        return UNKNOWN
    runtime, site = machine.runtime, machine.site
    known = machine.modules.get(absolute, ABSENT)
    is_there = site.find(absolute) is not None or absolute in site.namespaces or site.is_opaque(absolute)
    if is_there or isinstance(known, Module | Standard):
        return Standard("importlib.machinery.ModuleSpec()", is_true=True)
    if runtime.is_standard(absolute) and runtime.why_missing(absolute) is None:
        return Standard("importlib.machinery.ModuleSpec()", is_true=True)
    if absolute.partition(".")[0] == "distutils" and site.find("setuptools") is not None:
        return UNKNOWN
    return UNKNOWN if machine.meta_path else None
