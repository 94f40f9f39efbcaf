"""`compat-scan table` and `compat-scan runtimes`: what the verdicts rest on."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand, SuggestingChoice
from scanner.cli.options import target_options, verbosity_options
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import errors_told, make_settings


@click.command(cls=SectionedCommand, epilog=help_text.TABLE)
@click.option(
    "--format",
    "form",
    type=SuggestingChoice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to show it.",
)
@target_options
@verbosity_options
def table(*, form: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show the incompatible-library table, with what the chosen runtime says of each row."""
    with errors_told():
        from scanner.cli.views import write_table_view

        settings = make_settings((), options)
        with open_output(None) as stream:
            write_table_view(settings, form, stream, report_context(options, stream))


@click.command(cls=SectionedCommand, epilog=help_text.RUNTIMES)
@click.option(
    "--format",
    "form",
    type=SuggestingChoice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to show it.",
)
@target_options
@verbosity_options
def runtimes(*, form: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show the Python Workers runtimes by compatibility date, with a mark at the one that would be chosen here."""
    with errors_told():
        from scanner.cli.views import write_runtimes_view

        settings = make_settings((), options)
        with open_output(None) as stream:
            write_runtimes_view(form, stream, report_context(options, stream), settings)
