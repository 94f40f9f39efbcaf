"""Proposals: edits of a project's requirements that may remove its blockers. Whether one does is proved elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.inputs.formats.locks.reach import lock_keys
from scanner.inputs.projects import Project, describe
from scanner.inputs.table_rows import Listed
from scanner.inspect.distributions import Inspected
from scanner.judge.subjects import combine_transitive
from scanner.model.dependency import Dependency
from scanner.model.edit import EditKind
from scanner.model.finding import Level, When
from scanner.model.graph import reachable
from scanner.model.metadata import parse_metadata
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule
from scanner.resolve import Graph, Node
from scanner.runtime.tables import Effect

GROUP = "dev"
"""The dependency group that development tools move to."""
_MAX_VERSIONS = 2
_MAX_EXTRAS = 3
_OUTDATED = timedelta(days=2 * 365)
"""A release that is so much older than the newest one is never proposed."""
_VERSIONLESS = frozenset({Rule.CS201, Rule.CS401})
"""Rules that no other version passes."""
_UNRELATED_EXTRAS = frozenset({"all", "dev", "doc", "docs", "test", "tests", "testing", "typing", "lint"})
_DEVELOPMENT_TOOLS = frozenset(
    {"black", "coverage", "debugpy", "flake8", "flit", "hatch", "ipdb", "ipython", "isort", "locust", "mypy", "nox"}
    | {"pdm", "pip-tools", "poetry", "pre-commit", "py-spy", "pylint", "pyright", "pytest", "ruff", "setuptools"}
    | {"sphinx", "tox", "ty", "uv", "virtualenv", "watchdog", "watchfiles", "workers-py"}
)
"""What only developers run; also everything that is named ``pytest-…`` or ``types-…``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One edit of one declaration."""

    kind: EditKind
    old: Dependency
    new: Dependency | None
    """None if the Worker does not install it any more."""

    @property
    def is_safe(self) -> bool:
        """Whether the project's code may stay as it is."""
        return self.kind not in {EditKind.REPLACE, EditKind.REMOVE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """A declaration that needs a container."""

    dependency: Dependency
    row: Judgement
    node: Node
    inspected: Inspected | None
    blamed: frozenset[str]
    """The extras that alone bring something that needs a container."""
    others: SpecifierSet
    """What other packages require of it."""


def find_blocked(
    project: Project, graph: Graph, inspected: Mapping[str, Inspected], report: ProjectReport
) -> Iterator[Blocked]:
    """The declarations with a blocker of their own, or with one that no declaration below them can remove."""
    rows = {(one.location, one.name): one for one in report.dependencies if one.location is not None}
    packages = {one.key: one for one in report.packages}
    causes = {key for key, one in packages.items() if one.own_verdict is Verdict.CONTAINER}
    declared = {one.key for one in rows.values()} & causes
    keys = lock_keys(project.dependencies) if project.is_lock else {}
    transitive = combine_transitive(graph)
    for dependency in project.dependencies:
        row = rows.get((dependency.location, str(dependency.name)))
        if row is None or dependency.url is not None or row.verdict is not Verdict.CONTAINER or row.is_accepted:
            continue
        below = causes.intersection(reachable([row.key], report.graph.edges))
        if row.key not in causes and below <= declared:
            continue
        text = describe(dependency)
        key = keys.get(id(dependency)) or graph.keys.get(text, str(dependency.name))
        if key in graph.nodes:
            yield Blocked(
                dependency=dependency,
                row=row,
                node=graph.nodes[key],
                inspected=inspected.get(key),
                blamed=_find_blamed(report, row, packages),
                others=transitive.get(graph.nodes[key].name, SpecifierSet()),
            )


def propose(blocked: Blocked, project: Project) -> Iterator[Proposal]:
    """Edits that leave the project's code alone, the cheapest first."""
    old = blocked.dependency
    may_pin = not project.is_library and _VERSIONLESS.isdisjoint(one.rule for one in blocked.row.findings)
    pins = list(islice(_find_pins(blocked), _MAX_VERSIONS)) if may_pin else []
    if project.is_lock:
        yield from (Proposal(kind=EditKind.COMMAND, old=old, new=_pin(old, version)) for version in pins)
        return
    if _is_development_tool(old.name) and not _installs_group(project):
        yield Proposal(kind=EditKind.MOVE_TO_GROUP, old=old, new=None)
    for version in pins:
        yield Proposal(kind=EditKind.PIN, old=old, new=_pin(old, version))
    for extra in _find_more_extras(blocked):
        yield Proposal(kind=EditKind.ADD_EXTRA, old=old, new=_with_extras(old, {*old.extras, extra}))
    fewer = list(_find_fewer_extras(blocked))
    for extras in fewer:
        yield Proposal(kind=EditKind.DROP_EXTRA, old=old, new=_with_extras(old, extras))
    for extras in fewer[-1:]:
        for version in pins[:1]:
            yield Proposal(kind=EditKind.DROP_EXTRA, old=old, new=_pin(_with_extras(old, extras), version))


def propose_unsafe(blocked: Blocked, listed: Listed) -> Iterator[Proposal]:
    """Edits that require code changes: what the table names in its place, or nothing if it is not needed there."""
    old, row = blocked.dependency, listed.get(blocked.node.name)
    for name in row.replacements if row else ():
        base, _, extra = name.rstrip("]").partition("[")
        new = replace(_free(old), name=canonicalize_name(base), extras=(extra,) if extra else (), text=name)
        yield Proposal(kind=EditKind.REPLACE, old=old, new=new)
    if (row is not None and row.effect is Effect.REMOVE) or _is_development_tool(old.name):
        yield Proposal(kind=EditKind.REMOVE, old=old, new=None)


def _find_blamed(report: ProjectReport, row: Judgement, packages: Mapping[str, Judgement]) -> frozenset[str]:
    """The extras of a row that alone bring something that needs a container."""
    brought = ((extra, child) for (parent, child), extra in report.graph.extras.items() if parent == row.key)
    return frozenset(extra for extra, child in brought if packages[child].verdict is Verdict.CONTAINER)


def _find_pins(blocked: Blocked) -> Iterator[Version]:
    """Versions that the project leaves out, with a wheel for the target, newest first; none that is outdated."""
    node, old = blocked.node, blocked.dependency
    if node.candidates is None or not (old.specifier or old.pin):
        return
    allowed = old.specifier or SpecifierSet(f"=={old.pin}")
    newest = node.candidates.newest(node.candidates.satisfying(SpecifierSet()))
    versions = [version for version in node.candidates.satisfying(blocked.others) if version not in allowed]
    found = (node.suggestion.version,) if node.suggestion else ()
    fitting = (one.version for one in node.candidates.fitting(versions))
    for version in dict.fromkeys((*found, *islice(fitting, _MAX_VERSIONS))):
        one = node.candidates.candidate(version)
        released, latest = (one.released if one else None), (newest.released if newest else None)
        is_outdated = released is not None and latest is not None and latest - released > _OUTDATED
        if not is_outdated:
            yield version


def _find_more_extras(blocked: Blocked) -> Iterator[str]:
    """Extras that the package offers, where what it is now fails to import."""
    blockers = [finding for finding in blocked.row.findings if finding.level is Level.BLOCKER]
    wheel = blocked.inspected.wheel if blocked.inspected else None
    if wheel is None or not any(one.when is When.IMPORT and one.cause is None for one in blockers):
        return
    metadata = parse_metadata(wheel.contents.metadata, wheel.contents.filename)
    offered = sorted(metadata.extras - set(blocked.dependency.extras) - _UNRELATED_EXTRAS)
    yield from offered[:_MAX_EXTRAS]


def _find_fewer_extras(blocked: Blocked) -> Iterator[frozenset[str]]:
    """The extras without those to blame, without each single one, and none."""
    extras = frozenset(blocked.dependency.extras)
    without = [extras - blocked.blamed, *(extras - {extra} for extra in sorted(extras)), frozenset[str]()]
    yield from (left for left in dict.fromkeys(without) if left != extras)


def _with_extras(old: Dependency, extras: set[str] | frozenset[str]) -> Dependency:
    return replace(old, extras=tuple(sorted(extras)))


def _pin(old: Dependency, version: Version) -> Dependency:
    return replace(_free(old), specifier=SpecifierSet(f"=={version}"), pin=version)


def _free(old: Dependency) -> Dependency:
    return replace(old, specifier=SpecifierSet(), pin=None, hashes=(), locked=None)


def _is_development_tool(name: NormalizedName | None) -> bool:
    return name is not None and (name in _DEVELOPMENT_TOOLS or name.startswith(("pytest-", "types-")))


def _installs_group(project: Project) -> bool:
    settings = project.settings
    return settings.dev or settings.all_groups or GROUP in settings.group
