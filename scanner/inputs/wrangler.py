"""What a Wrangler configuration says of the runtime: its compatibility date and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.model.errors import SettingsError

CONFIG_NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")
"""In the order in which Wrangler itself looks for them."""

_MAX_CONFIG_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class WranglerConfig:
    """The part of a Wrangler configuration that selects the runtime."""

    path: str
    compatibility_date: date | None
    compatibility_flags: tuple[str, ...]


def find_wrangler_config(folder: Path) -> Path | None:
    """The nearest Wrangler configuration in a folder or above it, at most up to the repository's root."""
    for candidate in (folder, *folder.parents):
        for name in CONFIG_NAMES:
            if (candidate / name).is_file():
                return candidate / name
        if (candidate / ".git").exists():
            return None
    return None


def read_wrangler_config(path: Path, shown: str | None = None) -> WranglerConfig:
    """The runtime settings of a configuration file; ``shown`` is its path as people should see it.

    Raises:
        SettingsError: the file cannot be read or parsed, or a value has the wrong type.
    """
    shown = shown or path.as_posix()
    values = _parse(_read_text(path, shown), path.suffix, shown)
    return WranglerConfig(
        path=shown,
        compatibility_date=_parse_date(values.get("compatibility_date"), shown),
        compatibility_flags=_parse_flags(values.get("compatibility_flags", []), shown),
    )


def _read_text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_CONFIG_BYTES + 1)
        if len(data) > _MAX_CONFIG_BYTES:
            raise SettingsError(shown, "file", "is larger than 4 MiB, which no Wrangler configuration is")
        return data.decode("utf-8-sig")
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
        raise SettingsError(shown, "file", "does not hold an object")
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
