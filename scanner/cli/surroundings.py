"""Settings and surroundings of a scan, the same for the command line and the Python API.

Nothing here prints or ends the process: ``tell`` receives what the user should know.
"""

# ruff: noqa: PLC0415 - heavy modules are imported by the function that needs them

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.model.errors import SettingsError, SourceError, TableError

if TYPE_CHECKING:
    from scanner.index.cache import Cache
    from scanner.inputs.settings import Settings
    from scanner.model.index_settings import IndexSettings
    from scanner.model.report import Report
    from scanner.model.target import Target
    from scanner.pipeline import Progress, Source, Surroundings

Tell = Callable[[str], None]


def scan_paths(
    paths: Sequence[str],
    settings: Settings | Mapping[str, Any] | None,
    environ: Mapping[str, str] | None,
    read_stdin: Callable[[], bytes] | None = None,
) -> Report:
    """The report on everything that the paths require; faults of the cache and of the tables are among its notes.

    ``settings`` that are a mapping override variables and configuration files, as options of the command line do.

    Raises:
        ScanError: the settings or the paths cannot be used.
    """
    from scanner import pipeline
    from scanner.inputs.settings import Settings

    notes: list[str] = []
    environ = os.environ if environ is None else environ
    check_paths(paths)
    if not isinstance(settings, Settings):
        settings = read_settings(paths, settings or {}, environ)
    use_updated_tables(settings, notes.append)
    with open_surroundings(settings, environ, tell=notes.append, read_stdin=read_stdin) as around:
        report = pipeline.scan(paths, settings, around)
    return replace(report, notes=(*report.notes, *notes))


def check_paths(paths: Sequence[str]) -> None:
    """Refuses paths that do not exist before anything is scanned.

    Raises:
        SourceError: a path does not exist.
    """
    for path in paths:
        if path != "-" and not os.path.exists(path):  # noqa: PTH110  # False for a name that is too long, too
            raise SourceError(path, None, "there is no such file or folder")


def read_settings(paths: Sequence[str], options: Mapping[str, Any], environ: Mapping[str, str]) -> Settings:
    """The settings in force for a scan of these paths; ``options`` are the strongest, None stands for not given.

    Raises:
        SettingsError: an option, a variable or a configuration file cannot be used.
    """
    from scanner.inputs.settings import load_settings

    return load_settings(options, environ, _common_folder(paths))


def _common_folder(paths: Sequence[str]) -> Path:
    """The folder that all paths lie in: only its configuration holds for the scan as a whole."""
    named = [os.path.abspath(path) for path in paths if path != "-"] or [os.getcwd()]  # noqa: PTH100, PTH109
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in named]  # noqa: PTH112, PTH120
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on different drives
        return Path(folders[0])


def use_updated_tables(settings: Settings, tell: Tell) -> None:
    """Put the tables of the last `compat-scan data update` in force; damaged ones are ignored with a note."""
    from scanner.runtime import tables

    try:
        updates = tables.read_updates(cache_folder(settings))
    except TableError as error:
        updates = None
        tell(f"{error}; the shipped tables are used")
    tables.use_updates(updates)


def cache_folder(settings: Settings) -> Path:
    """The folder of the cache: as set, else the user's cache folder of the platform."""
    if settings.cache_dir:
        return Path(settings.cache_dir).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("compat-scan", appauthor=False))


@contextmanager
def open_surroundings(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    tell: Tell,
    progress: Progress = lambda _: None,
    read_stdin: Callable[[], bytes] | None = None,
    installed: Mapping[str, bytes] | None = None,
) -> Iterator[Surroundings]:
    """What a scan needs from outside: the cache, the package indexes, the clock; the cache is closed in the end.

    ``read_stdin`` None reads standard input; ``installed`` holds what interpreters among the paths report.
    """
    from scanner.pipeline import Surroundings

    deadline = time.monotonic() + settings.timeout
    own: dict[str, Any] = {"environ": environ, "home": Path.home(), "directory": Path.cwd()}

    def open_supply(target: Target, options: IndexSettings, folder: Path) -> AbstractContextManager[Source]:
        from scanner import index as opening
        from scanner.cli.keyring import find_keyring

        mine = _load_own_settings(settings, folder)
        choice = opening.IndexChoice(
            arguments=_index_arguments(mine, environ),
            scanned=options,
            project=folder,
            untrusted=mine.untrusted,
            offline=mine.offline,
            with_dependencies=not mine.no_deps,
            cache=cache,
            deadline=deadline,
        )
        return opening.open_supply(target, choice, **own, ask_keyring=find_keyring(environ))

    def own_hosts() -> frozenset[str]:
        from scanner.index import find_own_hosts  # only where a file uses a variable

        return find_own_hosts(_index_arguments(settings, environ), **own)

    with _open_cache(settings, tell) as cache:
        yield Surroundings(
            environ=environ,
            read_stdin=read_stdin or _read_stdin,
            open_supply=open_supply,
            progress=progress,
            now=datetime.now(tz=UTC),
            memory=cache,
            own_hosts=own_hosts,
            installed=installed or {},
        )


def _load_own_settings(settings: Settings, folder: Path) -> Settings:
    from scanner.inputs.settings import drop_configuration, load_project_settings

    try:
        return load_project_settings(settings, folder.absolute())
    except SettingsError:  # a problem of that project by now
        return drop_configuration(settings)


def _read_stdin() -> bytes:
    return sys.stdin.buffer.read()


def _index_arguments(settings: Settings, environ: Mapping[str, str]) -> tuple[IndexSettings, ...]:
    """The indexes that options name; those that come from a configuration file are not the user's own."""
    from scanner.index.settings import read_arguments
    from scanner.inputs.settings import is_from_user
    from scanner.model.index_settings import Place

    def place(key: str) -> Place:
        is_own = is_from_user(settings, key)
        label = settings.origins.get(key, "command line")
        return Place(label=label, directory=Path.cwd(), environ=environ if is_own else {}, is_own=is_own)

    return (
        read_arguments(settings.index_url, (), place("index-url")),
        read_arguments(None, settings.extra_index_url, place("extra-index-url")),
    )


@contextmanager
def _open_cache(settings: Settings, tell: Tell) -> Iterator[Cache | None]:
    """What earlier scans learned, None with --no-cache; faults of the cache are reported at the end, each once."""
    if settings.no_cache:
        yield None
        return
    from scanner.index.cache import Cache  # loads the database library

    cache = Cache(cache_folder(settings))
    try:
        yield cache
    finally:
        cache.close()
        for note in cache.notes():
            tell(note)
