"""The lines below one dependency in the terminal report, as labels with text: in short, or all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import chains_to, deciding_findings, find_remedies
from scanner.report.escape import clean
from scanner.report.rule_help import RULE_HELP
from scanner.report.terminal.typeset import Span
from scanner.report.wording import describe_chain, describe_dependency, describe_finding, describe_size

Detail = tuple[str, tuple[Span, ...]]
"""A label, and the text beside it."""

_CALLS_ONLY = frozenset({Rule.CS302, Rule.CS303, Rule.CS304, Rule.CS305, Rule.CS306})


def is_startup(finding: Finding) -> bool:
    """Whether it is about the top level of a Worker."""
    return finding.rule is Rule.CS307


def find_cautions(judgement: Judgement) -> tuple[Finding, ...]:
    """Its cautions, those about calls last."""
    cautions = (finding for finding in judgement.findings if finding.level is Level.CAUTION)
    return tuple(sorted(cautions, key=lambda finding: finding.rule in _CALLS_ONLY))


def find_details(judgement: Judgement) -> Iterator[Detail]:
    """Why it does not run, what requires it, what to use instead and what to do: a line or two each."""
    deciding = deciding_findings(judgement)
    if deciding:
        yield "why", (_describe_briefly(judgement, deciding[0]), (f" {_codes(deciding)}", "dim"))
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


def find_startup_details(judgement: Judgement) -> Iterator[Detail]:
    """What it does at import time that Workers do not allow at the top level, and what to do."""
    findings = [finding for finding in judgement.findings if is_startup(finding)]
    for finding in findings:
        yield "", (describe_finding(finding),)
    for chain in chains_to(judgement)[:1]:
        yield "via", (describe_chain(chain),)
    for remedy in find_remedies(judgement, findings):
        yield "remedy", (clean(remedy),)


def find_limit_details(judgement: Judgement) -> Iterator[Detail]:
    """The gravest limit with the codes of all, and what to do about it."""
    cautions = [finding for finding in find_cautions(judgement) if not is_startup(finding)]
    yield "limit", (_describe_briefly(judgement, cautions[0]), (f" {_codes(cautions)}", "dim"))
    if judgement.alternative:
        yield "instead", (clean(judgement.alternative.use),)
    else:
        for remedy in find_remedies(judgement, cautions[:1]):
            yield "remedy", (clean(remedy),)


def find_all_details(judgement: Judgement, verbose: int) -> Iterator[Detail]:
    """All findings with their evidence, every chain, the alternative with its page; from ``-vv`` on also the file."""
    for finding in judgement.findings:
        yield from _find_reasons(judgement, finding)
    for chain in chains_to(judgement):
        yield "via", (describe_chain(chain),)
    if judgement.alternative:
        url = (clean(judgement.alternative.url), "cyan")
        yield "instead", (clean(judgement.alternative.use), " ", url)
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


def _describe_briefly(judgement: Judgement, finding: Finding) -> str:
    """What the finding says, without the name and version that stand in the line above it."""
    return clean(finding.message).removeprefix(f"{describe_dependency(judgement)} ")


def _codes(findings: Iterable[Finding]) -> str:
    """The codes of the findings in brackets, each once."""
    return f"[{', '.join(dict.fromkeys(finding.rule.code for finding in findings))}]"
