"""What the command line says about the age of the data; notes and warnings go to standard error."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from scanner.cli.running import EXIT_INCOMPLETE, EXIT_WORKERS
from scanner.inputs.settings import Settings
from scanner.runtime import tables


def tell_data_age(pyodides: Iterable[str], settings: Settings, *, quiet: bool) -> None:
    """Say it if the data behind verdicts for these Pyodide releases, or a table kept by people, are old."""
    today = datetime.now(tz=UTC).date()
    age = tables.find_data_age(pyodides, today)
    level = tables.judge_age(age)
    if level and not (quiet and level == "note"):
        click.echo(
            f"compat-scan: {level}: {tables.describe_age(age)}; `compat-scan data update` fetches newer data", err=True
        )
    for entry in () if quiet else tables.find_stale_tables(today):
        click.echo(
            f"compat-scan: warning: {entry.name} ({entry.decides}) is of {entry.date}; upgrade compat-scan", err=True
        )
    if settings.max_data_age is not None and (reason := tables.describe_too_old(age, settings.max_data_age)):
        click.echo(f"compat-scan: error: {reason} [CS604]", err=True)


def age_exit_code(code: int, pyodides: Iterable[str], settings: Settings) -> int:
    """The exit code with the age of the data counted: too old data make a success incomplete."""
    age = tables.find_data_age(pyodides, datetime.now(tz=UTC).date())
    is_too_old = settings.max_data_age is not None and tables.describe_too_old(age, settings.max_data_age)
    return EXIT_INCOMPLETE if is_too_old and code == EXIT_WORKERS else code
