from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

import pytest

from scanner.model.report import Judgement, Report
from scanner.report.context import ReportContext
from scanner.report.csv import COLUMNS

Render = Callable[[str, Report, ReportContext], str]


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.csv", render("csv", report, context))


def test_there_is_a_row_for_everything_in_the_report(render: Render, report: Report, context: ReportContext) -> None:
    rows = list(csv.DictReader(StringIO(render("csv", report, context))))
    kinds = ["project", *["dependency"] * 11, *["skipped"] * 2, *["problem"] * 2, "note"]
    assert [row["kind"] for row in rows] == kinds
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", " =1", "\t=1", "\r=1", "＝1", "＠x", "%0A", "|cmd"])
def test_no_cell_is_a_formula(
    render: Render,
    make_judgement: Callable[..., Judgement],
    make_report: Callable[..., Report],
    context: ReportContext,
    text: str,
) -> None:
    output = render("csv", make_report(make_judgement("a", requirement=text, category=text, version=text)), context)
    _, row = csv.DictReader(StringIO(output))
    for cell in (row["requirement"], row["category"], row["version"]):
        assert cell.startswith(("'", "\\"))
