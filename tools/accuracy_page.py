"""docs/accuracy.md from the rows that measure_accuracy.py measured and from the notes made by hand."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
PAGE = TOOLS.parent / "docs" / "accuracy.md"
NOTES = TOOLS / "accuracy_notes.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What came of one package."""

    name: str
    """The requirement as it stands in the list."""
    version: str
    predicted: str
    real: str
    """``workers`` or ``container``; empty where it could not be measured."""
    cautions: list[str]
    """The codes of the cautions on the package itself."""
    finding: str
    """What decides the prediction; empty for «workers»."""
    why: str
    """What was seen, or why nothing could be."""
    by_name: str
    """What the package's own file names alone would have said."""
    by_tags: str
    """What the file names over the whole closure would have said."""
    packages: int
    date: str
    pyodide: str

    @property
    def is_measured(self) -> bool:
        """Whether there is anything to compare with."""
        return bool(self.real)

    @property
    def is_right(self) -> bool:
        """Whether the prediction is what happened."""
        return self.predicted == self.real


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """What was written down by hand."""

    disagreements: Mapping[str, str]
    holdouts: Sequence[str]
    """What packages came to that were chosen after the checks were made, before and after they were mended."""
    limited: Mapping[str, str]
    """Packages that import but cannot do their job on the target, with the reason."""


def write_page(rows: Sequence[Row], *, listed_count: int) -> None:
    """Writes the page; ends the program where a disagreement is not explained."""
    notes = read_notes()
    PAGE.write_text("\n".join(page_lines(rows, notes, listed_count)) + "\n", encoding="utf-8")
    print(f"{PAGE}: {len(rows)} packages; {', '.join(figures(rows))}")
    unexplained = [row.name for row in disagreements(rows) if row.name not in notes.disagreements]
    if unexplained:
        sys.exit(f"{NOTES}: no explanation of {', '.join(unexplained)}")


def read_notes() -> Notes:
    """The notes."""
    tables = tomllib.loads(NOTES.read_text(encoding="utf-8"))
    return Notes(disagreements=tables["disagreements"], holdouts=tables["holdouts"], limited=tables["limited"])


def measured(rows: Sequence[Row]) -> list[Row]:
    """The rows with a result."""
    return [row for row in rows if row.is_measured]


def disagreements(rows: Sequence[Row]) -> list[Row]:
    """The measured rows that were told otherwise than they are, unknown ones included."""
    return [row for row in measured(rows) if not row.is_right]


def figures(rows: Sequence[Row]) -> Iterator[str]:
    """The figures in words."""
    known = measured(rows)
    wrong = disagreements(rows)
    yield f"right {len(known) - len(wrong)} of {len(known)} measurable ({_share(len(known) - len(wrong), len(known))})"
    yield f"wrong «runs on Workers» {sum(row.predicted == 'workers' for row in wrong)}"
    yield f"wrong «needs a container» {sum(row.predicted == 'container' for row in wrong)}"
    yield f"unknown {sum(row.predicted == 'unknown' for row in rows)} of all {len(rows)}"


def page_lines(rows: Sequence[Row], notes: Notes, listed_count: int) -> Iterator[str]:
    """The page, line by line."""
    yield _HEAD.format(
        date=max(row.date for row in rows), pyodide=rows[0].pyodide, count=len(rows), listed=listed_count
    )
    yield from _figure_lines(rows)
    yield "## Packages that nobody had looked at\n"
    yield from (f"- {line}" for line in notes.holdouts)
    yield ""
    yield from _limited_lines(rows, notes)
    yield from _disagreement_lines(rows, notes)
    yield _BYTES
    yield "## Every package\n"
    yield "| package | version | predicted | real | cautions | why |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in sorted(rows, key=lambda row: row.name):
        real = row.real or "not measurable"
        why = _cell(row.why or row.finding)
        yield f"| {row.name} | {row.version} | {row.predicted} | {real} | {' '.join(row.cautions)} | {why} |"


def _figure_lines(rows: Sequence[Row]) -> Iterator[str]:
    known = measured(rows)
    yield "| measure | right | wrong «runs» | wrong «container» | unknown |"
    yield "| --- | --- | --- | --- | --- |"
    yield _figure_row("compat-scan", known, lambda row: row.predicted)
    yield _figure_row("wheel tags over the closure alone", known, lambda row: row.by_tags)
    yield _figure_row("the package's own file names alone", known, lambda row: row.by_name)
    unknown = sum(row.predicted == "unknown" for row in rows)
    yield ""
    yield (
        f"{len(known)} of {len(rows)} packages could be measured. Over all {len(rows)}, measurable or not,"
        f" {unknown} ({_share(unknown, len(rows))}) are told as unknown.\n"
    )


def _figure_row(title: str, known: Sequence[Row], told: Callable[[Row], str]) -> str:
    right = sum(told(row) == row.real for row in known)
    runs = sum(told(row) == "workers" != row.real for row in known)
    container = sum(told(row) == "container" != row.real for row in known)
    unknown = sum(told(row) == "unknown" for row in known)
    return f"| {title} | {right} of {len(known)} ({_share(right, len(known))}) | {runs} | {container} | {unknown} |"


def _limited_lines(rows: Sequence[Row], notes: Notes) -> Iterator[str]:
    yield "## Packages that import but cannot do their job\n"
    yield "An import proves little for these; each must carry a caution. The list is kept by hand, with the reason.\n"
    yield "| package | caution | why it cannot |"
    yield "| --- | --- | --- |"
    for row in sorted(rows, key=lambda row: row.name):
        if row.name in notes.limited and row.predicted == "workers":
            told = " ".join(row.cautions) or "**none**"
            yield f"| {row.name} | {told} | {_cell(notes.limited[row.name])} |"
    yield ""


def _disagreement_lines(rows: Sequence[Row], notes: Notes) -> Iterator[str]:
    yield "## Disagreements\n"
    wrong = disagreements(rows)
    if not wrong:
        yield "None.\n"
        return
    for row in wrong:
        yield f"- **{row.name} {row.version}**: predicted {row.predicted}, really {row.real}."
        if row.finding:
            yield f"  Told: {row.finding}"
        if row.why:
            yield f"  Seen: {row.why}"
        yield f"  {notes.disagreements.get(row.name, 'Not explained yet.')}"
    yield ""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")[:240]


_HEAD = """# Accuracy

How often verdicts agree with a real import, measured on {date} in Pyodide {pyodide} under Node. This page is
generated by
`python tools/measure_accuracy.py`; only the explanations are written by hand.

Well-known packages (`tools/accuracy_packages.txt`; {count} of {listed} are measured) are scanned, each as a
project with one
requirement, with `--table advise` and an empty incompatible-library table, so that no verdict depends on a name. Each
verdict is compared with the result of an installation and an import:

- **Container**: the tree cannot be installed (a package has no compatible file, or a source distribution that
  pip does not
  build to a pure wheel), or the import of the package's main module fails.
- **Workers**: the tree installs and the module imports. The import runs in a new interpreter without network, with only
  the tree installed. If a package has several main modules, one import is enough.
- **Not measurable**: the tree requires a wheel that only the Pyodide host has (it is not on the package index), a build
  fails on the measuring machine, or the import fails because of a package that the metadata does not require:
  that fails
  on every platform.

WebAssembly wheels on the index count like any other wheel.
"""

_BYTES = """## Bytes

`tests/test_bytes.py` creates ten wheels of 1 to 60 MB and counts the bytes that the content check without
imports requests
from a loopback index: at most 2 % of each. On the real index (`python tools/measure_bytes.py`, run on 2026-11-22) ten
wheels of 5.5 to 56.6 MB, from lxml to playwright, required 0.13 % to 1.36 % of their bytes each, and 0.40 % of 231 MB
together.
"""
