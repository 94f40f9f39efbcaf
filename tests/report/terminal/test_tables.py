from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest

from scanner.report.context import ReportContext
from scanner.report.terminal.tables import Column, ListedRow, RuntimeRow, write_runtimes, write_table

_RUNTIMES = (
    RuntimeRow(
        python="3.14 (3.14.2)",
        pyodide="314.0.7",
        runtime_pyodide="314.0.6",
        chosen_by="compatibility date 2026-09-08 or later, or the flag python_workers_314",
        platform_tags=("pyemscripten_2026_0_wasm32", "pyodide_2026_0_wasm32"),
        is_chosen=True,
        note="",
    ),
    RuntimeRow(
        python="3.12 (3.12.7)",
        pyodide="0.27.7",
        runtime_pyodide="0.26.0a2",
        chosen_by="the flag python_workers before the other dates",
        platform_tags=("pyemscripten_2024_0_wasm32", "pyodide_2024_0_wasm32"),
        note="no outgoing sockets",
    ),
)
_ROW = ListedRow(
    title="pytorch",
    names=("torch", "pytorch"),
    category="machine-learning inference",
    effect="container",
    reason="compiled for CPUs and graphics cards; no WebAssembly build",
    use="Workers AI",
    url="https://docs.example.org/workers-ai/",
    build="",
)


@pytest.mark.parametrize("width", [60, 100])
def test_runtimes_are_shown_with_a_mark_at_the_chosen_one(
    context: ReportContext, golden: Callable[[str, str], None], width: int
) -> None:
    stream = StringIO()
    write_runtimes(_RUNTIMES, stream, replace(context, width=width))
    golden(f"runtimes-{width}.txt", stream.getvalue())


def test_the_table_is_shown_row_by_row(context: ReportContext, golden: Callable[[str, str], None]) -> None:
    stream = StringIO()
    write_table((_ROW, replace(_ROW, title="sharp", names=(), build="a\x1bb")), stream, context)
    golden("table.txt", stream.getvalue())


def test_the_caller_may_choose_the_columns(context: ReportContext) -> None:
    stream = StringIO()
    write_table((_ROW,), stream, context, columns=(Column(heading="effect", text=lambda row: row.effect),))
    assert stream.getvalue() == "pytorch · machine-learning inference\n    effect  container\n\n1 rows\n"
