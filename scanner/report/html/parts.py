"""The parts of the HTML page that carry text: explanations, evidence and the table of all dependencies."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from scanner.model.finding import Evidence, Finding
from scanner.model.report import Judgement, Report, Verdict
from scanner.report.causes import chains_to, deciding_findings, find_remedies
from scanner.report.context import ReportContext
from scanner.report.escape import clean, is_web_address, redact_credentials
from scanner.report.html.pictures import size_bar
from scanner.report.places import Places, describe_place
from scanner.report.wording import (
    LIMITS_MARK,
    VERDICT_MARKS,
    VERDICT_WORDS,
    describe_chain,
    describe_dependency,
    describe_size,
)

_COLUMNS = (
    ("Dependency", "name"),
    ("Verdict", "verdict"),
    ("Why, and the evidence", "why"),
    ("Declared at", "place"),
    ("File", "size"),
)
_BACKTICKED = re.compile(r"`([^`]+)`")
_VERDICT_ORDER = {Verdict.CONTAINER: 0, Verdict.UNKNOWN: 1, Verdict.WORKERS: 3}


class Ids:
    """The anchors of the rows, by the order of the report."""

    def __init__(self, report: Report) -> None:
        self._numbers = {id(judgement): number for number, judgement in enumerate(report.dependencies, start=1)}

    def of(self, judgement: Judgement) -> str:
        """The anchor of this dependency's row."""
        return f"d{self._numbers[id(judgement)]}"


def text(value: str) -> str:
    """The text as HTML, for content and for quoted attributes."""
    return html.escape(clean(value))


def code(value: str) -> str:
    """The text as code; nothing for the empty string."""
    return f"<code>{text(value)}</code>" if value else ""


def prose(value: str) -> str:
    """A sentence as HTML; what it has between backticks becomes code."""
    return _BACKTICKED.sub(r"<code>\1</code>", text(value))


@lru_cache(maxsize=1024)
def link(label: str, url: str) -> str:
    """A link that opens elsewhere, or plain text where the address is none of the web."""
    if not is_web_address(url):
        return f"{text(label)} {code(url)}"
    address = html.escape(clean(redact_credentials(url)))
    return f'<a href="{address}" rel="noreferrer noopener" target="_blank">{text(label)}</a>'


def badge(judgement: Judgement) -> str:
    """The verdict as a coloured word with its sign."""
    if judgement.has_cautions:
        return f'<span class="badge limits">{LIMITS_MARK} runs, with limits</span>'
    mark, words = VERDICT_MARKS[judgement.verdict], VERDICT_WORDS[judgement.verdict]
    return f'<span class="badge {judgement.verdict.value}">{mark} {words}</span>'


def explanation(judgement: Judgement, context: ReportContext) -> str:
    """What decides, the chains, what to use instead and what to do, as paragraphs."""
    findings = deciding_findings(judgement)
    reasons = "".join(f"<p>{prose(finding.message)} {_rule(finding, context)}</p>\n" for finding in findings)
    return reasons + _advice(judgement, findings)


def dependency_table(report: Report, places: Places, ids: Ids, context: ReportContext) -> Iterator[str]:
    """The table of all dependencies, row by row, with the controls that its script brings to life."""
    if not report.dependencies:
        yield "<p>No dependency was found.</p>\n"
        return
    largest_bytes = max((_size_bytes(judgement) or 0 for judgement in report.dependencies), default=0)
    headings = "".join(f'<th scope="col" data-sort="{key}">{heading}</th>' for heading, key in _COLUMNS)
    yield _controls(report)
    yield '<div class="scroll" role="region" aria-label="Table of all dependencies" tabindex="0">\n<table>\n'
    yield f"<thead><tr>{headings}</tr></thead>\n<tbody>\n"
    for judgement in report.dependencies:
        yield _row(judgement, places, ids.of(judgement), context, largest_bytes)
    yield "</tbody>\n</table>\n</div>\n"


def _controls(report: Report) -> str:
    """Search and filters; hidden until the script, without which they do nothing, shows them."""
    limits = report.with_cautions
    choices = (
        ("container", "needs a container", report.count(Verdict.CONTAINER)),
        ("unknown", "unknown", report.count(Verdict.UNKNOWN)),
        ("limits", "runs, with limits", limits),
        ("workers", "runs", report.count(Verdict.WORKERS) - limits),
    )
    boxes = "".join(
        f'<label><input type="checkbox" value="{value}" checked> {words} ({number})</label>'
        for value, words, number in choices
        if number
    )
    return (
        '<form class="controls" hidden>\n<label>Search <input type="search" autocomplete="off"></label>\n'
        f'<fieldset><legend>Show</legend>{boxes}</fieldset>\n<p role="status"></p>\n</form>\n'
    )


def _row(judgement: Judgement, places: Places, anchor: str, context: ReportContext, largest_bytes: int) -> str:
    kind = "limits" if judgement.has_cautions else judgement.verdict.value
    order = 2 if judgement.has_cautions else _VERDICT_ORDER[judgement.verdict]
    size_bytes = _size_bytes(judgement)
    cells = (
        f'<th scope="row">{_name(judgement)}</th>',
        f'<td data-key="{order}">{badge(judgement)}</td>',
        f"<td>{_why(judgement, context)}</td>",
        f'<td data-key="{anchor[1:]}">{code(describe_place(places.of(judgement)))}</td>',
        f'<td data-key="{size_bytes or 0}">{_file(judgement, largest_bytes)}</td>',
    )
    return f'<tr id="{anchor}" data-kind="{kind}">{"".join(cells)}</tr>\n'


def _name(judgement: Judgement) -> str:
    """The name and version, what was asked for, and for what came along, the way it came."""
    asked = clean(judgement.requirement)
    title = describe_dependency(judgement)
    lines = [text(title)]
    if asked and asked != title:
        lines.append(f"<small>{code(judgement.requirement)}</small>")
    lines += [f"<small>{text(describe_chain(chain))}</small>" for chain in chains_to(judgement)[:1]]
    return "".join(lines)


def _why(judgement: Judgement, context: ReportContext) -> str:
    """The first reason, which opens to its evidence, to all other findings with theirs and to the advice."""
    if not judgement.findings:
        return ""
    first, *others = dict.fromkeys((*deciding_findings(judgement), *judgement.findings))
    told = "".join(
        f"<p>{prose(finding.message)} {_rule(finding, context)}</p>\n{_evidence_list(finding)}" for finding in others
    )
    return (
        f"<details><summary>{prose(first.message)}</summary>\n<p>{_rule(first, context)} {text(first.rule.title)}</p>\n"
        f"{_evidence_list(first)}{told}{_advice(judgement, judgement.findings)}</details>"
    )


def _advice(judgement: Judgement, findings: Iterable[Finding]) -> str:
    chains = [f'<p class="chain">{text(describe_chain(chain))}</p>\n' for chain in chains_to(judgement)]
    alternative = judgement.alternative
    instead = [f"<p><strong>Instead:</strong> {link(alternative.use, alternative.url)}</p>\n"] if alternative else []
    remedies = [f"<p><strong>Remedy:</strong> {prose(told)}</p>\n" for told in find_remedies(judgement, findings)]
    return "".join((*chains, *instead, *remedies))


def _rule(finding: Finding, context: ReportContext) -> str:
    url = context.rule_url(finding.rule.code)
    label = link(finding.rule.code, url) if url else finding.rule.code
    return f'<span class="rule" title="{text(finding.rule.title)}">{label}</span>'


def _evidence_list(finding: Finding) -> str:
    items = "".join(map(_evidence, finding.evidence))
    return f'<ul class="evidence">{items}</ul>\n' if items else ""


def _evidence(evidence: Evidence) -> str:
    origin = link(evidence.origin, evidence.origin) if is_web_address(evidence.origin) else text(evidence.origin)
    return f"<li>{text(evidence.fact)} <small>{origin}, {evidence.strength.value}</small></li>"


def _file(judgement: Judgement, largest_bytes: int) -> str:
    artifact = judgement.artifact
    if artifact is None:
        return ""
    size_bytes = artifact.size_bytes
    size = f"{describe_size(size_bytes)} {size_bar(size_bytes, largest_bytes)}" if size_bytes is not None else ""
    return f"{size}<small>{text(artifact.filename)} ({artifact.origin.value})</small>"


def _size_bytes(judgement: Judgement) -> int | None:
    return judgement.artifact.size_bytes if judgement.artifact else None
