"""The parts of the HTML page that show a shape: proportions, sizes and the tree, each with its words."""

from __future__ import annotations

import html

from scanner.model.report import Bundle, Judgement, ProjectReport, Verdict
from scanner.report.terminal.tree import Tree, build_tree
from scanner.report.wording import (
    LIMITS_MARK,
    VERDICT_MARKS,
    VERDICT_WORDS,
    describe_bundle,
    describe_counts,
    describe_dependency,
)

MAX_DEPTH = 40
"""The tree is drawn down to this depth: browsers flatten what is nested much deeper."""


def proportion_bar(project: ProjectReport) -> str:
    """The verdicts as parts of one bar; nothing for an empty report."""
    summary = project.summary
    parts = (
        ("workers", summary.workers - summary.with_cautions),
        ("limits", summary.with_cautions),
        ("container", summary.container),
        ("unknown", summary.unknown),
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
    label = html.escape(", ".join(describe_counts(project)))
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


def bundle_gauge(bundle: Bundle | None) -> str:
    """What the packages add to the Worker, as a part of the limit; nothing where no size is known."""
    if bundle is None:
        return ""
    used = html.escape(describe_bundle(bundle))
    gauge = size_bar(min(bundle.uncompressed_bytes, bundle.limit_bytes), bundle.limit_bytes)
    return f'<p>{used}</p>\n<div class="gauge">{gauge}</div>\n'


def dependency_tree(project: ProjectReport) -> str:
    """Who requires whom as nested lists, open where something does not run; nothing where nothing requires anything.

    The dependencies of a package are drawn once, where it comes first.
    """
    tree = build_tree(project)
    roots = [root for root in tree.roots if tree.below.get(root.key)]
    if not roots:
        return ""
    drawn: set[str] = set()
    items = "".join(_branch(root, tree, drawn, 1) for root in roots)
    return f'<ul class="tree">\n{items}</ul>\n'


def _branch(judgement: Judgement, tree: Tree, drawn: set[str], depth: int) -> str:
    """One package with what is below it."""
    label = _label(judgement)
    children = tree.below.get(judgement.key, ())
    if not children:
        return f"<li>{label}</li>\n"
    if judgement.key in drawn or depth == MAX_DEPTH:
        more = "as above" if judgement.key in drawn else "and more, which the table has"
        return f"<li>{label} <small>({more})</small></li>\n"
    drawn.add(judgement.key)
    opened = "" if judgement.verdict is Verdict.WORKERS else " open"
    below = "".join(_branch(child, tree, drawn, depth + 1) for child in children)
    return f"<li><details{opened}><summary>{label}</summary>\n<ul>\n{below}</ul>\n</details></li>\n"


def _label(judgement: Judgement) -> str:
    kind = "limits" if judgement.has_cautions else judgement.verdict.value
    mark = LIMITS_MARK if judgement.has_cautions else VERDICT_MARKS[judgement.verdict]
    words = "runs, with limits" if judgement.has_cautions else VERDICT_WORDS[judgement.verdict]
    title = html.escape(describe_dependency(judgement))
    return f'<span class="mark {kind}" aria-hidden="true">{mark}</span> {title} <small>{words}</small>'
