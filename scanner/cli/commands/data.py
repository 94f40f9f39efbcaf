"""`compat-scan data`: the tables with their dates, newer machine-made ones, and back to the shipped ones."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.options import PATH, verbosity_options, view_format_option
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import (
    EXIT_CONTAINER,
    EXIT_INCOMPLETE,
    EXIT_WORKERS,
    errors_told,
    write_note,
)
from scanner.cli.surroundings import cache_folder, use_updated_tables

if TYPE_CHECKING:
    from scanner.inputs.settings import Settings
    from scanner.refresh.update import Texts

_folder_option = click.option(
    "--cache-dir", type=PATH, metavar="DIR", help="The folder of updated tables.  [default: the user's cache folder]"
)


@click.group(epilog=help_text.DATA)
def data() -> None:
    """Show the tables that verdicts rest on, or update them from the package registries."""


@data.command("show")
@view_format_option
@_folder_option
@verbosity_options
def show(*, form: str, cache_dir: str | None, **options: Any) -> None:  # noqa: ANN401  # click's values
    """Show each table in force with its date, its source and what it decides."""
    with errors_told():
        from scanner.cli.views import write_data_view

        _load_settings(cache_dir)
        with open_output(None) as stream:
            write_data_view(form, stream, report_context(options, stream), datetime.now(tz=UTC).date())


@data.command("update")
@click.option("--check", is_flag=True, help="Only show what would change; exit 1 if anything would.")
@click.option("--index-url", metavar="URL", help="The package index to ask.")
@click.option(
    "--npm-registry-url",
    metavar="URL",
    envvar=("COMPAT_SCAN_DATA_NPM_REGISTRY_URL", "NPM_CONFIG_REGISTRY", "npm_config_registry"),
    help="The npm registry to ask.",
)
@_folder_option
def update(*, check: bool, index_url: str | None, npm_registry_url: str | None, cache_dir: str | None) -> None:
    """Fetch newer machine-made tables from the registries; scans from then on use them.

    No configuration file of a project is read. If a registry cannot be reached or answers with something that cannot be
    trusted, nothing changes.
    """
    with errors_told():
        from scanner.model.errors import ArtifactError, IndexFailure, TableError
        from scanner.refresh.changes import find_changes
        from scanner.report.escape import redact_credentials, visible

        settings = _load_settings(cache_dir, index_url)
        try:
            texts = _fetch(settings, npm_registry_url)
        except (ArtifactError, IndexFailure, TableError) as error:
            click.echo(f"compat-scan: error: {visible(redact_credentials(str(error)))}", err=True)
            click.echo("compat-scan: nothing was changed", err=True)
            sys.exit(EXIT_INCOMPLETE)
        changes = find_changes(texts)
        for line in changes:
            click.echo(visible(line))
        if check:
            sys.exit(EXIT_CONTAINER if changes else EXIT_WORKERS)
        _store(texts, settings)


@data.command("reset")
@_folder_option
def reset(cache_dir: str | None) -> None:
    """Go back to the tables that this version shipped with."""
    with errors_told():
        from scanner.refresh.store import remove_updates

        removed = remove_updates(cache_folder(_load_settings(cache_dir, in_force=False)))
        click.echo("the shipped tables are in force again" if removed else "there are no updated tables")


def _load_settings(cache_dir: str | None, index_url: str | None = None, *, in_force: bool = True) -> Settings:
    """The settings from the command line and the environment alone."""
    from scanner.inputs.settings import load_settings

    settings = load_settings({"cache_dir": cache_dir, "index_url": index_url}, os.environ, None)
    if in_force:
        use_updated_tables(settings, write_note)
    return settings


def _fetch(settings: Settings, npm_registry_url: str | None) -> Texts:
    """The tables as the registries have them."""
    from scanner.refresh.registries import open_registries
    from scanner.refresh.update import fetch_tables

    with open_registries(
        environ=os.environ,
        home=Path.home(),
        directory=Path.cwd(),
        index_url=settings.index_url,
        npm_registry_url=npm_registry_url,
        offline=settings.offline,
    ) as registries:
        return fetch_tables(registries, datetime.now(tz=UTC).date())


def _store(texts: Texts, settings: Settings) -> None:
    from scanner.refresh.store import write_updates
    from scanner.runtime.tables import Updates

    today = datetime.now(tz=UTC).date()
    path = write_updates(Updates(date=today, texts=texts), cache_folder(settings))
    click.echo(f"{path}: tables of {today}")
