"""The command line: options to a scan, the scan to reports, the report to an exit code.

This package alone knows click, ends the process and reads the environment. Heavy modules are imported by the
commands that need them, so that `--help` and `--version` answer at once.
"""

# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import sys
from typing import Any

import click

from scanner import __version__
from scanner.cli.options import (
    DefaultCommandGroup,
    OrderedOutputsCommand,
    index_options,
    report_options,
    source_options,
    target_options,
    verbosity_options,
)
from scanner.cli.running import (
    check_paths,
    errors_told,
    exit_code,
    make_settings,
    make_surroundings,
    open_output,
    reading_exit_code,
    report_context,
    write_report,
)

__all__ = ["main"]


@click.group(
    cls=DefaultCommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="compat-scan", message="%(prog)s %(version)s")
def main() -> None:
    """Tell which Python dependencies run on Cloudflare Python Workers, and which need a container.

    compat-scan reads what a project depends on, asks the package index what each dependency ships, and says for each
    one whether it runs on Python Workers (Pyodide, CPython in WebAssembly) or needs a container, why, and what to use
    instead.

    \b
    compat-scan requirements.txt      scan one file (the same as `compat-scan scan requirements.txt`)
    compat-scan .                     scan every dependency file below this folder
    pip freeze | compat-scan -        scan what is installed
    compat-scan explain numpy         all that is known of one package
    compat-scan list .                what would be scanned; opens no network

    Exit codes: 0 everything runs on Workers; 1 something needs a container; 2 misuse, or an input that cannot be
    read; 3 incomplete, something could not be told; 130 interrupted.
    """


@main.command(cls=OrderedOutputsCommand)
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


@main.command("list")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write to a file instead of standard output.")
@click.option("--all-files", is_flag=True, help="In a folder, take manifests beside the lock files made of them.")
@verbosity_options
def list_command(
    *, paths: tuple[str, ...], form: str, output: str | None, **options: Any  # noqa: ANN401  # click's values
) -> None:
    """Show what would be scanned: every declaration with its place, whatever its group. Opens no network."""
    with errors_told():
        from scanner import pipeline
        from scanner.reporters.listing import write_list

        named = paths or (".",)
        check_paths(named)
        settings = make_settings(named, options)
        with make_surroundings(settings, quiet=True) as around:
            files = pipeline.read_files(named, settings, around)
        with open_output(output) as stream:
            listed = pipeline.flatten_files(files)
            write_list(listed.entries, listed.skipped, listed.problems, stream, report_context(options, stream), form)
        sys.exit(reading_exit_code(listed))


@main.command(cls=OrderedOutputsCommand)
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
        sys.exit(exit_code(report, settings))


@main.command()
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@target_options
@verbosity_options
def table(*, form: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show the incompatible-library table, with what the chosen runtime says of each row."""
    with errors_told():
        from scanner.cli.views import write_table_view

        settings = make_settings((), options)
        with open_output(None) as stream:
            write_table_view(settings, form, stream, report_context(options, stream))


@main.command()
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@target_options
@verbosity_options
def runtimes(*, form: str, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show the Python Workers runtimes by compatibility date, with a mark at the one that would be chosen here."""
    with errors_told():
        from scanner.cli.views import write_runtimes_view

        settings = make_settings((), options)
        with open_output(None) as stream:
            write_runtimes_view(form, stream, report_context(options, stream), settings)
