"""`compat-scan fix`: make the edits that a scan has proved."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand
from scanner.cli.options import (
    accept_option,
    fail_on_option,
    index_options,
    paths_argument,
    source_options,
    target_options,
    verbosity_options,
)
from scanner.cli.outputs import open_output, report_context, write_notes
from scanner.cli.running import (
    EXIT_CONTAINER,
    EXIT_WORKERS,
    errors_told,
    exit_code,
    make_settings,
    make_surroundings,
)
from scanner.cli.surroundings import check_paths

if TYPE_CHECKING:
    from scanner.model.edit import Edit
    from scanner.model.report import Report


@click.command(cls=SectionedCommand, epilog=help_text.FIX)
@paths_argument
@click.option("--unsafe", is_flag=True, help="Make edits that require code changes too.")
@click.option("--diff", is_flag=True, help="Print a unified diff, write nothing; exit 1 if there would be changes.")
@click.option("--dry-run", is_flag=True, help="List the edits, write nothing.")
@accept_option
@fail_on_option
@target_options
@index_options
@source_options
@verbosity_options
def fix(*, paths: tuple[str, ...], unsafe: bool, diff: bool, dry_run: bool, **options: Any) -> None:  # noqa: ANN401
    """Make the edits of dependency files that remove blockers, then scan again.

    Only edits that leave the code alone are made, unless --unsafe is given. Lock files are never edited: the command
    for them is printed. If the new scan does not confirm an edit, the files get their old content back.
    """
    with errors_told():
        from scanner import pipeline
        from scanner.cli.fixing import find_refusals, fix_files, select_edits
        from scanner.inputs.rewriting import format_diff
        from scanner.inputs.rewriting.changes import apply_changes
        from scanner.model.errors import EditError

        named = paths or (".",)
        check_paths(named)
        if "-" in named:
            raise EditError("-", None, "standard input is not edited; name its file")
        settings = make_settings(named, options)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.scan(named, settings, around)
            edits = select_edits(report, unsafe=unsafe)
            write_notes((*report.all_notes(), *find_refusals(report)), (), quiet=options["quiet"])
            if diff:
                text = "".join(map(format_diff, apply_changes(change for edit in edits for change in edit.changes)))
                with open_output(None) as stream:
                    stream.write(text)
                sys.exit(EXIT_CONTAINER if text else EXIT_WORKERS)
            if not dry_run:
                edits, report = fix_files(report, edits, lambda: pipeline.scan(named, settings, around), named)
        _write_outcome(report, edits, options, is_done=not dry_run)
        sys.exit(exit_code(report))


def _write_outcome(report: Report, edits: Sequence[Edit], options: dict[str, Any], *, is_done: bool) -> None:
    """The edits, the commands to run, and what each project comes to with the files as they are now."""
    from scanner.report.edits import describe_edit
    from scanner.report.escape import clean
    from scanner.report.places import Places
    from scanner.report.wording import describe_outcome

    with open_output(None) as stream:
        context = report_context(options, stream)
        for edit in edits:
            verb = "" if edit.command else "edited " if is_done else "would edit "
            stream.write(f"{verb}{describe_edit(edit, Places(report.projects[0], context))}\n")
        if not any(edit.changes for edit in edits):
            stream.write("No edits to make.\n")
        for project in report.projects:
            name = f"{clean(project.name)}: " if len(report.projects) > 1 else ""
            stream.write(f"{name}{' '.join(describe_outcome(project))}\n")
