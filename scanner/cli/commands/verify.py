"""`compat-scan verify`: the prediction beside what a real Pyodide does."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.options import index_options, source_options, target_options, verbosity_options
from scanner.cli.running import (
    EXIT_CONTAINER,
    EXIT_INCOMPLETE,
    EXIT_MISUSE,
    EXIT_WORKERS,
    cache_folder,
    check_paths,
    errors_told,
    make_settings,
    make_surroundings,
    open_output,
    report_context,
)

if TYPE_CHECKING:
    from scanner.model import Target
    from scanner.settings import Settings
    from scanner.verified import VerifyReport
    from scanner.verify.probe import NodeProbe


@click.command
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--pyodide",
    type=click.Path(exists=True, file_okay=False),
    help="The folder of the npm package pyodide.  [default: ./node_modules, then the cache]",
)
@click.option("--install", is_flag=True, help="Fetch the npm package of the target's release into the cache, with npm.")
@click.option("--direct", is_flag=True, help="Import only what the files name, not what comes along with it.")
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write to a file instead of standard output.")
@target_options
@index_options
@source_options
@verbosity_options
def verify(
    *,
    paths: tuple[str, ...],
    pyodide: str | None,
    install: bool,
    direct: bool,
    form: str,
    output: str | None,
    **options: Any,  # noqa: ANN401  # click's values
) -> None:
    """Import the packages in a real Pyodide and set what happens beside the prediction.

    Needs Node.js and the npm package pyodide of the target's release. This runs the code of the packages: in Pyodide,
    under Node with as few permissions as it can be given, never in this process.

    Exit codes: 0 everything agrees; 1 something disagrees; 2 misuse; 3 not everything could be verified.
    """
    with errors_told():
        from scanner import pipeline
        from scanner.reporters.verify import write_verify
        from scanner.verify import verify_report

        named = paths or (".",)
        check_paths(named)
        settings = make_settings(named, options)
        target = pipeline.find_target(named, settings)
        probe = _find_probe(target, settings, named=pyodide, install=install)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            report = pipeline.scan(named, settings, around)
            with pipeline.open_supply_for(named, settings, around, target) as supply:
                told = verify_report(report, supply, probe, direct_only=direct, progress=around.progress)
        with open_output(output) as stream:
            write_verify(told, stream, report_context(options, stream), form)
        sys.exit(EXIT_MISUSE if report.problems and not report.dependencies else _exit_code(told))


def _find_probe(target: Target, settings: Settings, *, named: str | None, install: bool) -> NodeProbe:
    from scanner.verify.probe import NodeProbe
    from scanner.verify.runtime import find_runtime, install_runtime

    cache, search_path = cache_folder(settings), os.environ.get("PATH", os.defpath)
    if install:
        install_runtime(target.pyodide, cache=cache, search_path=search_path)
    runtime = find_runtime(
        target.pyodide,
        named=Path(named) if named else None,
        folder=Path.cwd(),
        cache=cache,
        search_path=search_path,
    )
    return NodeProbe(runtime=runtime, offline=settings.offline)


def _exit_code(told: VerifyReport) -> int:
    from scanner.verified import Comparison

    if told.count(Comparison.DISAGREES):
        return EXIT_CONTAINER
    return EXIT_INCOMPLETE if told.count(Comparison.OPEN) or not told.verifications else EXIT_WORKERS
