"""`compat-scan list`: what would be scanned."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand, SuggestingChoice
from scanner.cli.options import output_option, paths_argument, python_option, verbosity_options
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import errors_told, make_settings, make_surroundings, name_sources, reading_exit_code


@click.command(
    "list",
    cls=SectionedCommand,
    epilog=help_text.LIST,
)
@paths_argument
@click.option(
    "--format",
    "form",
    type=SuggestingChoice(["terminal", "json"]),
    default="terminal",
    show_default=True,
    help="How to show it.",
)
@output_option
@click.option("--all-files", is_flag=True, help="In a folder, take manifests beside the lock files made of them.")
@python_option
@verbosity_options
def list_command(
    *,
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    **options: Any,  # noqa: ANN401  # click's values
) -> None:
    """Show what would be scanned: every declaration with its place, whatever its group. Opens no network."""
    with errors_told():
        from scanner import pipeline
        from scanner.report.entries import write_list

        named = name_sources(paths, options["python"])
        settings = make_settings(named, options)
        with make_surroundings(settings, quiet=True, python=options["python"]) as around:
            listed = pipeline.list_entries(named, settings, around)
        with open_output(output) as stream:
            write_list(listed.entries, listed.skipped, listed.problems, stream, report_context(options, stream), form)
        sys.exit(reading_exit_code(listed))
