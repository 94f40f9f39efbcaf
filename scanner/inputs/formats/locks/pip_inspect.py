"""An installed environment as ``pip inspect`` describes it (version 1 of its report)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.utils import NormalizedName

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.markers import part_marker
from scanner.inputs.formats.locks.package import LockedPackage, read_name, read_requirement_edges, write_vcs_url
from scanner.inputs.formats.structure.table import Table, parse_json
from scanner.model.dependency import Dependency, Entry, LockedEdge, SkipKind, Skipped

# metadata.requires_dist[0] below installed[0]
_DEPTH = 5


def parse_inspect_report(document: Document) -> Parsed:
    """The installed packages of the environment, as a lock with the edges from their metadata.

    ``direct`` is pip's field ``requested``; None for all if no package is requested. Edges of an extra count if another
    package requires that extra. pip itself is skipped unless a package requires it.

    Raises:
        SourceError: the text is not JSON, or not such a report.
    """
    top = parse_json(document, depth=_DEPTH)
    if top.string("version") not in {None, "1"}:
        top.report("unsupported report version; only the parts that match version 1 are read", "version")
    installed = tuple(_read_packages(top))
    says_direct = any(table.boolean("requested") for table, _ in installed)
    extras = _gather_extras(package for _, package in installed)
    edges = [tuple(_choose_edges(each.edges, extras.get(each.name, frozenset()))) for _, each in installed]
    required = {edge.name for some in edges for edge in some}
    entries: list[Entry] = []
    for (table, package), own in zip(installed, edges, strict=True):
        entry = package.entry(
            groups=(), direct=table.boolean("requested") if says_direct else None, edges=own, has_edges=True
        )
        entries.append(_skip_installer(entry) if entry.name == "pip" and "pip" not in required else entry)
    return Parsed(entries=tuple(entries), problems=top.problems, is_lock=True)


def _read_packages(top: Table) -> Iterator[tuple[Table, LockedPackage]]:
    for table in top.tables("installed"):
        metadata = table.table("metadata")
        name = read_name(metadata)
        if name is not None:
            source = table.table("direct_url")
            yield (
                table,
                LockedPackage(
                    table=table,
                    name=name,
                    version=metadata.string("version"),
                    url=_read_url(source) if source else None,
                    editable=source.table("dir_info").boolean("editable"),
                    edges=tuple(read_requirement_edges(metadata, "requires_dist")),
                ),
            )


def _read_url(source: Table) -> str | None:
    """The URL of PEP 610's direct_url, with the commit for a repository."""
    url, repository = source.string("url"), source.table("vcs_info")
    system = repository.string("vcs")
    if url is None or system is None:
        return url
    revision = repository.string("commit_id") or repository.string("requested_revision")
    return write_vcs_url(system, url, revision=revision, subdirectory=source.string("subdirectory"))


def _gather_extras(packages: Iterable[LockedPackage]) -> Mapping[NormalizedName, frozenset[str]]:
    """The extras that packages require of one another, as ``extra:name``."""
    extras: defaultdict[NormalizedName, frozenset[str]] = defaultdict(frozenset)
    for package in packages:
        for edge in package.edges:
            extras[edge.name] |= {f"extra:{extra}" for extra in edge.extras}
    return extras


def _choose_edges(edges: Sequence[LockedEdge], extras: frozenset[str]) -> Iterator[LockedEdge]:
    """The edges that apply with these extras, with markers that no longer contain them."""
    for edge in edges:
        filed = part_marker(edge.marker)
        is_chosen = not filed.groups or not extras.isdisjoint(filed.groups)
        if is_chosen and not isinstance(filed.environment_marker, bool):
            yield replace(edge, marker=filed.environment_marker)
        elif is_chosen and filed.environment_marker:
            yield replace(edge, marker=None)


def _skip_installer(entry: Dependency) -> Skipped:
    return Skipped(
        text=entry.text,
        reason="the installer of this environment",
        location=entry.location,
        category=SkipKind.DEVELOPMENT,
    )
