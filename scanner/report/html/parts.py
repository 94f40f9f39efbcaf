"""The parts of the HTML page that carry text: explanations, evidence and the table of all dependencies."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scanner.model.finding import Evidence, Finding, Problem
from scanner.model.report import Judgement, ProjectReport, Report, Verdict
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


def section(heading: str, name: str, items: Iterable[str]) -> Iterator[str]:
    """The section by pieces, for a report may be a hundred megabytes long; nothing where there are no items."""
    title = f'<h2 id="{name}">{heading}</h2>\n'
    before = f'<section aria-labelledby="{name}">\n{title}<ul class="cards">\n'
    after = ""
    for item in items:
        yield f"{before}<li>{item}</li>\n"
        before, after = "", "</ul>\n</section>\n"
    yield after


def explanation(judgement: Judgement, context: ReportContext) -> str:
    """What decides, the chains, what to use instead and what to do, as paragraphs."""
    findings = deciding_findings(judgement)
    return "".join(f"<p>{finding_text(one, context)}</p>\n" for one in findings) + advice(judgement, findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """What the rows of the table are made of."""

    groups: Sequence[tuple[ProjectReport, Places]]
    ids: Ids
    context: ReportContext


def dependency_table(rows: Rows) -> Iterator[str]:
    """The table of all dependencies, row by row, with the controls that its script enables."""
    judgements = [judgement for project, _ in rows.groups for judgement in project.dependencies]
    if not judgements:
        yield "<p>There are no dependencies.</p>\n"
        return
    largest_bytes = max((_size_bytes(judgement) or 0 for judgement in judgements), default=0)
    headings = "".join(f'<th scope="col" data-sort="{key}">{heading}</th>' for heading, key in _COLUMNS)
    yield _controls(judgements)
    yield '<div class="scroll" role="region" aria-label="Table of all dependencies" tabindex="0">\n<table>\n'
    yield f"<thead><tr>{headings}</tr></thead>\n<tbody>\n"
    for project, places in rows.groups:
        name = project.name if len(rows.groups) > 1 else ""
        for judgement in project.dependencies:
            yield _row(judgement, places, name, rows, largest_bytes)
    yield "</tbody>\n</table>\n</div>\n"


def _controls(judgements: Sequence[Judgement]) -> str:
    """Search and filters; hidden until the script, without which they do nothing, shows them."""
    kinds = Counter(map(_kind, judgements))
    choices = (
        ("container", "needs a container"),
        ("unknown", "unknown"),
        ("limits", "runs, with limits"),
        ("workers", "runs"),
    )
    boxes = "".join(
        f'<label><input type="checkbox" value="{value}" checked> {words} ({kinds[value]})</label>'
        for value, words in choices
        if kinds[value]
    )
    return (
        '<form class="controls" hidden>\n<label>Search <input type="search" autocomplete="off"></label>\n'
        f'<fieldset><legend>Show</legend>{boxes}</fieldset>\n<p role="status"></p>\n</form>\n'
    )


def _kind(judgement: Judgement) -> str:
    return "limits" if judgement.has_cautions else judgement.verdict.value


def _row(judgement: Judgement, places: Places, project_name: str, rows: Rows, largest_bytes: int) -> str:
    anchor = rows.ids.of(judgement)
    order = 2 if judgement.has_cautions else _VERDICT_ORDER[judgement.verdict]
    size_bytes = _size_bytes(judgement)
    project = f"<small>{text(project_name)}</small>" if project_name else ""
    cells = (
        f'<th scope="row">{_name(judgement)}</th>',
        f'<td data-key="{order}">{badge(judgement)}</td>',
        f"<td>{_why(judgement, rows.context)}</td>",
        f'<td data-key="{anchor[1:]}">{project}{code(describe_place(places.of(judgement)))}</td>',
        f'<td data-key="{size_bytes or 0}">{_file(judgement, largest_bytes)}</td>',
    )
    return f'<tr id="{anchor}" data-kind="{_kind(judgement)}">{"".join(cells)}</tr>\n'


def _name(judgement: Judgement) -> str:
    """The name and version, the requirement, and for a transitive dependency the chain to it."""
    requirement = clean(judgement.requirement)
    title = describe_dependency(judgement)
    lines = [text(title)]
    if requirement and requirement != title:
        lines.append(f"<small>{code(judgement.requirement)}</small>")
    lines += [f"<small>{text(describe_chain(chain))}</small>" for chain in chains_to(judgement)[:1]]
    return "".join(lines)


def _why(judgement: Judgement, context: ReportContext) -> str:
    """The first reason, which opens to its evidence, to all other findings with theirs and to the advice."""
    if not judgement.findings:
        return ""
    first, *others = dict.fromkeys((*deciding_findings(judgement), *judgement.findings))
    rest = "".join(f"<p>{finding_text(finding, context)}</p>\n{_evidence_list(finding)}" for finding in others)
    accepted = _accepted(first)
    return (
        f"<details><summary>{prose(first.message)}</summary>\n"
        f"<p>{_rule(first, context)} {text(first.rule.title)}{accepted}</p>\n"
        f"{_evidence_list(first)}{rest}{advice(judgement, judgement.findings)}</details>"
    )


def finding_text(finding: Finding | Problem, context: ReportContext) -> str:
    """A finding with its rule, and who accepted it."""
    return f"{prose(finding.message)} {_rule(finding, context)}{_accepted(finding)}"


def advice(judgement: Judgement, findings: Iterable[Finding]) -> str:
    """The chains, what to use instead and what to do, as paragraphs."""
    chains = [f'<p class="chain">{text(describe_chain(chain))}</p>\n' for chain in chains_to(judgement)]
    alternative = judgement.alternative
    instead = [f"<p><strong>Instead:</strong> {link(alternative.use, alternative.url)}</p>\n"] if alternative else []
    remedies = [f"<p><strong>Remedy:</strong> {prose(one)}</p>\n" for one in find_remedies(judgement, findings)]
    return "".join((*chains, *instead, *remedies))


def _accepted(finding: Finding | Problem) -> str:
    return f" <small>accepted: {text(finding.accepted.reason)}</small>" if finding.accepted else ""


def _rule(finding: Finding | Problem, context: ReportContext) -> str:
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
