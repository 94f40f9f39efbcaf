"""Paths inside archives: decoded one way only, and none that leaves the archive or stands for two files."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.model.errors import ArtifactError

_MAX_PATH_BYTES = 4096  # PATH_MAX on Linux: nothing longer can be unpacked
_MAX_DEPTH = 128
_CONTROL = frozenset(map(chr, [*range(0x20), 0x7F]))


def decode_path(filename: str, name: bytes, *, is_utf8: bool) -> str:
    """An entry's path; ``is_utf8`` is its flag (general purpose bit 11).

    Raises:
        ArtifactError: it cannot be decoded, unpackers would decode it differently, or it escapes.
    """
    try:
        path = name.decode("utf-8" if is_utf8 else "ascii")
    except UnicodeDecodeError as error:
        kind = "UTF-8" if is_utf8 else "ASCII, and no flag says that it is UTF-8"
        raise ArtifactError(filename, f"an entry's name is not {kind}: {name[:80]!r}") from error
    check_path(filename, path)
    return path


def check_path(filename: str, path: str) -> None:
    """Nothing, where the path stays inside the folder that it is unpacked to, on every system.

    Raises:
        ArtifactError: it does not.
    """
    shown = repr(path[:80])
    if not path or len(path) > _MAX_PATH_BYTES or path.count("/") > _MAX_DEPTH:
        raise ArtifactError(filename, f"an entry's name is empty, too long or too deep: {shown}")
    if not _CONTROL.isdisjoint(path):
        raise ArtifactError(filename, f"an entry's name has a control character: {shown}")
    if "\\" in path:
        raise ArtifactError(filename, f"an entry's name has a backslash: {shown}")
    if path.startswith("/") or (path[1:2] == ":" and path[0].isalpha()):
        raise ArtifactError(filename, f"an entry's name is absolute: {shown}")
    if ".." in path.split("/"):
        raise ArtifactError(filename, f"an entry's name leaves the archive: {shown}")


def check_paths(filename: str, paths: Sequence[str]) -> None:
    """Nothing, where each path stands for one file.

    Names that differ only in case pass: the target's file system tells them apart.

    Raises:
        ArtifactError: two are the same once «.» and empty parts are left out, or a file is also a folder.
    """
    files: set[str] = set()
    seen: set[str] = set()
    for path in paths:
        plain = normalize_path(path)
        if plain in seen:
            raise ArtifactError(filename, f"duplicate entry: {path!r}")
        seen.add(plain)
        if not path.endswith("/"):
            files.add(plain)
    clash = next((folder for folder in _folders(seen) if folder in files), None)
    if clash is not None:
        raise ArtifactError(filename, f"an entry is a file and a folder: {clash!r}")


def normalize_path(path: str) -> str:
    """The path without «.» and empty parts, as unpackers write it."""
    if "//" not in path and "./" not in path and not path.endswith(("/", "/.")):
        return path
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _folders(paths: set[str]) -> set[str]:
    folders: set[str] = set()
    for path in paths:
        cut = path.rfind("/")
        while cut > 0 and path[:cut] not in folders:
            folders.add(path[:cut])
            cut = path.rfind("/", 0, cut)
    return folders
