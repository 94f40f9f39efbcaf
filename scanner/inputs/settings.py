"""What the user wants: command line, then COMPAT_SCAN_* variables, then [tool.compat-scan] or compat-scan.toml.

Every value keeps where it came from, so that `compat-scan config` can tell. Unknown keys and values of the wrong
type are errors, with the nearest known key as a suggestion.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from scanner.inputs.setting_values import (
    Ignore,
    Pattern,
    UserRow,
    parse_bool,
    parse_choice,
    parse_day,
    parse_days,
    parse_ignores,
    parse_moment,
    parse_path,
    parse_patterns,
    parse_seconds,
    parse_string,
    parse_strings,
    parse_user_rows,
)
from scanner.model.errors import OutsideError, SettingsError
from scanner.model.report import FailOn, TableMode
from scanner.model.rule import Level

CONFIG_NAME = "compat-scan.toml"
ENVIRONMENT_PREFIX = "COMPAT_SCAN_"

_TABLE_KEYS = ("ignore", "table-rows")
_OUTSIDE_KEYS = frozenset({"cache-dir", "untrusted"})
"""What a configuration file never sets: a cache that is committed would bring its own verdicts."""
_PROJECT_KEYS = frozenset(
    {
        *("compatibility-date", "compatibility-flag", "exclude-newer"),
        *("group", "extra", "all-groups", "all-extras", "all-files", "dev"),
    }
)
"""What a configuration file still sets with `--untrusted`: what is installed, and for which runtime."""

Layer = Mapping[str, tuple[Any, str]]
"""Values by key, each with where it comes from."""


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
    dev: bool = False
    """Whether development files and groups are judged too."""
    exclude: tuple[Pattern, ...] = ()
    """What folders do not yield, as .gitignore patterns."""
    exclude_newer: str | None = None
    """The moment after which files of an index do not count, as uv writes it."""
    index_url: str | None = None
    extra_index_url: tuple[str, ...] = ()
    offline: bool = False
    no_cache: bool = False
    cache_dir: str | None = None
    timeout: int = 600
    """In seconds: the time of a scan after which nothing is fetched any more."""
    untrusted: bool = False
    """Whether the scanned files may decide neither where requests go nor what counts."""
    max_data_age: int | None = None
    """In days; older data make the exit code 3."""
    baseline: str | None = None
    """The path of the baseline file; a configuration file names it as seen from its own folder."""
    ignore: tuple[Ignore, ...] = ()
    accept: tuple[str, ...] = ()
    """Codes of rules whose findings are accepted for this run."""
    select: tuple[str, ...] = ()
    """Codes of the rules whose findings are reported; empty for all."""
    min_level: Level = Level.NOTE
    """The least level of findings that are reported."""
    all_cautions: bool = False
    """Whether cautions about calls are reported for transitive dependencies too."""
    table_rows: tuple[UserRow, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where each value that is not the default comes from, by key as in the configuration file."""
    notes: tuple[str, ...] = ()
    """The settings of a configuration file that are not used, as sentences."""
    fixed: Layer | None = None
    """What the command line and the environment set for every project; None where no configuration is to be read."""

    def __post_init__(self) -> None:
        """Accept the words of the enumerations too: ``table="enforce"`` has to enforce."""
        for key in ("table", "fail-on", "min-level"):
            name = key.replace("-", "_")
            object.__setattr__(self, name, _PARSERS[key](getattr(self, name), None, key))


def load_settings(command_line: Mapping[str, Any], environ: Mapping[str, str], folder: Path | None) -> Settings:
    """The settings in force for a scan of something in a folder; None reads no configuration file.

    Raises:
        SettingsError: a value or key cannot be used; the message names the file or variable.
    """
    return _combine(folder, {**_read_environment(environ), **_read_command_line(command_line)})


def load_project_settings(settings: Settings, folder: Path) -> Settings:
    """The settings for a project in a folder: its own configuration below what holds for every project.

    Raises:
        SettingsError: the configuration cannot be used.
    """
    return settings if settings.fixed is None else _combine(folder, settings.fixed)


def is_from_user(settings: Settings, key: str) -> bool:
    """Whether a value is from the command line or the environment, and not from a file of what is scanned."""
    origin = settings.origins.get(key, "command line")
    return origin == "command line" or origin.startswith(ENVIRONMENT_PREFIX)


def drop_configuration(settings: Settings) -> Settings:
    """The settings of the command line and the environment alone, for a folder whose configuration is broken."""
    return settings if settings.fixed is None else _combine(None, settings.fixed)


def find_config(folder: Path) -> Path | None:
    """The nearest compat-scan.toml, or pyproject.toml with [tool.compat-scan], in a folder or above it."""
    for candidate in (folder, *folder.parents):
        own = candidate / CONFIG_NAME
        if own.is_file():
            return own
        pyproject = candidate / "pyproject.toml"
        if _mentions_config(pyproject) and "compat-scan" in _load_toml(pyproject, lenient=True).get("tool", {}):
            return pyproject
    return None


def _mentions_config(path: Path) -> bool:
    """Whether a file may hold [tool.compat-scan]; parsing every manifest above every project would take long."""
    try:
        return b"compat-scan" in path.read_bytes() if path.is_file() else False
    except OSError:
        return False


def _combine(folder: Path | None, fixed: Layer) -> Settings:
    untrusted = bool(fixed.get("untrusted", (False, ""))[0])
    config, notes = _read_config(folder, untrusted=untrusted) if folder else ({}, ())
    layer = {**config, **fixed}
    values = {key.replace("-", "_"): value for key, (value, _) in layer.items()}
    return Settings(**values, origins={key: origin for key, (_, origin) in layer.items()}, fixed=fixed, notes=notes)


def _read_config(folder: Path, *, untrusted: bool) -> tuple[Layer, tuple[str, ...]]:
    """The values of the configuration of a folder, and a sentence for each that is not used."""
    path = find_config(folder)
    if path is None:
        return {}, ()
    table = _load_toml(path, lenient=False)
    where = path.as_posix()
    if path.name != CONFIG_NAME:
        table = table["tool"]["compat-scan"]
        where = f"{where}: [tool.compat-scan]"
    if not isinstance(table, dict):
        raise SettingsError(path.as_posix(), "tool.compat-scan", "is not a table")
    layer: dict[str, tuple[Any, str]] = {}
    notes: list[str] = []
    for key, value in table.items():
        known = "table-rows" if key == "table" and isinstance(value, list) else key
        if known not in _PARSERS:
            raise SettingsError(path.as_posix(), key, f"unknown setting{_suggest(key)}")
        if known in _OUTSIDE_KEYS:
            notes.append(f"{where}: {key} is not used: only --{key} and its variable set it")
        elif untrusted and known not in _PROJECT_KEYS:
            notes.append(f"{where}: {key} is not used (--untrusted)")
        else:
            layer[known] = (_PARSERS[known](value, path.as_posix(), key), where)
    return layer, tuple(notes)


def _read_environment(environ: Mapping[str, str]) -> Layer:
    layer: dict[str, tuple[Any, str]] = {}
    for variable in sorted(environ):
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable == "COMPAT_SCAN_DEBUG":
            continue
        key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("_", "-")
        if key not in _PARSERS or key in _TABLE_KEYS:
            raise SettingsError(None, variable, f"unknown setting{_suggest(key)}")
        layer[key] = (_parse_text_value(key, environ[variable], variable), variable)
    return layer


def _read_command_line(values: Mapping[str, Any]) -> Layer:
    layer: dict[str, tuple[Any, str]] = {}
    for name, value in values.items():
        key = name.replace("_", "-")
        if key not in _PARSERS:
            raise SettingsError(None, name, f"unknown setting{_suggest(key)}")
        if value is None or value == ():
            continue
        layer[key] = (
            _PARSERS[key](list(value) if isinstance(value, tuple) else value, None, f"--{key}"),
            "command line",
        )
    return layer


def _parse_text_value(key: str, text: str, variable: str) -> Any:  # noqa: ANN401  # the type is the key's
    kind = _PARSERS[key]
    if kind is parse_bool:
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
            raise SettingsError(None, variable, f"must be true or false, not {text!r}")
        return truth[text.lower()]
    value = text.replace(",", " ").split() if kind in (parse_strings, parse_patterns) else text
    return kind(value, None, variable)


def _load_toml(path: Path, *, lenient: bool) -> dict[str, Any]:
    import tomli  # noqa: PLC0415  # only where there is such a file

    from scanner.inputs.formats.reading import check_inside, find_root  # noqa: PLC0415  # as above

    try:
        check_inside(str(path), find_root(str(path)))
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError, OutsideError) as error:
        if lenient:
            return {}
        if isinstance(error, OutsideError):
            raise SettingsError(path.as_posix(), "file", error.reason) from error
        raise SettingsError(path.as_posix(), "file", f"does not parse: {error}") from error


def _suggest(key: str) -> str:
    near = difflib.get_close_matches(key, [known for known in _PARSERS if known != "table-rows"], n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(sorted(_PARSERS))}"


_PARSERS: Mapping[str, Callable[[Any, str | None, str], Any]] = {
    "table": parse_choice(TableMode),
    "compatibility-date": parse_day,
    "compatibility-flag": parse_strings,
    "fail-on": parse_choice(FailOn),
    "no-deps": parse_bool,
    "no-inspect": parse_bool,
    "group": parse_strings,
    "extra": parse_strings,
    "all-groups": parse_bool,
    "all-extras": parse_bool,
    "all-files": parse_bool,
    "dev": parse_bool,
    "exclude": parse_patterns,
    "exclude-newer": parse_moment,
    "index-url": parse_string,
    "extra-index-url": parse_strings,
    "offline": parse_bool,
    "no-cache": parse_bool,
    "cache-dir": parse_path,
    "timeout": parse_seconds,
    "untrusted": parse_bool,
    "max-data-age": parse_days,
    "baseline": parse_path,
    "accept": parse_strings,
    "select": parse_strings,
    "min-level": parse_choice(Level),
    "all-cautions": parse_bool,
    "ignore": parse_ignores,
    "table-rows": parse_user_rows,
}

_DERIVED = {"origins", "fixed", "notes"}
assert {name.replace("_", "-") for name in (f.name for f in fields(Settings))} - _DERIVED == set(_PARSERS)  # noqa: S101
