"""`compat-scan table` and `compat-scan runtimes`: the tables as rows ready to be shown, or as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, TextIO

from scanner.inputs.table_rows import listed_rows
from scanner.pipeline import find_target
from scanner.report.context import ReportContext
from scanner.report.json_text import write_json
from scanner.report.terminal.tables import (
    ListedRow,
    RuntimeRow,
    write_blocks,
    write_runtimes,
    write_table,
)
from scanner.runtime import tables

if TYPE_CHECKING:
    from scanner.inputs.settings import Settings


def write_table_view(settings: Settings, form: str, stream: TextIO, context: ReportContext) -> None:
    """Writes the incompatible-library table with what the chosen runtime's Pyodide release has of each row."""
    target = find_target((".",), settings)
    packages = tables.load_pyodide(target.pyodide).packages
    rows = []
    for row in _unique_rows(settings):
        builds = [f"{name} {packages[name].version}" for name in row.names if name in packages]
        rows.append(
            ListedRow(
                title=row.name,
                names=row.names,
                category=row.category,
                effect=row.effect.value,
                reason=row.reason,
                use=row.use,
                url=tables.load_alternatives()[row.alternative].url if row.alternative else "",
                build=f"{', '.join(builds)} in Pyodide {target.pyodide}" if builds else "",
            )
        )
    if form == "json":
        write_json({"schema": "compat-scan/table/1", "rows": [asdict(row) for row in rows]}, stream)
    else:
        write_table(rows, stream, context)


def write_runtimes_view(form: str, stream: TextIO, context: ReportContext, settings: Settings) -> None:
    """Writes the runtimes, newest first, with a mark at the one that a scan here would take."""
    target = find_target((".",), settings)
    table = tables.load_runtimes()
    rows = [
        RuntimeRow(
            python=f"{runtime.python} ({runtime.python_full_version})",
            pyodide=runtime.package_pyodide,
            runtime_pyodide=runtime.runtime_pyodide,
            chosen_by=_chosen_by(runtime),
            platform_tags=runtime.platform_tags,
            is_chosen=runtime.runtime_pyodide == target.runtime_pyodide,
            note=runtime.note or "",
        )
        for runtime in table.runtimes
    ]
    if form == "json":
        write_json({"schema": "compat-scan/runtimes/1", "runtimes": [asdict(row) for row in rows]}, stream)
    else:
        write_runtimes(rows, stream, context)


def write_data_view(form: str, stream: TextIO, context: ReportContext, today: date) -> None:
    """Writes every table in force with its date, its source and what it decides."""
    entries = tables.list_tables()
    if form == "json":
        rows = [{**asdict(entry), "date": entry.date.isoformat()} for entry in entries]
        write_json({"schema": "compat-scan/data/1", "tables": rows}, stream)
        return
    blocks = []
    for entry in entries:
        age = f"{entry.date}, {max((today - entry.date).days, 0)} days old, {entry.origin}"
        facts = (("date", age), ("decides", entry.decides), ("kept by", entry.maker), ("source", entry.source))
        blocks.append((entry.name, facts))
    write_blocks(blocks, stream, context)


def _unique_rows(settings: Settings) -> list[tables.IncompatibleRow]:
    """The rows in force by title, those without a name on the index too."""
    by_title = {row.name: row for row in tables.load_incompatible().rows if not row.names}
    by_title |= {row.name: row for row in listed_rows(settings.table_rows).values()}
    return [by_title[title] for title in sorted(by_title, key=str.lower)]


def _chosen_by(runtime: tables.Runtime) -> str:
    if runtime.enable_date:
        return f"compatibility date {runtime.enable_date} or later, or the flag {runtime.flag}"
    if runtime.disable_flag is None:
        return f"the flag {runtime.flag} before the other dates"
    return f"the flag {runtime.flag}"
