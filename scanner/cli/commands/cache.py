"""`compat-scan cache`: where the cache is, how large it is, and how to empty it."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli import help_text
from scanner.cli.options import PATH
from scanner.cli.running import errors_told, make_settings
from scanner.cli.surroundings import cache_folder
from scanner.model.errors import SourceError

_folder_option = click.option(
    "--cache-dir", type=PATH, metavar="DIR", help="The folder of the cache.  [default: the user's cache folder]"
)


@click.group(epilog=help_text.CACHE)
def cache() -> None:
    """Tell of the cache, or empty it: what earlier scans learned, so that nothing is fetched or analysed twice."""


@cache.command("dir")
@click.option(
    "--cache-dir", type=click.Path(), metavar="DIR", help="The folder to tell of.  [default: the user's cache folder]"
)
def show_folder(cache_dir: str | None) -> None:
    """Print the folder that the cache is in, whether it exists or not."""
    with errors_told():
        click.echo(_folder(cache_dir))


@cache.command("size")
@click.option(
    "--cache-dir", type=click.Path(), metavar="DIR", help="The folder to tell of.  [default: the user's cache folder]"
)
def show_size(cache_dir: str | None) -> None:
    """Print the cache's size in bytes, and how many entries of each kind it has."""
    with errors_told():
        from scanner.index.cache import measure_cache

        size = measure_cache(_folder(cache_dir))
        click.echo(f"{size.file_bytes} bytes")
        for kind, count in size.entries.items():
            click.echo(f"{count} {kind}")


@cache.command("clear")
@click.option(
    "--cache-dir", type=click.Path(), metavar="DIR", help="The folder to empty.  [default: the user's cache folder]"
)
def clear(cache_dir: str | None) -> None:
    """Remove the cache; other files in its folder are left alone."""
    with errors_told():
        from scanner.index.cache import clear_cache, measure_cache

        folder = _folder(cache_dir)
        freed_bytes = measure_cache(folder).file_bytes
        try:
            clear_cache(folder)
        except OSError as error:
            raise SourceError(str(folder), None, f"cannot be emptied: {error.strerror}") from error
        click.echo(f"{freed_bytes} bytes freed")


def _folder(cache_dir: str | None) -> Path:
    return cache_folder(make_settings((), {"cache_dir": cache_dir}))
