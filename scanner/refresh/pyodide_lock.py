"""The distributions of a Pyodide release, read from the lock file in its npm package."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from scanner.model.errors import ArtifactError

PACKAGE = "pyodide"
LOCK_PATH = "package/pyodide-lock.json"
_PLATFORM = re.compile(r"emscripten_(\d+)_(\d+)_(\d+)")

Lock = Mapping[str, Any]


def parse_lock(data: bytes) -> Lock:
    """The lock file as plain values.

    Raises:
        ArtifactError: it is no JSON object.
    """
    try:
        lock = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArtifactError(LOCK_PATH, f"is not JSON: {type(error).__name__}") from error
    if not isinstance(lock, dict):
        raise ArtifactError(LOCK_PATH, "is no JSON object")
    return lock


def read_emscripten(lock: Lock) -> str:
    """The version of Emscripten that the release is built with.

    Raises:
        ArtifactError: the lock does not say.
    """
    info = lock.get("info")
    match = _PLATFORM.fullmatch(str(info.get("platform"))) if isinstance(info, dict) else None
    if match is None:
        raise ArtifactError(LOCK_PATH, "names no version of Emscripten")
    return ".".join(match.groups())


def format_pyodide(version: str, lock: Lock, today: dt.date) -> str:
    """The text of data/pyodide/<version>.json, with one line a package, so that a diff shows what changed.

    Raises:
        ArtifactError: the lock does not have the expected form.
    """
    try:
        table = _build_table(version, lock, today)
    except (KeyError, TypeError, AttributeError, ValueError, InvalidName) as error:
        raise ArtifactError(LOCK_PATH, f"does not have the expected form: {error!r}") from error
    head = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if key != "packages"]
    rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table["packages"].items()]
    return "{\n" + ",\n".join([*head, '"packages": {\n' + ",\n".join(rows) + "\n}"]) + "\n}\n"


def _build_table(version: str, lock: Lock, today: dt.date) -> dict[str, Any]:
    """What the scanner needs of a lock: the distributions, and the modules that are shipped apart.

    Beside distributions a lock lists shared libraries, parts of the standard library, and archives with the tests of
    packages. These are no wheels that could be requested by name.
    """
    info, packages = lock["info"], lock["packages"].values()
    listed = {canonicalize_name(row["name"]) for row in packages if row["package_type"] == "package"}
    wheels = [row for row in packages if row["package_type"] == "package" and _is_distribution(row, listed)]
    names = {canonicalize_name(row["name"]) for row in wheels}
    return {
        "version": 1,
        "date": today.isoformat(),
        "source": f"npm package pyodide@{version}, pyodide-lock.json",
        "pyodide": version,
        "python": info["python"],
        "abi": info["abi_version"],
        "modules": sorted(row["name"] for row in packages if row["package_type"] == "cpython_module"),
        "packages": {name: _build_row(row, names) for name, row in sorted(_by_name(wheels).items())},
    }


def _by_name(rows: list[Mapping[str, Any]]) -> dict[NormalizedName, Mapping[str, Any]]:
    return {canonicalize_name(row["name"]): row for row in rows}


def _is_distribution(row: Mapping[str, Any], names: AbstractSet[NormalizedName]) -> bool:
    """Whether it is a wheel with more than another package's tests; Pyodide ships those apart as ``<name>-tests``."""
    name = canonicalize_name(row["name"])
    return str(row["file_name"]).endswith(".whl") and name.removesuffix("-tests") not in names - {name}


def _build_row(row: Mapping[str, Any], names: AbstractSet[NormalizedName]) -> dict[str, Any]:
    """One distribution; of what it depends on, only the distributions."""
    depends = {canonicalize_name(name) for name in row["depends"]}
    return {
        "version": row["version"],
        "filename": row["file_name"],
        "depends": sorted(depends & names),
        "imports": sorted(row["imports"]),
        "sha256": row["sha256"],
    }
