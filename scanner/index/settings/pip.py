"""pip's own index settings: its configuration files and ``PIP_…`` variables, merged as pip merges them."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from scanner.model.errors import SettingsError
from scanner.model.index_settings import IndexSettings, Place

_SECTIONS = ("global", "install")
_KEYS = (
    "extra-index-url",
    "find-links",
    "index-url",
    "no-index",
    "cert",
    "proxy",
    "retries",
    "timeout",
    "default-timeout",
    "trusted-host",
    "pre",
)
Values = dict[str, str]


def read_pip_environment(environ: Mapping[str, str], directory: Path) -> IndexSettings:
    """The settings in the ``PIP_…`` variables; an empty variable counts as absent.

    Raises:
        SettingsError: a value cannot be used.
    """
    values = {key: environ.get("PIP_" + key.upper().replace("-", "_"), "") for key in _KEYS}
    layer = IndexSettings(merges=True)
    for key, value in values.items():
        if value:
            place = Place(label="PIP_" + key.upper().replace("-", "_"), directory=directory, environ=environ)
            layer = _apply(layer, key, value, place)
    return layer


def read_pip_files(
    environ: Mapping[str, str], *, home: Path, directory: Path, platform: str, system_root: Path
) -> IndexSettings:
    """The settings in all of pip's configuration files; relative paths start from ``directory``, as with pip.

    Later files win over earlier ones key by key, and the section [install] over [global] whichever file it is in.

    Raises:
        SettingsError: a file cannot be read, or a value cannot be used.
    """
    found: dict[str, dict[str, tuple[str, Path]]] = {section: {} for section in _SECTIONS}
    for path in _find_files(environ, home=home, platform=platform, system_root=system_root):
        for section, values in _read_file(path).items():
            found[section].update({key: (value, path) for key, value in values.items()})
    layer = IndexSettings(merges=True)
    effective = {**found["global"], **found["install"]}
    for key, (value, path) in effective.items():
        layer = _apply(layer, key, value, Place(label=str(path), directory=directory, environ=environ))
    return layer


def _apply(layer: IndexSettings, key: str, value: str, place: Place) -> IndexSettings:
    """The layer with one more setting."""
    match key:
        case "index-url":
            layer = replace(layer, index=place.location(value, key))
        case "extra-index-url":
            layer = replace(layer, extra=tuple(place.location(text, key) for text in value.split()))
        case "find-links":
            layer = replace(layer, find_links=tuple(place.location(text, key, is_flat=True) for text in value.split()))
        case "no-index":
            layer = replace(layer, no_index=_flag(value, key, place))
        case "cert":
            layer = replace(layer, cert=str(place.directory / place.home_path(place.expand(value))))
        case "proxy":
            layer = replace(layer, proxy=place.expand(value))
        case "timeout" | "default-timeout":
            layer = replace(layer, timeout_seconds=float(_number(value, key, place)))
        case "retries":
            layer = replace(layer, retries=int(_number(value, key, place)))
        case "pre":
            layer = replace(layer, prerelease="allow" if _flag(value, key, place) else None)
        case _:
            # A host that is named so is the user's own, even if its certificate has to be right.
            hosts = (text.rpartition(":")[0] if re.search(r":\d+$", text) else text for text in value.split())
            layer = replace(layer, own_hosts=frozenset(host.strip("[]").lower() for host in hosts))
            note = f"{place.label}: trusted-host is not followed; certificates are always checked"
            layer = replace(layer, notes=(*layer.notes, note))
    return layer


def _flag(value: str, key: str, place: Place) -> bool:
    flag = read_flag(value)
    if flag is None:
        raise SettingsError(place.label, key, "must be true or false")
    return flag


def _number(value: str, key: str, place: Place) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:  # also refuses "nan"
        raise SettingsError(place.label, key, "is no usable number")
    return number


def _find_files(environ: Mapping[str, str], *, home: Path, platform: str, system_root: Path) -> Iterator[Path]:
    """The files that exist or were named, the weakest first: global, user, virtual environment, PIP_CONFIG_FILE."""
    named = environ.get("PIP_CONFIG_FILE")
    if named in ("/dev/null", "nul", "NUL"):
        return
    yield from _global_files(environ, platform=platform, system_root=system_root)
    if not (named and Path(named).exists()):
        yield from _user_files(environ, home=home, platform=platform)
    virtual_environment = environ.get("VIRTUAL_ENV")
    if virtual_environment:
        yield Path(virtual_environment) / _basename(platform)
    if named:
        yield Path(named)


def _basename(platform: str) -> str:
    return "pip.ini" if platform == "win32" else "pip.conf"


def _global_files(environ: Mapping[str, str], *, platform: str, system_root: Path) -> Iterator[Path]:
    if platform == "win32":
        yield Path(environ.get("PROGRAMDATA") or "C:\\ProgramData") / "pip" / "pip.ini"
    elif platform == "darwin":
        yield system_root / "Library/Application Support/pip/pip.conf"
    else:
        folders = environ.get("XDG_CONFIG_DIRS") or str(system_root / "etc/xdg")
        yield from (Path(folder) / "pip/pip.conf" for folder in folders.split(":") if folder)
        yield system_root / "etc/pip.conf"


def _user_files(environ: Mapping[str, str], *, home: Path, platform: str) -> Iterator[Path]:
    if platform == "win32":
        yield home / "pip" / "pip.ini"
        yield Path(environ.get("APPDATA") or home / "AppData/Roaming") / "pip" / "pip.ini"
        return
    yield home / ".pip/pip.conf"
    if platform == "darwin" and (home / "Library/Application Support/pip").is_dir():
        yield home / "Library/Application Support/pip/pip.conf"
    elif platform == "darwin":
        yield home / ".config/pip/pip.conf"
    else:
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip/pip.conf"


def _read_file(path: Path) -> dict[str, Values]:
    """The keys of interest by section; empty where there is no such file."""
    parser = configparser.RawConfigParser()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(str(path), "pip's configuration", f"cannot be read: {type(error).__name__}") from error
    try:
        parser.read_string(text)
    except configparser.Error as error:
        # The parser's own sentence quotes the line, and a line can hold a password.
        raise SettingsError(str(path), "pip's configuration", "is no INI file that pip could read") from error
    return {section: _interesting(parser.items(section)) for section in _SECTIONS if parser.has_section(section)}


def _interesting(items: list[tuple[str, str]]) -> Values:
    normalized = ((key.lower().replace("_", "-").removeprefix("--"), value) for key, value in items)
    return {key: value for key, value in normalized if key in _KEYS and value}


def read_flag(text: str) -> bool | None:
    """The truth that a setting's text stands for, by pip's words; None for any other text."""
    lowered = text.strip().lower()
    if lowered in ("y", "yes", "t", "true", "on", "1"):
        return True
    return False if lowered in ("n", "no", "f", "false", "off", "0") else None
