"""`compat-scan config`: the settings as lines for people, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, TextIO

from scanner.report.context import ReportContext
from scanner.report.escape import clean, redact_credentials
from scanner.report.json_text import write_json

if TYPE_CHECKING:
    from scanner.inputs.settings import Settings

DEFAULT_ORIGIN = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingRow:
    """One setting with its value as JSON has it."""

    key: str
    value: object
    origin: str


def write_settings_view(settings: Settings, form: str, stream: TextIO, context: ReportContext) -> None:
    """Writes every setting, one a line; for people the defaults come last."""
    rows = list(find_rows(settings))
    if form == "json":
        write_json({"schema": "compat-scan/config/1", "settings": [asdict(row) for row in rows]}, stream)
        return
    width = max(len(row.key) for row in rows)
    for row in sorted(rows, key=lambda row: row.origin == DEFAULT_ORIGIN):
        text = f"{row.key:{width}}  {_describe(row.value)}  ({clean(row.origin)})"
        dim = context.color and row.origin == DEFAULT_ORIGIN
        stream.write(f"\x1b[2m{text}\x1b[0m\n" if dim else f"{text}\n")


def find_rows(settings: Settings) -> Iterator[SettingRow]:
    """The settings in their order; passwords in addresses are taken out."""
    for field in fields(settings):
        if field.name not in ("origins", "fixed", "notes"):
            key = field.name.replace("_", "-")
            origin = settings.origins.get(key, DEFAULT_ORIGIN)
            yield SettingRow(key=key, value=_plain(getattr(settings, field.name)), origin=origin)


def _plain(value: object) -> object:
    match value:
        case bool() | int() | None:
            return value
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {key: _plain(item) for key, item in asdict(value).items() if item is not None}
        case _:
            return redact_credentials(str(value))


def _describe(value: object) -> str:
    match value:
        case None | []:
            return "–"
        case str():
            return clean(value)
        case [*items]:
            return ", ".join(_describe(item) for item in items)
        case dict():
            return " ".join(f"{key}={_describe(item)}" for key, item in value.items())
        case _:
            return json.dumps(value)
