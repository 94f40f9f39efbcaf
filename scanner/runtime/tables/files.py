"""Where the tables are, and their text as plain values."""

from __future__ import annotations

from pathlib import Path

from scanner.model.errors import TableError
from scanner.runtime.tables.fields import Fields

_PACKAGE = Path(__file__).resolve().parents[2]
"""The folder of the package ``scanner``."""


def read_table(name: str) -> str:
    """The text of one table; ``name`` is its path below data/, for example ``stdlib/3.14.toml``.

    Raises:
        TableError: the file is missing or is not UTF-8.
    """
    try:
        return (find_data(_PACKAGE) / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise TableError(f"data/{name}", "file", f"cannot be read: {error}") from error


def parse_toml(text: str, path: str) -> Fields:
    """The fields of a TOML document; ``path`` goes into every error."""
    import tomli  # noqa: PLC0415  # only the loaders need it

    try:
        values = tomli.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError(path, "file", f"is not TOML: {error}") from error
    return Fields(path, values)


def parse_json(text: str, path: str) -> Fields:
    """The fields of a JSON object; ``path`` goes into every error."""
    import json  # noqa: PLC0415  # only the loaders need it

    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TableError(path, "file", f"is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise TableError(path, "file", "is not a JSON object")
    return Fields(path, values)


def find_data(package: Path) -> Path:
    """The folder with the tables: the one inside the package, else the one next to the package.

    An editable install has only the latter.
    """
    packaged = package / "data"
    return packaged if packaged.is_dir() else package.parent / "data"
