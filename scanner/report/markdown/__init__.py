"""Markdown for GitHub: a job summary or the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from scanner.model.report import Judgement, Report, Verdict
from scanner.report.causes import Cause, chains_to, deciding_findings, find_causes, find_remedies
from scanner.report.context import ReportContext
from scanner.report.markdown.text import code, inline, link
from scanner.report.places import Places, describe_place
from scanner.report.wording import (
    PROJECT_WORDS,
    counted,
    describe_bundle,
    describe_chain,
    describe_counts,
    describe_dependency,
    describe_target,
)

MARKER = "<!-- compat-scan -->"
"""The first line, by which a comment is found again to be updated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Section:
    heading: str
    number: int
    """How many items there are; empty sections are left out."""
    items: Iterable[str]
    """List items of one or more lines, made only as far as there is room for them."""
    collapsed: bool = False


def write_markdown(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes headings, lists and collapsible lists, below the context's size: what does not fit is counted."""
    head = _head(report)
    remaining_bytes = context.markdown_bytes - _size_bytes(head)
    stream.write(head)
    for section in _find_sections(report, context):
        text = _render(section, remaining_bytes)
        remaining_bytes -= _size_bytes(text)
        stream.write(text)


def _head(report: Report) -> str:
    lines = [
        MARKER,
        f"## compat-scan: {PROJECT_WORDS[report.verdict]}",
        "",
        f"**{', '.join(describe_counts(report))}.**",
        "",
        inline(describe_target(report)),
        *(("", inline(describe_bundle(report.bundle, brief=True))) if report.bundle else ()),
        *(line for note in report.notes for line in ("", inline(note))),
    ]
    return "\n".join(lines) + "\n"


def _find_sections(report: Report, context: ReportContext) -> Iterator[_Section]:
    places = Places(report, context)
    for verdict, heading in ((Verdict.CONTAINER, "Needs a container"), (Verdict.UNKNOWN, "Could not be told")):
        causes = sorted(find_causes(report, verdict), key=lambda cause: -len(cause.dependents))
        items = (_cause_item(cause, places) for cause in causes)
        yield _Section(heading=f"{heading} ({report.count(verdict)})", number=len(causes), items=items)
    problems = (
        _joined(inline(problem.message), problem.rule.code, code(places.describe(problem.location)))
        for problem in report.problems
    )
    number = len(report.problems)
    yield _Section(heading=f"Not understood ({number})", number=number, items=problems)
    limited = [item for item in report.dependencies if item.has_cautions]
    told = (_entry_item(item, places) for item in limited)
    yield _Section(heading=f"Runs, with limits ({len(limited)})", number=len(limited), items=told, collapsed=True)
    runs = [item for item in report.dependencies if item.verdict is Verdict.WORKERS and not item.has_cautions]
    told = (_joined(code(describe_dependency(item)), code(describe_place(places.of(item)))) for item in runs)
    yield _Section(heading=f"Runs on Python Workers ({len(runs)})", number=len(runs), items=told, collapsed=True)
    skipped = (
        _joined(code(item.text), inline(item.reason), code(places.describe(item.location))) for item in report.skipped
    )
    number = len(report.skipped)
    yield _Section(heading=f"Skipped ({number})", number=number, items=skipped, collapsed=True)


def _render(section: _Section, room_bytes: int) -> str:
    """The section within the room, the empty string where not even its heading fits."""
    if section.collapsed:
        before, after = f"\n<details>\n<summary>{section.heading}</summary>\n\n", "\n</details>\n"
    else:
        before, after = f"\n### {section.heading}\n\n", ""
    rest = section.number
    used_bytes = _size_bytes(before + after + _rest_item(rest))
    if not rest or used_bytes > room_bytes:
        return ""
    shown: list[str] = []
    for item in section.items:
        used_bytes += _size_bytes(item)
        if used_bytes > room_bytes:
            break
        shown.append(item)
        rest -= 1
    return before + "".join(shown) + (_rest_item(rest) if rest else "") + after


def _rest_item(number: int) -> str:
    return f"- … and {number} more, which do not fit here\n"


def _cause_item(cause: Cause, places: Places) -> str:
    return _entry_item(cause.root, places) + _dependents_item(cause, places)


def _entry_item(judgement: Judgement, places: Places) -> str:
    """A list item: name, place and category, and below it the reasons, the chains and what to do."""
    title = _joined(
        f"**{code(describe_dependency(judgement))}**",
        code(describe_place(places.of(judgement))),
        inline(judgement.category or ""),
        newline="",
    )
    findings = deciding_findings(judgement)
    lines = [f"{inline(finding.message)} ({finding.rule.code})" for finding in findings]
    lines += [f"Comes with: {code(describe_chain(chain))}" for chain in chains_to(judgement)]
    if judgement.alternative:
        lines.append(f"Instead: {link(judgement.alternative.use, judgement.alternative.url)}")
    lines += [f"Remedy: {inline(remedy)}" for remedy in find_remedies(judgement, findings)]
    return title + "\n" + "".join(f"  - {line}\n" for line in lines)


def _dependents_item(cause: Cause, places: Places) -> str:
    if not cause.dependents:
        return ""
    names = (f"{describe_dependency(item)} ({describe_place(places.of(item))})" for item in cause.dependents)
    number = counted(len(cause.dependents), "other dependency", "other dependencies")
    return f"  - Decides {number}: {', '.join(map(code, names))}\n"


def _joined(*parts: str, newline: str = "\n") -> str:
    """One list item of the parts that are not empty."""
    return "- " + " · ".join(part for part in parts if part) + newline


def _size_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
