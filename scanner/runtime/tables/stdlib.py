"""The missing parts of a runtime's standard library (data/stdlib/).

One file a Python holds what was measured in Pyodide itself; ``workers.toml`` holds what Python itself has removed and
how Cloudflare's runtime differs from plain Pyodide: the parts it bundles, and the calls that end otherwise there.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from scanner.model.errors import TableError
from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_toml, read_table
from scanner.runtime.tables.newest import has_table
from scanner.runtime.tables.runtimes import load_runtimes

_PYTHON = re.compile(r"3\.[0-9]{1,3}")


class Outcome(enum.StrEnum):
    """The outcome of a call; IN_HANDLERS works during a request and fails at the top level of the Worker."""

    WORKS = "works"
    FAILS = "fails"
    IN_HANDLERS = "in-handlers"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRow:
    """One call of the standard library, tried or documented."""

    call: str
    """The dotted name of what is called."""
    outcome: Outcome
    error: str | None
    """The raised exception or a note; None if there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StdlibTable:
    """The gaps of the standard library for one feature release."""

    version: int
    python: str
    missing: Mapping[str, str]
    """Top-level modules that do not import, each with what happens."""
    submodules_missing: Mapping[str, str]
    """Submodules that do not import although their package does, each with what happens."""
    removed: frozenset[str]
    """Top-level modules that Python itself no longer has in this release."""
    missing_attributes: Mapping[str, frozenset[str]]
    """By module, the public names that CPython has on Linux and the runtime lacks."""
    removed_attributes: Mapping[str, frozenset[str]]
    """By module, the public names that only older Pythons had."""
    calls: Mapping[str, CallRow]
    interpreters: tuple[str, ...]
    """The CPythons whose names were compared with Pyodide's, by full version, oldest first."""
    provenance: Provenance


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkersStdlib:
    """How the runtimes differ from plain Pyodide, and what Python itself has removed."""

    removed: Mapping[str, str]
    """By module, the feature release that no longer has it."""
    added_modules: Mapping[str, frozenset[str]]
    """By feature release, the modules that Workers add to plain Pyodide."""
    added_attributes: Mapping[str, frozenset[str]]
    """By feature release, the dotted names that come with those modules."""
    calls: Mapping[str, tuple[CallRow, ...]]
    """By feature release, the calls that end otherwise than in plain Pyodide."""


def load_stdlib(python: str) -> StdlibTable:
    """The gaps of the standard library on Workers for a feature release such as ``3.14``.

    For a Python that only updated runtimes name, those of the nearest older one are assumed.

    Raises:
        TableError: there is no table for that Python.
    """
    if not _PYTHON.fullmatch(python):
        raise TableError("data/stdlib", "file", f"{python!r} is not a feature release of Python")
    return _load(_find_measured(python))


@cache
def _load(python: str) -> StdlibTable:
    name, workers_name = f"stdlib/{python}.toml", "stdlib/workers.toml"
    measured = parse_stdlib(read_table(name), f"data/{name}")
    return _apply(parse_workers_stdlib(read_table(workers_name), f"data/{workers_name}"), measured)


def _find_measured(python: str) -> str:
    """The Python whose table applies to this one: its own, or the nearest older one if a runtime has it."""
    known = {row.python for row in load_runtimes().runtimes}
    if python not in known:
        return python
    measured = (other for other in known if _minor(other) <= _minor(python) and has_table(f"stdlib/{other}.toml"))
    return max(measured, key=_minor, default=python)


def parse_stdlib(text: str, path: str) -> StdlibTable:
    """What was measured in plain Pyodide, of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    calls = [_parse_call(row) for row in fields.rows("calls")]
    table = StdlibTable(
        version=header.version,
        python=fields.text("python"),
        missing=_parse_texts(fields.table("missing")),
        submodules_missing=_parse_texts(fields.table("submodules_missing")),
        removed=frozenset(),
        missing_attributes=_parse_sets(fields.table("missing_attributes")),
        removed_attributes=_parse_sets(fields.table("removed_attributes")),
        calls=MappingProxyType({call.call: call for call in calls}),
        interpreters=fields.texts("interpreters"),
        provenance=header.provenance,
    )
    fields.finish()
    return table


def parse_workers_stdlib(text: str, path: str) -> WorkersStdlib:
    """How the runtimes differ from plain Pyodide, of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    fields.header()
    table = WorkersStdlib(
        removed=_parse_texts(fields.table("removed")),
        added_modules=_parse_sets(fields.table("added_modules")),
        added_attributes=_parse_sets(fields.table("added_attributes")),
        calls=_parse_calls_by_python(fields),
    )
    fields.finish()
    return table


def _apply(workers: WorkersStdlib, measured: StdlibTable) -> StdlibTable:
    """The measured table with the runtime's differences, which override the measurement."""
    python = measured.python
    added = workers.added_modules.get(python, frozenset())
    attributes = workers.added_attributes.get(python, frozenset())
    calls = dict(measured.calls) | {call.call: call for call in workers.calls.get(python, ())}
    return StdlibTable(
        version=measured.version,
        python=python,
        missing=_without(measured.missing, added),
        submodules_missing=_without(measured.submodules_missing, added),
        removed=frozenset(module for module, since in workers.removed.items() if _minor(since) <= _minor(python)),
        missing_attributes=_without_attributes(measured.missing_attributes, attributes),
        removed_attributes=measured.removed_attributes,
        calls=MappingProxyType(calls),
        interpreters=measured.interpreters,
        provenance=measured.provenance,
    )


def _without(rows: Mapping[str, str], names: frozenset[str]) -> Mapping[str, str]:
    return MappingProxyType({name: value for name, value in rows.items() if name not in names})


def _without_attributes(rows: Mapping[str, frozenset[str]], dotted: frozenset[str]) -> Mapping[str, frozenset[str]]:
    kept = {
        module: frozenset(name for name in names if f"{module}.{name}" not in dotted) for module, names in rows.items()
    }
    return MappingProxyType({module: names for module, names in kept.items() if names})


def _minor(python: str) -> int:
    return int(python.partition(".")[2])


def _parse_call(row: Fields) -> CallRow:
    call = CallRow(
        call=row.text("call"),
        outcome=row.choice("outcome", tuple(Outcome)),
        error=row.optional_text("error"),
    )
    row.finish()
    return call


def _parse_calls_by_python(fields: Fields) -> Mapping[str, tuple[CallRow, ...]]:
    calls: dict[str, list[CallRow]] = {}
    for row in fields.rows("calls"):
        pythons = row.texts("pythons")
        call = _parse_call(row)
        for python in pythons:
            calls.setdefault(python, []).append(call)
    return MappingProxyType({python: tuple(rows) for python, rows in calls.items()})


def _parse_texts(fields: Fields) -> Mapping[str, str]:
    return MappingProxyType({name: fields.text(name) for name in fields.names()})


def _parse_sets(fields: Fields) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({name: frozenset(fields.texts(name)) for name in fields.names()})
