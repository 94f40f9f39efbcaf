"""Findings that are told but do not count, because somebody accepted them."""

from __future__ import annotations

from dataclasses import replace

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, Verdict
from scanner.model.rule import Rule


def accept(finding: Finding, reason: str) -> Finding:
    """The finding as a note that says why it does not count."""
    return replace(finding, level=Level.NOTE, message=f"{finding.message} ({reason})")


def is_accepted(judgement: Judgement) -> bool:
    """Whether the dependency is unknown and everything that left it so is accepted: then nothing waits for it."""
    return judgement.verdict is Verdict.UNKNOWN and all_accepted(judgement.findings)


def all_accepted(findings: tuple[Finding, ...]) -> bool:
    """Whether no finding that leaves something unknown (CS5xx, or CS109 by inheritance) still counts."""
    telling = [finding for finding in findings if finding.rule.leaves_unknown or finding.rule is Rule.CS109]
    return bool(telling) and all(finding.level is Level.NOTE for finding in telling)
