"""What the command line says about the age of the data; notes and warnings go to standard error."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from scanner.model.report import DataAge
from scanner.runtime import tables


def tell_data_age(age: DataAge | None, *, quiet: bool) -> None:
    """Write a note or warning if the data behind the verdicts, or a table kept by people, are old."""
    if age is None:
        return
    today = datetime.now(tz=UTC).date()
    level = tables.judge_age(age)
    if level and not (quiet and level == "note"):
        click.echo(
            f"compat-scan: {level}: {tables.describe_age(age)}; `compat-scan data update` fetches newer data", err=True
        )
    for entry in () if quiet else tables.find_stale_tables(today):
        click.echo(
            f"compat-scan: warning: {entry.name} ({entry.decides}) is of {entry.date}; upgrade compat-scan", err=True
        )
