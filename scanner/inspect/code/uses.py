"""Risky calls: what the functions of a package run into on the target when they are called (CS302 to CS306).

A visitor of its own over the syntax trees, for the packages that the project names itself. Conditions and the guards
around a call are respected; what CPython on Linux lacks as well is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.inspect.code.site import Kind, WheelCode, find_modules, is_aside
from scanner.inspect.code.source import Unread, read_module
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.target import Runtime
from scanner.inspect.code.use import Use
from scanner.inspect.code.visitor import find_module_uses
from scanner.model.errors import ArtifactError

_COMMON = ("os", "sys", "time", "socket", "signal", "asyncio", "random", "tempfile", "uuid", "secrets", "importlib")
"""Modules that so many others import that only the names count which they lack, or which are hazards."""


def find_uses(machine: Machine, package: WheelCode) -> Iterator[Use]:
    """The uses in the functions of a package; in a module that importing does not reach, those at its top too."""
    interesting = _interesting(machine.runtime.python, machine.runtime)
    for file in sorted(find_modules(package), key=lambda file: file.path):
        if file.kind is not Kind.SOURCE or is_aside(file.module):
            continue
        try:
            is_quiet = interesting.search(package.read(file.path)) is None
        except ArtifactError:
            continue
        if is_quiet:
            continue
        parts = read_module(file, machine.runtime.python)
        if not isinstance(parts, Unread):
            yield from find_module_uses(machine, file, [node for part in parts.statements for node in part])


_PATTERNS: dict[int, re.Pattern[bytes]] = {}


def _interesting(_: tuple[int, int], runtime: Runtime) -> re.Pattern[bytes]:
    """What a module has to mention before it is worth parsing."""
    known = _PATTERNS.get(id(runtime))
    if known is not None:
        return known
    hazards = {name.replace("()", "") for name in runtime.behaviour.hazards if not name.startswith("*.")}
    lacking = {f"{module}.{name}" for module, names in runtime.missing_attributes.items() for name in names}
    roots = {name.partition(".")[0] for name in (*runtime.missing, *runtime.removed, *hazards)} - set(_COMMON)
    common = {*_COMMON, *(name.partition(".")[0] for name in lacking)} - roots
    last = {name.rpartition(".")[2] for name in hazards | lacking if name.partition(".")[0] in common}
    methods = {name[2:] for name in runtime.behaviour.hazards if name.startswith("*.")}
    roots_text, common_text, last_text, methods_text = ("|".join(sorted(n)) for n in (roots, common, last, methods))
    text = rf"^[ \t]*(?:import|from)\b.*\b(?:{roots_text})\b|\b(?:{common_text})\.(?:\w+\.)*(?:{last_text})\b"
    text += rf"|^[ \t]*from (?:{common_text})\b[^\n]*\b(?:{last_text})\b|loop\w*(?:\(\))?\.(?:{methods_text})\b"
    return _PATTERNS.setdefault(id(runtime), re.compile(text.encode(), re.MULTILINE))
