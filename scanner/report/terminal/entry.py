"""The lines below one dependency in the terminal report, as labels with text: in short, or all of them."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.finding import Finding
from scanner.model.report import Judgement, Verdict
from scanner.report.causes import chains_to, deciding_findings, find_remedies
from scanner.report.escape import clean
from scanner.report.folding import find_cautions, list_codes
from scanner.report.rule_help import RULE_HELP
from scanner.report.terminal.typeset import Span
from scanner.report.wording import describe_chain, describe_dependency, describe_finding, describe_size

Detail = tuple[str, tuple[Span, ...]]
"""A label, and what stands beside it."""


def find_details(judgement: Judgement) -> Iterator[Detail]:
    """Why it does not run, the way it came in, what to use instead and what to do: a line or two each."""
    deciding = deciding_findings(judgement)
    if deciding:
        first, *others = deciding
        yield "why", (_tell_briefly(judgement, first), (f" ({_codes(first, others)})", "dim"))
    first_chain, *other_chains = chains_to(judgement) or ((),)
    if first_chain:
        more = f" and {len(other_chains)} more" if other_chains else ""
        yield "via", (describe_chain(first_chain), (more, "dim"))
    if judgement.alternative:
        yield "instead", (clean(judgement.alternative.use),)
    remedies = find_remedies(judgement, deciding)
    for remedy in remedies:
        yield "remedy", (clean(remedy),)
    if judgement.verdict is Verdict.UNKNOWN and deciding and not remedies:
        yield "remedy", (RULE_HELP[deciding[0].rule].remedy,)


def find_limit_details(judgement: Judgement) -> Iterator[Detail]:
    """The gravest limit with the codes of all, and what to do about it."""
    first, *others = find_cautions(judgement)
    yield "limit", ((f"{_codes(first, others)}  ", "dim"), _tell_briefly(judgement, first))
    if judgement.alternative:
        yield "instead", (clean(judgement.alternative.use),)
    else:
        for remedy in find_remedies(judgement, (first,)):
            yield "remedy", (clean(remedy),)


def find_all_details(judgement: Judgement, verbose: int) -> Iterator[Detail]:
    """All findings with their evidence, every chain, the alternative with its page; from ``-vv`` on also the file."""
    for finding in judgement.findings:
        yield from _find_reasons(judgement, finding)
    for chain in chains_to(judgement):
        yield "via", (describe_chain(chain),)
    if judgement.alternative:
        url = (clean(judgement.alternative.url), "cyan")
        yield "instead", (clean(judgement.alternative.use), (" · ", "dim"), url)
    for remedy in find_remedies(judgement, judgement.findings):
        yield "remedy", (clean(remedy),)
    if judgement.artifact and verbose > 1:
        size_bytes = judgement.artifact.size_bytes
        size = "" if size_bytes is None else f", {describe_size(size_bytes)}"
        yield "file", (f"{clean(judgement.artifact.filename)} ({judgement.artifact.origin.value}{size})",)


def _find_reasons(judgement: Judgement, finding: Finding) -> Iterator[Detail]:
    decides = judgement.verdict is not Verdict.WORKERS and finding in deciding_findings(judgement)
    yield "why" if decides else finding.level.value, (describe_finding(finding),)
    for evidence in finding.evidence:
        origin = (f" [{clean(evidence.origin)}, {evidence.strength.value}]", "dim")
        yield "", (("– ", "dim"), clean(evidence.fact), origin)


def _tell_briefly(judgement: Judgement, finding: Finding) -> str:
    """What the finding says, without the name, version and category that stand in the line above it."""
    told = clean(finding.message).removeprefix(f"{describe_dependency(judgement)} ")
    return told.replace(f" ({clean(judgement.category)})", "", 1) if judgement.category else told


def _codes(first: Finding, others: list[Finding]) -> str:
    """The code of the finding that is told, and those of the others: «CS201; also CS101»."""
    also = list_codes(other for other in others if other.rule is not first.rule)
    return f"{first.rule.code}; also {also}" if also else first.rule.code
