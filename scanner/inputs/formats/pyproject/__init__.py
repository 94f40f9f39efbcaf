"""pyproject.toml: [project], [dependency-groups], [build-system], and the dependency tables of tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from packaging.utils import NormalizedName, canonicalize_name

from scanner.inputs.formats.declaration import parse_declaration
from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.package import parse_name
from scanner.inputs.formats.pyproject.dynamic import read_dynamic
from scanner.inputs.formats.pyproject.group_includes import Include, widen_groups
from scanner.inputs.formats.pyproject.groups import read_dependency_groups
from scanner.inputs.formats.pyproject.pdm import read_pdm_sources
from scanner.inputs.formats.pyproject.pixi import read_pixi, read_rye
from scanner.inputs.formats.pyproject.poetry import add_sources, read_poetry_project, read_poetry_sources
from scanner.inputs.formats.pyproject.uv import add_uv_sources, read_uv_project
from scanner.inputs.formats.requirement_array import read_requirements
from scanner.inputs.formats.requirements.requirement import parse_pip_requirement
from scanner.inputs.formats.structure.table import Table, parse_toml
from scanner.model.dependency import Dependency, Entry, SkipKind, Skipped
from scanner.model.errors import SourceError
from scanner.model.index_settings import IndexSettings


def parse_pyproject(document: Document) -> Parsed:
    """Everything that a pyproject.toml declares, each at its own line.

    ``groups`` is empty for the project's own requirements; otherwise it has ``extra:NAME``, the name of a dependency
    group (both normalised), or ``build-system``, followed by every group that includes that one.

    Raises:
        SourceError: the file is not TOML.
    """
    top = parse_toml(document)
    tool, project = top.table("tool"), top.table("project")
    groups = tuple(read_dependency_groups(top.table("dependency-groups")))
    standard = [*_read_project(project), *(each for each in groups if isinstance(each, Dependency))]
    dynamic = frozenset(text for text, _ in project.strings("dynamic"))
    poetry = read_poetry_project(tool.table("poetry"), standard, dynamic)
    uv = read_uv_project(tool.table("uv"))
    followed = read_dynamic(top)
    entries, self_includes = _split_self_references(
        [
            *add_sources(standard, poetry.sources),
            *poetry.entries,
            *uv.entries,
            *_read_tools(tool),
            *read_pixi(tool.table("pixi")),
            *read_rye(tool.table("rye")),
            *read_requirements(top.table("build-system"), "requires", groups=("build-system",)),
        ],
        _project_name(top),
    )
    includes = [*(each for each in groups if isinstance(each, Include)), *poetry.includes, *self_includes]
    known = {canonicalize_name(name) for name in top.table("dependency-groups").values} | poetry.groups
    known |= {group for entry in entries if isinstance(entry, Dependency) for group in entry.groups}
    widened = widen_groups(add_uv_sources(entries, tool.table("uv")), includes, known=known, top=top)
    index = read_poetry_sources(tool.table("poetry")).merge(IndexSettings(pins=poetry.pins))
    return Parsed(
        entries=widened,
        constraints=uv.constraints,
        overrides=uv.overrides,
        problems=top.problems,
        index=index.merge(read_pdm_sources(tool.table("pdm"))).merge(uv.index),
        name=project.string("name") or tool.table("poetry").string("name"),
        is_project="project" in top or "poetry" in tool or "metadata" in tool.table("flit"),
    ).merge(followed)


def _read_project(project: Table) -> Iterator[Dependency]:
    yield from read_requirements(project, "dependencies")
    extras = project.table("optional-dependencies")
    for extra in extras.values:
        yield from read_requirements(extras, extra, groups=(f"extra:{canonicalize_name(extra)}",))


def _read_tools(tool: Table) -> Iterator[Entry]:
    """PDM's development dependencies, flit's metadata from before [project], Hatch's environments."""
    pdm = tool.table("pdm", "dev-dependencies")
    for group in pdm.values:
        yield from _read_pdm_group(pdm, group)
    flit = tool.table("flit", "metadata")
    yield from read_requirements(flit, "requires")
    yield from read_requirements(flit, "dev-requires", groups=("dev",))
    extras = flit.table("requires-extra")
    for extra in extras.values:
        yield from read_requirements(extras, extra, groups=(f"extra:{canonicalize_name(extra)}",))
    for name, environment in tool.table("hatch", "envs").members():
        for key in ("dependencies", "extra-dependencies"):
            for text, location in environment.strings(key):
                reason = f"only in Hatch's development environment `{name}`"
                yield Skipped(text=text, reason=reason, location=location, category=SkipKind.DEVELOPMENT)


def _read_pdm_group(groups: Table, key: str) -> Iterator[Dependency]:
    """One of PDM's groups; in addition to PEP 508 it may have pip's ``-e`` before a path or URL."""
    group = (canonicalize_name(key),)
    for text, location in groups.strings(key):
        try:
            if text.startswith("-e "):
                yield parse_pip_requirement(text[3:].strip(), location, groups=group, editable=True)
            else:
                yield parse_declaration(text, location, groups=group)
        except SourceError as error:
            groups.report_at(location, error.reason)


def _project_name(top: Table) -> NormalizedName | None:
    text = top.table("project").string("name") or top.table("tool", "poetry").string("name")
    return parse_name(text) if text is not None else None


def _split_self_references(
    entries: Iterable[Entry], project: NormalizedName | None
) -> tuple[Sequence[Entry], Sequence[Include]]:
    """The entries, with the project's requirements on its own extras skipped, and the includes that those stand for."""
    kept: list[Entry] = []
    includes: list[Include] = []
    for entry in entries:
        is_self = isinstance(entry, Dependency) and entry.name == project and project is not None
        if not is_self or not isinstance(entry, Dependency) or not entry.groups or "build-system" in entry.groups:
            kept.append(entry)
            continue
        kept.append(replace(entry, skipped_because="the project itself"))
        includes += (
            Include(group=entry.groups[0], included=f"extra:{extra}", location=entry.location, is_strict=False)
            for extra in entry.extras
        )
    return kept, includes
