"""The tree of requirements with verdict marks, as pipdeptree draws it, for `compat-scan tree`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from scanner.model.finding import Level
from scanner.model.report import Judgement, Report, Verdict
from scanner.report.context import ReportContext
from scanner.report.escape import clean, exact
from scanner.report.json_text import write_json
from scanner.report.places import Places, describe_place
from scanner.report.wording import LIMITS_MARK, VERDICT_MARKS, describe_counts, describe_dependency

if TYPE_CHECKING:
    from scanner.report.terminal.typeset import Span

SCHEMA = "compat-scan/tree/1"

_STYLES = {Verdict.WORKERS: "green", Verdict.CONTAINER: "red", Verdict.UNKNOWN: "magenta"}
_REPEATED, _CIRCLE = "(*)", "(circle)"
_MEANINGS = {
    VERDICT_MARKS[Verdict.WORKERS]: "runs",
    LIMITS_MARK: "runs with limits",
    VERDICT_MARKS[Verdict.CONTAINER]: "needs a container (with the rule where it does so by itself)",
    VERDICT_MARKS[Verdict.UNKNOWN]: "could not be told",
    _REPEATED: "is drawn further above with what hangs on it",
    _CIRCLE: "requires itself by this way",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """What hangs below what; inverted, what stands above what."""

    roots: tuple[Judgement, ...]
    below: Mapping[str, tuple[Judgement, ...]]
    """By ``Judgement.key``, sorted by name."""
    extras: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By the keys of the upper and the lower one: the extra that alone makes one hang on the other."""
    inverted: bool = False

    def find_extra(self, parent: str, child: str) -> str | None:
        """The extra that alone makes the lower one hang on the upper one."""
        return self.extras.get((child, parent) if self.inverted else (parent, child))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """One line of the drawing."""

    judgement: Judgement
    lead: str
    """The strokes before it."""
    extra: str | None = None
    """The extra that alone brings it here."""
    note: str = ""


def build_tree(report: Report) -> Tree:
    """The tree below what the project asks for itself; every package of the report is in it."""
    judged = {judgement.key: judgement for judgement in reversed(report.dependencies)}
    below = _group(report.edges, judged)
    required = {child.key for children in below.values() for child in children}
    asked = [j for j in report.dependencies if j.direct or (j.direct is None and j.key not in required)]
    roots = {judgement.key: judgement for judgement in asked}
    reached = _reach(roots, below)
    for key, judgement in sorted(judged.items()):
        if key not in reached:  # a circle that nothing else requires, in a lock file without roots
            roots[key] = judgement
            reached |= _reach([key], below)
    return Tree(roots=tuple(roots.values()), below=below, extras=report.extra_edges)


def invert_tree(report: Report, name: str) -> Tree:
    """What requires the packages of that name; without roots where the report has none."""
    judged = {judgement.key: judgement for judgement in reversed(report.dependencies)}
    above = _group(((child, parent) for parent, child in report.edges), judged)
    roots = tuple(judgement for _, judgement in sorted(judged.items()) if judgement.name == name)
    return Tree(roots=roots, below=above, extras=report.extra_edges, inverted=True)


def write_tree(tree: Tree, report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one line for each edge; what was drawn before is marked with (*) and not drawn again."""
    from scanner.report.terminal.typeset import Page  # noqa: PLC0415  # the HTML page draws trees too, without rich

    page = Page(stream, context)
    places = Places(report, context)
    rows = list(_draw(tree))
    for row in rows:
        page.line((row.lead, "dim"), *_describe(row, places, with_place=tree.inverted))
    page.blank()
    page.paragraph((", ".join(describe_counts(report)), "dim"))
    page.paragraph((_explain_marks(rows), "dim"))


def write_tree_json(tree: Tree, stream: TextIO) -> None:
    """Writes the roots and each package once, with the keys of those below it (inverted: of those above it)."""
    keys = _reach([root.key for root in tree.roots], tree.below)
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
    write_json({"schema": SCHEMA, "roots": [exact(root.key) for root in tree.roots], "packages": packages}, stream)


def _group(edges: Iterable[tuple[str, str]], judged: Mapping[str, Judgement]) -> dict[str, tuple[Judgement, ...]]:
    grouped: dict[str, list[Judgement]] = {}
    for parent, child in edges:
        if parent in judged and child in judged:
            grouped.setdefault(parent, []).append(judged[child])
    return {parent: tuple(sorted(children, key=_by_name)) for parent, children in grouped.items()}


def _by_name(judgement: Judgement) -> tuple[str, str]:
    return (judgement.name, judgement.key)


def _reach(roots: Iterable[str], below: Mapping[str, Sequence[Judgement]]) -> set[str]:
    reached, pending = set(roots), list(roots)
    while pending:
        for child in below.get(pending.pop(), ()):
            if child.key not in reached:
                reached.add(child.key)
                pending.append(child.key)
    return reached


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
