"""What decides the verdicts of a report, each root cause once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule

_AFTER_ARROW = re.compile(r"→\s*([A-Za-z0-9][A-Za-z0-9._-]*)")

_Key = tuple[str | None, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """A dependency that is what it is by its own files, and all that have their verdict from it."""

    root: Judgement
    dependents: tuple[Judgement, ...] = ()
    """In the order of the report."""


def find_causes(report: Report, verdict: Verdict) -> tuple[Cause, ...]:
    """The root causes of one verdict in the order of the report; every dependency with that verdict is in one.

    Who hangs on whom is read from the chains of CS109 («sentence-transformers → torch»), else from ``via``. A
    dependency that inherits its verdict from something the report does not hold stands for itself.
    """
    judged = [judgement for judgement in report.dependencies if judgement.verdict is verdict]
    roots = {_key(judgement): judgement for judgement in judged if not _inherits(judgement)}
    by_name = {judgement.name: key for key, judgement in reversed(roots.items())}
    dependents: dict[_Key, list[Judgement]] = {}
    orphans: set[int] = set()
    for judgement in judged:
        if _inherits(judgement):
            keys = _root_keys(judgement, roots, by_name)
            for key in keys:
                dependents.setdefault(key, []).append(judgement)
            if not keys:
                orphans.add(id(judgement))
    return tuple(
        Cause(root=judgement, dependents=tuple(dependents.pop(_key(judgement), ())))
        for judgement in judged
        if not _inherits(judgement) or id(judgement) in orphans
    )


def deciding_findings(judgement: Judgement) -> tuple[Finding, ...]:
    """The findings that make the verdict what it is: blockers, what left it unknown, or the cautions.

    Never empty where there is a finding at all and the verdict is not WORKERS.
    """
    if judgement.verdict is Verdict.WORKERS:
        return tuple(finding for finding in judgement.findings if finding.level is Level.CAUTION)
    if judgement.verdict is Verdict.CONTAINER:
        chosen = [finding for finding in judgement.findings if finding.level is Level.BLOCKER]
    else:
        chosen = [
            finding
            for finding in judgement.findings
            if finding.rule.leaves_unknown or finding.rule is Rule.CS109 or finding.level is Level.BLOCKER
        ]
    return tuple(chosen or judgement.findings[:1])


def find_remedies(judgement: Judgement, findings: Iterable[Finding]) -> tuple[str, ...]:
    """What to do, each remedy once and none that another only says at greater length; the alternative's own words are
    left to it.
    """
    told = judgement.alternative.use if judgement.alternative else None
    remedies = dict.fromkeys(item.remedy for item in findings if item.remedy and item.remedy != told)
    return tuple(one for one in remedies if not any(other.startswith(f"{one}, ") for other in remedies))


def find_inherited_remedies(cause: Cause) -> tuple[str, ...]:
    """What to do about those that hang on a cause, where that is more than what to do about the cause itself."""
    findings = [finding for one in cause.dependents for finding in deciding_findings(one) if finding.rule is Rule.CS109]
    own = find_remedies(cause.root, cause.root.findings)
    return tuple(remedy for remedy in find_remedies(cause.root, findings) if remedy not in own)


def chains_to(judgement: Judgement) -> tuple[tuple[str, ...], ...]:
    """The chains from direct dependencies down to this one, itself included; none for what is declared itself."""
    chains = (chain if chain[-1:] == (judgement.name,) else (*chain, judgement.name) for chain in judgement.via)
    return tuple(chain for chain in chains if len(chain) > 1)


def _inherits(judgement: Judgement) -> bool:
    return judgement.own_verdict is not judgement.verdict


def _key(judgement: Judgement) -> _Key:
    return (judgement.location.path if judgement.location else None, judgement.name)


def _root_keys(judgement: Judgement, roots: Mapping[_Key, Judgement], by_name: Mapping[str, _Key]) -> list[_Key]:
    """The roots that this dependency hangs on, each once; one of the same file is preferred."""
    path = judgement.location.path if judgement.location else None
    names = list(_names_blamed(judgement, by_name))
    if not names:
        names = [
            root.name
            for root in roots.values()
            if any(judgement.name in chain for chain in root.via) and root.name != judgement.name
        ]
    keys = ((path, name) if (path, name) in roots else by_name[name] for name in names)
    return list(dict.fromkeys(keys))


def _names_blamed(judgement: Judgement, known: Iterable[str]) -> Iterable[str]:
    """The root at the end of each chain that a CS109 of this dependency draws."""
    for finding in judgement.findings:
        if finding.rule is Rule.CS109:
            for text in (finding.message, *(evidence.fact for evidence in finding.evidence)):
                names = [name for name in _AFTER_ARROW.findall(text) if name in known]
                yield from names[-1:]
