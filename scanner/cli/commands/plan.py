"""`compat-scan plan`: what to deploy where, how large and at what cost; and the check of a configuration."""

# ruff: noqa: PLC0415 - heavy modules are imported by the command that needs them

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli import help_text
from scanner.cli.grammar import OrderedOutputsCommand, SuggestingChoice
from scanner.cli.options import (
    FORMATS,
    index_options,
    paths_argument,
    plan_options,
    source_options,
    target_options,
    verbosity_options,
)
from scanner.cli.outputs import open_output, report_context, write_notes
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
from scanner.model.errors import SettingsError

if TYPE_CHECKING:
    from scanner.plan.model import Checked, PlanOptions

_FIELDS = (
    "memory_mib", "cpu_seconds", "long_running", "persistent_disk", "requests_per_day", "concurrency", "instances",
    "hours_per_day", "cpu_percent", "egress_gb",
    "egress_region", "instance_type",
)  # fmt: skip


@click.command(cls=OrderedOutputsCommand, epilog=help_text.PLAN)
@paths_argument
@plan_options
@click.option(
    "--format",
    "formats",
    type=SuggestingChoice(FORMATS),
    multiple=True,
    help="How to report (repeatable): terminal, json, markdown or html; with --check any.  [default: terminal]",
)
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE", help="Write the --format before it to a file."
)
@target_options
@index_options
@source_options
@verbosity_options
@click.pass_context
def plan(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  # click's values
    """Plan what to deploy where: in a Worker, with services, in a container; with size, cost and files.

    PATHS are what `scan` takes; without any, the current folder.
    """
    with errors_told():
        outputs: tuple[tuple[str, str | None], ...] = ctx.meta["scanner.outputs"]
        if options["check"] is not None:
            sys.exit(_check(options["check"], paths, outputs, options))
        sys.exit(_plan(paths or (".",), outputs, options))


def _plan(paths: tuple[str, ...], outputs: tuple[tuple[str, str | None], ...], options: dict[str, Any]) -> int:
    from scanner.plan import PlanRequest, plan_deployment, write_plan_files
    from scanner.plan.model import Decision
    from scanner.report.plan import PLAN_REPORTERS

    for form, _ in outputs:
        if form not in PLAN_REPORTERS:
            known = ", ".join(PLAN_REPORTERS)
            raise SettingsError(None, "--format", f"{form} goes with --check alone; a plan is {known}")
    check_paths((*paths, *([options["source"]] if options["source"] else ())))
    settings = make_settings(paths, options)
    request = PlanRequest(paths=paths, options=_read_options(options), source=options["source"])
    with make_surroundings(settings, quiet=options["quiet"]) as around:
        planned = plan_deployment(request, settings, around)
    for form, path in outputs:
        with open_output(path, form=form) as stream:
            PLAN_REPORTERS[form](planned, stream, report_context(options, stream, form=form, path=path))
    write_notes(planned.report.notes, outputs, quiet=options["quiet"])
    if options["write"] is not None:
        written = write_plan_files(planned, Path(options["write"]), force=options["force"])
        click.echo(f"compat-scan: {len(written)} files are written below {options['write']}", err=True)
    if planned.report.problems and not planned.report.dependencies:
        return EXIT_MISUSE
    is_open = planned.decision is Decision.UNKNOWN or any(d.verdict == "unknown" for d in planned.report.dependencies)
    return EXIT_INCOMPLETE if is_open else EXIT_WORKERS


def _check(
    path: str, paths: tuple[str, ...], outputs: tuple[tuple[str, str | None], ...], options: dict[str, Any]
) -> int:
    from scanner.plan.wrangler_check import check_wrangler

    if paths or options["write"] or options["source"]:
        raise SettingsError(None, "--check", "looks at a configuration alone: no PATHS, --write or --source go with it")
    check_paths((path,))
    checked = check_wrangler(path)
    for form, output in outputs:
        _write_check(checked, form, output, options)
    if not checked.is_readable:
        return EXIT_MISUSE
    return EXIT_CONTAINER if checked.problems else EXIT_WORKERS


def _write_check(checked: Checked, form: str, output: str | None, options: dict[str, Any]) -> None:
    from scanner.report import REPORTERS
    from scanner.report.plan.check import to_report, write_check_terminal
    from scanner.runtime.target import choose_target

    with open_output(output, form=form) as stream:
        context = report_context(options, stream, form=form, path=output)
        if form == "terminal":
            write_check_terminal(checked, stream, context)
        else:
            REPORTERS[form].write(to_report(checked, choose_target()), stream, context)


def _read_options(options: dict[str, Any]) -> PlanOptions:
    from scanner.plan.model import Counted, PlanOptions

    told = {name: options[name] for name in _FIELDS if options[name] is not None}
    return PlanOptions(**told, counted=Counted(options["services"]), queue=options["queue"], given=frozenset(told))
