"""One self-contained HTML page: readable without scripts, searchable and sortable with them.

The page loads nothing from anywhere: its content security policy forbids everything but the style sheet and the
script inside it, each by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources
from typing import TextIO

from scanner.model.report import ProjectReport, Report
from scanner.report.context import ReportContext
from scanner.report.html.parts import Ids, Rows, code, dependency_table, prose, section, text
from scanner.report.html.pictures import dependency_tree
from scanner.report.html.project import project_sections
from scanner.report.places import Places
from scanner.report.wording import (
    PROJECT_WORDS,
    counted,
    describe_bundle,
    describe_data,
    describe_outcome,
    describe_runtime,
)

LONG = 300
"""With more dependencies than this, the page lays out each section when it comes into sight."""


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the whole document."""
    style, script = asset("report.css"), asset("report.js")
    is_long = len(report.dependencies) > LONG
    stream.writelines(page_head(f"compat-scan: {PROJECT_WORDS[report.verdict]}", style, script, is_long=is_long))
    stream.write(_banner(report))
    stream.write("<main>\n")
    stream.writelines(_sections(report, context))
    stream.write("</main>\n")
    data = f" · {describe_data(report.data)}" if report.data else ""
    stream.write(f"<footer><p>compat-scan {text(context.version)}{data}</p></footer>\n")
    stream.write(f"<script>{script}</script>\n</body>\n</html>\n")


def page_head(
    title: str, style: str, script: str, *, is_long: bool = False, skip: str = "table of all dependencies"
) -> Iterable[str]:
    """Everything up to the body's first element; ``skip`` is what the first link, to #dependencies, leads to."""
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash_source(style)}'",
            f"script-src '{_hash_source(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
    yield f"<title>{text(title)}</title>\n<style>{style}</style>\n</head>\n"
    yield '<body class="long">\n' if is_long else "<body>\n"
    yield f'<a class="skip" href="#dependencies">Skip to the {skip}</a>\n'


def _banner(report: Report) -> str:
    """The answer; for several projects with a table of them."""
    notes = "".join(f"<p>{prose(note)}</p>\n" for note in report.notes)
    if len(report.projects) == 1:
        headline, counts = describe_outcome(report.projects[0])
        table = f"<p>{text(counts)}</p>\n" if counts else ""
    else:
        words = PROJECT_WORDS[report.verdict]
        headline, table = f"{len(report.projects)} projects, the worst: {words}", _overview(report)
    return (
        f'<header class="banner {report.verdict.value}">\n<p class="tool">compat-scan</p>\n'
        f"<h1>{text(headline)}</h1>\n{table}{notes}</header>\n"
    )


def _overview(report: Report) -> str:
    headings = "".join(f'<th scope="col">{name}</th>' for name in ("Project", "Runtime", "Verdict", "Edits", "Bundle"))
    rows = "".join(
        f'<tr><th scope="row"><a href="#p{number}">{text(project.name)}</a></th>'
        f"<td>{text(describe_runtime(project.target))}</td><td>{text(describe_outcome(project)[0])}</td>"
        f"<td>{sum(edit.safe for edit in project.edits)}</td>"
        f"<td>{text(describe_bundle(project.bundle, brief=True)) if project.bundle else 'unknown'}</td></tr>\n"
        for number, project in enumerate(report.projects, start=1)
    )
    return f'<table class="overview">\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'


def _sections(report: Report, context: ReportContext) -> Iterator[str]:
    ids = Ids(report)
    all_places = [Places(project, context) for project in report.projects]
    groups = list(zip(report.projects, all_places, strict=True))
    problems = [
        f'{prose(problem.message)} <span class="rule">{problem.rule.code}</span>' for problem in report.problems
    ]
    yield from section(f"Problems ({len(problems)})", "problems", problems)
    for number, (project, places) in enumerate(groups, start=1):
        if len(groups) > 1:
            yield f'<h2 class="project" id="p{number}">{text(project.name)} {code(project.path)}</h2>\n'
        yield from project_sections(project, places, ids, context, number)
    rows = Rows(groups=groups, ids=ids, context=context)
    count = counted(len(report.dependencies), "dependency", "dependencies")
    yield f'<section id="dependencies" aria-labelledby="all">\n<h2 id="all">{count}</h2>\n'
    yield from dependency_table(rows)
    yield "</section>\n"
    for number, (project, places) in enumerate(groups, start=1):
        yield from _pictures(project, places, f" of {text(project.name)}" if len(groups) > 1 else "", number)


def _pictures(project: ProjectReport, places: Places, of: str, number: int) -> Iterator[str]:
    """The tree, the sizes and what was skipped."""
    tree = dependency_tree(project)
    if tree:
        yield f'<section aria-labelledby="tree{number}">\n<h2 id="tree{number}">Tree{of}</h2>\n{tree}</section>\n'
    skipped = (
        f"{code(entry.text)} {prose(entry.reason)} {code(places.describe(entry.location))}" for entry in project.skipped
    )
    yield from section(f"Skipped{of} ({len(project.skipped)})", f"skipped{number}", skipped)


def asset(name: str) -> str:
    """One of the files that become part of a page."""
    return resources.files("scanner.report.html").joinpath("assets", name).read_text(encoding="utf-8")


def _hash_source(content: str) -> str:
    """The hash of an inline style sheet or script for a content security policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}"
