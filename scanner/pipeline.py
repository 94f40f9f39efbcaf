"""The scan: paths to projects; each project to a tree, the tree to findings, the findings to a report.

The only module that knows all the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from packaging.utils import canonicalize_name

from scanner.inputs.formats import STDIN, ReadFile, read_sources
from scanner.inputs.masking import NotedVariables, mask_dependency, mask_problem, mask_report, mask_skipped
from scanner.inputs.projects import Project, find_lock_problems, find_projects, find_runtime, folder_of, locate_files
from scanner.inputs.settings import Settings
from scanner.inputs.table_rows import Listed, listed_rows
from scanner.inspect.distributions import Inspected, Opener, inspect_graph
from scanner.inspect.memory import Memory
from scanner.judge.baseline import read_baseline
from scanner.judge.edits import find_blocked
from scanner.judge.explain import explain_project
from scanner.judge.ignores import describe_ignores
from scanner.judge.project import find_old_data, has_unknown_runtime, judge_project_tree, leave_broken, leave_unknown
from scanner.model.artifact import Origin
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import ScanError, SettingsError
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexSettings
from scanner.model.report import ProjectReport, Report, has_index_failure
from scanner.model.target import Target
from scanner.resolve import Graph, Options, Prerelease, Resolution, resolve_flat, resolve_tree
from scanner.resolve.direct import DirectSupply
from scanner.resolve.graph import Supply
from scanner.resolve.locked import build_locked_graph
from scanner.runtime import tables


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
    """What a scan is given by its caller, so that nothing below looks around for itself."""

    environ: Mapping[str, str]
    read_stdin: Callable[[], bytes]
    open_supply: OpenSupply
    progress: Progress = field(default=lambda _: None)
    """Called with what is being done, for people who wait."""
    now: datetime | None = None
    """The time of the scan; None where ignores do not expire."""
    installed: Mapping[str, bytes] = field(default_factory=dict)
    """What interpreters among the paths report of themselves, as `pip inspect` does."""
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
    """The report on everything that the files require.

    Raises:
        SettingsError: a setting contradicts another one, or the baseline cannot be read.
        SourceError: a comment that ignores findings names no rule, an unknown one, or gives no reason.
    """
    noted = NotedVariables(around.environ, around.own_hosts)
    with noted.errors_hidden():
        report = _scan(paths, settings, around, noted)
    return mask_report(report, noted.hide) if noted.are_read else report


def scan_one(paths: Sequence[str], settings: Settings, around: Surroundings) -> ProjectReport:
    """The report on the one project of the paths.

    Raises:
        SettingsError: as for a scan, and if there are several projects.
    """
    projects = scan(paths, settings, around).projects
    if len(projects) > 1:
        places = ", ".join(sorted({path for project in projects for path in project.files}))
        raise SettingsError(None, "PATHS", f"{len(projects)} projects found; name the files of one of them: {places}")
    return projects[0]


def _scan(paths: Sequence[str], settings: Settings, around: Surroundings, noted: NotedVariables) -> Report:
    today = around.now.date() if around.now else None
    found = find_projects(
        paths, settings, expand=noted.expand, read_stdin=around.read_stdin, installed=around.installed, today=today
    )
    projects = tuple(_scan_safely(project, around) for project in found.projects)
    complete = not has_index_failure(projects)
    pyodides = [project.target.pyodide for project in found.projects]
    age = tables.find_data_age(pyodides, today) if today else None
    return Report(
        projects=projects,
        problems=(*found.problems, *find_old_data(age, settings.max_data_age)),
        notes=(*found.notes, *_describe_ignores(found.projects, projects, complete=complete)),
        complete=complete,
        scanned_at=around.now.replace(microsecond=0) if around.now else None,
        data=age,
    )


def _scan_safely(project: Project, around: Surroundings) -> ProjectReport:
    """The report on a project, which is unknown as a whole after an error that no code expects."""
    try:
        return _scan_project(project, around)
    except ScanError:
        raise
    except Exception as error:  # noqa: BLE001  # the other projects are judged
        return leave_broken(project, error)


def _scan_project(project: Project, around: Surroundings) -> ProjectReport:
    project = replace(project, dependencies=tuple(map(locate_files, project.dependencies)))
    settings = project.settings
    baseline = read_baseline(Path(settings.baseline)) if settings.baseline else frozenset()
    today = around.now.date() if around.now else None
    if has_unknown_runtime(project):
        return leave_unknown(project, baseline=baseline, today=today)
    listed = around.listed if around.listed is not None else listed_rows(settings.table_rows)
    with around.open_supply(project.target, project.index, folder_of(project.path)) as supply:
        judging = _Judging(around=around, supply=supply, listed=listed, baseline=baseline, today=today)
        graph = judging.resolve(project)
        inspected: Mapping[str, Inspected] = {}
        if not settings.no_inspect:
            around.progress(f"inspecting the dependencies of {project.name}")
            inspected = judging.inspect(project, graph)
        report = judging.report(project, graph, inspected)
        blocked = () if settings.no_deps else tuple(find_blocked(project, graph, inspected, report))
        if not blocked:
            return report
        from scanner.judge.proving import add_edits  # noqa: PLC0415  # loads the editors, which most scans do without

        around.progress(f"looking for edits of {project.name}")
        return add_edits(project, report, blocked, listed, judging.judge)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judging:
    """What judging one project and variants of it has in common."""

    around: Surroundings
    supply: Source
    listed: Listed
    baseline: frozenset[str]
    today: date | None

    def judge(self, project: Project) -> ProjectReport:
        """The report on a project without edits."""
        graph = self.resolve(project)
        return self.report(project, graph, {} if project.settings.no_inspect else self.inspect(project, graph))

    def resolve(self, project: Project) -> Graph:
        """The tree of a project."""
        self.around.progress(f"resolving {project.name}")
        return _resolve(project, self.supply)

    def inspect(self, project: Project, graph: Graph) -> Mapping[str, Inspected]:
        """What is inside the files of a tree."""
        target, table, memory = project.target, project.settings.table, self.around.memory
        all_calls = project.settings.all_cautions
        return inspect_graph(
            graph, self.supply, target=target, table=table, listed=self.listed, memory=memory, all_calls=all_calls
        )

    def report(self, project: Project, graph: Graph, inspected: Mapping[str, Inspected]) -> ProjectReport:
        """The verdicts on a tree."""
        versions = {node.name: node.chosen.version for node in graph.nodes.values() if node.chosen}
        noted = replace(
            project,
            problems=(*project.problems, *find_lock_problems(project.compared, versions)),
            notes=(*project.target.notes, *self.supply.notes, *project.notes),
        )
        if project.main_module is not None and not project.settings.no_inspect:
            from scanner.judge.worker_code import add_own_code  # noqa: PLC0415  # loads what follows imports

            noted = add_own_code(noted, project.main_module, graph, inspected)
        return judge_project_tree(noted, graph, inspected, self.listed, baseline=self.baseline, today=self.today)


def _resolve(project: Project, supply: Supply) -> Graph:
    if project.is_lock:
        return build_locked_graph(project.dependencies, target=project.target, supply=supply)
    direct = DirectSupply(supply, project.dependencies, project.target)
    options = _resolver_options(project)
    if project.settings.no_deps:
        return resolve_flat(
            project.requirements, target=project.target, supply=direct, constraints=project.constraints, options=options
        )
    graph = resolve_tree(
        project.requirements,
        target=project.target,
        supply=direct,
        constraints=project.constraints,
        overrides=project.overrides,
        options=options,
    )
    return direct.mark_unread(graph)


def _resolver_options(project: Project) -> Options:
    settings = project.resolution
    return Options(
        preferences=project.preferences,
        exclude_newer=settings.exclude_newer,
        resolution=Resolution(settings.resolution),
        prerelease=Prerelease(settings.prerelease),
    )


def _describe_ignores(
    projects: Sequence[Project], reports: Sequence[ProjectReport], *, complete: bool
) -> Iterator[str]:
    is_cut = any(p.settings.offline or p.settings.no_deps or p.settings.no_inspect for p in projects)
    uses = [use for report in reports for use in report.ignores]
    return describe_ignores(uses, is_whole=complete and not is_cut)


def find_target(paths: Sequence[str], settings: Settings) -> Target:
    """The runtime of the first path.

    Raises:
        SettingsError: a Wrangler configuration cannot be read, or flags contradict each other.
    """
    return find_runtime(folder_of(paths[0]), settings)[0]


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
    return Flattened(
        entries=tuple(mask_dependency(entry, noted.hide) for entry in entries if isinstance(entry, Dependency)),
        skipped=tuple(mask_skipped(entry, noted.hide) for entry in entries if isinstance(entry, Skipped)),
        problems=tuple(mask_problem(problem, noted.hide) for file in files for problem in file.parsed.problems),
    )


def explain(requirement: str, settings: Settings, around: Surroundings) -> Report:
    """The report on one requirement, as if a file held just that, with the steps of its judgement as notes.

    Raises:
        SettingsError: the settings cannot be used.
    """
    report = scan((STDIN,), settings, replace(around, read_stdin=lambda: requirement.encode(errors="surrogateescape")))
    project = report.projects[0]
    names = [
        canonicalize_name(row.name)
        for row in project.dependencies
        if row.location is not None and not (row.artifact and row.artifact.origin is Origin.URL)
    ]
    listed = around.listed if around.listed is not None else listed_rows(settings.table_rows)
    with around.open_supply(project.target, IndexSettings(), Path.cwd()) as supply:
        steps = [step for name in names for step in explain_project(name, supply, project.target, listed)]
    return replace(report, notes=(*report.notes, *steps))
