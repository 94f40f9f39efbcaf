"""The dependency files below a folder, and which of them duplicate others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scanner.inputs.formats.gitignore import IgnoreRules
from scanner.inputs.formats.reading import ReadFile

# Folders of installed, built or fetched files, regardless of .gitignore.
SKIPPED_FOLDERS = frozenset({"node_modules", "site-packages", "dist-packages", "python_modules", "__pypackages__"})
SKIPPED_SUFFIXES = (".egg-info", ".dist-info", ".egg")


def find_files(
    directory: str, matches: Callable[[str], bool], *, on_error: Callable[[OSError], object] | None = None
) -> Iterator[str]:
    """The paths of the dependency files below a folder, sorted, each beginning with the folder as it was given.

    Hidden files and folders, virtual environments, folders of installed or built packages, and files excluded by
    .gitignore are left out. Symbolic links to folders are not followed. A folder that cannot be listed is passed to
    ``on_error``, or is left out as well.
    """
    rules = {Path(directory): IgnoreRules.above(Path(directory))}
    for name, folder_names, file_names in os.walk(directory, onerror=on_error):
        folder = Path(name)
        here = rules.pop(folder).below(folder)
        folder_names[:] = sorted(each for each in folder_names if _is_entered(folder / each, here))
        rules.update({folder / each: here for each in folder_names})
        for each in sorted(file_names):
            path = folder / each
            if not each.startswith(".") and matches(path.as_posix()) and not here.ignores(path, is_folder=False):
                yield str(path)


def drop_covered(files: Sequence[ReadFile], *, all_files: bool) -> tuple[ReadFile, ...]:
    """The files except those that other files cover.

    A manifest is covered by its lock file, unless ``all_files``; a note on the lock says so. A file that another file
    includes is covered by that file, which has all its entries.
    """
    kept = tuple(files) if all_files else _drop_locked(files)
    return _drop_included(kept)


def _is_entered(folder: Path, rules: IgnoreRules) -> bool:
    if folder.name.startswith(".") or folder.name in SKIPPED_FOLDERS or folder.name.endswith(SKIPPED_SUFFIXES):
        return False
    # Not Path.exists, which raises for a folder without permission.
    if os.path.exists(folder / "pyvenv.cfg") or os.path.isdir(folder / "conda-meta"):  # noqa: PTH110, PTH112
        return False
    # Written by setuptools; other folders of that name contain sources.
    if folder.name == "build" and (os.path.isdir(folder / "lib") or any(folder.glob("bdist.*"))):  # noqa: PTH112
        return False
    return not rules.ignores(folder, is_folder=True)


def _drop_locked(files: Sequence[ReadFile]) -> tuple[ReadFile, ...]:
    by_path = {os.path.normpath(file.path): file for file in files}
    covered: set[str] = set()
    kept: list[ReadFile] = []
    for file in files:
        notes: list[str] = []
        # A lock without entries, for example a broken one, replaces nothing.
        for name in file.parsed.locks if file.parsed.entries else ():
            path = os.path.normpath(Path(file.path).parent / name)
            if path in by_path and by_path[path] is not file:
                covered.add(path)
                manifest = by_path[path].path
                notes.append(f"{file.path} is read instead of {manifest}, which it locks; use --all-files to read both")
        kept.append(replace(file, parsed=replace(file.parsed, notes=(*file.parsed.notes, *notes))))
    return tuple(file for file in kept if os.path.normpath(file.path) not in covered)


def _drop_included(files: Sequence[ReadFile]) -> tuple[ReadFile, ...]:
    dropped: set[str] = set()
    for file in files:
        if file.path not in dropped:
            paths = {entry.location.path for entry in file.parsed.entries}
            paths |= {problem.location.path for problem in file.parsed.problems if problem.location}
            dropped |= paths - {file.path}
    return tuple(file for file in files if file.path not in dropped)
