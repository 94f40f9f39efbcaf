"""Write data/pyodide/<version>.json from the lock file inside the npm package ``pyodide`` of that version.

    python tools/update_pyodide.py               the versions that data/runtimes.toml names
    python tools/update_pyodide.py 314.0.7 …     these versions

npm fetches the package with its own configuration and checks its integrity; nothing of it is unpacked or run. The
date of a table changes only where something else in it does.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scanner.runtime.tables import load_runtimes, parse_pyodide  # noqa: E402  # works without an installation

FOLDER = ROOT / "data" / "pyodide"
LOCK_MEMBER = "package/pyodide-lock.json"
LOCK_BYTES_MAXIMUM = 16 * 1024 * 1024
"""A lock has about 0.1 MiB; what is far larger is none."""

Table = dict[str, Any]


def main() -> None:
    """Update one table for each version asked for."""
    parser = argparse.ArgumentParser(description="Write data/pyodide/<version>.json from the npm package pyodide.")
    parser.add_argument("versions", nargs="*", type=_version, metavar="VERSION", help="default: those in use")
    versions = parser.parse_args().versions or sorted({row.package_pyodide for row in load_runtimes().runtimes})
    for version in versions:
        update(version, FOLDER / f"{version}.json")


def update(version: str, path: Path) -> None:
    """Fetch one version and write its table, unless it says what the table says already."""
    with tempfile.TemporaryDirectory() as folder:
        lock = read_lock(fetch_package(version, Path(folder)))
    table = build_table(version, lock, today=dt.datetime.now(tz=dt.UTC).date())
    if path.exists():
        table = keep_date(json.loads(path.read_text(encoding="utf-8")), table)
    text = format_table(table)
    release = parse_pyodide(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"{path}: Python {release.python}, {len(release.packages)} distributions, {release.provenance.date}")


def fetch_package(version: str, folder: Path) -> Path:
    """The npm package's archive, fetched into ``folder``."""
    subprocess.run(
        ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), f"pyodide@{version}"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    return archive


def read_lock(archive: Path) -> Mapping[str, Any]:
    """The lock file of an npm package's archive; only that one member is read."""
    with tarfile.open(archive, "r:gz") as package:
        member = package.getmember(LOCK_MEMBER)
        if not member.isfile() or member.size > LOCK_BYTES_MAXIMUM:
            raise SystemExit(f"{archive}: {LOCK_MEMBER} is no ordinary file of a plausible size")
        stream = package.extractfile(member)
        assert stream is not None  # noqa: S101  # an ordinary file has contents
        lock: Mapping[str, Any] = json.loads(stream.read())
        return lock


def build_table(version: str, lock: Mapping[str, Any], *, today: dt.date) -> Table:
    """What the scanner needs of a lock: the distributions, and the modules that are shipped apart.

    Beside distributions a lock lists shared libraries, parts of the standard library, and archives with the tests of
    packages. These are no wheels that could be asked for by name.
    """
    info, packages = lock["info"], lock["packages"].values()
    listed = {canonicalize_name(row["name"]) for row in packages if row["package_type"] == "package"}
    wheels = [row for row in packages if row["package_type"] == "package" and is_distribution(row, listed)]
    names = {canonicalize_name(row["name"]) for row in wheels}
    return {
        "version": 1,
        "date": today.isoformat(),
        "source": f"npm package pyodide@{version}, pyodide-lock.json",
        "pyodide": version,
        "python": info["python"],
        "abi": info["abi_version"],
        "modules": sorted(row["name"] for row in packages if row["package_type"] == "cpython_module"),
        "packages": {canonicalize_name(row["name"]): build_row(row, names) for row in sorted(wheels, key=by_name)},
    }


def is_distribution(row: Mapping[str, Any], names: AbstractSet[NormalizedName]) -> bool:
    """Whether it is a wheel with more than another package's tests; Pyodide ships those apart as ``<name>-tests``."""
    name = canonicalize_name(row["name"])
    return row["file_name"].endswith(".whl") and name.removesuffix("-tests") not in names - {name}


def build_row(row: Mapping[str, Any], names: AbstractSet[NormalizedName]) -> Table:
    """One distribution; of what it depends on, only the distributions."""
    depends = {canonicalize_name(name) for name in row["depends"]}
    return {
        "version": row["version"],
        "filename": row["file_name"],
        "depends": sorted(depends & names),
        "imports": sorted(row["imports"]),
        "sha256": row["sha256"],
    }


def by_name(row: Mapping[str, Any]) -> str:
    """The key to sort rows by."""
    return canonicalize_name(row["name"])


def keep_date(old: Table, new: Table) -> Table:
    """The new table, with the old date where nothing else differs."""
    return old if {**old, "date": ""} == {**new, "date": ""} else new


def format_table(table: Table) -> str:
    """The table as JSON with one line a package, so that a diff shows what changed."""
    head = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in table.items() if key != "packages"]
    rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in table["packages"].items()]
    return "{\n" + ",\n".join([*head, '"packages": {\n' + ",\n".join(rows) + "\n}"]) + "\n}\n"


def _version(text: str) -> str:
    """A version that cannot be mistaken for an option or a path."""
    if not re.fullmatch(r"[0-9]+(\.[0-9A-Za-z]+)*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no version")
    return text


if __name__ == "__main__":
    main()
