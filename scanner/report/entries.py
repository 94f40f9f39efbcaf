"""What would be scanned, for ``compat-scan list``: every declaration with its place."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TextIO

from scanner.model.dependency import Dependency, Location, Skipped
from scanner.model.finding import Problem
from scanner.report.context import ReportContext
from scanner.report.escape import clean, exact
from scanner.report.json import location_entry
from scanner.report.json_text import write_json
from scanner.report.places import relative_path
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import counted

SCHEMA = "compat-scan/list/1"

_Line = tuple[Location | None, tuple[Span, ...]]


def write_list(  # noqa: PLR0917 - what is told comes first, then where and how, as with every writer
    entries: Sequence[Dependency],
    skipped: Sequence[Skipped],
    problems: Sequence[Problem],
    stream: TextIO,
    context: ReportContext,
    output: str,
) -> None:
    """Writes the entries grouped by file, or as JSON (scanner/report/schemas/list-v1.json)."""
    if output == "json":
        _write_json(entries, skipped, problems, stream)
    else:
        _write_terminal(entries, skipped, problems, Page(stream, context), context)


def _write_json(
    entries: Sequence[Dependency], skipped: Sequence[Skipped], problems: Sequence[Problem], stream: TextIO
) -> None:
    document = {
        "schema": SCHEMA,
        "entries": map(_entry, entries),
        "skipped": itertools.chain(map(_skipped_entry, skipped), map(_unread_entry, problems)),
    }
    write_json(document, stream)


def _skipped_entry(skipped: Skipped) -> dict[str, object]:
    return {
        "text": exact(skipped.text),
        "reason": exact(skipped.reason),
        "location": location_entry(skipped.location),
    }


def _unread_entry(problem: Problem) -> dict[str, object]:
    """A line that was not understood: nothing else in this document shows that something stands there."""
    return {
        "text": "",
        "reason": exact(f"{problem.rule.code}: {problem.message}"),
        "location": location_entry(problem.location or Location(path="", line=1)),
    }


def _entry(dependency: Dependency) -> dict[str, object]:
    return {
        "name": None if dependency.name is None else exact(dependency.name),
        "specifier": exact(str(dependency.specifier)),
        "extras": [exact(extra) for extra in dependency.extras],
        "marker": None if dependency.marker is None else exact(str(dependency.marker)),
        "version": _locked_version(dependency),
        "url": None if dependency.url is None else exact(dependency.url),
        "groups": [exact(group) for group in dependency.groups],
        "location": location_entry(dependency.location),
    }


def _locked_version(dependency: Dependency) -> str | None:
    """The version that a lock file has settled; None for a requirement."""
    if dependency.locked is None:
        return None
    if dependency.locked.version is not None:
        return exact(dependency.locked.version)
    return None if dependency.pin is None else exact(str(dependency.pin))


def _write_terminal(
    entries: Sequence[Dependency],
    skipped: Sequence[Skipped],
    problems: Sequence[Problem],
    page: Page,
    context: ReportContext,
) -> None:
    lines: list[_Line] = [(dependency.location, _describe(dependency)) for dependency in entries]
    lines += [(entry.location, _describe_skipped(entry)) for entry in skipped]
    lines += [(problem.location, _describe_problem(problem)) for problem in problems]
    lines.sort(key=lambda line: (line[0] is not None, line[0]) if line[0] else (False, Location(path="", line=0)))
    for path, group in itertools.groupby(lines, key=lambda line: line[0].path if line[0] else None):
        if path is not None:
            page.paragraph((clean(relative_path(path, context)), "bold"))
        for location, spans in group:
            number = str(location.line) if location else ""
            page.paragraph(*spans, lead=(f"{number:>5}  ", "dim"))
        page.blank()
    figures = [counted(len(entries), "entry", "entries")]
    figures += [f"{len(skipped)} skipped"] if skipped else []
    figures += [counted(len(problems), "problem", "problems")] if problems else []
    page.paragraph((", ".join(figures), "dim"))


def _describe(dependency: Dependency) -> tuple[Span, ...]:
    """The declaration as it is understood: name, extras, versions, marker, groups."""
    extras = f"[{','.join(map(clean, dependency.extras))}]" if dependency.extras else ""
    name = f"{clean(dependency.name)}{extras}" if dependency.name else clean(dependency.url or dependency.text)
    spans: list[Span] = [(name, "bold")]
    if dependency.name and dependency.url:
        spans.append(f" @ {clean(dependency.url)}")
    version = _locked_version(dependency)
    spans.append(f" {clean(version)}" if version else clean(str(dependency.specifier)))
    if dependency.marker:
        spans.append((f" ; {clean(str(dependency.marker))}", "dim"))
    if dependency.groups:
        spans.append((f" ({', '.join(map(clean, dependency.groups))})", "dim"))
    return tuple(spans)


def _describe_skipped(skipped: Skipped) -> tuple[Span, ...]:
    return (clean(skipped.text), (f"  skipped: {clean(skipped.reason)}", "dim"))


def _describe_problem(problem: Problem) -> tuple[Span, ...]:
    return (("! ", "magenta"), clean(problem.message), (f" [{problem.rule.code}]", "dim"))
