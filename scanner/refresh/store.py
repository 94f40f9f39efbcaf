"""The file of the cache folder that updated tables are kept in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scanner.model.errors import SourceError
from scanner.runtime.tables import Updates
from scanner.runtime.tables.updates import UPDATES_NAME, format_updates


def write_updates(updates: Updates, folder: Path) -> Path:
    """Put the tables in force for later scans, all at once; returns the path of the file.

    Raises:
        SourceError: the folder cannot be written to.
    """
    path = folder / UPDATES_NAME
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=UPDATES_NAME, delete=False, encoding="utf-8") as file:
            temporary = Path(file.name)
            file.write(format_updates(updates))
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise SourceError(str(path), None, f"cannot be written: {error.strerror}") from error
    return path


def remove_updates(folder: Path) -> bool:
    """Go back to the shipped tables; whether there was anything to remove.

    Raises:
        SourceError: the file cannot be removed.
    """
    path = folder / UPDATES_NAME
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise SourceError(str(path), None, f"cannot be removed: {error.strerror}") from error
    return True
