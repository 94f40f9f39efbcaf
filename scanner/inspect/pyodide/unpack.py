"""Wheels laid out below one folder as an installer would lay them out in site-packages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scanner.index.archive.contents import install_path
from scanner.model.errors import ArtifactError, ScanError
from scanner.model.opened import OpenedWheel

MAX_TREE_BYTES = 1024 * 1024 * 1024
"""The most that a tree may unpack to; a Worker takes a sixteenth of it."""


def unpack_wheels(wheels: Mapping[str, OpenedWheel], site: Path) -> dict[str, ScanError]:
    """Unpacks the wheels below ``site`` and gives the ones that could not be, by name, with the reason.

    What an archive says of modes and links is not followed: every member becomes an ordinary file.
    """
    refused: dict[str, ScanError] = {}
    left_bytes = MAX_TREE_BYTES
    for name, wheel in wheels.items():
        left_bytes -= wheel.contents.uncompressed_bytes
        if left_bytes < 0:
            refused[name] = ArtifactError(wheel.contents.filename, "the tree unpacks to more than 1 GiB")
            continue
        try:
            _unpack_wheel(wheel, site)
        except ArtifactError as error:
            refused[name] = error
    return refused


def _unpack_wheel(wheel: OpenedWheel, site: Path) -> None:
    root = site.resolve()
    for path in wheel.paths:
        below = _site_path(path)
        if below is None:
            continue
        place = root / below
        if ".." in place.parts or not place.is_relative_to(root):  # the archive's guards refuse such names already
            raise ArtifactError(wheel.contents.filename, f"an entry's name leaves the archive: {path!r}")
        content = wheel.read(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        except (OSError, ValueError) as error:
            raise ArtifactError(wheel.contents.filename, f"{path!r} cannot be unpacked: {error}") from error


def _site_path(path: str) -> str | None:
    """Where a member lies below site-packages; None for scripts, headers and data, which lie elsewhere."""
    below = install_path(path)
    folder = below.partition("/")[0]
    return None if below == path and folder.endswith(".data") else below
