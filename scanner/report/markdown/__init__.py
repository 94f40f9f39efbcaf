"""Markdown for GitHub: a job summary or the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from scanner.model.edit import Edit
from scanner.model.report import Judgement, ProjectReport, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.causes import Cause, chains_to, deciding_findings, find_causes, find_remedies
from scanner.report.context import ReportContext
from scanner.report.edits import describe_fix, describe_removed
from scanner.report.markdown.text import code, fence, inline, link
from scanner.report.places import Places, describe_place
from scanner.report.wording import (
    PROJECT_WORDS,
    counted,
    describe_bundle,
    describe_chain,
    describe_counts,
    describe_data,
    describe_dependency,
    describe_finding,
    describe_outcome,
    describe_runtime,
    describe_target,
)

MARKER = "<!-- compat-scan -->"
"""The first line, by which a comment is found again to be updated."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading with its list."""

    heading: str
    number: int
    """How many items there are; empty sections are left out."""
    items: Iterable[str]
    """List items of one or more lines, made only as far as there is room for them."""
    collapsed: bool = False


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes headings, lists and collapsible lists, below the context's size: what does not fit is counted."""
    write_parts(_find_parts(report, context), stream, context)


def write_parts(parts: Iterable[str | Section], stream: TextIO, context: ReportContext) -> None:
    """Writes the parts as far as there is room for them."""
    remaining_bytes = context.markdown_bytes
    for text in parts:
        rendered = text if isinstance(text, str) else _render(text, remaining_bytes)
        if _size_bytes(rendered) <= remaining_bytes:
            remaining_bytes -= _size_bytes(rendered)
            stream.write(rendered)


def _find_parts(report: Report, context: ReportContext) -> Iterator[str | Section]:
    yield _head(report)
    problems = [_joined(inline(describe_finding(problem))) for problem in report.problems]
    yield Section(heading=f"Problems ({len(problems)})", number=len(problems), items=problems)
    for project in report.projects:
        yield _project_head(project, is_one=len(report.projects) == 1)
        yield from _find_sections(project, Places(project, context))


def _head(report: Report) -> str:
    lines = [MARKER, f"## compat-scan: {PROJECT_WORDS[report.verdict]}"]
    if len(report.projects) > 1:
        lines += ["", "| project | runtime | verdict | edits | bundle |", "|---|---|---|---:|---|"]
        lines += [_overview_row(project) for project in report.projects]
    if report.data:
        lines += ["", inline(describe_data(report.data))]
    lines += [line for note in report.notes for line in ("", inline(note))]
    return "\n".join(lines) + "\n"


def _overview_row(project: ProjectReport) -> str:
    bundle = describe_bundle(project.bundle, brief=True) if project.bundle else "unknown"
    cells = (
        code(project.name),
        inline(describe_runtime(project.target)),
        PROJECT_WORDS[project.verdict],
        str(sum(edit.safe for edit in project.edits)),
        inline(bundle),
    )
    # A bar would end the cell even inside code.
    return f"| {' | '.join(cell.replace('|', '¦') for cell in cells)} |"


def _project_head(project: ProjectReport, *, is_one: bool) -> str:
    headline, counts = describe_outcome(project)
    lines = [] if is_one else ["", f"## {code(project.name)} {code(project.path)}"]
    lines += ["", " ".join(part for part in (f"**{headline}**", counts) if part)]
    lines += ["", f"{', '.join(describe_counts(project))}.", "", inline(describe_target(project.target))]
    lines += ["", inline(describe_bundle(project.bundle, brief=True))] if project.bundle else []
    lines += [line for note in project.notes for line in ("", inline(note))]
    return "\n".join(lines) + "\n"


def _find_sections(project: ProjectReport, places: Places) -> Iterator[Section]:
    number = len(project.edits)
    yield Section(heading=f"Edits ({number})", number=number, items=_edit_items(project, places))
    number = len(project.problems)
    problems = (
        _joined(inline(describe_finding(one)), code(places.describe(one.location)), inline(one.remedy or ""))
        for one in project.problems
    )
    yield Section(heading=f"Problems ({number})", number=number, items=problems)
    for verdict, heading in ((Verdict.CONTAINER, "Needs a container"), (Verdict.UNKNOWN, "Unknown")):
        causes = sorted(find_causes(project, verdict), key=lambda cause: -len(cause.dependents))
        packages = sum(1 + len(cause.dependents) for cause in causes)
        items = (_cause_item(cause, places) for cause in causes)
        yield Section(heading=f"{heading} ({packages})", number=len(causes), items=items)
    yield from _find_running(project, places)
    skipped = (
        _joined(code(item.text), inline(item.reason), code(places.describe(item.location))) for item in project.skipped
    )
    number = len(project.skipped)
    yield Section(heading=f"Skipped ({number})", number=number, items=skipped, collapsed=True)


def _find_running(project: ProjectReport, places: Places) -> Iterator[Section]:
    """What runs: what is not allowed at the top level first, then what has limits, then the rest."""
    runs = [one for one in project.dependencies if one.verdict is Verdict.WORKERS]
    startup = [one for one in runs if any(finding.rule is Rule.CS307 for finding in one.findings)]
    items = (_entry_item(one, places) for one in startup)
    yield Section(heading=f"At the top level of the Worker ({len(startup)})", number=len(startup), items=items)
    limited = [one for one in runs if one.has_cautions and one not in startup]
    items = (_entry_item(one, places) for one in limited)
    yield Section(heading=f"Runs, with limits ({len(limited)})", number=len(limited), items=items, collapsed=True)
    rest = [one for one in runs if not one.has_cautions and one not in startup]
    items = (_entry_item(one, places) for one in rest)
    yield Section(heading=f"Runs on Python Workers ({len(rest)})", number=len(rest), items=items, collapsed=True)


def _edit_items(project: ProjectReport, places: Places) -> Iterator[str]:
    """Each change with its place and what is there now, and what replaces it as a suggestion."""
    fix = describe_fix(project)
    for number, edit in enumerate(project.edits):
        parts = [_change_item(edit, index, places) for index in range(len(edit.changes))]
        if edit.command:
            parts.append(f"- run {code(edit.command)}{inline(describe_removed(edit))}\n")
        after = f"\n{fix}\n\n" if fix and number == len(project.edits) - 1 else ""
        yield "".join(parts) + after


def _change_item(edit: Edit, index: int, places: Places) -> str:
    change = edit.changes[index]
    removed = describe_removed(edit) if index == 0 else ""
    unsafe = "" if edit.safe else ", which requires code changes"
    replaced = f"replace {code(change.old)}" if change.old.strip() else "add"
    parts = (f"**{code(places.describe_change(change))}**", f"{replaced}{unsafe}", inline(removed.strip()))
    title = " ".join(part for part in parts if part)
    return f"- {title}\n\n{fence(change.new, 'suggestion', indent='  ')}\n"


def _render(section: Section, room_bytes: int) -> str:
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
    repeated = "".join(_entry_item(row, places) for row in cause.repeated)
    return _entry_item(cause.root, places) + _dependents_item(cause, places) + repeated


def _entry_item(judgement: Judgement, places: Places) -> str:
    """A list item: name, place and category, and below it the reasons, the chains and what to do."""
    title = _joined(
        f"**{code(describe_dependency(judgement))}**",
        code(describe_place(places.of(judgement))),
        inline(judgement.category or ""),
        newline="",
    )
    deciding = deciding_findings(judgement)
    findings = (*deciding, *(finding for finding in judgement.findings if finding not in deciding))
    lines = [inline(describe_finding(finding)) for finding in findings]
    lines += [f"Required by: {code(describe_chain(chain))}" for chain in chains_to(judgement)]
    if judgement.alternative:
        lines.append(f"Instead: {link(judgement.alternative.use, judgement.alternative.url)}")
    lines += [f"Remedy: {inline(remedy)}" for remedy in find_remedies(judgement, findings)]
    return title + "\n" + "".join(f"  - {line}\n" for line in lines)


def _dependents_item(cause: Cause, places: Places) -> str:
    if not cause.dependents:
        return ""
    names = (f"{describe_dependency(item)} ({describe_place(places.of(item))})" for item in cause.dependents)
    number = counted(len(cause.dependents), "other dependency", "other dependencies")
    return f"  - Also affects {number}: {', '.join(map(code, names))}\n"


def _joined(*parts: str, newline: str = "\n") -> str:
    """One list item of the parts that are not empty."""
    return "- " + " · ".join(part for part in parts if part) + newline


def _size_bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
