"""The Python Workers runtimes by compatibility date (data/runtimes.toml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanner.model.errors import TableError
from scanner.runtime.tables.fields import Fields, Header, Provenance
from scanner.runtime.tables.files import parse_toml
from scanner.runtime.tables.newest import load_newest

_NAME = "runtimes.toml"

_MARKERS = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
"""The environment markers of PEP 508 except ``extra``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Runtime:
    """One runtime that workerd can start."""

    python: str
    """The feature release, for example ``3.14``."""
    python_full_version: str
    """The version that markers and Requires-Python are resolved with, for example ``3.14.2``."""
    flag: str
    disable_flag: str | None
    """The ``no_…`` flag that keeps a compatibility date from selecting it; None for the base runtime."""
    enable_date: dt.date | None
    """The first compatibility date that selects it without a flag; None if only the flag does.

    The base runtime has none either: it is used if nothing else is selected.
    """
    runtime_pyodide: str
    """The Pyodide release inside the runtime."""
    package_pyodide: str
    """The Pyodide release whose packages pywrangler installs; often a later one of the same ABI."""
    emscripten: str
    """The Emscripten version that the runtime is built with."""
    platform_tags: tuple[str, ...]
    """The platform part of native wheels' tags, the preferred one first."""
    sockets: bool
    """Whether outbound TCP connections work."""
    run_sync: bool
    """Whether a handler can wait for a coroutine from synchronous code (JavaScript Promise Integration)."""
    openssl: bool
    """Whether hashlib and ssl have OpenSSL behind them."""
    status: str
    note: str | None
    """Information for users; None if there is none."""
    provenance: Provenance


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeTable:
    """All runtimes in the order in which they are tried: the highest precedence first, the base runtime last."""

    version: int
    date: dt.date
    """The day on which the table was made."""
    base_flag: str
    """The flag that every Python Worker requires."""
    other_flags: frozenset[str]
    """Known flags of Python Workers that select no runtime."""
    runtimes: tuple[Runtime, ...]
    provenance: Provenance


def load_runtimes() -> RuntimeTable:
    """The runtimes table."""
    return load_newest(_NAME, parse_runtimes)


def load_marker_environment(python: str) -> Mapping[str, str]:
    """The eleven environment markers (PEP 508) of the runtime for a feature release such as ``3.14``.

    Raises:
        TableError: the table has no such Python.
    """
    environments = load_newest(_NAME, parse_marker_environments)
    if python not in environments:
        raise TableError(f"data/{_NAME}", f"markers.{python}", "unknown Python version")
    return environments[python]


def parse_runtimes(text: str, path: str) -> RuntimeTable:
    """The runtimes of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    base_flag = fields.text("base_flag")
    other_flags = fields.texts("other_flags")
    runtimes = tuple(_parse_runtime(row, header) for row in fields.rows("runtimes"))
    fields.table("markers")
    fields.finish()
    return RuntimeTable(
        version=header.version,
        date=header.provenance.date,
        base_flag=base_flag,
        other_flags=frozenset(other_flags),
        runtimes=runtimes,
        provenance=header.provenance,
    )


def parse_marker_environments(text: str, path: str) -> Mapping[str, Mapping[str, str]]:
    """The marker environments of the table's text, by feature release.

    Raises:
        TableError: an environment lacks a marker or has one that PEP 508 does not know.
    """
    environments = {}
    for python, row in parse_toml(text, path).table("markers").tables():
        environments[python] = MappingProxyType({marker: row.text(marker) for marker in _MARKERS})
        row.finish()
    return MappingProxyType(environments)


def _parse_runtime(row: Fields, header: Header) -> Runtime:
    runtime = Runtime(
        python=row.text("python"),
        python_full_version=row.text("python_full_version"),
        flag=row.text("flag"),
        disable_flag=row.optional_text("disable_flag"),
        enable_date=row.optional_day("enable_date"),
        runtime_pyodide=row.text("runtime_pyodide"),
        package_pyodide=row.text("package_pyodide"),
        emscripten=row.text("emscripten"),
        platform_tags=row.texts("platform_tags"),
        sockets=row.boolean("sockets"),
        run_sync=row.boolean("run_sync"),
        openssl=row.boolean("openssl"),
        status=row.text("status"),
        note=row.optional_text("note"),
        provenance=row.provenance(header),
    )
    row.finish()
    return runtime
