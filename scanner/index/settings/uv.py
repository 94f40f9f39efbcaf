"""uv's own index settings: ``UV_…`` variables, uv.toml and the [tool.uv] table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tomli
from packaging.utils import canonicalize_name

from scanner.index.settings.location import IndexLayer, IndexLocation, Place, read_flag
from scanner.model.errors import SettingsError

STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")
Table = Mapping[str, object]


def read_uv_environment(environ: Mapping[str, str], directory: Path) -> IndexLayer:
    """What the ``UV_…`` variables say; an empty variable says nothing.

    Raises:
        SettingsError: a value cannot be used.
    """
    reader = _Environment(environ=environ, directory=directory)
    default = reader.locations("UV_DEFAULT_INDEX") or reader.locations("UV_INDEX_URL")
    strategy = environ.get("UV_INDEX_STRATEGY") or None
    if strategy is not None:
        _check_strategy(strategy, "UV_INDEX_STRATEGY", None)
    find_links = [text for text in environ.get("UV_FIND_LINKS", "").split(",") if text.strip()]
    return IndexLayer(
        index=default[0] if default else None,
        extra=(*reader.locations("UV_INDEX"), *reader.locations("UV_EXTRA_INDEX_URL")),
        find_links=tuple(reader.place("UV_FIND_LINKS").absolute(text, "find-links") for text in find_links),
        no_index=read_flag(environ.get("UV_NO_INDEX", "")),
        strategy=strategy,
        timeout_seconds=reader.seconds("UV_HTTP_TIMEOUT"),
    )


def read_uv_files(
    environ: Mapping[str, str], *, home: Path, directory: Path, platform: str, system_root: Path
) -> tuple[IndexLayer, ...]:
    """What uv's configuration files say: the project's first, then the user's, then the system's.

    The project's is the nearest uv.toml or [tool.uv] table at or above ``directory``. UV_CONFIG_FILE replaces all.

    Raises:
        SettingsError: a uv.toml cannot be read, or a value cannot be used.
    """
    if read_flag(environ.get("UV_NO_CONFIG", "")):
        return ()
    named = environ.get("UV_CONFIG_FILE")
    if named:
        return (_read_table(_load(directory / named, required=True), directory / named, environ),)
    paths = (_user_file(environ, home, platform), _system_file(environ, platform, system_root))
    return (_read_project(directory, environ), *(_read_table(_load(path), path, environ) for path in paths))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Environment:
    environ: Mapping[str, str]
    directory: Path

    def place(self, key: str) -> Place:
        return Place(label=key, directory=self.directory, environ=self.environ)

    def locations(self, key: str) -> tuple[IndexLocation, ...]:
        """The indexes of a variable: separated by spaces, each perhaps as «name=URL»."""
        found = []
        for text in self.environ.get(key, "").split():
            named = re.match(r"([A-Za-z0-9_.-]+)=(.+)", text)
            name, url = (named[1], named[2]) if named else (None, text)
            found.append(_complete(self.place(key).location(url, key, name=name), self.environ))
        return tuple(found)

    def seconds(self, key: str) -> float | None:
        text = self.environ.get(key, "")
        if text and not re.fullmatch(r"\d{1,6}", text):
            raise SettingsError(None, key, "is no whole number of seconds")
        return float(text) if text else None


def _complete(location: IndexLocation, environ: Mapping[str, str]) -> IndexLocation:
    """The location with the credentials that variables give to an index of its name."""
    if location.name is None or location.username is not None:
        return location
    stem = "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", location.name.upper())
    username, password = environ.get(f"{stem}_USERNAME"), environ.get(f"{stem}_PASSWORD")
    if username is None and password is None:
        return location
    return replace(location, username=username or "", password=password)


def _check_strategy(strategy: str, key: str, path: str | None) -> None:
    if strategy not in STRATEGIES:
        raise SettingsError(path, key, f"is none of {', '.join(STRATEGIES)}")


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


def _read_project(directory: Path, environ: Mapping[str, str]) -> IndexLayer:
    """The nearest project settings; a uv.toml beside a pyproject.toml replaces its [tool.uv]."""
    for folder in (directory, *directory.parents):
        if (folder / "uv.toml").is_file():
            return _read_table(_load(folder / "uv.toml"), folder / "uv.toml", environ)
        path = folder / "pyproject.toml"
        try:
            tool = _load(path).get("tool")
        except SettingsError as error:
            # uv too goes on past a pyproject.toml that it cannot read; the file may be somebody else's.
            return IndexLayer(notes=(f"{error}; its [tool.uv] was not read",))
        table = tool.get("uv") if isinstance(tool, dict) else None
        if isinstance(table, dict):
            return _read_table(table, path, environ)
    return IndexLayer()


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


def _read_table(table: Table, path: Path, environ: Mapping[str, str]) -> IndexLayer:
    """The layer of one uv.toml or [tool.uv]; the table «pip» in it is for uv's pip commands and goes before."""
    pip = table.get("pip")
    merged = {**table, **pip} if isinstance(pip, dict) else table
    reader = _TableReader(merged, Place(label=str(path), directory=path.parent, environ=environ))
    listed = tuple(reader.indexes())
    defaults = [location for location, is_default in listed if is_default] + reader.locations("index-url")
    strategy = reader.text("index-strategy")
    if strategy is not None:
        _check_strategy(strategy, "index-strategy", str(path))
    return IndexLayer(
        index=defaults[0] if defaults else None,
        extra=(*(location for location, is_default in listed if not is_default), *reader.locations("extra-index-url")),
        find_links=(*reader.flat, *(reader.place.absolute(text, "find-links") for text in reader.texts("find-links"))),
        no_index=reader.flag("no-index"),
        strategy=strategy,
        pins=reader.pins(),
    )


class _TableReader:
    """Typed access to a table of settings, with errors that name file and key."""

    def __init__(self, table: Table, place: Place) -> None:
        self.place = place
        self.flat: list[str] = []
        """The URLs of indexes in uv's flat format, which are find-links pages; filled by ``indexes``."""
        self._table = table

    def text(self, key: str, table: Table | None = None) -> str | None:
        value = (self._table if table is None else table).get(key)
        if value is not None and not isinstance(value, str):
            raise SettingsError(self.place.label, key, "is no text")
        return value

    def flag(self, key: str, table: Table | None = None) -> bool | None:
        value = (self._table if table is None else table).get(key)
        if value is not None and not isinstance(value, bool):
            raise SettingsError(self.place.label, key, "is neither true nor false")
        return value

    def texts(self, key: str) -> list[str]:
        value = self._table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(text, str) for text in values):
            raise SettingsError(self.place.label, key, "is no list of texts")
        return values

    def locations(self, key: str) -> list[IndexLocation]:
        return [_complete(self.place.location(text, key), self.place.environ) for text in self.texts(key)]

    def indexes(self) -> Iterator[tuple[IndexLocation, bool]]:
        """The [[index]] tables in order, each with whether it is the default one."""
        tables = self._table.get("index", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise SettingsError(self.place.label, "index", "is no list of tables")
        for table in tables:
            url = self.text("url", table)
            if url is None:
                raise SettingsError(self.place.label, "index", "an index has no url")
            index = self._index(url, table)
            if index.is_flat and not index.is_explicit:
                self.flat.append(self.place.absolute(url, "index.url"))
                index = replace(index, is_explicit=True)  # for the packages that are pinned to the page
            yield index, bool(self.flag("default", table)) and not index.is_flat

    def _index(self, url: str, table: Table) -> IndexLocation:
        is_flat = self.text("format", table) == "flat"
        location = self.place.location(url, "index.url", name=self.text("name", table), is_flat=is_flat)
        codes = table.get("ignore-error-codes", [])
        statuses = (
            frozenset(code for code in codes if isinstance(code, int)) if isinstance(codes, list) else frozenset()
        )
        explicit = bool(self.flag("explicit", table))
        return _complete(
            replace(location, is_explicit=explicit, absent_statuses=location.absent_statuses | statuses),
            self.place.environ,
        )

    def pins(self) -> dict[str, tuple[str, ...]]:
        """The projects that [tool.uv.sources] ties to one index whatever the marker, extra or group."""
        sources = self._table.get("sources")
        pins: dict[str, tuple[str, ...]] = {}
        for project, source in sources.items() if isinstance(sources, dict) else ():
            index = source.get("index") if isinstance(source, dict) else None
            if isinstance(index, str) and not {"marker", "extra", "group"} & source.keys():
                pins[canonicalize_name(project)] = (index,)
        return pins
