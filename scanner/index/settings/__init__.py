"""The package indexes in force, out of the command line, variables, configuration files and scanned files."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from scanner.index.settings.pip import read_pip_environment, read_pip_files
from scanner.index.settings.uv import note_unsent, read_uv_environment, read_uv_files
from scanner.model.index_settings import PUBLIC_INDEX, IndexLocation, IndexPin, IndexSettings, Place
from scanner.model.metadata import applies
from scanner.model.urls import find_origin, redact_url, with_slash

DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_RETRIES = 2
MOST_RETRIES = 5
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """Where settings are looked for."""

    environ: Mapping[str, str] = field(repr=False)
    home: Path
    directory: Path
    """The working directory, absolute."""
    default_index_url: str
    project: Path | None = None
    """The absolute folder of the scanned file, where the project's uv settings are; None for ``directory``."""
    untrusted: bool = False
    """Whether the indexes of scanned files, and of the project's uv settings, are not used."""
    platform: str = sys.platform
    system_root: Path = Path("/")


def read_index_settings(
    around: Surroundings,
    *,
    arguments: Sequence[IndexSettings] = (),
    scanned: IndexSettings | None = None,
    markers: Mapping[str, str] | None = None,
) -> IndexSettings:
    """The settings in force; ``markers`` are those of the target, for pins that do not hold everywhere.

    Of single values the first in this order counts: arguments, UV_… variables, PIP_… variables, the scanned file's own
    options, uv's files (project, user, system), pip's files (virtual environment, user, global). So uv goes before pip,
    and a variable before a file. Lists of extra indexes and find-links add up in the same order, except that pip's
    variable replaces pip's files, as it does in pip.

    The strategy is uv's setting, else "first-index" as soon as uv or the command line names an extra index. Where only
    pip's settings or the file itself do, all indexes count together, as in pip.

    Raises:
        SettingsError: a configuration file or a value in it cannot be used.
    """
    variables, pip_files, project, uv_files = _read_places(around)
    arguments = tuple(arguments)
    ours = scanned or IndexSettings()
    default = Place(label="the default index", directory=around.directory).location(
        around.default_index_url, "index-url"
    )
    if around.untrusted:
        users = (*arguments, *variables, *uv_files, pip_files)
        own_urls = {default.url, *(each.url for layer in users for each in _locations(layer))}
        ours, project = _drop_indexes(ours, own_urls), _drop_indexes(project, own_urls)
    layers = (*arguments, *variables, replace(ours, merges=True), project, *uv_files, pip_files)
    own = (*(each for each in arguments if each.own_hosts), *variables, *uv_files, pip_files)
    notes = _unsent((*ours.extra, *project.extra), own, around.environ)
    own_hosts = _find_hosts(own, default)
    usual = _first([layer.index for layer in layers if layer.index is not ours.index], default)
    combined = _combine(layers, default)
    return replace(
        _resolve_pins(combined, layers, usual, markers or {}),
        own_hosts=own_hosts,
        notes=tuple(dict.fromkeys([*(note for layer in layers for note in layer.notes), *notes])),
    )


def read_arguments(index_url: str | None, extra_index_urls: Sequence[str], place: Place) -> IndexSettings:
    """The settings of two options; with the hosts they name as the user's own, if the place is.

    Raises:
        SettingsError: an address cannot be used.
    """
    settings = IndexSettings(
        index=place.location(index_url, "index-url") if index_url else None,
        extra=tuple(place.location(url, "extra-index-url") for url in extra_index_urls),
    )
    return replace(settings, own_hosts=frozenset(_hosts(settings))) if place.is_own else settings


def _read_places(
    around: Surroundings,
) -> tuple[tuple[IndexSettings, IndexSettings], IndexSettings, IndexSettings, tuple[IndexSettings, ...]]:
    """The settings in the variables, in pip's files, in the project's uv settings, and in the user's."""
    pip_variables = read_pip_environment(around.environ, around.directory)
    places = {"home": around.home, "platform": around.platform, "system_root": around.system_root}
    pip_files = read_pip_files(around.environ, directory=around.directory, **places)  # type: ignore[arg-type]
    project, uv_files = read_uv_files(around.environ, directory=around.project or around.directory, **places)  # type: ignore[arg-type]
    pip_files = replace(
        pip_files,
        extra=() if pip_variables.extra else pip_files.extra,
        find_links=() if pip_variables.find_links else pip_files.find_links,
    )
    return (read_uv_environment(around.environ, around.directory), pip_variables), pip_files, project, uv_files


def _unsent(
    locations: Sequence[IndexLocation], own: Sequence[IndexSettings], environ: Mapping[str, str]
) -> Iterator[str]:
    """A note for each index of a scanned file that the variables have credentials for, and that is not given them."""
    known = {location.url for settings in own for location in (*settings.extra, settings.index) if location}
    for location in locations:
        note = None if location.url in known else note_unsent(location, environ)
        known.add(location.url)
        if note is not None:
            yield note


def _find_hosts(own: Sequence[IndexSettings], default: IndexLocation) -> frozenset[str]:
    """The hosts that the user's own settings name."""
    found = {host for settings in own for host in (*settings.own_hosts, *_hosts(settings))}
    return frozenset(found.union(_hosts(IndexSettings(index=default))))


def _drop_indexes(settings: IndexSettings, own_urls: Collection[str]) -> IndexSettings:
    """The settings of a scanned file without where to look; a note for each place that the user does not name too.

    Pins stay: a package that is tied to an index is requested from no other one.
    """
    dropped = (location for location in _locations(settings) if location.url not in own_urls)
    notes = [f"{each.source}: the index {redact_url(each.url)} is not used (--untrusted)" for each in dropped]
    if settings.no_index or settings.strategy:
        notes.append("no-index and index-strategy of the scanned files are not used (--untrusted)")
    return IndexSettings(
        pins=settings.pins,
        exclude_newer=settings.exclude_newer,
        resolution=settings.resolution,
        prerelease=settings.prerelease,
        notes=(*settings.notes, *notes),
    )


def _locations(settings: IndexSettings) -> Iterator[IndexLocation]:
    yield from (*settings.extra, *settings.find_links, *((settings.index,) if settings.index else ()))


def _hosts(settings: IndexSettings) -> Iterator[str]:
    for location in _locations(settings):
        if (origin := find_origin(location.url)) is not None:
            yield origin.host


def _combine(layers: Sequence[IndexSettings], default: IndexLocation) -> IndexSettings:
    """All layers together, the strongest first; all indexes are in ``extra``, and the pins are left out."""
    index = _first([layer.index for layer in layers], default)
    no_index = _has_no_index(layers)
    timeout = _first([layer.timeout_seconds for layer in layers], DEFAULT_TIMEOUT_SECONDS)
    return IndexSettings(
        extra=() if no_index else _unique([*(each for layer in layers for each in layer.extra), index]),
        find_links=_unique([link for layer in layers for link in layer.find_links]),
        no_index=no_index,
        strategy=_strategy(layers),
        exclude_newer=_first([layer.exclude_newer for layer in layers], None),
        resolution=_first([layer.resolution for layer in layers], None),
        prerelease=_first([layer.prerelease for layer in layers], None),
        cert=_first([layer.cert for layer in layers], None),
        proxy=_first([layer.proxy for layer in layers], None),
        timeout_seconds=timeout or DEFAULT_TIMEOUT_SECONDS,
        retries=min(_first([layer.retries for layer in layers], DEFAULT_RETRIES), MOST_RETRIES),
    )


def _resolve_pins(
    combined: IndexSettings, layers: Sequence[IndexSettings], usual: IndexLocation, markers: Mapping[str, str]
) -> IndexSettings:
    """The settings with the pins that hold for the target, each with the URL of its index; empty for an undefined one.

    A pin to a default index that stronger settings have replaced is to the replacement. ``usual`` is the default index
    without the scanned file, which ``PUBLIC_INDEX`` stands for.
    """
    by_key = {PUBLIC_INDEX: usual} | {
        key: location
        for layer in reversed(layers)
        for location in (layer.index, *reversed(layer.extra))
        if location is not None
        for key in (location.name, location.url)
        if key is not None
    }
    locations = list(combined.extra)
    default = locations[-1].url if locations else ""
    asked = {location.url for location in locations}
    pins: dict[str, list[IndexPin]] = {}
    for layer in reversed(layers):
        pins |= _group_pins(layer.pins, markers)
    resolved = []
    for pin in (pin for group in pins.values() for pin in group):
        location = by_key.get(pin.index) or by_key.get(with_slash(pin.index))
        if location is usual and usual.url not in asked and combined.extra:
            locations.append(replace(usual, is_explicit=True))
            asked.add(usual.url)
        url = "" if location is None else location.url if location.url in asked else default
        resolved.append(IndexPin(project=pin.project, index=url))
    return replace(combined, extra=tuple(locations), pins=tuple(dict.fromkeys(resolved)))


def _group_pins(pins: Sequence[IndexPin], markers: Mapping[str, str]) -> dict[str, list[IndexPin]]:
    """The pins that hold for the target, by project: those of a stronger place replace all of a weaker one."""
    groups: dict[str, list[IndexPin]] = {}
    for pin in pins:
        if applies(pin.marker, markers):
            groups.setdefault(pin.project, []).append(pin)
    return groups


def _unique(locations: Sequence[IndexLocation]) -> tuple[IndexLocation, ...]:
    """Each index once, where it comes first; one for pinned projects only does not replace one for all."""
    unique: dict[tuple[str, bool], IndexLocation] = {}
    for location in locations:
        key = (location.url, location.is_explicit)
        unique[key] = unique[key].supplement(location) if key in unique else location
    return tuple(unique.values())


def _first(values: Sequence[T | None], default: T) -> T:
    return next((value for value in values if value is not None), default)


def _has_no_index(layers: Sequence[IndexSettings]) -> bool:
    """Whether no index is asked: a place that names one overrules weaker places that want none."""
    for layer in layers:
        if layer.no_index is not None:
            return layer.no_index
        if layer.index is not None:
            return False
    return False


def _strategy(layers: Sequence[IndexSettings]) -> str:
    stated = _first([layer.strategy for layer in layers], None)
    if stated is not None:
        # "unsafe-first-match" differs only in which version is preferred; the files that count are the same.
        return "first-index" if stated == "first-index" else "unsafe-best-match"
    extra = [location for layer in layers if not layer.merges for location in layer.extra]
    return "first-index" if any(not location.is_explicit for location in extra) else "unsafe-best-match"
