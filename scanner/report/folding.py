"""What the terminal report tells together, so that the few things to act on are not lost among many alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement
from scanner.model.rule import Rule
from scanner.report.causes import Cause, deciding_findings
from scanner.report.wording import counted

CALLS_ONLY = frozenset({Rule.CS302, Rule.CS303, Rule.CS304, Rule.CS305, Rule.CS306})
"""Rules about calls that fail later than at import."""

MANY_UNKNOWN = 3
"""From more root causes than this, those that are unknown by the same rule are told together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitFold:
    """Dependencies that run with limits of one kind which nobody needs to read one by one."""

    one: str
    """What is told of a single one, after «1 package»."""
    many: str
    members: tuple[Judgement, ...]

    @property
    def title(self) -> str:
        """Their number, and what they have in common."""
        return counted(len(self.members), f"package {self.one}", f"packages {self.many}")


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownFold:
    """Root causes that are unknown by the same rule."""

    rule: Rule
    causes: tuple[Cause, ...]

    @property
    def title(self) -> str:
        """Their number, and the title of the rule as the rest of a sentence."""
        return f"{len(self.causes)} packages: {self.rule.title[0].lower()}{self.rule.title[1:]}"


def fold_limits(limited: Iterable[Judgement]) -> tuple[tuple[Judgement, ...], tuple[LimitFold, ...]]:
    """Those to tell one by one, and the rest in folds: what only comes along, with nothing but limits in some calls
    or an older release.
    """
    alone: list[Judgement] = []
    in_calls: list[Judgement] = []
    older: list[Judgement] = []
    for judgement in limited:
        rules = {finding.rule for finding in find_cautions(judgement)}
        if judgement.direct is not False or not rules <= CALLS_ONLY | {Rule.CS105}:
            alone.append(judgement)
        else:
            (in_calls if rules & CALLS_ONLY else older).append(judgement)
    folds = (
        LimitFold(
            one="that comes along fails only in some calls",
            many="that come along fail only in some calls",
            members=tuple(in_calls),
        ),
        LimitFold(
            one="that comes along is an older release, for the newest has no build",
            many="that come along are older releases, for the newest have no build",
            members=tuple(older),
        ),
    )
    return tuple(alone), tuple(fold for fold in folds if fold.members)


def fold_unknown(causes: Sequence[Cause]) -> tuple[tuple[Cause, ...], tuple[UnknownFold, ...]]:
    """Those to tell one by one, and those that are many by the same rule; the order stays."""
    by_rule: dict[Rule, list[Cause]] = {}
    for cause in causes:
        found = deciding_findings(cause.root)
        if found:
            by_rule.setdefault(found[0].rule, []).append(cause)
    folds = tuple(
        UnknownFold(rule=rule, causes=tuple(members))
        for rule, members in by_rule.items()
        if len(members) > MANY_UNKNOWN
    )
    folded = {id(cause) for fold in folds for cause in fold.causes}
    return tuple(cause for cause in causes if id(cause) not in folded), folds


def find_cautions(judgement: Judgement) -> tuple[Finding, ...]:
    """Its cautions, those that do not wait for a call first."""
    cautions = (finding for finding in judgement.findings if finding.level is Level.CAUTION)
    return tuple(sorted(cautions, key=lambda finding: finding.rule in CALLS_ONLY))


def list_codes(findings: Iterable[Finding]) -> str:
    """The codes of the findings, each once, in their order."""
    return ", ".join(dict.fromkeys(finding.rule.code for finding in findings))
