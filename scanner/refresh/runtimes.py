"""The runtimes table with what newer releases of workers-py say: flags, dates, indexes and new Pythons.

A row that workers-py no longer names is kept: its flag still selects that runtime.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from packaging.version import Version

from scanner.model.errors import ArtifactError
from scanner.refresh.pywrangler import METADATA
from scanner.runtime.tables import InstallRow, Provenance, Runtime, RuntimeTable

Markers = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PyodideBuild:
    """What a Pyodide release says about its own build."""

    abi: str
    """As in wheel tags, for example ``2026_0``."""
    emscripten: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimesUpdate:
    """The runtimes and the marker environments, ready to be written."""

    table: RuntimeTable
    markers: Markers


def merge_rows(
    base: RuntimesUpdate, rows: Iterable[InstallRow], release: Version, builds: Mapping[str, PyodideBuild]
) -> RuntimesUpdate:
    """``base`` with the rows of one release of workers-py; ``builds`` has the Pyodide releases that are new.

    Raises:
        ArtifactError: a known flag stands for another Python, or nothing is known of the build of a new Python.
    """
    runtimes, markers = list(base.table.runtimes), dict(base.markers)
    for row in reversed(list(rows)):
        known = next((runtime for runtime in runtimes if runtime.flag == row.flag), None)
        if known is not None and known.python != row.python:
            raise ArtifactError(METADATA, f"{row.flag} selects Python {row.python}, and not {known.python} as before")
        if known is not None:
            runtimes[runtimes.index(known)] = _renew(known, row)
            continue
        like = _template(runtimes, row.python)
        runtime = _add(like, row, release, builds)
        markers.setdefault(row.python, {**markers[like.python], "platform_release": runtime.emscripten})
        runtimes.insert(_place(runtimes, row.python), runtime)
    for runtime in reversed(runtimes):
        markers[runtime.python] = _renew_markers(markers[runtime.python], runtime)
    source = re.sub(r"workers-py [0-9][0-9.]*", f"workers-py {release}", base.table.provenance.source)
    provenance = replace(base.table.provenance, source=source)
    table = replace(base.table, runtimes=tuple(_with_source(row, base.table, provenance) for row in runtimes))
    return RuntimesUpdate(table=replace(table, provenance=provenance), markers=markers)


def _renew(known: Runtime, row: InstallRow) -> Runtime:
    return replace(
        known,
        enable_date=row.enable_date,
        python_full_version=row.python_full_version,
        package_pyodide=row.package_pyodide,
    )


def _add(like: Runtime, row: InstallRow, release: Version, builds: Mapping[str, PyodideBuild]) -> Runtime:
    """A row for a flag that is new; what only a run of the runtime shows is assumed to be as in ``like``."""
    build = builds.get(row.package_pyodide)
    if build is None and like.python != row.python:
        raise ArtifactError(METADATA, f"nothing is known of Pyodide {row.package_pyodide} for Python {row.python}")
    return replace(
        like,
        python=row.python,
        python_full_version=row.python_full_version,
        flag=row.flag,
        disable_flag=f"no_{row.flag}",
        enable_date=row.enable_date,
        runtime_pyodide=row.package_pyodide if build else like.runtime_pyodide,
        package_pyodide=row.package_pyodide,
        emscripten=build.emscripten if build else like.emscripten,
        platform_tags=_tags(build.abi) if build else like.platform_tags,
        status="current" if row.enable_date else "preview",
        note=_note(row, release, like),
        provenance=replace(like.provenance, source=f"workers-py {release}; the runtime itself was not run"),
    )


def _note(row: InstallRow, release: Version, like: Runtime) -> str:
    known = f"workers-py {release} names the flag {row.flag}; the runtime that it selects was not run"
    if like.python == row.python:
        return known
    return (
        f"{known}, and the standard library of Python {row.python} is assumed to lack what that of {like.python} lacks"
    )


def _tags(abi: str) -> tuple[str, ...]:
    return (f"pyemscripten_{abi}_wasm32", f"pyodide_{abi}_wasm32")


def _template(runtimes: list[Runtime], python: str) -> Runtime:
    """The first row of the same Python, else of the nearest older one, else the first of all."""
    older = [runtime for runtime in runtimes if _minor(runtime.python) <= _minor(python)]
    return max(older or runtimes[:1], key=lambda runtime: _minor(runtime.python))


def _place(runtimes: list[Runtime], python: str) -> int:
    """Before all rows of the same Python or an older one; the base runtime stays the last."""
    places = (place for place, row in enumerate(runtimes) if _minor(row.python) <= _minor(python))
    return next(places, len(runtimes) - 1)


def _minor(python: str) -> int:
    return int(python.rpartition(".")[2])


def _renew_markers(markers: Mapping[str, str], runtime: Runtime) -> Mapping[str, str]:
    full = runtime.python_full_version
    return {
        **markers,
        "implementation_version": full,
        "python_full_version": full,
        "python_version": runtime.python,
    }


def _with_source(row: Runtime, table: RuntimeTable, provenance: Provenance) -> Runtime:
    """A row that shares the table's source keeps sharing it."""
    return replace(row, provenance=provenance) if row.provenance == table.provenance else row
