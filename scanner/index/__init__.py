"""From settings to a supply that the resolver can be handed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scanner import __version__
from scanner.index.cache import Cache
from scanner.index.projects import Index
from scanner.index.settings import IndexRequest, read_index_settings
from scanner.index.supply import IndexSupply
from scanner.model.target import Target
from scanner.runtime.tables import load_platform, load_pyodide


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexChoice:
    """What the command line and the scanned files say about indexes."""

    arguments: IndexRequest
    scanned: IndexRequest
    project: Path | None = None
    """The absolute folder of the scanned file, where uv's project settings are looked for."""
    offline: bool = False
    with_dependencies: bool = True
    """Whether what comes along is wanted too, so that it is worth fetching ahead."""
    cache: Cache | None = None
    """What earlier scans learned; None to do without."""


@contextmanager
def open_supply(
    target: Target, choice: IndexChoice, *, environ: Mapping[str, str], home: Path, directory: Path
) -> Iterator[IndexSupply]:
    """The supply for a target; its connections are closed in the end.

    Raises:
        SettingsError: a configuration file of pip or uv cannot be used.
    """
    settings = read_index_settings(
        environ=environ,
        home=home,
        directory=directory,
        default_index_url=load_platform().public_index_url,
        arguments=choice.arguments,
        scanned=choice.scanned,
        project=choice.project,
    )
    release = load_pyodide(target.pyodide)
    user_agent = f"compat-scan/{__version__}"
    with Index(
        settings, environ=environ, home=home, user_agent=user_agent, offline=choice.offline, cache=choice.cache
    ) as index:
        yield IndexSupply(index, target, release, with_dependencies=choice.with_dependencies)
