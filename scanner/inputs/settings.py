"""What the user wants: command line, then COMPAT_SCAN_* variables, then [tool.compat-scan] or compat-scan.toml.

Every value keeps where it came from, so that `compat-scan config` can tell. Unknown keys and values of the wrong
type are errors, with the nearest known key as a suggestion.
"""

from __future__ import annotations

import difflib
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from scanner.model.errors import SettingsError
from scanner.model.report import TableMode

CONFIG_NAME = "compat-scan.toml"
ENVIRONMENT_PREFIX = "COMPAT_SCAN_"

_TABLE_KEYS = ("ignore", "table-rows")


class FailOn(enum.StrEnum):
    """Which verdicts make the exit code a failure."""

    CONTAINER = "container"
    UNKNOWN = "unknown"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignore:
    """One accepted finding: it is still told, but does not count."""

    package: str
    rules: tuple[str, ...]
    reason: str
    until: date | None = None
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserRow:
    """A row that the user adds to the incompatible-library table."""

    name: str
    verdict: str
    reason: str
    alternative: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a scan depends on besides the files themselves."""

    table: TableMode = TableMode.ENFORCE
    compatibility_date: date | None = None
    compatibility_flag: tuple[str, ...] = ()
    fail_on: FailOn = FailOn.UNKNOWN
    no_deps: bool = False
    no_inspect: bool = False
    group: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    all_groups: bool = False
    all_extras: bool = False
    all_files: bool = False
    index_url: str | None = None
    extra_index_url: tuple[str, ...] = ()
    offline: bool = False
    no_cache: bool = False
    cache_dir: str | None = None
    max_data_age: int | None = None
    """In days; older data make the exit code 3."""
    baseline: str | None = None
    """The path of the baseline file; a configuration file names it as seen from its own folder."""
    ignore: tuple[Ignore, ...] = ()
    table_rows: tuple[UserRow, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value that is not the default comes from, by key as in the configuration file."""


def load_settings(command_line: Mapping[str, Any], environ: Mapping[str, str], folder: Path | None) -> Settings:
    """The settings in force for a scan of something in a folder; None reads no configuration file.

    Raises:
        SettingsError: a value or key cannot be used; the message names the file or variable.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    layers = (_read_config(folder) if folder else {}, _read_environment(environ), _read_command_line(command_line))
    for layer in layers:
        for key, (value, origin) in layer.items():
            values[key.replace("-", "_")] = value
            origins[key] = origin
    return Settings(**values, origins=origins)


def is_from_user(settings: Settings, key: str) -> bool:
    """Whether a value stands on the command line or in the environment, and not in a file of what is scanned."""
    origin = settings.origins.get(key, "")
    return origin == "command line" or origin.startswith(ENVIRONMENT_PREFIX)


def find_config(folder: Path) -> Path | None:
    """The nearest compat-scan.toml, or pyproject.toml with [tool.compat-scan], in a folder or above it."""
    for candidate in (folder, *folder.parents):
        own = candidate / CONFIG_NAME
        if own.is_file():
            return own
        pyproject = candidate / "pyproject.toml"
        if pyproject.is_file() and "compat-scan" in _load_toml(pyproject, lenient=True).get("tool", {}):
            return pyproject
    return None


Layer = dict[str, tuple[Any, str]]


def _read_config(folder: Path) -> Layer:
    path = find_config(folder)
    if path is None:
        return {}
    table = _load_toml(path, lenient=False)
    where = path.as_posix()
    if path.name != CONFIG_NAME:
        table = table["tool"]["compat-scan"]
        where = f"{where}: [tool.compat-scan]"
    if not isinstance(table, dict):
        raise SettingsError(path.as_posix(), "tool.compat-scan", "is not a table")
    layer: Layer = {}
    for key, value in table.items():
        known = "table-rows" if key == "table" and isinstance(value, list) else key
        if known not in _PARSERS:
            raise SettingsError(path.as_posix(), key, f"is no setting{_suggest(key)}")
        layer[known] = (_PARSERS[known](value, path.as_posix(), key), where)
    return layer


def _read_environment(environ: Mapping[str, str]) -> Layer:
    layer: Layer = {}
    for variable in sorted(environ):
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("_", "-")
        if key not in _PARSERS or key in _TABLE_KEYS:
            raise SettingsError(None, variable, f"is no setting{_suggest(key)}")
        layer[key] = (_parse_text_value(key, environ[variable], variable), variable)
    return layer


def _read_command_line(values: Mapping[str, Any]) -> Layer:
    layer: Layer = {}
    for name, value in values.items():
        key = name.replace("_", "-")
        if value is None or value == () or value is False:
            continue
        layer[key] = (
            _PARSERS[key](list(value) if isinstance(value, tuple) else value, None, f"--{key}"),
            "command line",
        )
    return layer


def _parse_text_value(key: str, text: str, variable: str) -> Any:  # noqa: ANN401  # the type is the key's
    kind = _PARSERS[key]
    if kind is _parse_bool:
        truth = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
            "": False,
        }
        if text.lower() not in truth:
            raise SettingsError(None, variable, f"is neither true nor false: {text!r}")
        return truth[text.lower()]
    value = text.replace(",", " ").split() if kind is _parse_strings else text
    return kind(value, None, variable)


def _load_toml(path: Path, *, lenient: bool) -> dict[str, Any]:
    import tomli  # noqa: PLC0415  # only where there is such a file

    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        if lenient:
            return {}
        raise SettingsError(path.as_posix(), "file", f"does not parse: {error}") from error


def _suggest(key: str) -> str:
    near = difflib.get_close_matches(key, [known for known in _PARSERS if known != "table-rows"], n=1)
    return f"; did you mean «{near[0]}»?" if near else f"; known are {', '.join(sorted(_PARSERS))}"


def _parse_bool(value: object, path: str | None, key: str) -> bool:
    if isinstance(value, bool):
        return value
    raise SettingsError(path, key, f"is neither true nor false: {value!r}")


def _parse_string(value: object, path: str | None, key: str) -> str:
    if isinstance(value, str) and value:
        return value
    raise SettingsError(path, key, f"is not a text: {value!r}")


def _parse_path(value: object, path: str | None, key: str) -> str:
    """A path, where a configuration file names it seen from that file's folder."""
    text = _parse_string(value, path, key)
    return str(Path(path).parent / text) if path else text


def _parse_strings(value: object, path: str | None, key: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SettingsError(path, key, f"is not a list of texts: {value!r}")


def _parse_day(value: object, path: str | None, key: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsError(path, key, f"is not a date like 2026-09-08: {value!r}") from error


def _parse_days(value: object, path: str | None, key: str) -> int:
    if str(value).isdecimal() and len(str(value)) < 7:
        return int(str(value))
    raise SettingsError(path, key, f"must be a whole number of days: {value!r}")


def _parse_choice(kind: type[enum.StrEnum]) -> Callable[[object, str | None, str], enum.StrEnum]:
    def parse(value: object, path: str | None, key: str) -> enum.StrEnum:
        try:
            return kind(str(value))
        except ValueError as error:
            choices = ", ".join(member.value for member in kind)
            raise SettingsError(path, key, f"is not one of {choices}: {value!r}") from error

    return parse


def _parse_rows(value: object, path: str | None, key: str) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise SettingsError(path, key, "is not a list of tables")


def _take(row: dict[str, Any], allowed: tuple[str, ...], path: str | None, key: str) -> None:
    for name in row:
        if name not in allowed:
            raise SettingsError(path, f"{key}.{name}", f"is no key here; known are {', '.join(allowed)}")


def _parse_ignores(value: object, path: str | None, key: str) -> tuple[Ignore, ...]:
    ignores = []
    for position, row in enumerate(_parse_rows(value, path, key)):
        where = f"{key}[{position}]"
        _take(row, ("package", "rules", "reason", "until"), path, where)
        ignores.append(
            Ignore(
                package=_parse_string(row.get("package"), path, f"{where}.package"),
                rules=_parse_strings(row.get("rules"), path, f"{where}.rules"),
                reason=_parse_string(row.get("reason"), path, f"{where}.reason"),
                until=_parse_day(row["until"], path, f"{where}.until") if "until" in row else None,
                origin=f"{path}: {where}",
            )
        )
    return tuple(ignores)


def _parse_user_rows(value: object, path: str | None, key: str) -> tuple[UserRow, ...]:
    rows = []
    for position, row in enumerate(_parse_rows(value, path, key)):
        where = f"{key}[{position}]"
        _take(row, ("name", "verdict", "reason", "alternative"), path, where)
        verdict = _parse_string(row.get("verdict"), path, f"{where}.verdict")
        if verdict not in ("container", "workers"):
            raise SettingsError(path, f"{where}.verdict", f"is neither container nor workers: {verdict!r}")
        rows.append(
            UserRow(
                name=_parse_string(row.get("name"), path, f"{where}.name"),
                verdict=verdict,
                reason=_parse_string(row.get("reason"), path, f"{where}.reason"),
                alternative=_parse_string(row["alternative"], path, where) if "alternative" in row else None,
            )
        )
    return tuple(rows)


_PARSERS: Mapping[str, Callable[[Any, str | None, str], Any]] = {
    "table": _parse_choice(TableMode),
    "compatibility-date": _parse_day,
    "compatibility-flag": _parse_strings,
    "fail-on": _parse_choice(FailOn),
    "no-deps": _parse_bool,
    "no-inspect": _parse_bool,
    "group": _parse_strings,
    "extra": _parse_strings,
    "all-groups": _parse_bool,
    "all-extras": _parse_bool,
    "all-files": _parse_bool,
    "index-url": _parse_string,
    "extra-index-url": _parse_strings,
    "offline": _parse_bool,
    "no-cache": _parse_bool,
    "cache-dir": _parse_path,
    "max-data-age": _parse_days,
    "baseline": _parse_path,
    "ignore": _parse_ignores,
    "table-rows": _parse_user_rows,
}

assert {name.replace("_", "-") for name in (f.name for f in fields(Settings))} - {"origins"} == set(_PARSERS)  # noqa: S101
