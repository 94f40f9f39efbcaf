"""Between the options and the scan: settings, surroundings, streams, errors, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.cli.encoding import drop_output
from scanner.model.errors import ScanError, SettingsError, SourceError
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from scanner.index.cache import Cache
    from scanner.inputs.settings import Settings
    from scanner.model.index_settings import IndexSettings
    from scanner.model.report import ProjectReport, Report
    from scanner.model.target import Target
    from scanner.pipeline import Flattened, Source, Surroundings

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
    from scanner.inputs.settings import load_settings  # noqa: PLC0415  # heavy

    named = {name: options[name] for name in _SETTING_OPTIONS if name in options}
    settings = load_settings(named, os.environ, _common_folder(paths))
    prefer_updated_tables(settings)
    return settings


def _common_folder(paths: Sequence[str]) -> Path:
    """The folder that all paths lie in: only its configuration holds for the scan as a whole."""
    named = [os.path.abspath(path) for path in paths if path != "-"] or [os.getcwd()]  # noqa: PTH100, PTH109
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in named]  # noqa: PTH112, PTH120
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on different drives
        return Path(folders[0])


def prefer_updated_tables(settings: Settings) -> None:
    """Put the tables of the last `compat-scan data update` in force; damaged ones are ignored with a note."""
    from scanner.model.errors import TableError  # noqa: PLC0415
    from scanner.runtime import tables  # noqa: PLC0415  # heavy

    tables.use_updates(None)
    try:
        tables.use_updates(tables.read_updates(cache_folder(settings)))
    except TableError as error:
        from scanner.report.escape import visible  # noqa: PLC0415  # only if it goes wrong

        click.echo(f"compat-scan: note: {visible(str(error))}; the shipped tables are used", err=True)


def check_paths(paths: Sequence[str]) -> None:
    """Refuses paths that are not there before anything is scanned.

    Raises:
        SourceError: a path does not exist.
    """
    for path in paths:
        if path != "-" and not os.path.exists(path):  # noqa: PTH110  # as above
            raise SourceError(path, None, "there is no such file or folder")


def name_sources(paths: Sequence[str], python: str | None) -> tuple[str, ...]:
    """What is to be read: the paths and the interpreter, or the current folder where neither is named.

    Raises:
        SourceError: a path does not exist.
    """
    check_paths(paths)
    return (*paths, python) if python else tuple(paths) or (".",)


@contextmanager
def make_surroundings(settings: Settings, *, quiet: bool, python: str | None = None) -> Iterator[Surroundings]:
    """What a scan needs of the outside: environment, standard input, the package index, somebody to tell progress.

    ``python`` is the interpreter that is asked what is installed; None for none.

    Raises:
        SettingsError: that interpreter gives no answer.
    """
    from scanner.pipeline import Surroundings  # noqa: PLC0415  # heavy

    def open_supply(target: Target, options: IndexSettings, folder: Path) -> AbstractContextManager[Source]:
        from scanner import index as opening  # noqa: PLC0415  # the network only where it is used
        from scanner.cli.keyring import find_keyring  # noqa: PLC0415

        own = _load_own_settings(settings, folder)
        choice = opening.IndexChoice(
            arguments=_index_arguments(own),
            scanned=options,
            project=folder,
            untrusted=own.untrusted,
            offline=own.offline,
            with_dependencies=not own.no_deps,
            cache=cache,
        )
        return opening.open_supply(
            target,
            choice,
            environ=os.environ,
            home=Path.home(),
            directory=Path.cwd(),
            ask_keyring=find_keyring(os.environ),
        )

    def own_hosts() -> frozenset[str]:
        from scanner.index import find_own_hosts  # noqa: PLC0415  # only where a file uses a variable

        arguments = _index_arguments(settings)
        return find_own_hosts(arguments, environ=os.environ, home=Path.home(), directory=Path.cwd())

    with _progress(quiet=quiet) as told, _open_cache(settings) as cache:
        yield Surroundings(
            environ=os.environ,
            read_stdin=sys.stdin.buffer.read,
            open_supply=open_supply,
            progress=told,
            now=datetime.now(tz=UTC),
            memory=cache,
            own_hosts=own_hosts,
            installed=_installed(python) if python else {},
        )


def _load_own_settings(settings: Settings, folder: Path) -> Settings:
    from scanner.inputs.settings import drop_configuration, load_project_settings  # noqa: PLC0415

    try:
        return load_project_settings(settings, folder.absolute())
    except SettingsError:  # a problem of that project by now
        return drop_configuration(settings)


def _index_arguments(settings: Settings) -> tuple[IndexSettings, ...]:
    """The indexes that options name; those that come from a configuration file are not the user's own."""
    from scanner.index.settings import read_arguments  # noqa: PLC0415
    from scanner.inputs.settings import ENVIRONMENT_PREFIX  # noqa: PLC0415
    from scanner.model.index_settings import Place  # noqa: PLC0415

    def place(key: str) -> Place:
        origin = settings.origins.get(key, "command line")
        is_own = origin == "command line" or origin.startswith(ENVIRONMENT_PREFIX)
        return Place(label=origin, directory=Path.cwd(), environ=os.environ if is_own else {}, is_own=is_own)

    return (
        read_arguments(settings.index_url, (), place("index-url")),
        read_arguments(None, settings.extra_index_url, place("extra-index-url")),
    )


def _installed(python: str) -> dict[str, bytes]:
    from scanner.cli.interpreter import read_installed  # noqa: PLC0415  # for this only

    return {python: read_installed(python, os.environ)}


def cache_folder(settings: Settings) -> Path:
    """The folder of the cache: as set, else the user's cache folder of the platform."""
    if settings.cache_dir:
        return Path(settings.cache_dir).expanduser()
    import platformdirs  # noqa: PLC0415  # only where nothing is set

    return Path(platformdirs.user_cache_dir("compat-scan", appauthor=False))


@contextmanager
def _open_cache(settings: Settings) -> Iterator[Cache | None]:
    """What earlier scans learned, None with --no-cache; in the end, what went wrong with it is told once."""
    if settings.no_cache:
        yield None
        return
    from scanner.index.cache import Cache  # noqa: PLC0415  # loads the database library

    cache = Cache(cache_folder(settings))
    try:
        yield cache
    finally:
        cache.close()
        for note in cache.notes():
            click.echo(f"compat-scan: note: {note}", err=True)


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
