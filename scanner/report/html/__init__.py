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

from scanner.model.report import ProjectVerdict, Report, Verdict
from scanner.report.causes import Cause, find_causes
from scanner.report.context import ReportContext
from scanner.report.html.parts import Ids, code, dependency_table, explanation, prose, text
from scanner.report.html.pictures import bundle_gauge, dependency_tree, proportion_bar, size_chart
from scanner.report.places import Places
from scanner.report.wording import (
    PROJECT_WORDS,
    counted,
    describe_counts,
    describe_dependency,
    describe_target,
)

LONG = 300
"""With more dependencies than this, the page lays out each section when it comes into sight."""


def write_html(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes the whole document."""
    style, script = asset("report.css"), asset("report.js")
    words = PROJECT_WORDS[report.verdict]
    is_long = len(report.dependencies) > LONG
    stream.writelines(page_head(f"compat-scan: {words}", style, script, is_long=is_long))
    stream.write(_banner(report))
    stream.write("<main>\n")
    stream.writelines(_sections(report, context))
    stream.write("</main>\n")
    stream.write(f"<footer><p>compat-scan {text(context.version)} · table: {report.table.value}</p></footer>\n")
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
    """The verdict in words, the target, the figures and their proportions."""
    words = PROJECT_WORDS[report.verdict]
    style = {ProjectVerdict.HYBRID: "hybrid"}.get(report.verdict, report.verdict.value)
    figures = "".join(f"<li>{text(phrase)}</li>" for phrase in describe_counts(report))
    notes = "".join(f"<p>{prose(note)}</p>\n" for note in report.notes)
    return (
        f'<header class="banner {style}">\n<p class="tool">compat-scan</p>\n'
        f"<h1>{text(words[0].upper() + words[1:])}</h1>\n"
        f'<p class="target">{text(describe_target(report))}</p>\n{notes}'
        f'{proportion_bar(report)}<ul class="figures">{figures}</ul>\n</header>\n'
    )


def _sections(report: Report, context: ReportContext) -> Iterator[str]:
    places = Places(report, context)
    ids = Ids(report)
    for verdict, heading in ((Verdict.CONTAINER, "Needs a container"), (Verdict.UNKNOWN, "Could not be told")):
        causes = (_cause(cause, ids, context) for cause in find_causes(report, verdict))
        yield from _section(f"{heading} ({report.count(verdict)})", verdict.value, causes)
    yield from _section(f"Not understood ({len(report.problems)})", "problems", _problems(report, places))
    number = counted(len(report.dependencies), "dependency", "dependencies")
    yield f'<section id="dependencies" aria-labelledby="all">\n<h2 id="all">{number}</h2>\n'
    yield from dependency_table(report, places, ids, context)
    yield "</section>\n"
    tree = dependency_tree(report)
    if tree:
        yield f'<section aria-labelledby="tree">\n<h2 id="tree">What brings what</h2>\n{tree}</section>\n'
    sizes = bundle_gauge(report.bundle) + size_chart(report)
    if sizes:
        yield f'<section aria-labelledby="sizes">\n<h2 id="sizes">How large it is</h2>\n{sizes}</section>\n'
    yield from _section(f"Skipped ({len(report.skipped)})", "skipped", _skipped(report, places))


def _section(heading: str, name: str, items: Iterable[str]) -> Iterator[str]:
    """The section by pieces, for a report may be a hundred megabytes long; nothing where there are no items."""
    title = f'<h2 id="{name}">{heading}</h2>\n'
    before = f'<section aria-labelledby="{name}">\n{title}<ul class="cards">\n'
    after = ""
    for item in items:
        yield f"{before}<li>{item}</li>\n"
        before, after = "", "</ul>\n</section>\n"
    yield after


def _cause(cause: Cause, ids: Ids, context: ReportContext) -> str:
    """A root cause with its reasons and with all that hangs on it."""
    title = f'<h3><a href="#{ids.of(cause.root)}">{text(describe_dependency(cause.root))}</a></h3>\n'
    category = f'<p class="category">{text(cause.root.category)}</p>\n' if cause.root.category else ""
    dependents = ""
    if cause.dependents:
        links = ", ".join(
            f'<a href="#{ids.of(item)}">{text(describe_dependency(item))}</a>' for item in cause.dependents
        )
        number = counted(len(cause.dependents), "other dependency", "other dependencies")
        dependents = f"<p>Decides {number}: {links}</p>\n"
    return title + category + explanation(cause.root, context) + dependents


def _problems(report: Report, places: Places) -> Iterator[str]:
    for problem in report.problems:
        place = places.describe(problem.location)
        yield f'{code(place)} {prose(problem.message)} <span class="rule">{problem.rule.code}</span>'


def _skipped(report: Report, places: Places) -> Iterator[str]:
    for skipped in report.skipped:
        yield f"{code(skipped.text)} {prose(skipped.reason)} {code(places.describe(skipped.location))}"


def asset(name: str) -> str:
    """One of the files that become part of a page."""
    return resources.files("scanner.report.html").joinpath("assets", name).read_text(encoding="utf-8")


def _hash_source(content: str) -> str:
    """The hash of an inline style sheet or script as a content security policy wants it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode('utf-8')).digest()).decode('ascii')}"
