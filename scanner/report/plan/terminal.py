"""A plan for people at a terminal."""

from __future__ import annotations

from typing import TextIO

from scanner.plan.model import Decision, Plan, Reply, Side
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import describe_place
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
    describe_package,
    describe_placement,
    describe_reason,
    describe_tree,
    describe_use,
    largest_packages,
    shown_evidence,
)
from scanner.report.terminal.typeset import Page, Span
from scanner.report.wording import describe_target

_STYLES = {
    Decision.WORKERS: "bold green",
    Decision.SERVICES: "bold green",
    Decision.WORKFLOWS: "bold green",
    Decision.HYBRID: "bold yellow",
    Decision.CONTAINER: "bold red",
    Decision.UNKNOWN: "bold magenta",
}
_REPLY_STYLES = {Reply.YES: "yellow", Reply.NO: "dim", Reply.UNKNOWN: "magenta"}
_REPLY_MARKS = {Reply.YES: "● ", Reply.NO: "○ ", Reply.UNKNOWN: "? "}
_SIDE_STYLES = {
    Side.WORKER: "green",
    Side.CONTAINER: "red",
    Side.SERVICE: "cyan",
    Side.DROPPED: "dim",
    Side.UNKNOWN: "magenta",
}
_LARGEST = 5


def write_plan_terminal(plan: Plan, stream: TextIO, context: ReportContext) -> None:
    """Write the decision with its path, the split, the size, the costs and the notes."""
    page = Page(stream, context)
    words = DECISION_WORDS[plan.decision]
    page.paragraph((words[0].upper() + words[1:], _STYLES[plan.decision]), " — ", clean(plan.summary))
    if context.quiet:
        return
    page.paragraph((describe_target(plan.report.target), "dim"))
    _write_answers(page, plan)
    _write_split(page, plan)
    _write_code(page, plan)
    _write_size(page, plan)
    _write_costs(page, plan)
    _write_list(page, "Notes", plan.advice)
    _write_list(page, "Assumed", plan.assumptions)
    problems = (*plan.report.problems, *(plan.split.code.problems if plan.split.code else ()))
    _write_list(page, "Problems", tuple(f"{describe_place(p.location)} {p.message}".strip() for p in problems))


def _heading(page: Page, text: str) -> None:
    page.blank()
    page.paragraph((text, "bold"))


def _write_list(page: Page, heading: str, texts: tuple[str, ...]) -> None:
    if texts:
        _heading(page, heading)
        for text in texts:
            page.paragraph(clean(text), lead=("- ", "dim"), indent=2)


def _write_answers(page: Page, plan: Plan) -> None:
    _heading(page, "Decision")
    for answer in plan.answers:
        lead: Span = (_REPLY_MARKS[answer.reply], _REPLY_STYLES[answer.reply])
        page.paragraph(describe_answer(answer), lead=lead, indent=2)
        for fact in shown_evidence(answer):
            page.paragraph((clean(fact), "dim"), lead=("– ", "dim"), indent=4)


def _write_split(page: Page, plan: Plan) -> None:
    _heading(page, "The split")
    for side, words in SIDE_WORDS.items():
        for placement in plan.split.on(side):
            place = describe_place(placement.location)
            page.paragraph(
                (clean(placement.requirement or placement.name), "bold"),
                f" {words}",
                (f" · {place}" if place else "", "dim"),
                lead=("→ ", _SIDE_STYLES[side]),
                indent=2,
            )
            for text in describe_placement(placement):
                page.paragraph((text, "dim"), indent=4)
    if plan.split.worker_tree:
        page.paragraph((f"In the Worker: {clean(', '.join(plan.split.worker_tree))}", "dim"), indent=2)
    tree = describe_tree(plan)
    if tree:
        page.paragraph((f"In the container: {tree}", "dim"), indent=2)
        largest = "; ".join(map(describe_package, largest_packages(plan, _LARGEST)))
        page.paragraph((f"The largest: {largest}", "dim"), indent=2)


def _write_code(page: Page, plan: Plan) -> None:
    code = plan.split.code
    if code is None:
        return
    _heading(page, f"Your code: {len(code.moving)} of {code.module_count} modules move")
    for moved in code.moving:
        page.paragraph((clean(moved.module), "bold"), lead=("→ ", "red"), indent=2)
        for line in describe_moves(moved):
            page.paragraph((line, "dim"), indent=4)
    for cut in code.cuts:
        text = f"{describe_place(cut.location)} {clean(cut.importer)} imports {clean(cut.imported)}: make it a request"
        page.paragraph(text, lead=("✂ ", "yellow"), indent=2)
    for place, text in (*code.rewrites, *code.cautions):
        page.paragraph(f"{describe_place(place)} {clean(text)}", lead=("! ", "yellow"), indent=2)


def _write_size(page: Page, plan: Plan) -> None:
    if plan.size is None:
        return
    _heading(page, "The size")
    page.paragraph(clean(plan.size.text), indent=2)
    for reason in plan.size.reasons:
        page.paragraph((describe_reason(reason), "dim"), lead=("– ", "dim"), indent=4)
    if plan.size.custom:
        page.paragraph(describe_cheaper(plan.size.custom), indent=2)
    if plan.capacity:
        page.paragraph(describe_capacity(plan), indent=2)


def _write_costs(page: Page, plan: Plan) -> None:
    if plan.costs is None:
        return
    _heading(page, "The cost of a month")
    page.paragraph(describe_use(plan.costs), indent=2)
    for line in plan.costs.by_size[0].lines:
        page.paragraph(describe_line(line), lead=(line.item + ": ", "dim"), indent=4)
    rows = [BILL_HEADINGS, *map(bill_cells, plan.costs.by_size)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(BILL_HEADINGS))]
    page.blank()
    for number, row in enumerate(rows):
        numbers = (cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True))
        cells = [row[0].ljust(widths[0]), *numbers, row[-1]]
        page.line(("  " + "  ".join(cells), "dim" if number == 0 else "bold" if number == 1 else ""))
    page.paragraph(
        (f"Prices: {clean(plan.costs.source)}. Workers requests, Durable Objects and logs are extra.", "dim"), indent=2
    )
