"""`compat-scan scan`: judge every dependency."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from typing import Any

import click

from scanner.cli.options import (
    OrderedOutputsCommand,
    index_options,
    report_options,
    source_options,
    target_options,
    verbosity_options,
)
from scanner.cli.running import check_paths, errors_told, exit_code, make_settings, make_surroundings, write_report


@click.command(cls=OrderedOutputsCommand)
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@report_options
@target_options
@index_options
@source_options
@verbosity_options
@click.pass_context
def scan(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  # click's values
    """Judge every dependency of the files (the default command).

    PATHS are requirements files, lock files, manifests or folders; `-` reads standard input. Without any, the current
    folder is scanned.
    """
    with errors_told():
        from scanner import pipeline

        named = paths or (".",)
        check_paths(named)
        settings = make_settings(named, options)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.scan(named, settings, around)
        for form, path in ctx.meta["scanner.outputs"]:
            write_report(report, form, path, options)
        sys.exit(exit_code(report, settings))
