"""What decides the verdicts of a project, each root cause once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """A dependency that has its verdict by itself, and all that have theirs from it."""

    root: Judgement
    dependents: tuple[Judgement, ...] = ()
    """In the order of the report, each package once."""
    repeated: tuple[Judgement, ...] = ()
    """Further declarations of the root."""

    @property
    def is_accepted(self) -> bool:
        """Whether everything about it is accepted."""
        return all(one.is_accepted for one in (self.root, *self.dependents))


def find_causes(project: ProjectReport, verdict: Verdict) -> tuple[Cause, ...]:
    """The root causes of one verdict in the order of the report; every dependency with that verdict is in one.

    A dependency whose cause is not in the report stands for itself.
    """
    judged = [judgement for judgement in project.dependencies if judgement.verdict is verdict]
    own: dict[tuple[str, str | None], list[Judgement]] = {}
    for one in judged:
        if one.own_verdict is verdict:
            own.setdefault((one.name, one.version), []).append(one)
    dependents: dict[tuple[str, str | None], dict[str, Judgement]] = {key: {} for key in own}
    for one in judged:
        if one.own_verdict is not verdict:
            key = _find_cause(one)
            if key in dependents:
                dependents[key].setdefault(one.key, one)
            else:
                own[one.name, one.version] = [one]
    causes = (
        Cause(root=rows[0], repeated=tuple(rows[1:]), dependents=tuple(dependents.get(key, {}).values()))
        for key, rows in own.items()
    )
    return tuple(causes)


def _find_cause(judgement: Judgement) -> tuple[str, str | None] | None:
    """The package that a dependency inherits its verdict from."""
    for finding in judgement.findings:
        if finding.cause is not None and (finding.level is Level.BLOCKER or finding.leaves_unknown):
            return (finding.cause.name, finding.cause.version)
    return None


def deciding_findings(judgement: Judgement) -> tuple[Finding, ...]:
    """The findings that make the verdict what it is: blockers, what leaves it unknown, or the cautions.

    Never empty where there is a finding at all and the verdict is not WORKERS.
    """
    if judgement.verdict is Verdict.WORKERS:
        return tuple(finding for finding in judgement.findings if finding.level is Level.CAUTION)
    if judgement.verdict is Verdict.CONTAINER:
        chosen = [finding for finding in judgement.findings if finding.level is Level.BLOCKER]
    else:
        chosen = [one for one in judgement.findings if one.leaves_unknown or one.level is Level.BLOCKER]
    return tuple(chosen or judgement.findings[:1])


def find_remedies(judgement: Judgement, findings: Iterable[Finding]) -> tuple[str, ...]:
    """What to do, each remedy once; the alternative's own words are left to it."""
    alternative = judgement.alternative.use if judgement.alternative else None
    return tuple(dict.fromkeys(one.remedy for one in findings if one.remedy and one.remedy != alternative))


def find_inherited_remedies(cause: Cause) -> tuple[str, ...]:
    """What to do about the dependents of a cause, where that is more than what to do about the cause itself."""
    findings = [finding for one in cause.dependents for finding in deciding_findings(one) if finding.rule is Rule.CS109]
    own = find_remedies(cause.root, cause.root.findings)
    return tuple(remedy for remedy in find_remedies(cause.root, findings) if remedy not in own)


def chains_to(judgement: Judgement) -> tuple[tuple[str, ...], ...]:
    """The chains from requirements of the project down to this one, itself included; none for a requirement."""
    chains = (
        chain if chain and chain[-1].partition("==")[0] == judgement.name else (*chain, judgement.name)
        for chain in judgement.via
    )
    return tuple(chain for chain in chains if len(chain) > 1)
