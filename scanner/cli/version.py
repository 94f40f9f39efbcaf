"""`compat-scan --version`: the version, and how old the data is that verdicts rest on."""

from __future__ import annotations

import click

from scanner import __version__


def print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click's signature
    """Prints «compat-scan 0.1.0 (tables of 2026-11-22, Pyodide 314.0.7)» and ends, where it is asked for."""
    if not wanted or ctx.resilient_parsing:
        return
    from scanner.cli.running import errors_told  # noqa: PLC0415
    from scanner.runtime import tables  # noqa: PLC0415  # heavy
    from scanner.runtime.target import choose_target  # noqa: PLC0415

    with errors_told():
        newest = max(tables.load_incompatible().date, tables.load_runtimes().date)
        pyodide = choose_target().pyodide
        click.echo(f"compat-scan {__version__} (tables of {newest}, Pyodide {pyodide})")
    ctx.exit()
