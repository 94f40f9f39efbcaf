"""All machine-made tables anew, from what the registries have today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.model.errors import ArtifactError, TableError
from scanner.refresh import patches, pyodide_lock, pywrangler, wrangler_schema
from scanner.refresh.registries import Registries
from scanner.refresh.runtimes import PyodideBuild, RuntimesUpdate, merge_rows
from scanner.refresh.texts import (
    format_runtimes,
    format_workers_py,
    format_workers_sdk,
    format_wrangler,
    replace_date,
)
from scanner.runtime import tables

_WORKERS_PY = canonicalize_name("workers-py")
_SDK = canonicalize_name("workers-runtime-sdk")

_Rows = tuple[tables.InstallRow, ...]
Texts = Mapping[str, str]
"""The text of each table by its path below data/."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _PyodideLists:
    """The lists of Pyodide releases that newer releases of workers-py name."""

    texts: dict[str, str] = field(default_factory=dict)
    builds: dict[str, PyodideBuild] = field(default_factory=dict)
    """Of the releases that had no list before."""


def fetch_tables(registries: Registries, today: dt.date) -> Texts:
    """The text of every machine-made table, checked as the shipped ones are.

    It starts from the tables in force: their rows are kept, and newer releases of workers-py are added one by one.

    Raises:
        IndexFailure: a registry does not answer.
        ArtifactError: a file does not have its hash or the expected form.
        TableError: a table that would result does not hold together.
    """
    known = dict(tables.load_workers_py().releases)
    newer = {
        version: pywrangler.parse_install_rows(registries.fetch_sources(_WORKERS_PY, version))
        for version in registries.find_newer(_WORKERS_PY, max(known))
    }
    history = {**known, **newer}
    lists = _fetch_lists(registries, newer, today)
    runtimes = _merge(newer, lists.builds)
    texts = {
        "runtimes.toml": format_runtimes(runtimes, today),
        "workers-py.toml": format_workers_py(history, today),
        "workers-runtime-sdk.toml": _fetch_sdk(registries, today),
        "wrangler.toml": _fetch_wrangler(registries, today),
        **dict.fromkeys(_named_lists(runtimes, history.values()), ""),
        **lists.texts,
    }
    texts = {name: text or replace_date(tables.find_newest(name).text, today) for name, text in texts.items()}
    check_tables(texts)
    return texts


def _named_lists(runtimes: RuntimesUpdate, history: Iterable[_Rows]) -> Iterator[str]:
    """The tables of all Pyodide releases that any row names."""
    yield from (list_name(row.package_pyodide) for row in runtimes.table.runtimes)
    yield from (list_name(row.package_pyodide) for rows in history for row in rows)


def list_name(pyodide: str) -> str:
    """The path of a Pyodide release's table below data/."""
    return f"pyodide/{pyodide}.json"


def check_tables(texts: Texts) -> None:
    """Refuse tables that do not hold together, by themselves or with each other.

    Raises:
        TableError: a table breaks a rule of its own, or a runtime has no packages, no markers or other wheel tags.
    """
    tables.parse_workers_py(texts["workers-py.toml"], "workers-py.toml")
    tables.parse_workers_sdk(texts["workers-runtime-sdk.toml"], "workers-runtime-sdk.toml")
    tables.parse_wrangler_keys(texts["wrangler.toml"], "wrangler.toml")
    runtimes = tables.parse_runtimes(texts["runtimes.toml"], "runtimes.toml")
    environments = tables.parse_marker_environments(texts["runtimes.toml"], "runtimes.toml")
    releases = {name: tables.parse_pyodide(text, name) for name, text in texts.items() if name.endswith(".json")}
    for place, row in enumerate(runtimes.runtimes):
        release, markers = releases.get(list_name(row.package_pyodide)), environments.get(row.python)
        if release is None or not release.packages or release.pyodide != row.package_pyodide:
            raise TableError("runtimes.toml", f"runtimes[{place}]", f"Pyodide {row.package_pyodide} has no table")
        if markers is None or markers["python_full_version"] != row.python_full_version:
            raise TableError("runtimes.toml", f"runtimes[{place}]", f"Python {row.python} has no fitting markers")
        if row.platform_tags[:1] != (f"pyemscripten_{release.abi}_wasm32",) or not release.python.startswith(
            row.python
        ):
            raise TableError("runtimes.toml", f"runtimes[{place}]", f"Pyodide {release.pyodide} has another ABI")


def _merge(
    newer: Mapping[Version, tuple[tables.InstallRow, ...]], builds: Mapping[str, PyodideBuild]
) -> RuntimesUpdate:
    table = tables.load_runtimes()
    pythons = {row.python for row in table.runtimes}
    update = RuntimesUpdate(table=table, markers={python: tables.load_marker_environment(python) for python in pythons})
    for version, rows in newer.items():
        update = merge_rows(update, rows, version, builds)
    return update


def _fetch_lists(registries: Registries, newer: Mapping[Version, _Rows], today: dt.date) -> _PyodideLists:
    lists = _PyodideLists()
    for pyodide in sorted({row.package_pyodide for rows in newer.values() for row in rows}):
        if tables.has_table(list_name(pyodide)):
            continue
        found, data = registries.fetch_npm(pyodide_lock.PACKAGE, pyodide, pyodide_lock.LOCK_PATH)
        if found != pyodide:
            raise ArtifactError(f"pyodide {pyodide}", f"the registry answers with {found}")
        lock = pyodide_lock.parse_lock(data)
        lists.texts[list_name(pyodide)] = text = pyodide_lock.format_pyodide(pyodide, lock, today)
        release = tables.parse_pyodide(text, list_name(pyodide))
        lists.builds[pyodide] = PyodideBuild(abi=release.abi, emscripten=pyodide_lock.read_emscripten(lock))
    return lists


def _fetch_sdk(registries: Registries, today: dt.date) -> str:
    known = Version(tables.load_workers_sdk().sdk)
    newer = registries.find_newer(_SDK, known)
    if not newer:
        return replace_date(tables.find_newest("workers-runtime-sdk.toml").text, today)
    return format_workers_sdk(str(newer[-1]), patches.parse_sdk(registries.fetch_sources(_SDK, newer[-1])), today)


def _fetch_wrangler(registries: Registries, today: dt.date) -> str:
    known = tables.load_wrangler_keys()
    version, data = registries.fetch_npm(wrangler_schema.PACKAGE, "latest", wrangler_schema.SCHEMA_PATH)
    if Version(version) <= Version(known.wrangler):
        return replace_date(tables.find_newest("wrangler.toml").text, today)
    return format_wrangler(wrangler_schema.read_schema(data, version, known), today)
