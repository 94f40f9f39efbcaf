"""A plan as Markdown for GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from scanner.plan.model import Plan, Reply, Side
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.markdown.text import code, inline
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
    describe_placement,
    describe_reason,
    describe_tree,
    describe_use,
    shown_evidence,
)
from scanner.report.wording import describe_target

_NOTE_BYTES = 80
"""The size reserved for the note about omitted lines."""


def write_plan_markdown(plan: Plan, stream: TextIO, context: ReportContext) -> None:
    """Writes headings, lists and the table of costs, within the context's size; omitted lines are counted."""
    left_bytes = context.markdown_bytes - _NOTE_BYTES
    lines = list(_lines(plan))
    for number, line in enumerate(lines):
        left_bytes -= len(line.encode("utf-8", "replace")) + 1
        if left_bytes < 0:
            stream.write(f"\n_{len(lines) - number} lines more in the other formats._\n")
            break
        stream.write(line + "\n")


def _lines(plan: Plan) -> Iterator[str]:
    yield f"## compat-scan plan: {DECISION_WORDS[plan.decision]}"
    yield from ("", inline(plan.summary), "", inline(describe_target(plan.report.target)))
    yield from _section("Decision", list(_answers(plan)))
    yield from _section("The split", list(_split(plan)))
    yield from _section("Your code", list(_code(plan)))
    yield from _section("The size", list(_size(plan)))
    yield from _costs(plan)
    yield from _section("Notes", [f"- {inline(text)}" for text in plan.advice])
    yield from _section("Assumed", [f"- {inline(text)}" for text in plan.assumptions])
    problems = (*plan.report.problems, *(plan.split.code.problems if plan.split.code else ()))
    items = [f"- {code(describe_place(problem.location))} {inline(problem.message)}" for problem in problems]
    yield from _section("Problems", items)


def _section(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield from ("", f"### {heading}", "", *items)


def _answers(plan: Plan) -> Iterator[str]:
    for answer in plan.answers:
        text = inline(describe_answer(answer))
        yield f"- **{text}**" if answer.reply is Reply.YES else f"- {text}"
        yield from (f"  - {inline(fact)}" for fact in shown_evidence(answer))


def _split(plan: Plan) -> Iterator[str]:
    for side, words in SIDE_WORDS.items():
        for placement in plan.split.on(side):
            place = code(describe_place(placement.location))
            shown = code(placement.requirement or placement.name)
            yield f"- **{shown}** {words}" + (f" · {place}" if place else "")
            yield from (f"  - {inline(text)}" for text in describe_placement(placement))
    if plan.split.on(Side.WORKER):
        yield f"- In the Worker: {code(', '.join(plan.split.worker_tree))}"
    tree = describe_tree(plan)
    if tree:
        yield f"- In the container: {inline(tree)}"


def _code(plan: Plan) -> Iterator[str]:
    split = plan.split.code
    if split is None:
        return
    yield f"- {len(split.moving)} of {split.module_count} modules move"
    for moved in split.moving:
        yield f"- {code(moved.module)} moves"
        yield from (f"  - {inline(line)}" for line in describe_moves(moved))
    for cut in split.cuts:
        yield f"- {code(describe_place(cut.location))} imports {code(cut.imported)}: make it a request"
    for place, text in (*split.rewrites, *split.cautions):
        yield f"- {code(describe_place(place))} {inline(text)}"


def _size(plan: Plan) -> Iterator[str]:
    if plan.size is None:
        return
    yield f"- {inline(plan.size.text)}"
    yield from (f"  - {inline(describe_reason(reason))}" for reason in plan.size.reasons)
    if plan.size.custom:
        yield f"- {inline(describe_cheaper(plan.size.custom))}"
    if plan.capacity:
        yield f"- {inline(describe_capacity(plan))}"


def _costs(plan: Plan) -> Iterator[str]:
    if plan.costs is None:
        return
    yield from ("", "### The cost of a month", "", inline(describe_use(plan.costs)), "")
    yield from (f"- {line.item}: {inline(describe_line(line))}" for line in plan.costs.by_size[0].lines)
    yield ""
    yield "| " + " | ".join(BILL_HEADINGS) + " |"
    yield "|---" + "|---:" * (len(BILL_HEADINGS) - 2) + "|---|"
    yield from ("| " + " | ".join(bill_cells(cost)) + " |" for cost in plan.costs.by_size)
    yield from ("", inline(clean(f"Prices: {plan.costs.source}.")))
