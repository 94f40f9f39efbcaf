"""`compat-scan scan`: judge every dependency."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import OrderedOutputsCommand
from scanner.cli.options import (
    age_option,
    baseline_options,
    index_options,
    paths_argument,
    python_option,
    report_options,
    source_options,
    target_options,
    verbosity_options,
)
from scanner.cli.outputs import open_output, write_notes, write_report
from scanner.cli.running import (
    EXIT_INCOMPLETE,
    EXIT_MISUSE,
    EXIT_WORKERS,
    errors_told,
    exit_code,
    make_settings,
    make_surroundings,
    name_sources,
)

if TYPE_CHECKING:
    from scanner.model.report import Report


@click.command(cls=OrderedOutputsCommand, epilog=help_text.SCAN)
@paths_argument
@report_options
@target_options
@index_options
@age_option
@python_option
@source_options
@baseline_options
@verbosity_options
@click.pass_context
def scan(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  # click's values
    """Judge every dependency of the files (the default command).

    PATHS are requirements files, lock files, manifests or folders; `-` reads standard input. Without any, and without
    --python, the current folder is scanned.
    """
    with errors_told():
        from scanner import pipeline
        from scanner.cli.data_age import tell_data_age

        named = name_sources(paths, options["python"])
        settings = make_settings(named, options)
        new_baseline = options["write_baseline"]
        if new_baseline is not None:
            settings = replace(settings, baseline=None)
        with make_surroundings(settings, quiet=options["quiet"], python=options["python"]) as around:
            report = pipeline.scan(named, settings, around)
        for form, path in ctx.meta["scanner.outputs"]:
            write_report(report, form, path, options)
        write_notes(report.all_notes(), ctx.meta["scanner.outputs"], quiet=options["quiet"])
        tell_data_age(report.data, quiet=options["quiet"])
        code = exit_code(report)
        if new_baseline is not None and code != EXIT_MISUSE:
            code = _write_new_baseline(report, new_baseline)
        sys.exit(code)


def _write_new_baseline(report: Report, path: str) -> int:
    """Writes the baseline; the exit code, which is a failure only where the index did not answer for everything."""
    from scanner.judge.baseline import write_baseline

    with open_output(path) as stream:
        write_baseline(report, stream)
    return EXIT_WORKERS if report.complete else EXIT_INCOMPLETE
