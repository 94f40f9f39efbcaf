"""Which package indexes to ask, and how, out of everything that may say so."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from scanner.index.settings.location import IndexLayer, IndexLocation, Place
from scanner.index.settings.pip import read_pip_environment, read_pip_files
from scanner.index.settings.uv import read_uv_environment, read_uv_files
from scanner.model.report import PUBLIC_INDEX, IndexPin

Strategy = Literal["first-index", "unsafe-best-match"]
DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_RETRIES = 2
MOST_RETRIES = 5
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexRequest:
    """What the command line, or a scanned file by its own options, asks of indexes."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    pins: tuple[IndexPin, ...] = ()
    """The ties of packages to indexes that hold for the target."""
    source: str = "command line"
    """Where it stands, for messages."""


NOTHING_ASKED = IndexRequest()


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSettings:
    """The indexes in the order in which they are asked, and how to reach them."""

    index_urls: tuple[IndexLocation, ...]
    """Extra indexes before the default one, as uv has it; empty with ``no_index``."""
    find_links: tuple[str, ...] = ()
    """Folders and pages of links as file, http or https URLs; their files always count."""
    no_index: bool = False
    strategy: Strategy = "first-index"
    """«first-index»: the first index that has a project provides all its files; «unsafe-best-match»: all together."""
    cert: str | None = None
    """The path of a file or folder of certificates, instead of the system's."""
    proxy: str | None = field(default=None, repr=False)
    """One proxy for everything, instead of what the proxy variables say."""
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    retries: int = DEFAULT_RETRIES
    pins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Normalised project names, or patterns of them, to the URLs of the indexes that alone provide them; the first that
    fits counts. No URL at all: the index is not defined anywhere."""
    notes: tuple[str, ...] = ()
    """What was found in the settings and not followed, as sentences."""


def read_index_settings(
    *,
    environ: Mapping[str, str],
    home: Path,
    directory: Path,
    default_index_url: str,
    project: Path | None = None,
    arguments: IndexRequest = NOTHING_ASKED,
    scanned: IndexRequest = NOTHING_ASKED,
    platform: str = sys.platform,
    system_root: Path = Path("/"),
) -> IndexSettings:
    """The settings in force in the working directory ``directory`` for a project in the folder ``project``.

    Both are absolute; the project's folder is where uv's project settings are looked for and what relative paths in the
    scanned file start from, and without one the working directory is.

    Of single values the first in this order counts: arguments, UV_… variables, PIP_… variables, the scanned file's own
    options, uv's files (project, user, system), pip's files (virtual environment, user, global). So uv goes before pip
    where both speak, and a variable before a file. Lists of extra indexes and find-links add up in the same order,
    except that pip's variable replaces pip's files, as it does in pip.

    The strategy is uv's setting, else «first-index» as soon as uv or the command line names an extra index. Where only
    pip's settings or the file itself do, all indexes count together, for that is what pip does with them.

    Raises:
        SettingsError: a configuration file or a value in it cannot be used.
    """
    folder = project or directory
    pip_variables = read_pip_environment(environ, directory)
    pip_files = read_pip_files(environ, home=home, directory=directory, platform=platform, system_root=system_root)
    before = (
        _asked(arguments, environ, directory, merges=False),
        read_uv_environment(environ, directory),
        pip_variables,
    )
    after = (
        *read_uv_files(environ, home=home, directory=folder, platform=platform, system_root=system_root),
        replace(
            pip_files,
            extra=() if pip_variables.extra else pip_files.extra,
            find_links=() if pip_variables.find_links else pip_files.find_links,
        ),
    )
    default = Place(label="the default index", directory=directory, environ={}).location(default_index_url, "index-url")
    usual = _first([layer.index for layer in (*before, *after)], default)
    own = _pinned(_asked(scanned, environ, folder, merges=True), scanned, environ, folder, usual)
    return _combine((*before, own, *after), default)


def _asked(request: IndexRequest, environ: Mapping[str, str], directory: Path, *, merges: bool) -> IndexLayer:
    place = Place(label=request.source, directory=directory, environ=environ)
    return IndexLayer(
        index=place.location(request.index_url, "index-url") if request.index_url else None,
        extra=tuple(place.location(url, "extra-index-url") for url in request.extra_index_urls),
        find_links=tuple(place.absolute(text, "find-links") for text in request.find_links),
        no_index=request.no_index or None,
        merges=merges,
    )


def _pinned(
    layer: IndexLayer, request: IndexRequest, environ: Mapping[str, str], directory: Path, usual: IndexLocation
) -> IndexLayer:
    """The layer with the ties of the file, and the indexes that they are to; ``usual`` is the one without the file."""
    place = Place(label=request.source, directory=directory, environ=environ)
    pins: dict[str, tuple[str, ...]] = {}
    extra = list(layer.extra)
    for pin in request.pins:
        location = usual if pin.index == PUBLIC_INDEX else None
        if pin.url is not None:
            location = place.location(pin.url, "index", is_flat=pin.is_flat)
        pins[pin.project] = (*pins.get(pin.project, ()), pin.index if location is None else location.url)
        if location is not None and (layer.index is None or location.url != layer.index.url):
            extra.append(replace(location, is_explicit=True))
    return replace(layer, extra=tuple(extra), pins=pins)


def _combine(layers: Sequence[IndexLayer], default: IndexLocation) -> IndexSettings:
    index = _first([layer.index for layer in layers], default)
    no_index = _has_no_index(layers)
    locations = () if no_index else _unique([*(location for layer in layers for location in layer.extra), index])
    timeout = _first([layer.timeout_seconds for layer in layers], DEFAULT_TIMEOUT_SECONDS)
    return IndexSettings(
        index_urls=locations,
        find_links=tuple(dict.fromkeys(link for layer in layers for link in layer.find_links)),
        no_index=no_index,
        strategy=_strategy(layers),
        cert=_first([layer.cert for layer in layers], None),
        proxy=_first([layer.proxy for layer in layers], None),
        timeout_seconds=timeout or DEFAULT_TIMEOUT_SECONDS,
        retries=min(_first([layer.retries for layer in layers], DEFAULT_RETRIES), MOST_RETRIES),
        pins=_resolve_pins(layers, index, {location.url for location in locations}),
        notes=tuple(note for layer in layers for note in layer.notes),
    )


def _resolve_pins(
    layers: Sequence[IndexLayer], index: IndexLocation, asked: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The URLs behind the names; where stronger settings replaced a default index, its packages are tied to theirs."""
    urls = {
        key: location.url
        for layer in reversed(layers)
        for location in (layer.index, *reversed(layer.extra))
        if location is not None
        for key in (location.name, location.url)
    }
    pins = {project: keys for layer in reversed(layers) for project, keys in layer.pins.items()}
    found = {project: [urls[key] for key in keys if key in urls] for project, keys in pins.items()}
    return {
        project: tuple(dict.fromkeys(url if url in asked else index.url for url in places))
        for project, places in found.items()
    }


def _unique(locations: Sequence[IndexLocation]) -> tuple[IndexLocation, ...]:
    """Each index once, where it comes first; one for pinned projects only does not stand for one for all."""
    unique: dict[tuple[str, bool], IndexLocation] = {}
    for location in locations:
        key = (location.url, location.is_explicit)
        unique[key] = unique[key].supplement(location) if key in unique else location
    return tuple(unique.values())


def _first(values: Sequence[T | None], default: T) -> T:
    return next((value for value in values if value is not None), default)


def _has_no_index(layers: Sequence[IndexLayer]) -> bool:
    """Whether no index is asked: a place that names one overrules weaker places that want none."""
    for layer in layers:
        if layer.no_index is not None:
            return layer.no_index
        if layer.index is not None:
            return False
    return False


def _strategy(layers: Sequence[IndexLayer]) -> Strategy:
    said = _first([layer.strategy for layer in layers], None)
    if said is not None:
        # «unsafe-first-match» differs only in which version is preferred; the files that count are the same.
        return "first-index" if said == "first-index" else "unsafe-best-match"
    extra = [location for layer in layers if not layer.merges for location in layer.extra]
    return "first-index" if any(not location.is_explicit for location in extra) else "unsafe-best-match"
