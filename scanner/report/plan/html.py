"""A plan as one self-contained HTML page, with the split as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from scanner.plan.model import Decision, Plan, Reply
from scanner.report.context import ReportContext
from scanner.report.html import asset, page_head
from scanner.report.html.parts import code, prose, text
from scanner.report.places import describe_place
from scanner.report.plan.picture import split_picture
from scanner.report.plan.words import (
    BILL_HEADINGS,
    DECISION_WORDS,
    SIDE_WORDS,
    bill_cells,
    describe_answer,
    describe_capacity,
    describe_cheaper,
    describe_line,
    describe_moves,
    describe_placement,
    describe_reason,
    describe_tree,
    describe_use,
    shown_evidence,
)
from scanner.report.wording import describe_target

_BANNERS = {
    Decision.WORKERS: "workers",
    Decision.SERVICES: "workers",
    Decision.WORKFLOWS: "workers",
    Decision.HYBRID: "hybrid",
    Decision.CONTAINER: "container",
    Decision.UNKNOWN: "unknown",
}


def write_plan_html(plan: Plan, stream: TextIO, context: ReportContext) -> None:
    """Writes the whole document."""
    style, words = asset("report.css"), DECISION_WORDS[plan.decision]
    stream.writelines(page_head(f"compat-scan plan: {words}", style, "", skip="split"))
    stream.write(
        f'<header class="banner {_BANNERS[plan.decision]}">\n<p class="tool">compat-scan plan</p>\n'
        f"<h1>{text(words[0].upper() + words[1:])}</h1>\n<p>{prose(plan.summary)}</p>\n"
        f'<p class="target">{text(describe_target(plan.report.target))}</p>\n</header>\n<main>\n'
    )
    stream.writelines(_sections(plan))
    stream.write(f"</main>\n<footer><p>compat-scan {text(context.version)}</p></footer>\n</body>\n</html>\n")


def _sections(plan: Plan) -> Iterator[str]:
    heading = '<h2 id="picture">What runs where</h2>'
    yield f'<section aria-labelledby="picture">\n{heading}\n{_scrolled("picture", split_picture(plan))}</section>\n'
    yield _section("answers", "Decision", _answers(plan))
    yield _section("dependencies", "The split", _split(plan))
    yield _section("code", "Your code", _code(plan))
    yield _section("size", "The size", _size(plan))
    yield _costs(plan)
    yield _section("mind", "Notes", map(prose, plan.advice))
    yield _section("assumed", "Assumed", map(prose, plan.assumptions))
    problems = (*plan.report.problems, *(plan.split.code.problems if plan.split.code else ()))
    items = (f"{code(describe_place(problem.location))} {prose(problem.message)}" for problem in problems)
    yield _section("problems", "Problems", items)


def _section(name: str, heading: str, items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>\n" for item in items)
    if not listed:
        return ""
    title = f'<h2 id="{name}">{heading}</h2>\n'
    return f'<section aria-labelledby="{name}">\n{title}<ul class="cards">\n{listed}</ul>\n</section>\n'


def _answers(plan: Plan) -> Iterator[str]:
    for answer in plan.answers:
        described = prose(describe_answer(answer))
        shown = described if answer.reply is Reply.NO else f"<strong>{described}</strong>"
        yield f"{shown}{_paragraphs(shown_evidence(answer))}"


def _split(plan: Plan) -> Iterator[str]:
    for side, words in SIDE_WORDS.items():
        for placement in plan.split.on(side):
            shown = code(placement.requirement or placement.name)
            place = code(describe_place(placement.location))
            yield f"<h3>{shown} {words}</h3>{place}{_paragraphs(describe_placement(placement))}"
    if plan.split.worker_tree:
        yield f"In the Worker: {text(', '.join(plan.split.worker_tree))}"
    if describe_tree(plan):
        yield f"In the container: {text(describe_tree(plan))}"


def _code(plan: Plan) -> Iterator[str]:
    split = plan.split.code
    if split is None:
        return
    yield f"{len(split.moving)} of {split.module_count} modules move"
    for moved in split.moving:
        yield f"<h3>{code(moved.module)} moves</h3>{_paragraphs(describe_moves(moved))}"
    for cut in split.cuts:
        yield f"{code(describe_place(cut.location))} imports {code(cut.imported)}: make it a request"
    for place, note in (*split.rewrites, *split.cautions):
        yield f"{code(describe_place(place))} {prose(note)}"


def _size(plan: Plan) -> Iterator[str]:
    if plan.size is not None:
        yield f"<h3>{prose(plan.size.text)}</h3>{_paragraphs(map(describe_reason, plan.size.reasons))}"
        if plan.size.custom is not None:
            yield text(describe_cheaper(plan.size.custom))
    if plan.capacity is not None:
        yield prose(describe_capacity(plan))


def _costs(plan: Plan) -> str:
    if plan.costs is None:
        return ""
    lines = "".join(
        f"<li>{text(line.item)}: {text(describe_line(line))}</li>\n" for line in plan.costs.by_size[0].lines
    )
    headings = "".join(f'<th scope="col">{heading}</th>' for heading in BILL_HEADINGS)
    rows = "".join(
        f'<tr><th scope="row">{text(cells[0])}</th>{"".join(f"<td>{text(cell)}</td>" for cell in cells[1:])}</tr>\n'
        for cells in map(bill_cells, plan.costs.by_size)
    )
    table = f'<table class="costs">\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
    return (
        '<section aria-labelledby="costs">\n<h2 id="costs">The cost of a month</h2>\n'
        f"<p>{text(describe_use(plan.costs))}</p>\n<ul>\n{lines}</ul>\n"
        f"{_scrolled('costs', table)}<p>Prices: {text(plan.costs.source)}</p>\n</section>\n"
    )


def _scrolled(name: str, inside: str) -> str:
    """A keyboard-scrollable region for wide content, labelled by the heading with this id."""
    return f'<div class="scroll" role="region" aria-labelledby="{name}" tabindex="0">\n{inside}</div>\n'


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{prose(each)}</p>\n" for each in texts)
