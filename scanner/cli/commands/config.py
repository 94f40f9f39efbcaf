"""`compat-scan config`: the settings in force, and where each comes from."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand
from scanner.cli.options import (
    index_options,
    paths_argument,
    source_options,
    target_options,
    verbosity_options,
    view_format_option,
)
from scanner.cli.outputs import open_output, report_context, write_notes
from scanner.cli.running import errors_told, make_settings


@click.command(cls=SectionedCommand, epilog=help_text.CONFIG)
@paths_argument
@view_format_option
@target_options
@index_options
@source_options
@verbosity_options
def config(*, paths: tuple[str, ...], form: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show the settings in force for a scan of these paths, and where each value comes from.

    The command line wins over COMPAT_SCAN_* variables, these over compat-scan.toml or [tool.compat-scan] in
    pyproject.toml, of which the nearest above the first path is taken.
    """
    with errors_told():
        from scanner.cli.settings_view import write_settings_view

        settings = make_settings(paths, options)
        with open_output(None) as stream:
            write_settings_view(settings, form, stream, report_context(options, stream))
        write_notes(settings.notes, (), quiet=options["quiet"])
