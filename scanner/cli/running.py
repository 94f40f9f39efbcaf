"""Between the options and the scan: settings, surroundings, streams, errors, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.encoding import drop_output
from scanner.cli.surroundings import check_paths, open_surroundings, read_settings, use_updated_tables
from scanner.model.errors import ScanError
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from scanner.inputs.settings import Settings
    from scanner.model.report import ProjectReport, Report
    from scanner.pipeline import Flattened, Surroundings

EXIT_WORKERS, EXIT_CONTAINER, EXIT_MISUSE, EXIT_INCOMPLETE, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

_SETTING_OPTIONS = (
    "table",
    "compatibility_date",
    "compatibility_flag",
    "fail_on",
    "no_deps",
    "no_inspect",
    "group",
    "extra",
    "all_groups",
    "all_extras",
    "all_files",
    "dev",
    "exclude",
    "exclude_newer",
    "index_url",
    "extra_index_url",
    "offline",
    "no_cache",
    "cache_dir",
    "timeout",
    "untrusted",
    "max_data_age",
    "baseline",
    "accept",
    "select",
    "min_level",
    "all_cautions",
)


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns what goes wrong on purpose into one line on standard error and the exit code of the contract."""
    try:
        yield
    except ScanError as error:
        from scanner.report.escape import redact_credentials, visible  # noqa: PLC0415  # only when it goes wrong

        click.echo(f"compat-scan: error: {visible(redact_credentials(str(error)))}", err=True)
        sys.exit(EXIT_MISUSE)
    except KeyboardInterrupt:
        click.echo("compat-scan: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        drop_output(sys.stdout)  # whoever read the report has enough of it
        sys.exit(EXIT_INTERRUPTED)


def exit_code(report: Report) -> int:
    """The exit code of the contract: the worst of the projects' by their own fail-on, 1 before 3 before 0.

    2 where nothing was judged.
    """
    if not any(project.dependencies or project.skipped for project in report.projects) and any(
        problem.rule.leaves_unknown for problem in report.all_problems()
    ):
        return EXIT_MISUSE
    codes = {_project_exit_code(project) for project in report.projects}
    if any(problem.rule is Rule.CS604 or problem.rule.leaves_unknown for problem in report.problems):
        codes.add(EXIT_INCOMPLETE)
    return next((code for code in (EXIT_CONTAINER, EXIT_INCOMPLETE) if code in codes), EXIT_WORKERS)


def _project_exit_code(project: ProjectReport) -> int:
    from scanner.model.report import FailOn, Verdict  # noqa: PLC0415

    if project.fail_on is not FailOn.NEVER and project.outstanding is Verdict.CONTAINER:
        return EXIT_CONTAINER
    if project.fail_on is FailOn.UNKNOWN and project.outstanding is Verdict.UNKNOWN:
        return EXIT_INCOMPLETE
    return EXIT_WORKERS


def reading_exit_code(files: Flattened) -> int:
    """The exit code of reading alone: 2 where nothing could be read, 3 where something could not."""
    if not files.problems:
        return EXIT_WORKERS
    return EXIT_INCOMPLETE if files.entries or files.skipped else EXIT_MISUSE


def make_settings(paths: Sequence[str], options: Mapping[str, Any]) -> Settings:
    """The settings in force for a scan of these paths.

    Raises:
        SettingsError: an option, a variable or a configuration file cannot be used.
    """
    # A flag that is not given is False; it overrides nothing.
    given = {name: options[name] for name in _SETTING_OPTIONS if options.get(name, False) is not False}
    settings = read_settings(paths, given, os.environ)
    use_updated_tables(settings, write_note)
    return settings


def name_sources(paths: Sequence[str], python: str | None) -> tuple[str, ...]:
    """What is to be read: the paths and the interpreter, or the current folder where neither is named.

    Raises:
        SourceError: a path does not exist.
    """
    check_paths(paths)
    return (*paths, python) if python else tuple(paths) or (".",)


@contextmanager
def make_surroundings(settings: Settings, *, quiet: bool, python: str | None = None) -> Iterator[Surroundings]:
    """The surroundings of a scan from the command line: this process's environment, and a spinner for progress.

    ``python`` is the interpreter that is asked what is installed; None for none.

    Raises:
        SettingsError: that interpreter gives no answer.
    """
    with (
        _progress(quiet=quiet) as progress,
        open_surroundings(
            settings,
            os.environ,
            tell=write_note,
            progress=progress,
            installed=_installed(python) if python else {},
        ) as around,
    ):
        yield around


def _installed(python: str) -> dict[str, bytes]:
    from scanner.cli.interpreter import read_installed  # noqa: PLC0415  # for this only

    return {python: read_installed(python, os.environ)}


def write_note(text: str) -> None:
    """One line on standard error."""
    from scanner.report.escape import visible  # noqa: PLC0415  # only if there is a note

    click.echo(f"compat-scan: note: {visible(text)}", err=True)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Any]:
    """Somebody to tell what is being done: a spinner on standard error where that is a terminal, else nobody."""
    if quiet or not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # heavy, and only for people who watch
    from rich.markup import escape  # noqa: PLC0415

    from scanner.report.escape import visible  # noqa: PLC0415

    console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
    spinner = "dots" if "utf" in console.encoding else "line"
    with console.status("reading", spinner=spinner) as status:
        yield lambda text: status.update(escape(visible(text)))
