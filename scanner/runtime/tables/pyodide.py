"""The distributions of a Pyodide release (data/pyodide/<version>.json)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.errors import TableError
from scanner.runtime.tables.fields import Fields, Provenance
from scanner.runtime.tables.files import parse_json
from scanner.runtime.tables.newest import load_newest

_RELEASE = re.compile(r"[0-9][0-9A-Za-z.]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PyodidePackage:
    """One distribution that a Pyodide release ships as a wheel."""

    name: NormalizedName
    version: Version
    filename: str
    depends: tuple[str, ...]
    """The distributions that are loaded with it, by normalised name; without shared libraries."""
    imports: tuple[str, ...]
    """The modules that it provides, as listed in the release."""
    sha256: str | None
    size_bytes: int | None
    """None if the release does not record it; so far none does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PyodideRelease:
    """One Pyodide release with its distributions by name."""

    version: int
    """The version of the table, not of Pyodide."""
    pyodide: str
    python: str
    """The full version of the release's own interpreter, for example ``3.14.2``."""
    abi: str
    """The name of the ABI as in wheel tags, for example ``2026_0``."""
    provenance: Provenance
    packages: Mapping[NormalizedName, PyodidePackage]
    modules: frozenset[str]
    """The parts of the standard library that the release ships separately (ssl, sqlite3 …); not distributions."""


def load_pyodide(version: str) -> PyodideRelease:
    """The Pyodide release of that version.

    Raises:
        TableError: there is no table for that version.
    """
    if not _RELEASE.fullmatch(version):
        raise TableError("data/pyodide", "file", f"{version!r} is not a version of Pyodide")
    return load_newest(f"pyodide/{version}.json", parse_pyodide)


def parse_pyodide(text: str, path: str) -> PyodideRelease:
    """The Pyodide release of the table's text.

    Raises:
        TableError: a key is missing or of the wrong type, or a name or version is invalid.
    """
    fields = parse_json(text, path)
    header = fields.header()
    packages = [_parse_package(name, row) for name, row in fields.table("packages").tables()]
    release = PyodideRelease(
        version=header.version,
        pyodide=fields.text("pyodide"),
        python=fields.text("python"),
        abi=fields.text("abi"),
        provenance=header.provenance,
        packages=MappingProxyType({package.name: package for package in packages}),
        modules=frozenset(fields.texts("modules")),
    )
    fields.finish()
    return release


def _parse_package(name: str, row: Fields) -> PyodidePackage:
    package = PyodidePackage(
        name=row.normalized("", name),
        version=row.release("version", row.text("version")),
        filename=row.text("filename"),
        depends=row.distributions("depends"),
        imports=row.texts("imports"),
        sha256=row.optional_text("sha256"),
        size_bytes=row.optional_integer("size_bytes"),
    )
    row.finish()
    if not package.filename.endswith(".whl") or "/" in package.filename:
        raise row.error("filename", f"{package.filename!r} is not the file name of a wheel")
    if package.sha256 is not None and not _SHA256.fullmatch(package.sha256):
        raise row.error("sha256", "is not a SHA-256 digest")
    return package
