"""Dependencies that [project] declares as dynamic: read from setuptools' files, otherwise skipped as computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.requirements import parse_requirements
from scanner.inputs.formats.structure.table import Table
from scanner.model.dependency import Dependency, Entry, Location, Skipped
from scanner.model.errors import SourceError
from scanner.model.rule import Rule

_FIELDS = ("dependencies", "optional-dependencies")


def read_dynamic(top: Table) -> Parsed:
    """The declarations in the files of [tool.setuptools.dynamic]; ``Skipped`` for those that the backend computes."""
    settings = top.table("tool", "setuptools", "dynamic")
    parsed = Parsed()
    for path, location in _find_files(settings, "dependencies"):
        parsed = parsed.merge(_follow(top, path, location, ()))
    extras = settings.table("optional-dependencies")
    for extra in extras.values:
        for path, location in _find_files(extras, extra):
            parsed = parsed.merge(_follow(top, path, location, (f"extra:{canonicalize_name(extra)}",)))
    return parsed.merge(Parsed(entries=tuple(_skip_computed(top, settings))))


def _find_files(table: Table, key: str) -> Iterator[tuple[str, Location]]:
    """The paths of ``{file = "…"}`` or ``{file = ["…"]}``, each with its location."""
    directive = table.table(key)
    if isinstance(path := directive.values.get("file"), str):
        yield path, directive.location("file")
    else:
        yield from directive.strings("file")


def _follow(top: Table, path: str, location: Location, groups: tuple[str, ...]) -> Parsed:
    """The declarations of a requirements file, as part of this project and its extra; a problem if it is unreadable."""
    try:
        parsed = parse_requirements(top.document.open(path))
    except SourceError as error:
        top.report_at(location, f"`{path[:200]}` cannot be read: {error.reason}", rule=Rule.CS602)
        return Parsed()
    entries = (replace(entry, groups=groups) if isinstance(entry, Dependency) else entry for entry in parsed.entries)
    return replace(parsed, entries=tuple(entries), is_lock=False, locks=())


def _skip_computed(top: Table, settings: Table) -> Iterator[Entry]:
    backend = top.table("build-system").string("build-backend") or "setuptools.build_meta"
    for field, location in top.table("project").strings("dynamic"):
        if field not in _FIELDS or field in settings or _declared_by_poetry(top, field):
            continue
        reason = f"dynamic: computed by the build backend {backend}"
        yield Skipped(text=field, reason=reason, location=location, computed_by=backend)


def _declared_by_poetry(top: Table, field: str) -> bool:
    """Whether [tool.poetry] declares the dynamic fields of [project]."""
    return ("dependencies" if field == "dependencies" else "extras") in top.table("tool", "poetry")
