"""Where uv's own settings are: ``UV_…`` variables, uv.toml and the [tool.uv] table of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tomli

from scanner.index.settings.pip import read_flag
from scanner.model.errors import SettingsError
from scanner.model.index_settings import IndexLocation, IndexSettings, Place
from scanner.model.uv_settings import Report, Table, check_choice, parse_uv_settings


def read_uv_environment(environ: Mapping[str, str], directory: Path) -> IndexSettings:
    """The settings in the ``UV_…`` variables; an empty variable counts as absent.

    Raises:
        SettingsError: a value cannot be used.
    """
    reader = _Environment(environ=environ, directory=directory)
    default = reader.locations("UV_DEFAULT_INDEX") or reader.locations("UV_INDEX_URL")
    find_links = [text for text in environ.get("UV_FIND_LINKS", "").split(",") if text.strip()]
    place = reader.place("UV_FIND_LINKS")
    return IndexSettings(
        index=default[0] if default else None,
        extra=(*reader.locations("UV_INDEX"), *reader.locations("UV_EXTRA_INDEX_URL")),
        find_links=tuple(place.location(text, "find-links", is_flat=True) for text in find_links),
        no_index=read_flag(environ.get("UV_NO_INDEX", "")),
        strategy=reader.choice("index-strategy"),
        exclude_newer=environ.get("UV_EXCLUDE_NEWER") or None,
        resolution=reader.choice("resolution"),
        prerelease=reader.choice("prerelease"),
        timeout_seconds=reader.seconds("UV_HTTP_TIMEOUT"),
    )


def read_uv_files(
    environ: Mapping[str, str], *, home: Path, directory: Path, platform: str, system_root: Path
) -> tuple[IndexSettings, tuple[IndexSettings, ...]]:
    """The settings in uv's configuration files: the project's, and the user's own, strongest first.

    The project's is the nearest uv.toml or [tool.uv] table at or above ``directory``. UV_CONFIG_FILE replaces all.

    Raises:
        SettingsError: a uv.toml cannot be read, or a value cannot be used.
    """
    if read_flag(environ.get("UV_NO_CONFIG", "")):
        return IndexSettings(), ()
    named = environ.get("UV_CONFIG_FILE")
    if named:
        return IndexSettings(), (_read_file(directory / named, environ, required=True),)
    paths = (_user_file(environ, home, platform), _system_file(environ, platform, system_root))
    return _read_project(directory), tuple(_read_file(path, environ) for path in paths)


def add_credentials(location: IndexLocation, environ: Mapping[str, str]) -> IndexLocation:
    """The location with the credentials that ``UV_INDEX_<NAME>_…`` variables give to an index of its name."""
    if location.username is not None:
        return location
    username, password = _named_credentials(location, environ)
    if username is None and password is None:
        return location
    return replace(location, username=username or "", password=password)


def note_unsent(location: IndexLocation, environ: Mapping[str, str]) -> str | None:
    """A note if variables have credentials for the name of an index that only a scanned file defines."""
    if location.username is not None or _named_credentials(location, environ) == (None, None):
        return None
    return (
        f"{location.source}: the credentials of the variables UV_INDEX_{_variable_name(location)}_... are not sent to "
        f"{location.url}, since only the scanned file gives it the name {location.name}; to send them, set "
        f"UV_INDEX={location.name}={location.url}"
    )


def _named_credentials(location: IndexLocation, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    if location.name is None:
        return None, None
    stem = f"UV_INDEX_{_variable_name(location)}"
    return environ.get(f"{stem}_USERNAME"), environ.get(f"{stem}_PASSWORD")


def _variable_name(location: IndexLocation) -> str:
    return re.sub(r"[^A-Z0-9]", "_", (location.name or "").upper())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Environment:
    environ: Mapping[str, str]
    directory: Path

    def place(self, key: str) -> Place:
        return Place(label=key, directory=self.directory, environ=self.environ)

    def locations(self, key: str) -> tuple[IndexLocation, ...]:
        """The indexes of a variable: separated by spaces, each perhaps as NAME=URL."""
        found = []
        for text in self.environ.get(key, "").split():
            named = re.match(r"([A-Za-z0-9_.-]+)=(.+)", text)
            name, url = (named[1], named[2]) if named else (None, text)
            found.append(add_credentials(self.place(key).location(url, key, name=name), self.environ))
        return tuple(found)

    def choice(self, key: str) -> str | None:
        variable = "UV_" + key.upper().replace("-", "_")
        value = self.environ.get(variable)
        return check_choice(key, value, _raiser(None, variable)) if value else None

    def seconds(self, key: str) -> float | None:
        text = self.environ.get(key, "")
        if text and not re.fullmatch(r"\d{1,6}", text):
            raise SettingsError(None, key, "is no whole number of seconds")
        return float(text) if text else None


def _raiser(path: str | None, variable: str | None = None) -> Report:
    def report(key: str, reason: str) -> None:
        if key != "sources":  # a pin whose marker cannot be read holds everywhere
            raise SettingsError(path, variable or key, reason)

    return report


def _user_file(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData/Roaming") / "uv" / "uv.toml"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv/uv.toml"


def _system_file(environ: Mapping[str, str], platform: str, system_root: Path) -> Path:
    if platform == "win32":
        return Path(environ.get("PROGRAMDATA") or "C:\\ProgramData") / "uv" / "uv.toml"
    for folder in (environ.get("XDG_CONFIG_DIRS") or str(system_root / "etc/xdg")).split(":"):
        if folder and (Path(folder) / "uv/uv.toml").is_file():
            return Path(folder) / "uv/uv.toml"
    return system_root / "etc/uv/uv.toml"


def _read_project(directory: Path) -> IndexSettings:
    """The nearest project settings; a uv.toml beside a pyproject.toml replaces its [tool.uv]."""
    for folder in (directory, *directory.parents):
        if (folder / "uv.toml").is_file():
            return _read_file(folder / "uv.toml", None)
        path = folder / "pyproject.toml"
        try:
            tool = _load(path).get("tool")
        except SettingsError as error:
            # uv too goes on past a pyproject.toml that it cannot read; it may belong to another project.
            return IndexSettings(notes=(f"{error}; its [tool.uv] was not read",))
        table = tool.get("uv") if isinstance(tool, dict) else None
        if isinstance(table, dict):
            return _parse(table, path, None)
    return IndexSettings()


def _read_file(path: Path, environ: Mapping[str, str] | None, *, required: bool = False) -> IndexSettings:
    return _parse(_load(path, required=required), path, environ)


def _parse(table: Table, path: Path, environ: Mapping[str, str] | None) -> IndexSettings:
    """The settings in one table; ``environ`` None for the file of a project, which is not the user's own."""
    is_own = environ is not None
    place = Place(label=str(path), directory=path.parent, environ=environ or {}, is_own=is_own)
    settings = parse_uv_settings(table, place, _raiser(str(path)))
    if environ is None:
        return settings
    index = None if settings.index is None else add_credentials(settings.index, environ)
    return replace(settings, index=index, extra=tuple(add_credentials(each, environ) for each in settings.extra))


def _load(path: Path, *, required: bool = False) -> Table:
    """A TOML file as a table; empty where there is no such file, unless it is ``required``."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        if required:
            raise SettingsError(str(path), "UV_CONFIG_FILE", "is not there") from error
        return {}
    except tomli.TOMLDecodeError as error:
        raise SettingsError(str(path), "TOML", str(error)[:200]) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(str(path), "TOML", f"cannot be read: {type(error).__name__}") from error
