"""The target as code that is imported can see it: its Python, its standard library, and what calls do there."""

from __future__ import annotations

import builtins
import enum
import sys
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from scanner.model.errors import TableError
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.runtime.tables import Patch, StdlibTable, load_workers_sdk
from scanner.runtime.tables.fields import Fields
from scanner.runtime.tables.files import parse_json, parse_toml, read_table

_ADDED_SINCE_3_11 = frozenset({"annotationlib", "compression", "_zstd", "_interpreters", "_interpchannels"})
"""Standard-library modules that an older running Python does not name among its own."""

_CONNECTS = "connects to a server, which Workers do not allow at the top level"
"""What a client does there, whether the target has sockets or not."""


class AtImport(enum.Enum):
    """What such a call does while a module is imported."""

    FAILS = "fails"
    FORBIDDEN = "forbidden"
    """It works in plain Pyodide, and Workers do not allow it at the top level."""
    FORBIDDEN_UNSEEDED = "forbidden unseeded"
    """The same, unless its first argument is a seed."""
    MAY_FAIL = "may fail"
    """It depends on the argument."""
    HARMLESS = "harmless"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hazard:
    """One call with the rule it falls under and what would happen."""

    rule: Rule
    outcome: str
    """For people, as a predicate: "raises OSError …"."""
    error: str
    at_import: AtImport
    is_client: bool
    """Whether it only needs outbound TCP, and so works where the target has sockets."""
    is_deferred: bool
    """Whether a call inside a function is worth a caution."""
    is_excusable: bool
    """Whether a handler around such a call shows that the code does without it."""

    @property
    def startup_rule(self) -> Rule:
        """The rule of a forbidden call at import time; a client works in a request, if at all."""
        return Rule.CS307 if self.is_client else self.rule

    @property
    def startup_outcome(self) -> str:
        """What a forbidden call does there."""
        return _CONNECTS if self.is_client else self.outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """What calls, values and names of the standard library are on the target."""

    elsewhere: frozenset[str]
    present: frozenset[str]
    injected: frozenset[str]
    none: frozenset[str]
    results: Mapping[str, object]
    values: Mapping[str, object]
    hazards: Mapping[str, Hazard]
    """By dotted name; ``X().m`` is a method of what calling X returns, ``*.m`` a method known by its name alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StdlibNames:
    """What the modules of the standard library contain."""

    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By module, by the kind of thing (``classes``, ``functions``, ``modules``, ``others``), its names."""
    exceptions: Mapping[str, str] = field(default_factory=dict)
    """By dotted name, the nearest built-in class of an exception; with ``=`` where it is that class."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """The target as far as code can see it."""

    python: tuple[int, int]
    """The feature release, for example (3, 14)."""
    missing: Mapping[str, str]
    """Standard-library modules and submodules that do not import, each with what happens."""
    removed: frozenset[str] = frozenset()
    """Top-level modules that this Python no longer has."""
    missing_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By module, the names that it lacks."""
    removed_attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By module, the names that only older Pythons had."""
    sockets: bool = False
    """Whether outbound TCP connections work."""
    names: StdlibNames = field(default_factory=StdlibNames)
    """What its modules contain, where that was measured."""
    patches: Mapping[str, Patch] = field(default_factory=dict)
    """By module, what workers-runtime-sdk patches while it is imported."""
    behaviour: Behaviour = field(default_factory=lambda: _read_behaviour())  # noqa: PLW0108 - defined below

    def is_standard(self, module: str) -> bool:
        """Whether the module belongs to the standard library or to the runtime, present or not."""
        root = module.partition(".")[0]
        if root in self.removed:
            return False
        return root in sys.stdlib_module_names or root in _ADDED_SINCE_3_11 or root in self.behaviour.injected

    def why_missing(self, module: str) -> str | None:
        """What importing a standard-library module ends in; None where it works."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            if name in self.missing:
                return self.missing[name]
            if name in self.names.kinds or not self.names.kinds or parts[0] in self.behaviour.injected:
                continue
            if count > 1 and ".".join(parts[: count - 1]) in self.names.kinds and parts[0] in sys.stdlib_module_names:
                return self._why_no_submodule(name)
        return None

    def _why_no_submodule(self, name: str) -> str | None:
        parent, _, last = name.rpartition(".")
        if last in self.names.kinds[parent].get("modules", "").split() or "test" in name.split("."):
            return None
        return f"ModuleNotFoundError: No module named '{name}'"

    def kind(self, module: str, name: str) -> str | None:
        """What kind of thing a name of a module is; None where that is unknown."""
        return self._kinds(module).get(name)

    def has(self, module: str, name: str) -> bool | None:
        """Whether a standard-library module has a name; None where that is unknown."""
        dotted = f"{module}.{name}"
        if self._is_lacking(module, name) or dotted in self.missing:
            return False
        if dotted in self.behaviour.present or dotted in self.behaviour.values or dotted in self.names.kinds:
            return True
        kinds = self._kinds(module)
        if not kinds or name.startswith("__"):
            return None
        if name in kinds:
            return True
        return None if "__getattr__" in kinds else False

    def lacks(self, module: str, name: str) -> bool:
        """Whether a standard-library module is there without this name."""
        return self.has(module, name) is False

    def misses(self, module: str, name: str) -> bool:
        """Whether a module lacks a name that CPython has on Linux, or had in an older release."""
        names = (self.missing_attributes.get(module, ()), self.removed_attributes.get(module, ()))
        return any(name in known for known in names) or f"{module}.{name}" in self.missing

    def value(self, dotted: str) -> object:
        """What a name of the standard library holds on the target.

        Raises:
            KeyError: it is unknown.
        """
        if dotted in self.behaviour.none:
            return None
        versions = _version_values(self.python)
        return versions[dotted] if dotted in versions else self.behaviour.values[dotted]

    def exception(self, dotted: str) -> tuple[type[BaseException] | None, bool]:
        """The nearest built-in class of an exception, and whether it is that class."""
        name = self.names.exceptions.get(dotted, "") or _EXCEPTIONS.get(dotted, "")
        found = getattr(builtins, name.lstrip("="), None)
        is_class = isinstance(found, type) and issubclass(found, BaseException)
        return (found if is_class else None), name.startswith("=")

    def _is_lacking(self, module: str, name: str) -> bool:
        if name in self.missing_attributes.get(module, ()) or f"{module}.{name}" in self.behaviour.elsewhere:
            return True
        return name in self.removed_attributes.get(module, ())

    def _kinds(self, module: str) -> Mapping[str, str]:
        return _split_kinds(self.names, module)


_SPLIT: dict[tuple[int, str], Mapping[str, str]] = {}
_EXCEPTIONS = {"socket.error": "=OSError", "select.error": "=OSError", "os.error": "=OSError",
               "subprocess.CalledProcessError": "Exception"}  # fmt: skip
_VersionInfo = namedtuple("_VersionInfo", "major minor micro releaselevel serial")  # noqa: PYI024 - plain data


def _split_kinds(names: StdlibNames, module: str) -> Mapping[str, str]:
    known = _SPLIT.get((id(names), module))
    if known is None:
        kinds = names.kinds.get(module, {})
        known = _SPLIT[id(names), module] = {name: kind for kind, text in kinds.items() for name in text.split()}
    return known


@cache
def _version_values(python: tuple[int, int]) -> Mapping[str, object]:
    major, minor = python
    # The patch release decides nothing that packages ask for; 2 is what 3.13 and 3.14 have.
    version = _VersionInfo(major, minor, 2, "final", 0)
    return {
        "sys.version_info": version,
        "sys.implementation.version": version,
        "sys.implementation.cache_tag": f"cpython-{major}{minor}",
        "sys.version": f"{major}.{minor}.2 (main) [Clang]",
        "sys.version_info.major": major,
        "sys.version_info.minor": minor,
        "sys.hexversion": (major << 24) | (minor << 16) | (2 << 8) | 0xF0,
        "platform.python_version()": f"{major}.{minor}.2",
        "platform.python_version_tuple()": (str(major), str(minor), "2"),
    }


def _read_behaviour() -> Behaviour:
    return load_behaviour()


@cache
def load_behaviour() -> Behaviour:
    """The table of calls, values and names.

    Raises:
        TableError: the table is missing or broken.
    """
    fields = parse_toml(read_table("stdlib/behaviour.toml"), "data/stdlib/behaviour.toml")
    fields.header()
    tuples = {
        f"{name}()": namedtuple("NamedTuple", list(row))(*row.values())  # noqa: PYI024 - plain data
        for name, row in fields.whole_table("named_tuples").items()
        if isinstance(row, dict)
    }
    calls = {f"{name}()": _freeze(value) for name, value in fields.whole_table("calls").items()}
    hazards = {name: hazard for row in fields.rows("hazards") for name, hazard in _parse_hazards(row)}
    behaviour = Behaviour(
        elsewhere=frozenset(fields.texts("elsewhere")),
        present=frozenset(fields.texts("present")),
        injected=frozenset(fields.texts("injected")),
        none=frozenset(fields.texts("none")),
        results=fields.whole_table("results"),
        values={**fields.whole_table("values"), **calls, **tuples},
        hazards=hazards,
    )
    fields.finish()
    return behaviour


def _parse_hazards(row: Fields) -> list[tuple[str, Hazard]]:
    flags = row.texts("flags") if "flags" in row.names() else ()
    hazard = Hazard(
        rule=Rule[row.text("rule")],
        outcome=row.text("outcome"),
        error=row.text("error"),
        at_import=AtImport(row.text("at_import")),
        is_client="client" in flags,
        is_deferred="not deferred" not in flags,
        is_excusable="excusable" in flags,
    )
    return [(name, hazard) for name in row.texts("names")]


def _freeze(value: object) -> object:
    return tuple(_freeze(item) for item in value) if isinstance(value, list) else value


@cache
def load_names(python: str) -> StdlibNames:
    """What the modules of the standard library contain; nothing where it was not measured for this Python."""
    name = f"stdlib/names-{python}.json"
    try:
        fields = parse_json(read_table(name), f"data/{name}")
    except TableError:
        return StdlibNames()
    kinds = fields.whole_table("modules")
    return StdlibNames(kinds=kinds, exceptions=fields.whole_table("exceptions"))  # type: ignore[arg-type]


def build_runtime(target: Target, stdlib: StdlibTable) -> Runtime:
    """The target as the evaluator needs it."""
    major, minor, *_ = (int(part) for part in target.python.split("."))
    return Runtime(
        python=(major, minor),
        missing={**stdlib.missing, **stdlib.submodules_missing},
        removed=stdlib.removed,
        missing_attributes=dict(stdlib.missing_attributes),
        removed_attributes=dict(stdlib.removed_attributes),
        sockets=target.sockets,
        names=load_names(f"{major}.{minor}"),
        patches=dict(load_workers_sdk().patches),
    )
