"""`compat-scan verify`: the prediction beside what a real Pyodide does."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import SectionedCommand
from scanner.cli.options import (
    index_options,
    output_option,
    paths_argument,
    source_options,
    target_options,
    verbosity_options,
    view_format_option,
)
from scanner.cli.outputs import open_output, report_context
from scanner.cli.running import (
    EXIT_CONTAINER,
    EXIT_INCOMPLETE,
    EXIT_MISUSE,
    EXIT_WORKERS,
    errors_told,
    make_settings,
    make_surroundings,
)
from scanner.cli.surroundings import check_paths

if TYPE_CHECKING:
    from scanner.inputs.settings import Settings
    from scanner.inspect.pyodide.outcome import VerifyReport
    from scanner.inspect.pyodide.probe import NodeProbe
    from scanner.model.index_settings import IndexSettings
    from scanner.model.target import Target
    from scanner.pipeline import Source, Surroundings


@click.command(cls=SectionedCommand, epilog=help_text.VERIFY)
@paths_argument
@click.option(
    "--pyodide",
    type=click.Path(exists=True, file_okay=False),
    help="The folder of the npm package pyodide.  [default: the one in the cache]",
)
@click.option("--install", is_flag=True, help="Fetch the npm package of the target's release into the cache, with npm.")
@click.option("--direct", is_flag=True, help="Import only what the files name, not what comes along with it.")
@view_format_option
@output_option
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
    """
    with errors_told():
        from scanner import pipeline
        from scanner.report.terminal.verify import write_verify

        named = paths or (".",)
        check_paths(named)
        settings = make_settings(named, options)
        target = pipeline.find_target(named, settings)
        probe = _find_probe(target, settings, named=pyodide, install=install)
        with make_surroundings(settings, quiet=options["quiet"]) as around:
            told = _verify(named, settings, around, probe, direct_only=direct)
        with open_output(output) as stream:
            write_verify(told, stream, report_context(options, stream), form)
        sys.exit(_exit_code(told))


def _verify(
    paths: tuple[str, ...], settings: Settings, around: Surroundings, probe: NodeProbe, *, direct_only: bool
) -> VerifyReport:
    """The scan and the proof over one supply, which knows by then what the tree is made of."""
    from scanner import pipeline
    from scanner.inspect.pyodide import verify_report

    with ExitStack() as stack:
        opened: list[Source] = []

        def open_supply(target: Target, options: IndexSettings, folder: Path) -> AbstractContextManager[Source]:
            opened.append(stack.enter_context(around.open_supply(target, options, folder)))
            return nullcontext(opened[-1])

        report = pipeline.scan_one(paths, settings, replace(around, open_supply=open_supply))
        return verify_report(report, opened[0], probe, direct_only=direct_only, progress=around.progress)


def _find_probe(target: Target, settings: Settings, *, named: str | None, install: bool) -> NodeProbe:
    import platformdirs

    from scanner.inspect.pyodide.probe import NodeProbe
    from scanner.inspect.pyodide.runtime import find_runtime, install_runtime

    cache = Path(settings.cache_dir) if settings.cache_dir else platformdirs.user_cache_path("compat-scan")
    search_path = os.environ.get("PATH", os.defpath)
    if install:
        install_runtime(target.pyodide, cache=cache, search_path=search_path)
    runtime = find_runtime(
        target.pyodide,
        named=Path(named) if named else None,
        cache=cache,
        search_path=search_path,
    )
    return NodeProbe(runtime=runtime, offline=settings.offline)


def _exit_code(told: VerifyReport) -> int:
    from scanner.inspect.pyodide.outcome import Comparison

    if told.is_unread:
        return EXIT_MISUSE
    if told.count(Comparison.DISAGREES):
        return EXIT_CONTAINER
    return EXIT_INCOMPLETE if told.count(Comparison.OPEN) or not told.verifications else EXIT_WORKERS
