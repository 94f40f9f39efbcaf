"""Edits in words, for every format that people read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.model.edit import Change, Edit
from scanner.model.finding import Finding
from scanner.model.report import Judgement, ProjectReport
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import counted

_NAMES_SHOWN = 3


def describe_edit(edit: Edit, places: Places, *, brief: bool = False) -> str:
    """The whole edit in one line; brief shortens the list of packages that it removes."""
    parts = [f"{places.describe_change(change)}: {describe_change(change)}" for change in edit.changes]
    parts += [f"run {clean(edit.command)}"] if edit.command else []
    return "; ".join(parts) + describe_removed(edit, brief=brief) + ("" if edit.safe else " (requires code changes)")


def describe_change(change: Change) -> str:
    """What replaces what."""
    old, new = clean(change.old.strip()), clean(change.new.strip())
    if not change.new.strip():
        return f"remove {old}"
    return f"{old} → {new}" if change.old.strip() else f"add {new}"


def describe_removed(edit: Edit, *, brief: bool = False) -> str:
    """What is no longer installed, in brackets; the empty string for nothing."""
    names = [clean(name) for name in edit.also_removes]
    if not names:
        return ""
    shown = names[:_NAMES_SHOWN] if brief else names
    return f" (also removes {', '.join(shown)}{' …' if len(shown) < len(names) else ''})"


def find_edits(project: ProjectReport, judgement: Judgement, findings: Iterable[Finding]) -> Iterator[Edit]:
    """The edits that remove one of these findings of a dependency."""
    rules = {finding.rule for finding in findings}
    for edit in project.edits:
        if any(one.name == judgement.name and one.rule in rules for one in edit.resolves):
            yield edit


def describe_fix(project: ProjectReport) -> str | None:
    """What applies the safe edits; None where there are none."""
    safe = sum(edit.safe and bool(edit.changes) for edit in project.edits)
    return f"`compat-scan fix` makes {'this edit' if safe == 1 else counted(safe, 'edit', 'edits')}." if safe else None
