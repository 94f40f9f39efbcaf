"""What a dependency has from what it requires: verdicts passed up the tree, and how that is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.inspect.import_report import ImportReport
from scanner.judge.chains import Chain, Edges, inherit_verdicts
from scanner.judge.deferred import Late
from scanner.judge.rules import Subject
from scanner.model.acceptance import accept, all_accepted
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.report import Verdict
from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One node with what was found on it."""

    subject: Subject
    findings: tuple[Finding, ...]
    own_verdict: Verdict

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """What makes it need a container."""
        return tuple(finding for finding in self.findings if finding.level is Level.BLOCKER)

    def fails_only_on_import(self, report: ImportReport) -> bool:
        """Whether it installs, and all that stands against it is what importing it runs into."""
        blockers = self.blockers
        return (
            bool(blockers)
            and report.fails
            and all(finding in report.findings or finding.rule is Rule.CS104 for finding in blockers)
        )

    @property
    def is_accepted(self) -> bool:
        """Whether it is unknown by itself, and accepted as such."""
        return self.own_verdict is Verdict.UNKNOWN and all_accepted(self.findings)


def inherit(judged: Mapping[str, Judged], edges: Edges, late: Late) -> dict[str, tuple[Verdict, Chain]]:
    """What each node has from below; an accepted unknown is passed up only where nothing that counts is."""
    if not any(edges.values()):
        return {}
    too_large = {key for key, one in judged.items() if any(finding.rule is Rule.CS401 for finding in one.blockers)}
    passes = {pair for pair in late.passes if pair[1] not in too_large}
    is_accepted = {key: one.is_accepted for key, one in judged.items()}
    accepted = {key: one.own_verdict if is_accepted[key] else Verdict.WORKERS for key, one in judged.items()}
    counting = {key: Verdict.WORKERS if is_accepted[key] else one.own_verdict for key, one in judged.items()}
    passed = {
        key: found
        for key, found in inherit_verdicts(accepted, edges).items()
        if judged[key].own_verdict is Verdict.WORKERS
    }
    return {**passed, **inherit_verdicts(counting, edges, passes)}


def inherited_finding(verdict: Verdict, chain: Chain, judged: Mapping[str, Judged], advice: str | None) -> Finding:
    """The finding that tells whence a verdict comes, with what would spare it."""
    told = " → ".join(chain)
    cause = judged[chain[-1]]
    blocked = verdict is Verdict.CONTAINER
    why = next((f for f in cause.findings if (f.level is Level.BLOCKER) is blocked), None)
    need = "needs a container" if blocked else "could not be judged"
    finding = Finding(
        rule=Rule.CS109,
        level=Level.BLOCKER if blocked else Level.CAUTION,
        message=f"requires {chain[-1]}, which {need}: {told}",
        evidence=(
            Evidence(fact=told, origin=why.message if why else chain[-1], strength=Strength.PROVEN),
            *(cause.findings[0].evidence[:1] if cause.findings else ()),
        ),
        remedy=advice or (why.remedy if why else None),
    )
    return accept(finding, f"accepted for {chain[-1]}") if cause.is_accepted else finding
