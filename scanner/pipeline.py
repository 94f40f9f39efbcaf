"""The scan: files to entries, entries to a tree, the tree to findings, findings to a report.

The only module that knows all the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from packaging.utils import canonicalize_name

from scanner.inputs.formats import STDIN, ReadFile, read_sources
from scanner.inputs.masking import NotedVariables, mask_dependency, mask_problem, mask_report, mask_skipped
from scanner.inputs.projects import Project, folder_of, merge_options, plan_file
from scanner.inputs.settings import Settings
from scanner.inputs.table_rows import Listed, listed_rows
from scanner.inputs.wrangler import find_wrangler_config, read_wrangler_config
from scanner.inspect.distributions import Inspected, Opener, inspect_graph
from scanner.inspect.memory import Memory
from scanner.judge.baseline import read_baseline
from scanner.judge.edits import find_concentration
from scanner.judge.explain import explain_project
from scanner.judge.ignores import Exemptions, make_exemptions
from scanner.judge.judgements import judge_project
from scanner.judge.verdicts import Assembled, assemble_judgements
from scanner.model.dependency import Dependency, Skipped
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexSettings
from scanner.model.report import Judgement, Report
from scanner.model.target import Target
from scanner.resolve import Graph, resolve_flat, resolve_tree
from scanner.resolve.direct import DirectSupply
from scanner.resolve.edges import list_edges, list_extra_edges
from scanner.resolve.graph import Supply
from scanner.resolve.locked import build_locked_graph
from scanner.runtime.target import choose_target


class Source(Supply, Opener, Protocol):
    """Everything that a scan asks of package indexes."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of the index settings, as sentences."""


OpenSupply = Callable[[Target, IndexSettings, Path], AbstractContextManager[Source]]
"""Takes the target, the index options of the scanned files, and the folder of the first of them."""
Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a scan is given by whoever starts it, so that nothing below looks around for itself."""

    environ: Mapping[str, str]
    read_stdin: Callable[[], bytes]
    open_supply: OpenSupply
    progress: Progress = field(default=lambda _: None)
    """Told what is being done, for people who wait."""
    today: date | None = None
    """The day of the scan, on which ignores run out; None where they do not."""
    installed: Mapping[str, bytes] = field(default_factory=dict)
    """What interpreters among the paths tell of themselves, as `pip inspect` reports."""
    memory: Memory | None = None
    """What earlier scans learned of files; None to do without."""
    listed: Listed | None = None
    """The incompatible-library table; None for the shipped one with the user's rows."""
    own_hosts: Callable[[], Collection[str]] = frozenset
    """Gives the hosts of indexes that the user's own settings name: scanned files may send secrets only there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flattened:
    """All declarations of several files."""

    entries: tuple[Dependency, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]


def scan(paths: Sequence[str], settings: Settings, around: Surroundings) -> Report:
    """The report on everything that the files ask for.

    Raises:
        SettingsError: the runtime cannot be chosen from what is set, or the baseline cannot be read.
        SourceError: a comment that ignores findings names no rule, an unknown one, or gives no reason.
    """
    noted = NotedVariables(around.environ, around.own_hosts)
    with noted.errors_hidden():
        report = _scan(paths, settings, around, noted)
    return mask_report(report, noted.hide) if noted.are_read else report


def _scan(paths: Sequence[str], settings: Settings, around: Surroundings, noted: NotedVariables) -> Report:
    target = find_target(paths, settings)
    files = read_files(paths, settings, around, noted)
    exemptions = _exemptions(files, settings, around, target)
    projects = [plan_file(file, settings, target) for file in files]
    listed = around.listed if around.listed is not None else listed_rows(settings.table_rows)
    options = merge_options(files)
    assembled: list[Assembled] = []
    edges: set[tuple[str, str]] = set()
    extra_edges: dict[tuple[str, str], str] = {}
    with around.open_supply(target, options, folder_of(paths[0])) as supply:
        for project in projects:
            around.progress(f"resolving {project.path}")
            graph = _resolve(project, settings, target, supply)
            edges |= list_edges(graph)
            extra_edges |= list_extra_edges(graph)
            inspected: Mapping[str, Inspected] = {}
            if not settings.no_inspect:
                around.progress(f"looking inside what {project.path} brings along")
                inspected = inspect_graph(
                    graph, supply, target=target, table=settings.table, listed=listed, memory=around.memory
                )
            assembled.append(
                assemble_judgements(
                    project,
                    graph,
                    inspected,
                    target=target,
                    table=settings.table,
                    listed=listed,
                    exemptions=exemptions,
                )
            )
        notes = supply.notes
    report = _report(target, settings, projects, assembled, exemptions=exemptions, notes=notes)
    return replace(report, edges=tuple(sorted(edges)), extra_edges=extra_edges)


def find_target(paths: Sequence[str], settings: Settings) -> Target:
    """The runtime to judge for: what is set, else the nearest Wrangler configuration's, else the newest.

    Raises:
        SettingsError: a Wrangler configuration cannot be read, or flags contradict each other.
    """
    if settings.compatibility_date or settings.compatibility_flag:
        origins = {settings.origins.get(f"compatibility-{key}", "command line") for key in ("date", "flag")}
        origin = " and ".join(sorted(origins))
        return choose_target(settings.compatibility_date, settings.compatibility_flag, origin=origin)
    for path in paths:
        config_path = find_wrangler_config(folder_of(path))
        if config_path is not None:
            config = read_wrangler_config(config_path, _shown(config_path))
            return choose_target(config.compatibility_date, config.compatibility_flags, origin=config.path)
    return choose_target()


def read_files(
    paths: Sequence[str], settings: Settings, around: Surroundings, noted: NotedVariables | None = None
) -> tuple[ReadFile, ...]:
    """What stands in the files, nothing selected and nothing judged."""
    return read_sources(
        paths,
        read_stdin=around.read_stdin,
        expand=(noted or NotedVariables(around.environ, around.own_hosts)).expand,
        all_files=settings.all_files,
        installed=around.installed,
    )


def list_entries(paths: Sequence[str], settings: Settings, around: Surroundings) -> Flattened:
    """Everything that stands in the files in one place, nothing selected and nothing judged."""
    noted = NotedVariables(around.environ, around.own_hosts)
    files = read_files(paths, settings, around, noted)
    entries = [entry for file in files for entry in file.parsed.entries]
    listed = Flattened(
        entries=tuple(entry for entry in entries if isinstance(entry, Dependency)),
        skipped=tuple(entry for entry in entries if isinstance(entry, Skipped)),
        problems=tuple(problem for file in files for problem in file.parsed.problems),
    )
    if not noted.are_read:
        return listed
    return Flattened(
        entries=tuple(mask_dependency(entry, noted.hide) for entry in listed.entries),
        skipped=tuple(mask_skipped(entry, noted.hide) for entry in listed.skipped),
        problems=tuple(mask_problem(problem, noted.hide) for problem in listed.problems),
    )


def explain(requirement: str, settings: Settings, around: Surroundings) -> Report:
    """The report on one requirement, as if a file held just that, with the steps of its judgement as notes.

    Raises:
        SettingsError: the settings cannot be used.
    """
    asked = replace(around, read_stdin=requirement.encode)
    report = scan((STDIN,), settings, asked)
    names = [canonicalize_name(row.name) for row in report.dependencies if row.location is not None]
    listed = around.listed if around.listed is not None else listed_rows(settings.table_rows)
    with around.open_supply(report.target, IndexSettings(), Path.cwd()) as supply:
        steps = [step for name in names for step in explain_project(name, supply, report.target, listed)]
    return replace(report, notes=(*report.notes, *steps))


def _shown(path: Path) -> str:
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _resolve(project: Project, settings: Settings, target: Target, supply: Supply) -> Graph:
    direct = DirectSupply(supply, project.dependencies, target)
    if project.is_lock:
        return build_locked_graph(project.dependencies, target=target, supply=supply)
    if settings.no_deps:
        return resolve_flat(project.wants, target=target, supply=direct, constraints=project.constraints)
    graph = resolve_tree(
        project.wants, target=target, supply=direct, constraints=project.constraints, overrides=project.overrides
    )
    return direct.mark_unread(graph)


def _exemptions(files: Sequence[ReadFile], settings: Settings, around: Surroundings, target: Target) -> Exemptions:
    declared: dict[str, set[int]] = {}
    for file in files if any(file.ignores for file in files) else ():
        places = (*file.parsed.entries, *file.parsed.constraints, *file.parsed.overrides, *file.parsed.problems)
        for location in (place.location for place in places):
            if location is not None:
                declared.setdefault(location.path, set()).add(location.line)
    inline = dict.fromkeys(ignore for file in files for ignore in file.ignores)
    baseline = read_baseline(Path(settings.baseline)) if settings.baseline else frozenset()
    exemptions = make_exemptions(settings.ignore, inline, declared)
    is_whole = not (settings.offline or settings.no_deps or settings.no_inspect)
    return Exemptions(exemptions, target=target, baseline=baseline, today=around.today, is_whole=is_whole)


def _report(
    target: Target,
    settings: Settings,
    projects: Sequence[Project],
    assembled: Sequence[Assembled],
    *,
    exemptions: Exemptions,
    notes: Sequence[str],
) -> Report:
    problems, accepted = exemptions.part_problems(_problems(projects))
    skipped = (*(entry for project in projects for entry in project.skipped), *accepted)
    notes = (*target.notes, *notes, *(note for project in projects for note in project.notes), *exemptions.notes())
    judgements = [judgement for one in assembled for judgement in one.judgements]
    told = tuple(sorted(_merge_transitive(judgements), key=_by_place))
    bundles = [one.bundle for one in assembled if one.bundle]
    return Report(
        target=target,
        table=settings.table,
        verdict=judge_project(told, skipped, problems),
        dependencies=told,
        skipped=tuple(sorted(skipped, key=lambda entry: entry.location)),
        problems=problems,
        notes=tuple(dict.fromkeys([*notes, *find_concentration(told)])),
        bundle=max(bundles, key=lambda bundle: bundle.uncompressed_bytes, default=None),
    )


def _problems(projects: Sequence[Project]) -> tuple[Problem, ...]:
    found = dict.fromkeys(problem for project in projects for problem in project.problems)
    return tuple(sorted(found, key=lambda p: (p.location.path, p.location.line) if p.location else ("", 0)))


def _merge_transitive(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The same package that came along in several files once, with all its chains."""
    merged: dict[tuple[str, str | None], Judgement] = {}
    told: list[Judgement] = []
    for judgement in judgements:
        if judgement.location is not None:
            told.append(judgement)
            continue
        key = (judgement.name, judgement.version)
        known = merged.get(key)
        merged[key] = judgement if known is None else known.with_chains(judgement.via)
    return [*told, *merged.values()]


def _by_place(judgement: Judgement) -> tuple[bool, str, int, int, str]:
    """By location and then name; what has no location comes last."""
    place = judgement.location
    if place is None:
        return (True, "", 0, 0, judgement.name)
    return (False, place.path, place.line, place.column, judgement.name)
