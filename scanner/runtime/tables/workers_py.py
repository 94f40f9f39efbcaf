"""Which runtimes each release of workers-py installs packages for (data/workers-py.toml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packaging.version import Version

from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_toml
from scanner.runtime.tables.newest import load_newest

_NAME = "workers-py.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallRow:
    """One runtime that a release of workers-py can install packages for."""

    python: str
    """The feature release, for example ``3.14``."""
    python_full_version: str
    """The version of the interpreter that uv resolves for."""
    flag: str
    enable_date: dt.date | None
    """The first compatibility date that selects the row without its flag; None if only the flag does."""
    package_pyodide: str
    """The Pyodide release whose index is added to the package index."""
    experimental: bool
    """Whether the row is skipped unless the flag ``experimental`` is set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkersPyTable:
    """The rows of each known release of workers-py, in the order in which pywrangler tries them."""

    version: int
    releases: Mapping[Version, tuple[InstallRow, ...]]
    """Newest release first."""
    provenance: Provenance

    def find_nearest(self, version: Version | None) -> Version:
        """The newest known release that is not newer than ``version``, else the oldest; for None the newest."""
        return next((known for known in self.releases if version is None or known <= version), min(self.releases))


def load_workers_py() -> WorkersPyTable:
    """The history of workers-py."""
    return load_newest(_NAME, parse_workers_py)


def parse_workers_py(text: str, path: str) -> WorkersPyTable:
    """The history of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type, a release is listed twice or out of order, or there is none.
    """
    fields = parse_toml(text, path)
    header = fields.header()
    releases: dict[Version, tuple[InstallRow, ...]] = {}
    for group in fields.rows("releases"):
        rows = tuple(_parse_row(row) for row in group.rows("runtimes"))
        if not rows:
            raise group.error("runtimes", "is empty")
        for version in _parse_versions(group):
            if releases and version >= min(releases):
                raise group.error("versions", f"{version} is out of order or listed twice")
            releases[version] = rows
        group.finish()
    fields.finish()
    if not releases:
        raise fields.error("releases", "is empty")
    return WorkersPyTable(version=header.version, releases=MappingProxyType(releases), provenance=header.provenance)


def _parse_versions(group: Fields) -> Iterator[Version]:
    for index, text in enumerate(group.texts("versions")):
        yield group.release(f"versions[{index}]", text)


def _parse_row(row: Fields) -> InstallRow:
    parsed = InstallRow(
        python=row.text("python"),
        python_full_version=row.text("python_full_version"),
        flag=row.text("flag"),
        enable_date=row.optional_day("enable_date"),
        package_pyodide=row.text("package_pyodide"),
        experimental=row.boolean("experimental"),
    )
    row.finish()
    if not parsed.python_full_version.startswith(f"{parsed.python}."):
        raise row.error("python_full_version", f"is not a release of Python {parsed.python}")
    return parsed
