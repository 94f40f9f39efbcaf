"""`compat-scan explain`: everything known of one package."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import OrderedOutputsCommand
from scanner.cli.options import index_options, report_options, target_options, verbosity_options
from scanner.cli.outputs import write_report
from scanner.cli.running import errors_told, exit_code, make_settings, make_surroundings


@click.command(cls=OrderedOutputsCommand, epilog=help_text.EXPLAIN)
@click.argument("requirement", metavar="NAME[SPECIFIER]")
@report_options
@target_options
@index_options
@verbosity_options
@click.pass_context
def explain(ctx: click.Context, /, requirement: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Tell everything known of one package, step by step, for example `compat-scan explain "jiter>=0.8"`."""
    with errors_told():
        from scanner import pipeline

        settings = make_settings((), options)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.explain(requirement, settings, around)
        verbose = {**options, "verbose": max(2, options["verbose"])}
        for form, path in ctx.meta["scanner.outputs"]:
            write_report(report, form, path, verbose)
        sys.exit(exit_code(report))
