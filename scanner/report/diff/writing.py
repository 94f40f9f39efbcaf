"""A comparison for people at a terminal, as JSON (scanner/report/schemas/diff-v1.json), or as a comment in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from scanner.report.context import ReportContext
from scanner.report.diff import Change, Diff, Moved, Stale, State, group_by_cause
from scanner.report.diff.reading import BASELINE, ReadReport, Row
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.markdown import Section, write_parts
from scanner.report.markdown.text import code, inline
from scanner.report.terminal.typeset import Page
from scanner.report.wording import counted

SCHEMA = "compat-scan/diff/1"
MARKER = "<!-- compat-scan diff -->"
"""The first line of the Markdown, by which a comment is found again to be updated."""

_WHEEL_RULES = frozenset({"CS101", "CS102", "CS103"})
_NAMES_SHOWN = 6
_BEFORE = {
    State.ABSENT: "not in the old report",
    State.RUNS: "ran on Workers before",
    State.CONTAINER: "had another blocker before",
    State.UNKNOWN: "was unknown before",
}
_AFTER = {
    State.ABSENT: "is not in the new report",
    State.RUNS: "runs on Workers now",
    State.CONTAINER: "no longer has this blocker, but still needs a container",
    State.UNKNOWN: "is unknown in the new report",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    title: str
    text: str
    more: tuple[str, ...] = ()
    """Sentences below it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    heading: str
    mark: str
    style: str
    items: list[_Item]


def write_diff(diff: Diff, form: str, stream: TextIO, context: ReportContext) -> None:
    """Writes the comparison in one of the formats terminal, json and markdown."""
    if form == "json":
        _write_json(diff, stream)
    elif form == "markdown":
        write_parts(_find_markdown(diff), stream, context)
    else:
        _write_terminal(diff, stream, context)


def _write_terminal(diff: Diff, stream: TextIO, context: ReportContext) -> None:
    page = Page(stream, context)
    page.paragraph((_describe(diff), "bold red" if diff.new_blockers else "bold green"))
    if context.quiet:
        return
    page.paragraph((f"old: {clean(_describe_side(diff.old))}", "dim"))
    page.paragraph((f"new: {clean(_describe_side(diff.new))}", "dim"))
    for part in _find_parts(diff):
        page.blank()
        page.paragraph((part.heading, "bold"), (f" ({len(part.items)})", "dim"))
        for item in part.items:
            page.paragraph(
                (clean(item.title), "bold"), f"  {clean(item.text)}", lead=(f"{part.mark} ", part.style), indent=2
            )
            for sentence in item.more:
                page.paragraph(clean(sentence), indent=4)


def _find_markdown(diff: Diff) -> Iterator[str | Section]:
    sides = f"old: {inline(_describe_side(diff.old))}\n\nnew: {inline(_describe_side(diff.new))}"
    yield f"{MARKER}\n## compat-scan diff\n\n**{_describe(diff)}**\n\n{sides}\n"
    for part in _find_parts(diff):
        items = (
            f"- **{code(item.title)}** {inline(item.text)}\n" + "".join(f"  - {inline(one)}\n" for one in item.more)
            for item in part.items
        )
        number = len(part.items)
        yield Section(heading=f"{part.heading} ({number})", number=number, items=items)


def _describe(diff: Diff) -> str:
    """The outcome in one sentence."""
    phrases = [
        counted(len(diff.new_blockers), "new blocker", "new blockers") if diff.new_blockers else "No new blockers",
        counted(len(diff.fallen_blockers), "fallen blocker", "fallen blockers"),
        f"{len(diff.undetermined)} undetermined",
        counted(len(diff.changed_versions), "changed version", "changed versions"),
        counted(len(diff.stale), "stale entry", "stale entries"),
    ]
    return ", ".join(phrase for phrase in phrases if not phrase.startswith("0 ")) + "."


def _describe_side(report: ReadReport) -> str:
    parts = (report.path or "scan made now", report.verdict, report.scanned_at or "")
    return ", ".join(part for part in parts if part)


def _find_parts(diff: Diff) -> Iterator[_Part]:
    rows = (*diff.new_blockers, *diff.fallen_blockers, *diff.undetermined)
    projects = {change.row.project for change in rows} | {moved.project for moved in diff.changed_versions}
    many = len(projects) > 1
    new = [_new_item(*group, many=many) for group in group_by_cause(diff.new_blockers)]
    fallen = [_old_item(*group, many=many) for group in group_by_cause(diff.fallen_blockers)]
    unknown = [_old_item(*group, many=many) for group in group_by_cause(diff.undetermined)]
    parts = (
        _Part(heading="New blockers", mark="✗", style="red", items=new),
        _Part(heading="Fallen blockers", mark="✓", style="green", items=fallen),
        _Part(heading="Undetermined", mark="?", style="magenta", items=unknown),
        _Part(
            heading="Changed versions",
            mark="-",
            style="dim",
            items=[_moved_item(moved, many=many) for moved in diff.changed_versions],
        ),
        _Part(heading="Stale ignores and baseline rows", mark="!", style="yellow", items=list(map(_stale, diff.stale))),
    )
    return (part for part in parts if part.items)


def _new_item(change: Change, inherited: list[Change], *, many: bool) -> _Item:
    row = change.row
    where = "" if row.name is None else f" ({_BEFORE[change.other]})"
    more = [f"Remedy: {row.remedy}"] if row.remedy else []
    return _Item(
        title=_title(row, row.version, many=many),
        text=f"{row.message} [{row.rule}]{where}",
        more=(*more, *_list_inherited(inherited)),
    )


def _old_item(change: Change, inherited: list[Change], *, many: bool) -> _Item:
    row = change.row
    text = _AFTER[change.other]
    if row.name is None:
        text = f"{'no longer found' if change.other is State.ABSENT else text}: {row.message}"
    elif change.other is State.RUNS and row.rule in _WHEEL_RULES:
        text = "has a compatible wheel now"
    if change.drop and change.other is not State.UNKNOWN:
        text += ": drop its row in the baseline" if change.drop == BASELINE else f": drop the ignore at {change.drop}"
    return _Item(title=_title(row, None, many=many), text=f"{text} [{row.rule}]", more=_list_inherited(inherited))


def _list_inherited(inherited: list[Change]) -> tuple[str, ...]:
    names = [change.row.name or "" for change in inherited]
    rest = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return (f"Also: {', '.join(names[:_NAMES_SHOWN])}{rest}",) if names else ()


def _moved_item(moved: Moved, *, many: bool) -> _Item:
    title = f"{moved.project}: {moved.name}" if many else moved.name
    return _Item(title=title, text=f"{', '.join(moved.old)} → {', '.join(moved.new)}")


def _stale(stale: Stale) -> _Item:
    if stale.row is None:
        return _Item(title=stale.place, text="expired ignore" if stale.expired else "unused ignore")
    named = stale.row.name or stale.row.message
    return _Item(title=stale.place, text=f"no longer found: {named} [{stale.row.rule}]")


def _title(row: Row, version: str | None, *, many: bool) -> str:
    """The package, with its project where there are several; a fallen blocker was about another version."""
    name = " ".join(part for part in (row.name, version) if part) or "project"
    return f"{row.project or '.'}: {name}" if many else name


def _write_json(diff: Diff, stream: TextIO) -> None:
    document: dict[str, object] = {
        "schema": SCHEMA,
        "old": _side_entry(diff.old),
        "new": _side_entry(diff.new),
        "new_blockers": map(_change_entry, diff.new_blockers),
        "fallen_blockers": map(_change_entry, diff.fallen_blockers),
        "undetermined": map(_change_entry, diff.undetermined),
        "changed_versions": (
            {
                "project": exact(moved.project),
                "name": exact(moved.name),
                "old": [exact(version) for version in moved.old],
                "new": [exact(version) for version in moved.new],
            }
            for moved in diff.changed_versions
        ),
        "stale": map(_stale_entry, diff.stale),
    }
    write_json(document, stream)


def _side_entry(report: ReadReport) -> dict[str, object]:
    return {"path": _exact(report.path), "scanned_at": _exact(report.scanned_at), "verdict": report.verdict}


def _change_entry(change: Change) -> dict[str, object]:
    row = change.row
    return {
        "project": exact(row.project),
        "name": _exact(row.name),
        "version": _exact(row.version),
        "rule": row.rule,
        "message": exact(row.message),
        "remedy": _exact(row.remedy),
        "cause": _exact(row.cause),
        "fingerprint": row.fingerprint,
        "other": change.other.value,
        "drop": _exact(change.drop),
    }


def _stale_entry(stale: Stale) -> dict[str, object]:
    row = stale.row
    return {
        "kind": "baseline" if row else "ignore",
        "place": exact(stale.place),
        "expired": stale.expired,
        "project": exact(row.project) if row else None,
        "name": _exact(row.name) if row else None,
        "rule": row.rule if row else None,
    }


def _exact(text: str | None) -> str | None:
    return None if text is None else exact(text)
