"""The side of each direct dependency: it stays in the Worker, moves to the container, or a service replaces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import canonicalize_name

from scanner.model.finding import Alternative, Level
from scanner.model.graph import reachable
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule
from scanner.plan.model import Counted, Placement, Side
from scanner.runtime.tables import (
    Effect,
    ServiceRow,
    load_alternatives,
    load_incompatible,
    load_pyodide,
    load_workloads,
)


def place_dependencies(report: ProjectReport, counted: Counted) -> tuple[Placement, ...]:
    """Every direct dependency with its side, in the order of the report, each name once."""
    placed: dict[str, Placement] = {}
    for judgement in find_direct(report):
        if judgement.name not in placed:
            placed[judgement.name] = _place(judgement, report, counted)
    return tuple(placed.values())


def find_direct(report: ProjectReport) -> tuple[Judgement, ...]:
    """The direct dependencies of the project."""
    return report.requirements


def find_below(report: ProjectReport, names: Iterable[str]) -> tuple[Judgement, ...]:
    """These packages and their transitive dependencies on the target, sorted by name."""
    by_key = {judgement.key: judgement for judgement in report.dependencies}
    selected = set(names)
    starts = [judgement.key for judgement in find_direct(report) if judgement.name in selected]
    reached = reachable(starts, report.graph.edges)
    return tuple(sorted((by_key[key] for key in reached if key in by_key), key=lambda judgement: judgement.key))


def find_bringers(report: ProjectReport, judgement: Judgement) -> tuple[str, ...]:
    """The direct dependencies that require this one; empty if it is direct itself."""
    direct = find_direct(report)
    if judgement in direct:
        return ()
    return tuple(dict.fromkeys(each.name for each in direct if judgement in find_below(report, (each.name,))))


def find_blocked(report: ProjectReport) -> tuple[Judgement, ...]:
    """The packages that need a container themselves, direct or transitive."""
    return tuple(judgement for judgement in report.dependencies if judgement.own_verdict is Verdict.CONTAINER)


def _place(judgement: Judgement, report: ProjectReport, counted: Counted) -> Placement:
    row = load_incompatible().by_name.get(canonicalize_name(judgement.name))
    if row is not None and row.effect is Effect.REMOVE:
        return _placement(judgement, Side.DROPPED, f"not needed on Workers: {row.use}", judgement.alternative)
    match judgement.verdict:
        case Verdict.CONTAINER:
            return _place_blocked(judgement, report, counted)
        case Verdict.UNKNOWN:
            return _placement(judgement, Side.UNKNOWN, _first_message(judgement) or "its verdict is unknown")
    limits = ", with limits" if judgement.has_cautions else ""
    return _placement(judgement, Side.WORKER, f"it runs on Workers{limits}")


def _place_blocked(judgement: Judgement, report: ProjectReport, counted: Counted) -> Placement:
    if judgement.own_verdict is not Verdict.CONTAINER:
        causes = [below.name for below in find_below(report, (judgement.name,)) if below in find_blocked(report)]
        needed = ", ".join(causes) or "something that needs a container"
        return _placement(judgement, Side.CONTAINER, f"it requires {needed}")
    key, service = _find_service(judgement)
    reason = _first_message(judgement) or "it needs a container"
    if service is None or service.fit == "build":
        return _placement(judgement, Side.CONTAINER, reason, way_out=_way_out(judgement, report))
    is_early = service.since is not None and report.target.compatibility_date < service.since
    counts = counted is Counted.PART or (counted is Counted.WHOLE and service.fit == "whole")
    is_taken = counts and not is_early
    return _placement(
        judgement,
        Side.SERVICE if is_taken else Side.CONTAINER,
        reason,
        judgement.alternative,
        way_out=_way_out(judgement, report),
        service_key=key,
        fit=service.fit,
        since=str(service.since) if is_early else None,
        drivers=service.drivers if is_taken else (),
    )


def _find_service(judgement: Judgement) -> tuple[str | None, ServiceRow | None]:
    row = load_incompatible().by_name.get(canonicalize_name(judgement.name))
    key = row.alternative if row is not None and judgement.alternative is not None else None
    return key, load_workloads().services.get(key) if key else None


def _way_out(judgement: Judgement, report: ProjectReport) -> str | None:
    """A change that keeps it in the Worker; for a table's verdict only a build helps, not another version."""
    blockers = {finding.rule for finding in judgement.findings if finding.level is Level.BLOCKER}
    if Rule.CS201 not in blockers:
        remedies = (finding.remedy for finding in judgement.findings if finding.rule in (Rule.CS105, Rule.CS107))
        return next((remedy for remedy in remedies if remedy), None)
    name = canonicalize_name(judgement.name)
    row, package = load_incompatible().by_name.get(name), load_pyodide(report.target.pyodide).packages.get(name)
    if row is None or not row.build_lifts or package is None or str(package.version) != judgement.version:
        return None
    return f"Pyodide {report.target.pyodide} has {package.name} {package.version}: `--table advise` relies on it"


def _first_message(judgement: Judgement) -> str:
    blockers = [finding for finding in judgement.findings if finding.level is Level.BLOCKER]
    open_ends = [finding for finding in judgement.findings if finding.rule.leaves_unknown]
    reasons: Sequence[str] = [f"{finding.message} ({finding.rule.code})" for finding in (*blockers, *open_ends)]
    return reasons[0] if reasons else ""


def _placement(
    judgement: Judgement,
    side: Side,
    reason: str,
    service: Alternative | None = None,
    *,
    way_out: str | None = None,
    service_key: str | None = None,
    fit: str = "",
    since: str | None = None,
    drivers: tuple[str, ...] = (),
) -> Placement:
    return Placement(
        name=judgement.name,
        requirement=judgement.requirement,
        version=judgement.version,
        side=side,
        reason=reason,
        service=service,
        service_key=service_key,
        product=load_alternatives()[service_key].product if service_key else "",
        fit=fit,
        since=since,
        drivers=drivers,
        way_out=way_out,
        location=judgement.location,
    )


def module_names(name: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The top-level modules under which a distribution is imported; ``known`` are those of the Pyodide release."""
    own = load_workloads().imports.get(canonicalize_name(name))
    yield from own or known.get(name) or (name.replace("-", "_").replace(".", "_"),)
