"""How a project tells its installer to choose versions: uv's settings, and what the user sets for the scan."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scanner.inputs.formats.reading import read_head
from scanner.inputs.moments import parse_moment
from scanner.inputs.projects.project import ResolutionSettings
from scanner.inputs.settings import Settings

_MAX_BYTES = 4 * 1024 * 1024
_RESOLUTIONS = ("highest", "lowest", "lowest-direct")
_PRERELEASES = ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit")


def read_resolution(folder: str, settings: Settings, today: date) -> ResolutionSettings:
    """What uv.toml, else [tool.uv] of pyproject.toml in a folder say; the user's setting comes before both."""
    values = _read_uv(folder)
    written = values.get("exclude-newer")
    text = written.isoformat() if isinstance(written, date) else written if isinstance(written, str) else None
    text = settings.exclude_newer or text
    return ResolutionSettings(
        exclude_newer=_parse(text, today),
        resolution=_choose(values.get("resolution"), _RESOLUTIONS, "highest"),
        prerelease=_choose(values.get("prerelease"), _PRERELEASES, "if-necessary-or-explicit"),
    )


def _parse(text: str | None, today: date) -> datetime | None:
    return parse_moment(text, today) if text else None


def _choose(value: object, known: tuple[str, ...], default: str) -> str:
    return value if isinstance(value, str) and value in known else default


def _read_uv(folder: str) -> Mapping[str, Any]:
    own = Path(folder, "uv.toml")
    if os.path.isfile(own):  # noqa: PTH113 (Path.is_file raises for a path with a zero byte before Python 3.14)
        return _load(own)
    tool = _load(Path(folder, "pyproject.toml")).get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    return uv if isinstance(uv, dict) else {}


def _load(path: Path) -> Mapping[str, Any]:
    """The values of a TOML file; empty where it cannot be read, which its reader reports."""
    import tomli  # noqa: PLC0415  # only where there is such a file

    try:
        return tomli.loads(read_head(str(path), _MAX_BYTES).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
