"""[tool.pixi]: its packages from the package index, conda packages as skipped; [tool.rye]'s development packages."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import normalize_extras
from scanner.inputs.formats.locks.package import parse_name
from scanner.inputs.formats.requirement_array import read_requirements
from scanner.inputs.formats.structure.table import Table
from scanner.inputs.formats.table_declaration import declare, read_url
from scanner.model.dependency import Entry, Location, SkipKind, Skipped

_CONDA_KEYS = ("dependencies", "host-dependencies", "build-dependencies", "run-dependencies")


def read_pixi(pixi: Table) -> Iterator[Entry]:
    """Everything that [tool.pixi] declares; a feature is a dependency group."""
    yield from _read_tables(pixi, ())
    for name, feature in pixi.table("feature").members():
        yield from _read_tables(feature, (canonicalize_name(name),))


def read_rye(rye: Table) -> Iterator[Entry]:
    """The development dependencies of [tool.rye]."""
    yield from read_requirements(rye, "dev-dependencies", groups=("dev",))


def _read_tables(table: Table, groups: tuple[str, ...]) -> Iterator[Entry]:
    for key in _CONDA_KEYS:
        yield from _skip(
            table.table(key),
            "conda packages are not checked; Workers install only from package indexes",
            SkipKind.OTHER,
        )
    for key, value in table.table("pypi-dependencies").values.items():
        yield from _read_package(table.table("pypi-dependencies"), key, value, groups)
    for platform, inner in table.table("target").members():
        for key in (*_CONDA_KEYS, "pypi-dependencies"):
            yield from _skip(inner.table(key), f"only for the platform {platform}", SkipKind.MARKER)


def _read_package(table: Table, key: str, value: object, groups: tuple[str, ...]) -> Iterator[Entry]:
    name, location = parse_name(key), table.location(key)
    if name is None:
        table.report(f'"{key[:80]}" is not a package name', key)
        return
    inner = table.table(key) if isinstance(value, dict) else None
    written = value if isinstance(value, str) else inner.string("version") if inner else None
    specifier = _parse_specifier(table, key, written)
    if specifier is None:
        return
    extras = normalize_extras(text for text, _ in inner.strings("extras")) if inner else ()
    yield declare(
        name,
        location=location,
        specifier=specifier,
        extras=extras,
        url=read_url(inner) if inner else None,
        groups=groups,
        editable=inner.boolean("editable") if inner else False,
        text=_write(key, written),
    )


def _parse_specifier(table: Table, key: str, written: str | None) -> SpecifierSet | None:
    if written is None or written.strip() in ("", "*"):
        return SpecifierSet()
    try:
        return SpecifierSet(written)
    except InvalidSpecifier:
        table.report(f'"{written[:80]}" is not a version specifier', key)
        return None


def _skip(table: Table, reason: str, kind: SkipKind) -> Iterator[Skipped]:
    for key, value in table.values.items():
        written = value if isinstance(value, str) else None
        location: Location = table.location(key)
        is_marker = kind is SkipKind.MARKER
        yield Skipped(
            text=_write(key, written), reason=reason, location=location, category=kind, not_for_target=is_marker
        )


def _write(key: str, written: str | None) -> str:
    return f"{key} = {written!r}" if written else key
