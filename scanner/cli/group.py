"""The command line as click knows it: the commands, and what holds for all of them."""

from __future__ import annotations

import gc

import click

from scanner.cli.commands import LazyCommands
from scanner.cli.grammar import DefaultCommandGroup
from scanner.cli.help_text import HELP
from scanner.cli.version import print_version

__all__ = ["main"]

_COLLECT_AFTER = (50_000, 20, 50)


@click.group(
    cls=DefaultCommandGroup,
    commands=LazyCommands(),
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=print_version,
    help="Show the version and the age of the data that verdicts rest on.",
)
def main() -> None:
    """Hands over to the command that is named, or to `scan`."""
    # Syntax trees and listings make millions of objects and hardly a cycle: looking for those less often takes a tenth
    # off the time of a cold scan.
    gc.set_threshold(*_COLLECT_AFTER)
