"""`compat-scan tree`: who requires whom, with the verdicts."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from typing import Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand
from scanner.cli.options import (
    fail_on_option,
    index_options,
    output_option,
    paths_argument,
    source_options,
    target_options,
    verbosity_options,
    view_format_option,
)
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import errors_told, exit_code, make_settings, make_surroundings
from scanner.cli.surroundings import check_paths


@click.command(cls=SectionedCommand, epilog=help_text.TREE)
@paths_argument
@click.option("--invert", metavar="NAME", help="Show what requires this package instead.")
@view_format_option
@output_option
@fail_on_option
@target_options
@index_options
@source_options
@verbosity_options
def tree(
    *,
    paths: tuple[str, ...],
    invert: str | None,
    form: str,
    output: str | None,
    **options: Any,  # noqa: ANN401  # click's values
) -> None:
    """Show the tree of requirements with a verdict mark on each package; (*) stands for what was drawn before."""
    with errors_told():
        from packaging.utils import canonicalize_name

        from scanner import pipeline
        from scanner.model.errors import SettingsError
        from scanner.report.terminal.tree import build_tree, invert_tree, write_trees, write_trees_json

        named = paths or (".",)
        check_paths(named)
        settings = make_settings(named, options)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.scan(named, settings, around)
        name = None if invert is None else canonicalize_name(invert)
        trees = [
            (project, build_tree(project) if name is None else invert_tree(project, name))
            for project in report.projects
        ]
        if invert is not None:
            trees = [(project, tree) for project, tree in trees if tree.roots]
            if not trees:
                raise SettingsError(None, "--invert", f"the tree has no package named {invert}")
        with open_output(output) as stream:
            if form == "json":
                write_trees_json(trees, stream)
            else:
                write_trees(trees, stream, report_context(options, stream))
        sys.exit(exit_code(report))
