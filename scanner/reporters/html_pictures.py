"""The parts of the HTML page that show a shape: proportions, sizes and the tree, each with its words."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from scanner.model import Judgement, Report, Verdict
from scanner.reporters.causes import chains_to
from scanner.reporters.escape import clean
from scanner.reporters.wording import (
    LIMITS_MARK,
    VERDICT_MARKS,
    VERDICT_WORDS,
    counted,
    describe_counts,
    describe_dependency,
    describe_size,
)

MAX_DEPTH = 40
"""Chains are drawn down to this depth; what lies deeper stands in the table."""

MAX_BARS = 12
"""The number of files in the picture of sizes; the table has them all."""


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)


def proportion_bar(report: Report) -> str:
    """The verdicts as parts of one bar; nothing for an empty report."""
    parts = (
        ("workers", report.count(Verdict.WORKERS) - report.with_cautions),
        ("limits", report.with_cautions),
        ("container", report.count(Verdict.CONTAINER)),
        ("unknown", report.count(Verdict.UNKNOWN)),
    )
    total = sum(number for _, number in parts)
    if not total:
        return ""
    rectangles, left = "", 0.0
    for kind, number in parts:
        width = 100 * number / total
        if number:
            rectangles += f'<rect class="{kind}" x="{left:.2f}" width="{width:.2f}" height="4"/>'
        left += width
    label = html.escape(", ".join(describe_counts(report)))
    return (
        f'<svg class="proportion" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{label}">'
        f"{rectangles}</svg>\n"
    )


def size_bar(size_bytes: int, largest_bytes: int) -> str:
    """A bar in proportion to the largest; the figure itself must stand beside it."""
    width = 100 * size_bytes / largest_bytes if largest_bytes else 0
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="8"/><rect class="value" width="{width:.2f}" height="8"/></svg>'
    )


def size_chart(report: Report) -> str:
    """The largest chosen files as bars; nothing where no size is known."""
    sizes = sorted(
        (
            (judgement.artifact.size_bytes, describe_dependency(judgement))
            for judgement in report.dependencies
            if judgement.artifact and judgement.artifact.size_bytes is not None
        ),
        key=lambda entry: -entry[0],
    )
    if not sizes:
        return ""
    largest_bytes = sizes[0][0]
    bars = "".join(
        f"<li><span>{html.escape(title)}</span> {size_bar(size_bytes, largest_bytes)} "
        f"<span>{describe_size(size_bytes)}</span></li>\n"
        for size_bytes, title in sizes[:MAX_BARS]
    )
    total = describe_size(sum(size_bytes for size_bytes, _ in sizes))
    number = counted(len(sizes), "file", "files")
    note = f"<p>{number} of known size, {total} to download. A Worker counts what is in them, unpacked.</p>\n"
    return f'{note}<ul class="sizes">\n{bars}</ul>\n'


def dependency_tree(report: Report) -> str:
    """The chains as nested lists, open where they lead to something that does not run; nothing without chains."""
    root = _Node()
    judgements: dict[str, Judgement] = {}
    for judgement in report.dependencies:
        judgements.setdefault(judgement.name, judgement)
        for chain in chains_to(judgement):
            node = root
            for name in chain[:MAX_DEPTH]:
                node = node.children.setdefault(name, _Node())
    drawn = {name: node for name, node in root.children.items() if node.children}
    if not drawn:
        return ""
    items = "".join(_branch(name, node, judgements)[0] for name, node in drawn.items())
    return f'<ul class="tree">\n{items}</ul>\n'


def _branch(name: str, node: _Node, judgements: dict[str, Judgement]) -> tuple[str, bool]:
    """One node with what is below it, and whether anything in it does not run."""
    judgement = judgements.get(name)
    label = _label(name, judgement)
    needs_attention = judgement is not None and judgement.verdict is not Verdict.WORKERS
    if not node.children:
        return f"<li>{label}</li>\n", needs_attention
    branches = [_branch(child, below, judgements) for child, below in node.children.items()]
    needs_attention = needs_attention or any(attention for _, attention in branches)
    opened = " open" if needs_attention else ""
    below = "".join(markup for markup, _ in branches)
    return f"<li><details{opened}><summary>{label}</summary>\n<ul>\n{below}</ul>\n</details></li>\n", needs_attention


def _label(name: str, judgement: Judgement | None) -> str:
    if judgement is None:
        return html.escape(clean(name))
    kind = "limits" if judgement.has_cautions else judgement.verdict.value
    mark = LIMITS_MARK if judgement.has_cautions else VERDICT_MARKS[judgement.verdict]
    words = "runs, with limits" if judgement.has_cautions else VERDICT_WORDS[judgement.verdict]
    title = html.escape(describe_dependency(judgement))
    return f'<span class="mark {kind}" aria-hidden="true">{mark}</span> {title} <small>{words}</small>'
