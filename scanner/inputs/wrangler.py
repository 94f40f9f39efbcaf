"""What a Wrangler configuration says of the runtime: date, flags, main module, and environments that change them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.inputs.formats.reading import check_inside, find_root
from scanner.model.errors import OutsideError, SettingsError

CONFIG_NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")
"""In the order in which Wrangler itself looks for them."""
PYWRANGLER_NAMES = ("wrangler.toml", "wrangler.jsonc", "wrangler.json")
"""In the order in which pywrangler looks for them."""

_MAX_CONFIG_BYTES = 4 * 1024 * 1024
_KEY_LINE = re.compile(r"""^\s*["']?(compatibility_date|compatibility_flags|main)["']?\s*[=:]""", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """What one environment of a configuration selects, with what it inherits."""

    name: str | None
    """None for the top level."""
    compatibility_date: date | None
    compatibility_flags: tuple[str, ...]
    main: str | None
    """The path of the main module as seen from the configuration's folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WranglerConfig:
    """The part of a Wrangler configuration that selects the runtime."""

    path: str
    top: Environment
    environments: tuple[Environment, ...] = ()
    """Those that change the date or the flags."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key, as far as it begins one."""

    @property
    def compatibility_date(self) -> date | None:
        """That of the top level."""
        return self.top.compatibility_date

    @property
    def compatibility_flags(self) -> tuple[str, ...]:
        """Those of the top level."""
        return self.top.compatibility_flags

    def line_of(self, key: str) -> int:
        """The line of a key; 1 if it is not found."""
        return self.lines.get(key, 1)


def find_wrangler_configs(folder: str, root: str | None = None) -> tuple[str, ...]:
    """The configurations of the nearest folder that has any, in pywrangler's order.

    Folders are searched upwards to the root of the repository; without one to ``root``, which is the folder itself if
    it is None. The paths begin with the folder as it is given.
    """
    for each in _folders_up(folder, root):
        found = tuple(path for name in PYWRANGLER_NAMES if os.path.isfile(path := _join(each, name)))  # noqa: PTH113
        if found:
            return found
    return ()


def find_wrangler_config(folder: Path, root: Path | None = None) -> Path | None:
    """The configuration that pywrangler reads: the first of the nearest folder that has any."""
    found = find_wrangler_configs(str(folder), None if root is None else str(root))
    return Path(found[0]) if found else None


def _folders_up(folder: str, root: str | None) -> Iterator[str]:
    here = Path(folder).absolute()
    repository = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
    limit = repository or Path(folder if root is None else root).absolute()
    for depth, each in enumerate((here, *here.parents)):
        if each != here and not each.is_relative_to(limit):
            return
        yield os.path.normpath(Path(folder, *[".."] * depth))


def _join(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder.rstrip('/')}/{name}"


def read_wrangler_config(path: Path, shown: str | None = None) -> WranglerConfig:
    """The runtime settings of a configuration file; ``shown`` is its path as people should see it.

    Raises:
        SettingsError: the file cannot be read or parsed, or a value has the wrong type.
    """
    shown = shown or path.as_posix()
    text = _read_text(path, shown)
    values = _parse(text, path.suffix, shown)
    top = _read_environment(None, values, shown)
    blocks = values.get("env")
    named = blocks.items() if isinstance(blocks, dict) else ()
    inner = [_read_environment(name, {**values, **block}, shown) for name, block in named if isinstance(block, dict)]
    return WranglerConfig(
        path=shown,
        top=top,
        environments=tuple(each for each in inner if _runtime_of(each) != _runtime_of(top)),
        lines={match[1]: text.count("\n", 0, match.start(1)) + 1 for match in reversed([*_KEY_LINE.finditer(text)])},
    )


def _read_environment(name: str | None, values: Mapping[str, Any], shown: str) -> Environment:
    main = values.get("main")
    return Environment(
        name=name,
        compatibility_date=_parse_date(values.get("compatibility_date"), shown),
        compatibility_flags=_parse_flags(values.get("compatibility_flags", []), shown),
        main=main if isinstance(main, str) else None,
    )


def _runtime_of(environment: Environment) -> tuple[date | None, frozenset[str]]:
    return environment.compatibility_date, frozenset(environment.compatibility_flags)


def _read_text(path: Path, shown: str) -> str:
    try:
        check_inside(str(path), find_root(str(path)))
        with path.open("rb") as stream:
            data = stream.read(_MAX_CONFIG_BYTES + 1)
        if len(data) > _MAX_CONFIG_BYTES:
            raise SettingsError(shown, "file", "is larger than 4 MiB")
        return data.decode("utf-8-sig")
    except OutsideError as error:
        raise SettingsError(shown, "file", error.reason) from error
    except OSError as error:
        raise SettingsError(shown, "file", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(shown, "file", "is not UTF-8 text") from error


def _parse(text: str, suffix: str, shown: str) -> Mapping[str, Any]:
    try:
        values = _parse_toml(text) if suffix == ".toml" else _parse_jsonc(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "is nested too deeply"
        raise SettingsError(shown, "file", f"does not parse: {reason}") from error
    if not isinstance(values, dict):
        raise SettingsError(shown, "file", "is not an object")
    return values


def _parse_toml(text: str) -> Any:  # noqa: ANN401  # whatever the file holds
    import tomli  # noqa: PLC0415  # only where there is such a file

    return tomli.loads(text)


def _parse_jsonc(text: str) -> Any:  # noqa: ANN401  # whatever the file holds
    from scanner.inputs.formats.structure.jsonc import parse_jsonc  # noqa: PLC0415  # only where there is such a file

    return parse_jsonc(text)[0]


def _parse_date(value: object, shown: str) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsError(shown, "compatibility_date", f"is not a date like 2026-09-08: {value!r}") from error


def _parse_flags(value: object, shown: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(flag, str) for flag in value):
        return tuple(value)
    raise SettingsError(shown, "compatibility_flags", "is not a list of strings")
