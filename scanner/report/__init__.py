"""One file per output; a reporter turns a report into text on a stream and touches nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TextIO

from scanner.model.report import Report
from scanner.report.context import ReportContext

Writer = Callable[[Report, TextIO, ReportContext], None]
"""Writes one report to a stream."""

# ruff: noqa: PLC0415 - each writer is imported when it is chosen: whoever asks for JSON does not wait for rich.


def _write_terminal(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.terminal import write_terminal

    write_terminal(report, stream, context)


def _write_json(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.json import write_json_v1

    write_json_v1(report, stream, context)


def _write_github(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.github import write_github

    write_github(report, stream, context)


def _write_sarif(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.sarif import write_sarif

    write_sarif(report, stream, context)


def _write_junit(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.junit import write_junit

    write_junit(report, stream, context)


def _write_gitlab(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.gitlab import write_gitlab

    write_gitlab(report, stream, context)


def _write_markdown(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.markdown import write_markdown

    write_markdown(report, stream, context)


def _write_html(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.html import write_html

    write_html(report, stream, context)


def _write_csv(report: Report, stream: TextIO, context: ReportContext) -> None:
    from scanner.report.csv import write_csv

    write_csv(report, stream, context)


REPORTERS: Mapping[str, Writer] = {
    "terminal": _write_terminal,
    "json": _write_json,
    "github": _write_github,
    "sarif": _write_sarif,
    "junit": _write_junit,
    "gitlab": _write_gitlab,
    "markdown": _write_markdown,
    "html": _write_html,
    "csv": _write_csv,
}
"""Every output by the name that ``--format`` takes."""
