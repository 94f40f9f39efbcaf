"""`compat-scan diff`: compare two JSON reports, or one with a scan made now."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import os
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand, SuggestingChoice
from scanner.cli.options import PATH, index_options, output_option, source_options, target_options, verbosity_options
from scanner.cli.outputs import open_output, report_context, write_notes
from scanner.cli.running import (
    EXIT_CONTAINER,
    EXIT_MISUSE,
    EXIT_WORKERS,
    errors_told,
    exit_code,
    make_settings,
    make_surroundings,
)
from scanner.cli.surroundings import check_paths
from scanner.model.errors import ReportError
from scanner.model.rule import Level, Rule

if TYPE_CHECKING:
    from scanner.report.diff.reading import ReadReport


@click.command(cls=SectionedCommand, epilog=help_text.DIFF)
@click.argument("old", type=PATH, metavar="OLD")
@click.argument("paths", nargs=-1, type=PATH, metavar="[NEW | PATHS]...")
@click.option(
    "--format",
    "form",
    type=SuggestingChoice(["terminal", "json", "markdown"]),
    default="terminal",
    show_default=True,
    help="How to show it.",
)
@output_option
@target_options
@index_options
@source_options
@verbosity_options
def diff(*, old: str, paths: tuple[str, ...], form: str, output: str | None, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Compare two JSON reports, or one with a scan made now.

    OLD and NEW are reports of `compat-scan --format json`; PATHS are what `scan` takes; without any, the current folder
    is scanned.
    """
    with errors_told():
        from scanner.report.diff import compare_reports
        from scanner.report.diff.reading import is_report, parse_report
        from scanner.report.diff.writing import write_diff

        before = parse_report(_read(old), old)
        check_paths(paths)
        data = _read(paths[0]) if len(paths) == 1 and os.path.isfile(paths[0]) else b""  # noqa: PTH113  # as elsewhere
        after = parse_report(data, paths[0]) if is_report(data) else _scan(paths or (".",), options)
        compared = compare_reports(before, after)
        with open_output(output, form=form) as stream:
            write_diff(compared, form, stream, report_context(options, stream, form=form, path=output))
        sys.exit(EXIT_CONTAINER if compared.new_blockers else EXIT_WORKERS)


def _read(path: str) -> bytes:
    """The file, at most a byte more than a report may have."""
    from scanner.report.diff.reading import MAX_REPORT_BYTES

    try:
        with Path(path).open("rb") as stream:
            return stream.read(MAX_REPORT_BYTES + 1)
    except OSError as error:
        raise ReportError(path, "file", f"cannot be read: {error.strerror}") from error


def _scan(paths: tuple[str, ...], options: dict[str, Any]) -> ReadReport:
    """The report on the paths now, with every finding: a selection would make blockers seem to fall."""
    from scanner import pipeline
    from scanner.report import json
    from scanner.report.diff.reading import parse_report

    settings = make_settings(paths, {**options, "select": tuple(Rule.__members__), "min_level": Level.NOTE.value})
    with make_surroundings(settings, quiet=options["quiet"]) as around:
        report = pipeline.scan(paths, settings, around)
    write_notes(report.all_notes(), (), quiet=options["quiet"])
    if exit_code(report) == EXIT_MISUSE:
        raise ReportError(", ".join(paths), "PATHS", "nothing could be read: neither a report nor a dependency file")
    stream = StringIO()
    json.write(report, stream, report_context({}, stream))
    read = parse_report(stream.getvalue().encode(), None)
    is_cut = settings.offline or settings.no_deps or settings.no_inspect
    return replace(read, complete=read.complete and not is_cut)  # a scan that was cut cannot call an ignore unused
