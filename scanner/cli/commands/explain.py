"""`compat-scan explain`: everything known of one package."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import OrderedOutputsCommand
from scanner.cli.options import index_options, report_options, target_options, verbosity_options
from scanner.cli.outputs import open_output, report_context, write_report
from scanner.cli.running import errors_told, exit_code, make_settings, make_surroundings


@click.command(cls=OrderedOutputsCommand, epilog=help_text.EXPLAIN)
@click.argument("requirement", metavar="NAME[SPECIFIER]")
@report_options
@target_options
@index_options
@verbosity_options
@click.pass_context
def explain(ctx: click.Context, /, requirement: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Explain the verdict of one package: what to do, each step and the evidence; -v shows more than 40 lines.

    For example `compat-scan explain "jiter>=0.8"`.
    """
    with errors_told():
        from scanner import pipeline
        from scanner.report.terminal.explain import write_explanation

        settings = make_settings((), options)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.explain(requirement, settings, around)
        for form, path in ctx.meta["scanner.outputs"]:
            if form == "terminal":
                with open_output(path) as stream:
                    write_explanation(report, stream, report_context(options, stream))
            else:
                write_report(report, form, path, options)
        sys.exit(exit_code(report))
