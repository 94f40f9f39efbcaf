"""The paths of a scan as folders with the files that belong to each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from scanner.inputs.formats.reference import is_archive
from scanner.inputs.projects.development import is_development
from scanner.inputs.projects.runtime import is_python_worker
from scanner.inputs.projects.walk import Found, is_excluded, list_own_files, walk_folder
from scanner.inputs.setting_values import Pattern
from scanner.inputs.settings import Settings, drop_configuration, load_project_settings
from scanner.inputs.wrangler import PYWRANGLER_NAMES, find_wrangler_config, read_wrangler_config
from scanner.model.errors import SettingsError

_WHOLE_NAMES = frozenset(
    {
        *PYWRANGLER_NAMES,
        *("pyproject.toml", "setup.py", "setup.cfg", "Pipfile"),
        *("pylock.toml", "uv.lock", "pdm.lock", "poetry.lock", "Pipfile.lock"),
    }
)
"""Naming one of these selects everything that is installed together with it."""
_REQUIREMENT_FOLDERS = frozenset({"requirements", "reqs"})


@dataclass(kw_only=True, slots=True)
class Unit:
    """One folder and the files that belong to it."""

    folder: str
    root: str
    """The folder above which no configuration counts outside of a repository."""
    files: list[str] = field(default_factory=list)
    development: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    """The files that the user named."""
    is_named: bool = False
    """Whether the user named a file that selects the whole folder."""
    has_config: bool = False


@dataclass(kw_only=True, slots=True)
class Gathered:
    """Everything that the paths of a scan lead to."""

    units: dict[str, Unit] = field(default_factory=dict)
    """By absolute folder, in the order of the paths."""
    archives: list[str] = field(default_factory=list)
    failures: list[OSError] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    """Named folders without anything that concerns a scan."""
    unread: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    """Files that the user's patterns leave out."""


def gather(paths: Iterable[str], settings: Settings) -> Gathered:
    """The folders and files that paths lead to; nothing is read but configurations."""
    gathering = _Gathering(settings)
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 (Path.is_dir raises for a path with a zero byte before Python 3.14)
            gathering.add_folder(path)
        else:
            gathering.add_file(path)
    gathering.judge_what_is_named_alone()
    return gathering.result


class _Gathering:
    def __init__(self, settings: Settings) -> None:
        self.result = Gathered()
        self._settings = settings
        self._named_other = False
        self._patterns: dict[str, tuple[Pattern, ...]] = {}

    def add_folder(self, directory: str) -> None:
        """Everything below a folder."""
        self._named_other = True
        found = walk_folder(directory)
        self.result.failures += found.failures
        self.result.unread += found.unread
        self.result.left_out |= found.left_out
        self.result.excluded += [path for path in found.files if self._is_excluded(path, directory)]
        files = [path for path in found.files if path not in self.result.excluded]
        configured = {_parent(path) for path in found.configs if not self._is_excluded(path, directory)}
        for folder in sorted(configured | {_owner(path, directory) for path in files}):
            self._unit(folder, directory).has_config = folder in configured
        for path in files:
            self._add(path, directory, seen_as=PurePath(path).relative_to(directory).as_posix())
        if not found.files and not found.configs and not found.failures:
            self.result.empty.append(directory)

    def add_file(self, path: str) -> None:
        """A file that the user names, or everything that it selects."""
        name, folder = PurePath(path).name, _parent(path)
        exists = os.path.isfile(path)  # noqa: PTH113
        if exists and is_archive(path):
            self.result.archives.append(path)
            self._named_other = True
        elif exists and (name in _WHOLE_NAMES or (name == "requirements.txt" and _is_pywrangler(folder))):
            unit = self._unit(folder, folder)
            unit.is_named = True
            unit.named.add(_key(path))
            self._add_own(list_own_files(unit.folder), unit)
            self._named_other = True
        else:
            seen_as = _seen_as(path) if exists else name
            self._named_other = self._named_other or not is_development(seen_as)
            self._add(path, folder, seen_as=seen_as, is_named=True)

    def judge_what_is_named_alone(self) -> None:
        """Development files that are the only thing named are judged."""
        if not self._named_other:
            for unit in self.result.units.values():
                unit.files += unit.development
                unit.development = []

    def _add_own(self, found: Found, unit: Unit) -> None:
        unit.has_config = unit.has_config or bool(found.configs)
        for path in found.files:
            self._add(path, unit.folder, seen_as=PurePath(path).relative_to(unit.folder).as_posix())

    def _add(self, path: str, root: str, *, seen_as: str, is_named: bool = False) -> None:
        folder = _parent(path)
        if PurePath(path).suffix == ".py" and PurePath(path).name != "setup.py":
            unit = self._unit(folder, root)
            kind = unit.scripts
        else:
            unit = self._unit(_owner(path, root), root)
            # A Worker in a folder such as docs/ is deployed like any other.
            is_worker = unit.has_config and _is_pywrangler(unit.folder)
            development = is_development(PurePath(seen_as).name if is_worker else seen_as)
            kind = unit.development if development else unit.files
        if is_named:
            unit.named.add(_key(path))
        if _key(path) not in map(_key, kind):
            kind.append(path)

    def _unit(self, folder: str, root: str) -> Unit:
        folder = PurePath(os.path.normpath(folder)).as_posix()
        return self.result.units.setdefault(_key(folder), Unit(folder=folder, root=root))

    def _is_excluded(self, path: str, directory: str) -> bool:
        patterns = self._find_patterns(_parent(path))
        return bool(patterns) and is_excluded(path, patterns, directory)

    def _find_patterns(self, folder: str) -> tuple[Pattern, ...]:
        """The patterns that hold in a folder, looked up once."""
        if folder not in self._patterns:
            try:
                self._patterns[folder] = load_project_settings(self._settings, Path(folder).absolute()).exclude
            except SettingsError:
                self._patterns[folder] = drop_configuration(self._settings).exclude
        return self._patterns[folder]


def _owner(path: str, root: str) -> str:
    """The folder that a dependency file belongs to: its own, or the one above its folder of requirements."""
    relative = PurePath(path).relative_to(root) if PurePath(path).is_relative_to(root) else PurePath(path)
    folders: Sequence[str] = relative.parts[:-1]
    for depth, name in enumerate(folders):
        if name in _REQUIREMENT_FOLDERS:
            return PurePath(root, *folders[:depth]).as_posix()
    return _parent(path)


def _is_pywrangler(folder: str) -> bool:
    """Whether a folder has the configuration of a Python Worker beside a pyproject.toml."""
    config = find_wrangler_config(Path(folder), Path(folder))
    if config is None or config.parent.absolute() != Path(folder).absolute():
        return False
    try:
        is_worker = is_python_worker(read_wrangler_config(config).top)
    except SettingsError:
        return False
    return is_worker and os.path.isfile(Path(folder, "pyproject.toml"))  # noqa: PTH113


def _seen_as(path: str) -> str:
    """The path as far as its folders may tell what the file is: from the current folder, else its name."""
    if not os.path.isabs(path):  # noqa: PTH117
        return os.path.normpath(path).replace(os.sep, "/")
    relative = os.path.relpath(path)
    return PurePath(path).name if relative.startswith("..") else PurePath(relative).as_posix()


def _parent(path: str) -> str:
    return PurePath(path).parent.as_posix()


def _key(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100 (lexical, as the paths of includes are)
