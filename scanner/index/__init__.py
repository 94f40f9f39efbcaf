"""Builds the supply of the resolver from the index settings: the entry point to package indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scanner import __version__
from scanner.index.cache import Cache
from scanner.index.http import Client
from scanner.index.projects import Index, Runner
from scanner.index.settings import Surroundings, read_index_settings
from scanner.index.supply import IndexSupply
from scanner.model.index_settings import IndexSettings
from scanner.model.target import Target
from scanner.runtime.tables import load_platform, load_pyodide


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexChoice:
    """What the command line and the scanned files say about indexes."""

    arguments: tuple[IndexSettings, ...] = ()
    """The setting with the highest precedence first."""
    scanned: IndexSettings = field(default_factory=IndexSettings)
    project: Path | None = None
    """The absolute folder of the scanned file, from which uv's project settings are searched."""
    untrusted: bool = False
    """Whether the indexes that scanned files name are reported and not used."""
    offline: bool = False
    with_dependencies: bool = True
    """Whether transitive dependencies are needed too, so that they are fetched ahead."""
    cache: Cache | None = None
    """The cache of earlier scans; None for no cache."""
    deadline: float | None = None
    """The moment of ``time.monotonic`` after which requests are refused; None for never."""


@contextmanager
def open_supply(
    target: Target,
    choice: IndexChoice,
    *,
    environ: Mapping[str, str],
    home: Path,
    directory: Path,
    runner: Runner | None = None,
    make_client: Callable[[IndexSettings], Client] | None = None,
    ask_keyring: Callable[[str, str], str | None] | None = None,
) -> Iterator[IndexSupply]:
    """The supply for a target; its connections are closed at exit. ``runner`` None means a loop of its own,
    ``make_client`` None the client over httpx.

    ``ask_keyring`` gives the password for an index and a user; None where nobody knows any.

    Raises:
        SettingsError: a configuration file of pip or uv cannot be used.
    """
    around = Surroundings(
        environ=environ,
        home=home,
        directory=directory,
        default_index_url=load_platform().public_index_url,
        project=choice.project,
        untrusted=choice.untrusted,
    )
    settings = read_index_settings(around, arguments=choice.arguments, scanned=choice.scanned, markers=target.markers)
    with Index(
        settings,
        environ=environ,
        home=home,
        user_agent=f"compat-scan/{__version__}",
        offline=choice.offline,
        cache=choice.cache,
        client_factory=None if make_client is None else partial(make_client, settings),
        runner=runner,
        ask_keyring=ask_keyring,
        deadline=choice.deadline,
    ) as index:
        yield IndexSupply(index, target, load_pyodide(target.pyodide), with_dependencies=choice.with_dependencies)


def find_own_hosts(
    arguments: tuple[IndexSettings, ...], *, environ: Mapping[str, str], home: Path, directory: Path
) -> frozenset[str]:
    """The index hosts in the user's own settings, independent of the scanned files.

    Raises:
        SettingsError: a configuration file of pip or uv cannot be used.
    """
    around = Surroundings(
        environ=environ, home=home, directory=directory, default_index_url=load_platform().public_index_url
    )
    return read_index_settings(around, arguments=arguments).own_hosts
