"""What lies below a folder that concerns a scan: dependency files, Wrangler configurations, and what is left out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from scanner.inputs.formats import is_dependency_file
from scanner.inputs.formats.discover import find_files
from scanner.inputs.formats.gitignore import IgnoreRules
from scanner.inputs.projects.development import is_left_out
from scanner.inputs.setting_values import Pattern
from scanner.inputs.wrangler import PYWRANGLER_NAMES

PLAN_MARK = "compat-scan-plan.md"
"""The file in a folder that `plan --write` has written, which a scan leaves out."""
UNREAD_NAMES = frozenset({"pixi.toml", "buildout.cfg"})
"""Dependency files of formats that are not read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What lies below one folder; paths begin with the folder as it was given."""

    files: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    """Folders that are left out, with the number of dependency files in each."""
    failures: list[OSError] = field(default_factory=list)


def walk_folder(directory: str) -> Found:
    """Everything below a folder, sorted."""
    found = Found()
    marked: dict[str, bool] = {}
    above = os.path.basename(os.path.abspath(directory))  # noqa: PTH100, PTH119

    def is_wanted(path: str) -> bool:
        relative = PurePath(path).relative_to(directory)
        name = relative.name
        if name in PYWRANGLER_NAMES or name in UNREAD_NAMES:
            return _find_left_out(directory, relative, marked) is None
        if not is_dependency_file(path, seen_as=f"{above}/{relative.as_posix()}"):
            return False
        folder = _find_left_out(directory, relative, marked)
        if folder is not None:
            found.left_out[folder] = found.left_out.get(folder, 0) + 1
        return folder is None

    for path in find_files(directory, is_wanted, on_error=found.failures.append):
        name = PurePath(path).name
        kind = found.configs if name in PYWRANGLER_NAMES else found.unread if name in UNREAD_NAMES else found.files
        kind.append(PurePath(path).as_posix())
    return found


def list_own_files(directory: str) -> Found:
    """What belongs to one folder alone: its own files, and those of its folders of requirements."""
    found = Found()
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []  # noqa: PTH112, PTH208
    for name in names:
        path = _join(directory, name)
        if os.path.isfile(path) and not name.startswith("."):  # noqa: PTH113
            if name in PYWRANGLER_NAMES:
                found.configs.append(path)
            elif (not name.endswith(".py") and is_dependency_file(path, seen_as=name)) or name == "setup.py":
                found.files.append(path)
        elif name in ("requirements", "reqs") and os.path.isdir(path):  # noqa: PTH112
            found.files.extend(walk_folder(path).files)
    return found


def is_excluded(path: str, patterns: Sequence[Pattern], directory: str) -> bool:
    """Whether a path below a scanned folder is left out by the user's patterns, itself or by one of its folders.

    Patterns of the current folder are relative to the scanned one if that lies elsewhere.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (Path.absolute keeps "..")
    rules = IgnoreRules.from_patterns(
        (Path(os.path.abspath(_base(pattern, directory))), pattern.text)  # noqa: PTH100
        for pattern in patterns
    )
    parents = [parent for parent in absolute.parents if any(base in parent.parents for base, _ in rules.files)]
    return rules.ignores(absolute, is_folder=False) or any(rules.ignores(parent, is_folder=True) for parent in parents)


def _base(pattern: Pattern, directory: str) -> str:
    is_below = Path(os.path.abspath(directory)).is_relative_to(Path.cwd())  # noqa: PTH100
    return pattern.folder if is_below or pattern.folder != "." else directory


def _find_left_out(directory: str, relative: PurePath, marked: dict[str, bool]) -> str | None:
    """The outermost folder of a path that is left out; None if there is none."""
    for depth, name in enumerate(relative.parts[:-1], start=1):
        folder = PurePath(directory, *relative.parts[:depth]).as_posix()
        if folder not in marked:
            marked[folder] = is_left_out(name) or os.path.exists(PurePath(folder, PLAN_MARK))  # noqa: PTH110
        if marked[folder]:
            return folder
    return None


def _join(directory: str, name: str) -> str:
    return name if directory in (".", "") else PurePath(directory, name).as_posix()
