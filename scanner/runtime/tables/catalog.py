"""All tables with their purpose, origin and age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scanner.model.report import DataAge
from scanner.runtime.tables.fields import Fields
from scanner.runtime.tables.files import parse_json, parse_toml
from scanner.runtime.tables.newest import find_newest, has_table
from scanner.runtime.tables.runtimes import load_runtimes
from scanner.runtime.tables.workers_py import load_workers_py

NOTE_FROM_DAYS = 60
WARNING_FROM_DAYS = 180
PEOPLE_WARNING_FROM_DAYS = 365

Maker = Literal["registries", "measured", "people"]
"""The origin of a table: `compat-scan data update` and `make data`, only `make data`, or people."""

_REGISTRY_TABLES = {
    "runtimes.toml": "which Python and Pyodide a compatibility date and flags select",
    "workers-py.toml": "which packages each release of workers-py installs",
    "workers-runtime-sdk.toml": "which modules may draw random numbers at the top level of a Worker",
    "wrangler.toml": "which keys a Wrangler configuration may have",
}
_PEOPLE_TABLES = {
    "alternatives.toml": "Cloudflare's alternatives to packages",
    "containers.toml": "the sizes, bounds and prices of containers",
    "incompatible.toml": "which packages need a container, or advice, regardless of their wheels",
    "platform.toml": "the limits of a Worker and the addresses of the registries",
    "stdlib/workers.toml": "how the standard library of Workers differs from that of plain Pyodide",
    "workloads.toml": "the container requirements of kinds of work",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableEntry:
    """One table in force."""

    name: str
    """Its path below data/."""
    date: dt.date
    source: str
    decides: str
    maker: Maker
    origin: Literal["shipped", "updated"]


def list_tables() -> tuple[TableEntry, ...]:
    """Every table in force: first those from the registries, then those that were measured, then those of people."""
    runtimes, history = load_runtimes().runtimes, load_workers_py().releases.values()
    installed = {row.package_pyodide for rows in history for row in rows}
    pyodides = sorted({row.package_pyodide for row in runtimes} | installed)
    pythons = sorted({row.python for row in runtimes})
    packages = {f"pyodide/{pyodide}.json": f"the packages of Pyodide {pyodide}" for pyodide in pyodides}
    measured = {
        f"stdlib/{python}.toml": f"the missing parts of the standard library of Python {python}" for python in pythons
    }
    entries = [_enter(name, decides, "registries") for name, decides in (_REGISTRY_TABLES | packages).items()]
    entries += [_enter(name, decides, "measured") for name, decides in measured.items() if has_table(name)]
    entries += [_enter(name, decides, "people") for name, decides in _PEOPLE_TABLES.items()]
    return tuple(entries)


def find_data_age(pyodides: Iterable[str], today: dt.date) -> DataAge:
    """The age of the oldest table from the registries that a verdict for these Pyodide releases uses."""
    names = ("runtimes.toml", "workers-py.toml", "workers-runtime-sdk.toml", *(f"pyodide/{it}.json" for it in pyodides))
    used = [find_newest(name) for name in names]
    date = min(table.date for table in used)
    return DataAge(
        date=date,
        age_days=max((today - date).days, 0),
        origin="updated" if any(table.is_updated for table in used) else "shipped",
    )


def describe_age(age: DataAge) -> str:
    """The age as one short line."""
    return f"data of {age.date}, {age.age_days} day{'' if age.age_days == 1 else 's'} old"


def judge_age(age: DataAge) -> Literal["note", "warning"] | None:
    """The level of the age's report; None while the data are fresh."""
    if age.age_days >= WARNING_FROM_DAYS:
        return "warning"
    return "note" if age.age_days >= NOTE_FROM_DAYS else None


def describe_too_old(age: DataAge, maximum_days: int) -> str | None:
    """Why the data are older than `--max-data-age` allows (CS604); None if they are not."""
    if age.age_days <= maximum_days:
        return None
    return f"{describe_age(age)}, older than the {maximum_days} days that --max-data-age allows"


def find_stale_tables(today: dt.date) -> tuple[TableEntry, ...]:
    """The tables maintained by people whose date is more than a year old."""
    kept = (_enter(name, decides, "people") for name, decides in _PEOPLE_TABLES.items())
    return tuple(entry for entry in kept if (today - entry.date).days >= PEOPLE_WARNING_FROM_DAYS)


def _enter(name: str, decides: str, maker: Maker) -> TableEntry:
    newest = find_newest(name)
    provenance = _parse(name, newest.text).header().provenance
    return TableEntry(
        name=name,
        date=provenance.date,
        source=provenance.source,
        decides=decides,
        maker=maker,
        origin="updated" if newest.is_updated else "shipped",
    )


def _parse(name: str, text: str) -> Fields:
    return parse_json(text, f"data/{name}") if name.endswith(".json") else parse_toml(text, f"data/{name}")
