"""From one project's tree to its report: verdicts, accepted findings, order, and which findings are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from scanner.inputs.projects import Project, describe
from scanner.inputs.table_rows import Listed
from scanner.inspect.distributions import Inspected
from scanner.judge.ignores import accept_findings, make_exemptions, parse_rules
from scanner.judge.project_verdict import judge_outstanding, judge_project
from scanner.judge.verdicts import JudgedTree, judge_tree
from scanner.model.dependency import Location
from scanner.model.errors import describe_unexpected
from scanner.model.finding import Problem
from scanner.model.graph import Graph
from scanner.model.report import DataAge, Judgement, ProjectReport, Verdict
from scanner.model.rule import Level, Rule
from scanner.resolve import Graph as Resolved
from scanner.resolve import Node
from scanner.runtime import tables


def judge_project_tree(
    project: Project,
    graph: Resolved,
    inspected: Mapping[str, Inspected],
    listed: Listed,
    *,
    baseline: frozenset[str] = frozenset(),
    today: date | None = None,
) -> ProjectReport:
    """The report on one project.

    Raises:
        SourceError: an entry that accepts findings cannot be used.
    """
    return _report(project, judge_tree(project, graph, inspected, listed), _to_graph(graph), baseline, today)


def has_unknown_runtime(project: Project) -> bool:
    """Whether nothing can be said about a project: its runtime flag is unknown, or its configuration is broken."""
    return any(
        problem.rule is Rule.CS603
        or (problem.rule.leaves_unknown and problem.location is not None and problem.location.path == project.wrangler)
        for problem in project.problems
    )


def leave_unknown(project: Project, *, baseline: frozenset[str], today: date | None) -> ProjectReport:
    """The report on a project of unknown runtime: every declaration is unknown, and a problem says why.

    Raises:
        SourceError: an entry that accepts findings cannot be used.
    """
    rows = tuple(
        Judgement(
            name=str(dependency.name or dependency.text or dependency.url),
            requirement=describe(dependency),
            version=str(dependency.pin) if dependency.pin else None,
            verdict=Verdict.UNKNOWN,
            own_verdict=Verdict.UNKNOWN,
            direct=dependency.direct,
            location=None if dependency.name in project.implicit else dependency.location,
        )
        for dependency in project.dependencies
    )
    return _report(project, JudgedTree(judgements=rows, bundle=None), Graph(), baseline, today)


def _report(
    project: Project, tree: JudgedTree, graph: Graph, baseline: frozenset[str], today: date | None
) -> ProjectReport:
    settings = project.settings
    exemptions = make_exemptions(settings.ignore, settings.accept, project.comments, project.declared)
    accepted = accept_findings(
        sorted(tree.judgements, key=_by_place),
        sorted(dict.fromkeys(project.problems), key=_by_line),
        exemptions,
        project_path=project.path,
        baseline=baseline,
        today=today,
    )
    report = ProjectReport(
        name=project.name,
        path=project.path,
        files=project.files,
        wrangler=project.wrangler,
        table=settings.table,
        fail_on=settings.fail_on,
        target=project.target,
        verdict=judge_project((), project.skipped, accepted.problems),
        dependencies=accepted.judgements,
        bundle=tree.bundle,
        ignores=accepted.ignores,
        skipped=tuple(sorted(project.skipped, key=lambda entry: entry.location)),
        problems=accepted.problems,
        notes=tuple(dict.fromkeys(project.notes)),
        graph=graph,
    )
    report = replace(
        report,
        verdict=judge_project(report.requirements, report.skipped, report.problems),
        outstanding=judge_outstanding(report.requirements, report.skipped, report.problems),
    )
    rules = parse_rules(settings.select, "--select")
    return replace(report, dependencies=tuple(_select(one, rules, settings.min_level) for one in report.dependencies))


def _to_graph(graph: Resolved) -> Graph:
    """The tree by the keys that judgements have."""
    keys = {key: _judgement_key(node) for key, node in graph.nodes.items()}
    return Graph(
        roots=tuple(dict.fromkeys(keys[root] for root in graph.roots if root in keys)),
        edges={
            keys[key]: tuple(keys[child] for child in node.requires if child in keys)
            for key, node in graph.nodes.items()
        },
        extras={
            (keys[key], keys[child]): extra
            for key, node in graph.nodes.items()
            for extra, brought in node.brought_by_extra.items()
            for child in brought
            if child in keys
        },
    )


def _judgement_key(node: Node) -> str:
    return f"{node.name}=={node.chosen.version}" if node.chosen else str(node.name)


def _select(judgement: Judgement, rules: frozenset[Rule], min_level: Level) -> Judgement:
    """The row with the findings that are to be reported; verdicts stay."""
    levels = tuple(Level)[: tuple(Level).index(min_level) + 1]
    shown = tuple(one for one in judgement.findings if one.level in levels and (not rules or one.rule in rules))
    return judgement if shown == judgement.findings else replace(judgement, findings=shown)


def _by_place(judgement: Judgement) -> tuple[bool, str, int, int, str]:
    """By location and then name; what has no location comes last."""
    place = judgement.location
    if place is None:
        return (True, "", 0, 0, judgement.name)
    return (False, place.path, place.line, place.column, judgement.name)


def _by_line(problem: Problem) -> tuple[str, int]:
    return (problem.location.path, problem.location.line) if problem.location else ("", 0)


def find_old_data(age: DataAge | None, maximum_days: int | None) -> Iterator[Problem]:
    """CS604 if the data are older than `--max-data-age` allows."""
    reason = tables.describe_too_old(age, maximum_days) if age is not None and maximum_days is not None else None
    if reason is not None:
        yield Problem(
            rule=Rule.CS604, message=reason, location=None, remedy="update the data: `compat-scan data update`"
        )


def leave_broken(project: Project, error: Exception) -> ProjectReport:
    """A project that is unknown as a whole after an error that no code expects."""
    location = Location(path=next(iter(project.files), project.path), line=1)
    problem = Problem(rule=Rule.CS601, message=describe_unexpected(error), location=location)
    noted = replace(project, problems=(*project.problems, problem))
    return leave_unknown(noted, baseline=frozenset(), today=None)
