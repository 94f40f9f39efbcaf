"""The tables that the scanner judges by, for ``compat-scan runtimes`` and ``compat-scan table``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TextIO, TypeVar

from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.terminal.typeset import Page, Span

Row = TypeVar("Row")
Facts = Sequence[tuple[str, str]]
"""Headings with the text behind each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeRow:
    """One runtime of Python Workers; every text is ready to be shown."""

    python: str
    pyodide: str
    """The release whose packages are installed."""
    runtime_pyodide: str
    """The release that runs them."""
    chosen_by: str
    """The dates and flags that select it, as a phrase."""
    platform_tags: tuple[str, ...]
    is_chosen: bool = False
    """Whether it is the one that a scan here and now would take."""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedRow:
    """One row of the incompatible-library table with what the runtime of today says of it."""

    title: str
    names: tuple[str, ...]
    """The PyPI names that it covers."""
    category: str
    effect: str
    reason: str
    use: str
    url: str
    build: str
    """What the target's releases have of it, for example «numpy 2.4.6 in Pyodide 314.0.7»; empty for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column(Generic[Row]):
    """One fact about each row, under its heading."""

    heading: str
    text: Callable[[Row], str]


RUNTIME_COLUMNS: tuple[Column[RuntimeRow], ...] = (
    Column(heading="chosen by", text=lambda row: row.chosen_by),
    Column(heading="packages", text=lambda row: f"Pyodide {row.pyodide}"),
    Column(heading="runs on", text=lambda row: f"Pyodide {row.runtime_pyodide}"),
    Column(heading="wheels", text=lambda row: ", ".join(row.platform_tags)),
    Column(heading="note", text=lambda row: row.note),
)

LISTED_COLUMNS: tuple[Column[ListedRow], ...] = (
    Column(heading="names", text=lambda row: ", ".join(row.names)),
    Column(heading="effect", text=lambda row: row.effect),
    Column(heading="why", text=lambda row: row.reason),
    Column(heading="build", text=lambda row: row.build),
    Column(heading="instead", text=lambda row: f"{row.use} {row.url}".strip()),
)


def write_blocks(
    blocks: Sequence[tuple[str, Sequence[tuple[str, str]]]], stream: TextIO, context: ReportContext
) -> None:
    """Writes a block for each title with its facts."""
    page = Page(stream, context)
    for title, facts in blocks:
        _write_block(page, (clean(title), "bold"), "", facts)


def write_runtimes(
    rows: Sequence[RuntimeRow],
    stream: TextIO,
    context: ReportContext,
    columns: Sequence[Column[RuntimeRow]] = RUNTIME_COLUMNS,
) -> None:
    """Writes a block for each runtime, with a mark at the one that a scan would take."""
    page = Page(stream, context)
    for row in rows:
        mark: Span = ("→ ", "green") if row.is_chosen else "  "
        _write_block(page, (f"Python {clean(row.python)}", "bold"), mark, [(c.heading, c.text(row)) for c in columns])


def write_table(
    rows: Sequence[ListedRow],
    stream: TextIO,
    context: ReportContext,
    columns: Sequence[Column[ListedRow]] = LISTED_COLUMNS,
) -> None:
    """Writes a block for each row of the table, its title with the category first."""
    page = Page(stream, context)
    for row in rows:
        _write_block(
            page,
            (f"{clean(row.title)} · {clean(row.category)}", "bold"),
            "",
            [(column.heading, column.text(row)) for column in columns],
        )
    page.paragraph((f"{len(rows)} rows", "dim"))


def _write_block(page: Page, title: Span, mark: Span, facts: Facts) -> None:
    """A title with labelled lines below: unlike a grid it can be read at any width, and nothing is cut off."""
    page.paragraph(title, lead=mark)
    label_cells = max((len(heading) for heading, _ in facts), default=0) + 2
    for heading, text in facts:
        if text:
            page.paragraph(clean(text), lead=(heading.ljust(label_cells), "dim"), indent=4)
    page.blank()
