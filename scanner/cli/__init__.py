"""The command line: options to a scan, the scan to reports, the report to an exit code.

This package alone knows click, ends the process and reads the environment. Heavy modules are imported by the
commands that need them, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import click

from scanner import __version__
from scanner.cli.commands.explain import explain
from scanner.cli.commands.list import list_command
from scanner.cli.commands.scan import scan
from scanner.cli.commands.tables import runtimes, table
from scanner.cli.options import DefaultCommandGroup

__all__ = ["main"]

COMMANDS = (scan, list_command, explain, table, runtimes)


@click.group(
    cls=DefaultCommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="compat-scan", message="%(prog)s %(version)s")
def main() -> None:
    r"""Tell which Python dependencies run on Cloudflare Python Workers, and which need a container.

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


for command in COMMANDS:
    main.add_command(command)
