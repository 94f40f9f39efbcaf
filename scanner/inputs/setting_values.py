"""The values of settings: each parser takes what a configuration, a variable or an option holds, or raises.

A parser is given the path of the configuration, None for a variable or an option, and the key.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.inputs.moments import is_moment
from scanner.model.errors import SettingsError


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
class Pattern:
    """One .gitignore pattern."""

    text: str
    folder: str
    """The folder that it is relative to."""

    def __str__(self) -> str:
        return self.text


def parse_bool(value: object, path: str | None, key: str) -> bool:
    """True or false as TOML writes it."""
    if isinstance(value, bool):
        return value
    raise SettingsError(path, key, f"must be true or false, not {value!r}")


def parse_string(value: object, path: str | None, key: str) -> str:
    """A string that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise SettingsError(path, key, f"must be a string, not {value!r}")


def parse_path(value: object, path: str | None, key: str) -> str:
    """A path, where a configuration file names it seen from that file's folder."""
    text = parse_string(value, path, key)
    return str(Path(path).parent / text) if path else text


def parse_strings(value: object, path: str | None, key: str) -> tuple[str, ...]:
    """A list of strings."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SettingsError(path, key, f"must be a list of strings, not {value!r}")


def parse_patterns(value: object, path: str | None, key: str) -> tuple[Pattern, ...]:
    """.gitignore patterns, relative to the folder of the configuration, or to the current one."""
    folder = str(Path(path).parent) if path else "."
    return tuple(Pattern(text=text, folder=folder) for text in parse_strings(value, path, key))


def parse_moment(value: object, path: str | None, key: str) -> str:
    """A moment as uv's `exclude-newer` writes it."""
    text = value.isoformat() if isinstance(value, date) else parse_string(value, path, key)
    if not is_moment(text):
        raise SettingsError(path, key, f"must be a date, a date and time, or a duration such as 7 days: {value!r}")
    return text


def parse_day(value: object, path: str | None, key: str) -> date:
    """A date."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise SettingsError(path, key, f"is not a date like 2026-09-08: {value!r}") from error


def parse_choice(kind: type[enum.StrEnum]) -> Callable[[object, str | None, str], enum.StrEnum]:
    """One of the words of an enumeration."""

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
            raise SettingsError(path, f"{key}.{name}", f"is an unknown key; known keys are {', '.join(allowed)}")


def parse_ignores(value: object, path: str | None, key: str) -> tuple[Ignore, ...]:
    """The table rows that accept findings."""
    ignores = []
    for position, row in enumerate(_parse_rows(value, path, key)):
        where = f"{key}[{position}]"
        _take(row, ("package", "rules", "reason", "until"), path, where)
        ignores.append(
            Ignore(
                package=parse_string(row.get("package"), path, f"{where}.package"),
                rules=parse_strings(row.get("rules"), path, f"{where}.rules"),
                reason=parse_string(row.get("reason"), path, f"{where}.reason"),
                until=parse_day(row["until"], path, f"{where}.until") if "until" in row else None,
                origin=f"{path}: {where}",
            )
        )
    return tuple(ignores)


def parse_user_rows(value: object, path: str | None, key: str) -> tuple[UserRow, ...]:
    """The user's own rows of the incompatible-library table."""
    rows = []
    for position, row in enumerate(_parse_rows(value, path, key)):
        where = f"{key}[{position}]"
        _take(row, ("name", "verdict", "reason", "alternative"), path, where)
        verdict = parse_string(row.get("verdict"), path, f"{where}.verdict")
        if verdict not in ("container", "workers"):
            raise SettingsError(path, f"{where}.verdict", f"is neither container nor workers: {verdict!r}")
        rows.append(
            UserRow(
                name=parse_string(row.get("name"), path, f"{where}.name"),
                verdict=verdict,
                reason=parse_string(row.get("reason"), path, f"{where}.reason"),
                alternative=parse_string(row["alternative"], path, where) if "alternative" in row else None,
            )
        )
    return tuple(rows)


def parse_days(value: object, path: str | None, key: str) -> int:
    """A whole number of days."""
    return _parse_whole(value, path, key, "days")


def parse_seconds(value: object, path: str | None, key: str) -> int:
    """A whole number of seconds."""
    return _parse_whole(value, path, key, "seconds")


def _parse_whole(value: object, path: str | None, key: str, unit: str) -> int:
    if str(value).isdecimal() and len(str(value)) < 7:
        return int(str(value))
    raise SettingsError(path, key, f"must be a whole number of {unit}: {value!r}")
