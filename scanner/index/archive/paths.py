"""Paths inside archives: refused if they leave the archive or name two files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scanner.model.errors import ArtifactError

_MAX_PATH_BYTES = 4096  # PATH_MAX on Linux: nothing longer can be unpacked
_MAX_DEPTH = 128
_CONTROL = frozenset(map(chr, [*range(0x20), 0x7F]))


def check_path(filename: str, path: str) -> None:
    """Check that the path stays inside the folder it is unpacked to, on every system.

    Raises:
        ArtifactError: it does not.
    """
    faults = (
        (not path or len(path) > _MAX_PATH_BYTES or path.count("/") > _MAX_DEPTH, "is empty, too long or too deep"),
        (not _CONTROL.isdisjoint(path), "has a control character"),
        ("\\" in path, "has a backslash"),
        (path.startswith("/") or (path[1:2] == ":" and path[0].isalpha()), "is absolute"),
        (".." in path and ".." in path.split("/"), "leaves the archive"),
    )
    for holds, reason in faults:
        if holds:
            raise ArtifactError(filename, f"an entry's name {reason}: {path[:80]!r}")


def check_paths(filename: str, paths: Sequence[str]) -> None:
    """Check that each path names one file. Names that differ only in case pass: the Worker's file system keeps case.

    Raises:
        ArtifactError: two are the same once "." and empty parts are left out, or a file is also a folder.
    """
    # With the lowest character as separator, what lies below a folder follows it when sorted.
    keys = sorted((normalize_path(path).replace("/", "\0"), path.endswith("/")) for path in paths)
    for (key, is_folder), (following, _) in pairwise(keys):
        shown = key[:80].replace("\0", "/")
        if key == following:
            raise ArtifactError(filename, f"duplicate entry: {shown!r}")
        if not is_folder and following.startswith(f"{key}\0"):
            raise ArtifactError(filename, f"an entry is a file and a folder: {shown!r}")


def normalize_path(path: str) -> str:
    """Return the path without "." and empty parts, as unpackers write it."""
    if "//" not in path and "./" not in path and not path.endswith(("/", "/.")):
        return path
    return "/".join(part for part in path.split("/") if part not in ("", "."))
