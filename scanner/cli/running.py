"""Between the options and the scan: settings, surroundings, streams, errors, exit codes."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from scanner import __version__
from scanner.errors import ScanError, SourceError

if TYPE_CHECKING:
    from scanner.index.cache import Cache
    from scanner.model import Report, Target
    from scanner.pipeline import Flattened, Source, Surroundings
    from scanner.reporters.context import ReportContext
    from scanner.settings import Settings
    from scanner.sources.document import IndexOptions

# What is read by services that know the repository, not the folder in which the scan ran.
_ROOTED_FORMATS = frozenset({"github", "sarif", "gitlab", "junit", "markdown"})

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
    "index_url",
    "extra_index_url",
    "offline",
    "no_cache",
    "cache_dir",
    "baseline",
)


@contextmanager
def errors_told() -> Iterator[None]:
    """Turns what goes wrong on purpose into one line on standard error and the exit code of the contract."""
    try:
        yield
    except ScanError as error:
        from scanner.reporters.escape import redact_credentials, visible  # noqa: PLC0415  # only when it goes wrong

        click.echo(f"compat-scan: error: {visible(redact_credentials(str(error)))}", err=True)
        sys.exit(EXIT_MISUSE)
    except KeyboardInterrupt:
        click.echo("compat-scan: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the report has enough of it; nothing more can be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_INTERRUPTED)


def exit_code(report: Report, settings: Settings) -> int:
    """The exit code of the contract: 0 runs, 1 needs a container, 2 nothing readable, 3 incomplete."""
    from scanner.acceptance import is_accepted  # noqa: PLC0415  # heavy
    from scanner.model import ProjectVerdict  # noqa: PLC0415
    from scanner.settings import FailOn  # noqa: PLC0415

    if not report.dependencies and not report.skipped and report.problems:
        return EXIT_MISUSE
    if settings.fail_on is FailOn.NEVER:
        return EXIT_WORKERS
    if report.verdict in (ProjectVerdict.CONTAINER, ProjectVerdict.HYBRID):
        return EXIT_CONTAINER
    if report.verdict is ProjectVerdict.UNKNOWN and settings.fail_on is FailOn.UNKNOWN:
        nothing_else = bool(report.dependencies) and all(map(is_accepted, report.dependencies))
        return EXIT_WORKERS if nothing_else and not report.problems else EXIT_INCOMPLETE
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
    from scanner.settings import load_settings  # noqa: PLC0415  # heavy

    first = Path(paths[0]).absolute() if paths and paths[0] != "-" else Path.cwd()
    folder = first if first.is_dir() else first.parent
    named = {name: options[name] for name in _SETTING_OPTIONS if name in options}
    return load_settings(named, os.environ, folder)


def check_paths(paths: Sequence[str]) -> None:
    """Refuses paths that are not there before anything is scanned.

    Raises:
        SourceError: a path does not exist.
    """
    for path in paths:
        if path != "-" and not Path(path).exists():
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
    from scanner.cli.interpreter import read_installed  # noqa: PLC0415  # heavy
    from scanner.pipeline import Surroundings  # noqa: PLC0415

    def open_supply(target: Target, options: IndexOptions, folder: Path) -> AbstractContextManager[Source]:
        from scanner.index import opening  # noqa: PLC0415  # the network only where it is used
        from scanner.index.config import IndexRequest  # noqa: PLC0415

        choice = opening.IndexChoice(
            arguments=IndexRequest(index_url=settings.index_url, extra_index_urls=settings.extra_index_url),
            scanned=IndexRequest(
                index_url=options.index_url,
                extra_index_urls=options.extra_index_urls,
                find_links=options.find_links,
                no_index=options.no_index,
                source="the scanned file",
            ),
            project=folder,
            offline=settings.offline,
            with_dependencies=not settings.no_deps,
            cache=cache,
        )
        return opening.open_supply(target, choice, environ=os.environ, home=Path.home(), directory=Path.cwd())

    with _progress(quiet=quiet) as told, _open_cache(settings) as cache:
        yield Surroundings(
            environ=os.environ,
            read_stdin=sys.stdin.buffer.read,
            open_supply=open_supply,
            progress=told,
            today=datetime.now(tz=UTC).date(),
            memory=cache,
            installed={python: read_installed(python, os.environ)} if python else {},
        )


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

    from scanner.reporters.escape import visible  # noqa: PLC0415

    console = Console(stderr=True, no_color="NO_COLOR" in os.environ)
    with console.status("reading") as status:
        yield lambda text: status.update(escape(visible(text)))


def report_context(
    options: Mapping[str, Any], stream: TextIO, *, form: str = "terminal", path: str | None = None
) -> ReportContext:
    """How a report in this format on this stream, or in this file, is to look."""
    import shutil  # noqa: PLC0415  # only where something is printed

    from scanner.reporters.context import ReportContext  # noqa: PLC0415

    return ReportContext(
        version=__version__,
        color=wants_color(options.get("color", "auto"), stream),
        width=shutil.get_terminal_size((100, 24)).columns if stream.isatty() else 100,
        verbose=options.get("verbose", 0),
        quiet=options.get("quiet", False),
        working_folder=Path.cwd(),
        root=_repository_root() if form in _ROOTED_FORMATS else None,
        markdown_bytes=1_000_000 if _is_job_summary(path) else 65_000,
    )


def _repository_root() -> Path | None:
    """The folder that services tell paths from: the workspace of a GitHub job, else the nearest with a .git."""
    folder = Path.cwd()
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace and folder.is_relative_to(workspace):
        return Path(workspace)
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)


def _is_job_summary(path: str | None) -> bool:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(path and summary) and Path(str(path)).absolute() == Path(str(summary)).absolute()


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether to colour: the option, then NO_COLOR (no-color.org), FORCE_COLOR, then whether it is a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def write_report(report: Report, form: str, path: str | None, options: Mapping[str, Any]) -> None:
    """Writes one report, to a file whole or not at all.

    Raises:
        SourceError: the file cannot be written.
    """
    from scanner.reporters import REPORTERS  # noqa: PLC0415  # heavy

    with open_output(path) as stream:
        REPORTERS[form](report, stream, report_context(options, stream, form=form, path=path))


def tell_notes(report: Report, outputs: Sequence[tuple[str, str | None]], *, quiet: bool) -> None:
    """Tells the notes of a report on standard error, where no report that a person reads here holds them."""
    from scanner.reporters.escape import clean  # noqa: PLC0415  # heavy

    if not quiet and ("terminal", None) not in outputs:
        for note in report.notes:
            click.echo(f"compat-scan: note: {clean(note)}", err=True)


@contextmanager
def open_output(path: str | None) -> Iterator[TextIO]:
    """Standard output in UTF-8, or a file that appears under its name only when it is whole.

    Raises:
        SourceError: the file cannot be written.
    """
    if path is None or path == "-":
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        yield sys.stdout
        sys.stdout.flush()
        return
    if _is_job_summary(path) or (Path(path).exists() and not Path(path).is_file()):
        # The steps of a job share their summary, and a pipe or device cannot be replaced.
        with _appending(path) as stream:
            yield stream
        return
    unfinished = Path(f"{path}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        unfinished.replace(path)
    except OSError as error:
        raise SourceError(path, None, f"cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _appending(path: str) -> Iterator[TextIO]:
    try:
        with Path(path).open("a", encoding="utf-8", newline="") as stream:
            yield stream
    except OSError as error:
        raise SourceError(path, None, f"cannot be written: {error.strerror}") from error
