"""The tree of requirements with verdict marks, as pipdeptree draws it, for `compat-scan tree`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from scanner.model.finding import Level
from scanner.model.graph import Edges, invert, reachable
from scanner.model.report import Judgement, ProjectReport, Verdict
from scanner.report.context import ReportContext
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.places import Places, describe_place
from scanner.report.wording import LIMITS_MARK, VERDICT_MARKS, describe_counts, describe_dependency

if TYPE_CHECKING:
    from scanner.report.terminal.typeset import Span

SCHEMA = "compat-scan/tree/2"

_STYLES = {Verdict.WORKERS: "green", Verdict.CONTAINER: "red", Verdict.UNKNOWN: "magenta"}
_REPEATED, _CIRCLE = "(*)", "(circle)"
_MEANINGS = {
    VERDICT_MARKS[Verdict.WORKERS]: "runs",
    LIMITS_MARK: "runs with limits",
    VERDICT_MARKS[Verdict.CONTAINER]: "needs a container (with the rule, if it does so by itself)",
    VERDICT_MARKS[Verdict.UNKNOWN]: "unknown",
    _REPEATED: "drawn above with its dependencies",
    _CIRCLE: "requires itself",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """What each package requires; inverted, what requires it."""

    roots: tuple[Judgement, ...]
    below: Mapping[str, tuple[Judgement, ...]]
    """By ``Judgement.key``, sorted by name."""
    extras: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By the keys of the upper and the lower one: the extra that alone makes one require the other."""
    inverted: bool = False

    def find_extra(self, parent: str, child: str) -> str | None:
        """The extra that alone makes the upper one require the lower one."""
        return self.extras.get((child, parent) if self.inverted else (parent, child))


Trees = Sequence[tuple[ProjectReport, Tree]]
"""Each project with its tree."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One line of the drawing."""

    judgement: Judgement
    lead: str
    """The strokes before it."""
    extra: str | None = None
    """The extra that alone brings it here."""
    note: str = ""


def build_tree(project: ProjectReport) -> Tree:
    """The tree below the project's own requirements; every package of the report is in it."""
    judged = {judgement.key: judgement for judgement in reversed(project.dependencies)}
    edges = project.graph.edges
    roots = {judgement.key: judgement for judgement in project.requirements}
    reached = set(reachable(roots, edges))
    for key, judgement in sorted(judged.items()):
        if key not in reached:  # a circle that nothing else requires, in a lock file without roots
            roots[key] = judgement
            reached |= set(reachable([key], edges))
    return Tree(roots=tuple(roots.values()), below=_judged_edges(edges, judged), extras=project.graph.extras)


def invert_tree(project: ProjectReport, name: str) -> Tree:
    """What requires the packages of that name; without roots where the report has none."""
    judged = {judgement.key: judgement for judgement in reversed(project.dependencies)}
    above = _judged_edges(invert(project.graph.edges), judged)
    roots = tuple(judgement for _, judgement in sorted(judged.items()) if judgement.name == name)
    return Tree(roots=roots, below=above, extras=project.graph.extras, inverted=True)


def write_trees(trees: Trees, stream: TextIO, context: ReportContext) -> None:
    """Writes one line for each edge; what was drawn before is marked with (*) and not drawn again."""
    from scanner.report.terminal.typeset import Page  # noqa: PLC0415  # the HTML page draws trees too, without rich

    page = Page(stream, context)
    for number, (project, tree) in enumerate(trees):
        if len(trees) > 1:
            if number:
                page.blank()
            page.paragraph((f"{clean(project.name)} ({clean(project.path)})", "bold"))
        places = Places(project, context)
        rows = list(_draw(tree))
        for row in rows:
            page.line((row.lead, "dim"), *_describe(row, places, with_place=tree.inverted))
        page.blank()
        page.paragraph((", ".join(describe_counts(project)), "dim"))
        page.paragraph((_explain_marks(rows), "dim"))


def write_trees_json(trees: Trees, stream: TextIO) -> None:
    """Writes for each project the roots and each package once, with the keys of those below (inverted: above) it."""
    write_json({"schema": SCHEMA, "projects": [_tree_entry(project, tree) for project, tree in trees]}, stream)


def _tree_entry(project: ProjectReport, tree: Tree) -> dict[str, object]:
    keys = reachable(
        [root.key for root in tree.roots], {key: [one.key for one in tree.below[key]] for key in tree.below}
    )
    judged = {one.key: one for one in (*tree.roots, *(child for group in tree.below.values() for child in group))}
    relation = "required_by" if tree.inverted else "requires"
    packages = [
        {
            "key": exact(key),
            "name": exact(judged[key].name),
            "version": None if judged[key].version is None else exact(judged[key].version or ""),
            "verdict": judged[key].verdict.value,
            "own_verdict": judged[key].own_verdict.value,
            "direct": judged[key].direct,
            relation: [exact(child.key) for child in tree.below.get(key, ())],
        }
        for key in sorted(keys)
    ]
    roots = [exact(root.key) for root in tree.roots]
    return {"name": exact(project.name), "path": exact(project.path), "roots": roots, "packages": packages}


def _judged_edges(edges: Edges, judged: Mapping[str, Judgement]) -> dict[str, tuple[Judgement, ...]]:
    """The edges between the packages of the report, those below each sorted by name."""
    return {
        key: tuple(sorted((judged[child] for child in below if child in judged), key=lambda one: (one.name, one.key)))
        for key, below in edges.items()
        if key in judged
    }


def _draw(tree: Tree) -> Iterator[_Row]:
    """The lines from top to bottom; with a stack of its own, since lock files can be deeper than Python's."""
    drawn: set[str] = set()
    for root in tree.roots:
        pending: list[tuple[Judgement, str, str, tuple[str, ...]]] = [(root, "", "", ())]
        while pending:
            judgement, lead, indent, path = pending.pop()
            extra = tree.find_extra(path[-1], judgement.key) if path else None
            children = tree.below.get(judgement.key, ())
            if judgement.key in path:
                yield _Row(judgement=judgement, lead=lead, extra=extra, note=_CIRCLE)
                continue
            if judgement.key in drawn and children:
                yield _Row(judgement=judgement, lead=lead, extra=extra, note=_REPEATED)
                continue
            drawn.add(judgement.key)
            yield _Row(judgement=judgement, lead=lead, extra=extra)
            last = len(children) - 1
            for number, child in reversed(list(enumerate(children))):
                stroke, gap = ("└── ", "    ") if number == last else ("├── ", "│   ")
                pending.append((child, indent + stroke, indent + gap, (*path, judgement.key)))


def _describe(row: _Row, places: Places, *, with_place: bool) -> Iterator[Span]:
    judgement = row.judgement
    yield f"{_mark(judgement)} ", "yellow" if judgement.has_cautions else _STYLES[judgement.verdict]
    yield describe_dependency(judgement)
    if row.extra is not None:
        yield f" (extra {clean(row.extra)})", "dim"
    if judgement.own_verdict is not Verdict.WORKERS:
        codes = ", ".join(dict.fromkeys(_deciding_codes(judgement)))
        yield f" {codes}", "dim"
    if with_place and judgement.direct and judgement.location:
        yield f" ({describe_place(places.of(judgement))})", "dim"
    if row.note:
        yield f" {clean(row.note)}", "dim"


def _mark(judgement: Judgement) -> str:
    return LIMITS_MARK if judgement.has_cautions else VERDICT_MARKS[judgement.verdict]


def _explain_marks(rows: Iterable[_Row]) -> str:
    """What those of the signs mean that occur."""
    seen = {sign for row in rows for sign in (_mark(row.judgement), row.note)}
    return " · ".join(f"{sign} {meaning}" for sign, meaning in _MEANINGS.items() if sign in seen)


def _deciding_codes(judgement: Judgement) -> Iterator[str]:
    """The rules that made it what it is by itself."""
    blocked = judgement.own_verdict is Verdict.CONTAINER
    for finding in judgement.findings:
        if finding.level is Level.BLOCKER if blocked else finding.rule.leaves_unknown:
            yield finding.rule.code
