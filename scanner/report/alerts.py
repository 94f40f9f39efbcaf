"""The findings of a report as single alerts, for the services that track each of them from scan to scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.edit import Edit
from scanner.model.finding import Accepted, Finding, Level, Problem, fingerprint
from scanner.model.report import Judgement, ProjectReport, Report, Verdict
from scanner.model.rule import Rule, SarifLevel
from scanner.report.causes import chains_to, deciding_findings, find_causes, find_remedies
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit, find_edits
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import VERDICT_WORDS, describe_chain, describe_dependency

_WORST_FIRST = tuple(SarifLevel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One finding of one dependency, or one problem."""

    severity: SarifLevel
    rule: Rule
    message: str
    """Safe to show; the first sentence stands for itself."""
    place: Location
    is_placed: bool = True
    """Whether a file declares or requires it; else the place is the first line of the first file."""
    fingerprint: str
    project: ProjectReport | None = None
    """None for a problem of the whole scan."""
    judgement: Judgement | None = None
    dependents: tuple[str, ...] = ()
    """The dependencies that have their verdict from this one."""
    edits: tuple[Edit, ...] = ()
    """Those that remove the finding."""
    accepted: Accepted | None = None


def find_alerts(report: Report, context: ReportContext) -> Iterator[Alert]:
    """An alert for each finding and problem: the worst first, the accepted last, otherwise in the order of the report.

    A dependency that only inherits its verdict is named in the alert of its cause, unless it stands on another line.
    """
    alerts: list[Alert] = []
    for project in report.projects:
        places = Places(project, context)
        alerts += _find_judged(project, places)
        alerts += (_from_problem(problem, project, places) for problem in project.problems)
    if report.projects:
        first = Places(report.projects[0], context)
        alerts += (_from_problem(problem, None, first) for problem in report.problems)
    yield from sorted(alerts, key=lambda one: (one.accepted is not None, _WORST_FIRST.index(one.severity)))


def _find_judged(project: ProjectReport, places: Places) -> Iterator[Alert]:
    causes = [cause for verdict in (Verdict.CONTAINER, Verdict.UNKNOWN) for cause in find_causes(project, verdict)]
    dependents = {
        id(row): tuple(clean(one.name) for one in cause.dependents)
        for cause in causes
        for row in (cause.root, *cause.repeated)
    }
    root_places = {places.of(cause.root) for cause in causes}
    for judgement in project.dependencies:
        inherits = judgement.verdict is not Verdict.WORKERS and id(judgement) not in dependents
        is_named = judgement.location is None or places.of(judgement) in root_places
        place = places.of(judgement) or places.fallback
        for finding in judgement.findings:
            if inherits and is_named and finding.rule is Rule.CS109:
                continue
            decides = judgement.verdict is not Verdict.WORKERS and finding in deciding_findings(judgement)
            names = dependents.get(id(judgement), ()) if decides else ()
            edits = tuple(find_edits(project, judgement, [finding]))
            yield Alert(
                severity=_severity(finding),
                rule=finding.rule,
                message=_message(judgement, finding, names, edits, places),
                place=place,
                is_placed=places.of(judgement) is not None,
                fingerprint=fingerprint(finding.rule, project.path, judgement.name),
                project=project,
                judgement=judgement,
                dependents=names,
                edits=edits,
                accepted=finding.accepted,
            )


def _from_problem(problem: Problem, project: ProjectReport | None, places: Places) -> Alert:
    return Alert(
        severity=_severity(problem),
        rule=problem.rule,
        message=_sentences([clean(problem.message), *([f"Remedy: {clean(problem.remedy)}"] if problem.remedy else [])]),
        place=places.named(problem.location) if problem.location else places.fallback,
        is_placed=problem.location is not None,
        fingerprint=fingerprint(problem.rule, project.path if project else "", problem.message),
        project=project,
        accepted=problem.accepted,
    )


def _severity(finding: Finding | Problem) -> SarifLevel:
    """The rule's level, for a finding as severe as the rule's usually are; else what its own level says."""
    if finding.level is finding.rule.severity or finding.rule.leaves_unknown:
        return finding.rule.sarif_level
    return SarifLevel.ERROR if finding.level is Level.BLOCKER else SarifLevel.NOTE


def _message(
    judgement: Judgement, finding: Finding, dependents: tuple[str, ...], edits: tuple[Edit, ...], places: Places
) -> str:
    limits = ", with limits" if judgement.has_cautions else ""
    parts = [f"{describe_dependency(judgement)} {VERDICT_WORDS[judgement.verdict]}{limits}: {clean(finding.message)}"]
    parts += [f"Required by: {describe_chain(chain)}" for chain in chains_to(judgement)]
    if dependents:
        parts.append(f"Also affects: {', '.join(dependents)}")
    if judgement.alternative and finding in deciding_findings(judgement):
        parts.append(f"Instead: {clean(judgement.alternative.use)} ({clean(judgement.alternative.url)})")
    parts += [f"Edit: {describe_edit(edit, places)}" for edit in edits]
    parts += [f"Remedy: {clean(remedy)}" for remedy in find_remedies(judgement, [finding])]
    return _sentences(parts)


def _sentences(parts: list[str]) -> str:
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)
