"""One folder's files to its projects: one for each runtime that it is judged for."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path, PurePath

from scanner.inputs.formats import ReadFile, read_member, read_path
from scanner.inputs.projects.gathering import Unit
from scanner.inputs.projects.locks import ChosenFiles, choose_files, find_workspace_lock, is_lock_file
from scanner.inputs.projects.project import Project
from scanner.inputs.projects.pywrangler import (
    SDK,
    PywranglerFiles,
    add_sdk,
    choose_packages,
    compare_locks,
    find_refusals,
    read_preferences,
    skip_ignored,
    sort_files,
)
from scanner.inputs.projects.resolution import read_resolution
from scanner.inputs.projects.runtime import RuntimeChoice, broken_settings, find_runtimes
from scanner.inputs.projects.selection import declared_lines, merge_options, plan_files, skip_entries
from scanner.inputs.settings import Settings, drop_configuration, load_project_settings
from scanner.model.dependency import SkipKind, Skipped
from scanner.model.errors import SettingsError
from scanner.model.finding import Problem

_UNTOLD = frozenset({"pyproject.toml", "setup.cfg"})
"""Formats of files that often hold the settings of tools only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What all projects of a scan share."""

    settings: Settings
    expand: Callable[[str], str]
    today: date
    lock_members: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    """The projects in each workspace's lock, by the lock's folder."""


@dataclass(kw_only=True, slots=True)
class Prepared:
    """A folder with its files read."""

    unit: Unit
    settings: Settings
    runtimes: tuple[RuntimeChoice, ...]
    files: list[ReadFile]
    problems: tuple[Problem, ...] = ()
    skipped: list[Skipped] = field(default_factory=list)
    """What is skipped of files that are not judged."""

    @property
    def is_worker(self) -> bool:
        """Whether the folder itself is a Python Worker."""
        return self.runtimes[0].is_worker

    @property
    def is_project(self) -> bool:
        """Whether anything is installed here, or what is cannot be known."""
        is_broken = (
            self.runtimes[0].is_own and self.runtimes[0].worker is None and self.runtimes[0].wrangler is not None
        )
        return bool(self.files) or self.is_worker or is_broken

    @property
    def pywrangler(self) -> PywranglerFiles | None:
        """Its files as pywrangler uses them; None if pywrangler does not install them."""
        return sort_files(self.files) if self.is_worker else None


def prepare(unit: Unit, context: Context) -> Prepared:
    """The folder with its settings, its runtimes and its files."""
    problems: tuple[Problem, ...] = ()
    try:
        settings = load_project_settings(context.settings, Path(unit.folder).absolute())
    except SettingsError as error:
        settings, problems = drop_configuration(context.settings), (broken_settings(error),)
    if settings.dev:
        unit.files, unit.development = [*unit.files, *unit.development], []
    runtimes = find_runtimes(unit.folder, unit.root, settings)
    read = [_read(path, context.expand, unit.root) for path in unit.files]
    is_worker = runtimes[0].is_worker
    kept = [file for file in read if is_manifest(file) or _is_named(file, unit) or (is_worker and _is_pyproject(file))]
    prepared = Prepared(unit=unit, settings=settings, runtimes=runtimes, files=kept, problems=problems)
    if not any(is_lock_file(file) for file in kept) and any(map(_is_pyproject, kept)):
        lock = find_workspace_lock(unit.folder, unit.root, context.expand, context.lock_members)
        prepared.files += [lock] if lock is not None else []
    return prepared


def is_manifest(file: ReadFile) -> bool:
    """Whether a file says what is installed, and is not there for other tools only."""
    parsed = file.parsed
    if file.format not in _UNTOLD or parsed.problems or parsed.is_project:
        return True
    return any("build-system" not in getattr(entry, "groups", ()) for entry in parsed.entries)


def build_projects(prepared: Prepared, context: Context) -> list[Project]:
    """The projects of a folder: one for each of its runtimes."""
    files = prepared.pywrangler
    projects = []
    for choice in prepared.runtimes:
        if files is not None:
            projects.append(_build_pywrangler(prepared, files, choice))
        elif prepared.settings.all_files:
            projects += _build_separately(prepared, choice)
        else:
            projects.append(_build_elsewhere(prepared, choose_files(prepared.files, choice.target), choice))
    return [_complete(project, prepared, context) for project in projects]


def build_script(path: str, prepared: Prepared, context: Context) -> list[Project]:
    """The projects of a script with inline metadata, which is installed alone."""
    files = [_read(path, context.expand, prepared.unit.root)]
    if Path(f"{path}.lock").is_file():
        files.append(read_path(f"{path}.lock", context.expand, prepared.unit.root))
    alone = replace(prepared, files=files, skipped=[])
    projects = [_build_elsewhere(alone, choose_files(files, choice.target), choice) for choice in prepared.runtimes]
    name = PurePath(path).name
    return [
        replace(
            _complete(project, alone, context), name=_name(name, choice), path=path, is_library=False, main_module=None
        )
        for project, choice in zip(projects, prepared.runtimes, strict=True)
    ]


def skip_development(prepared: Prepared, context: Context, judged: Sequence[ReadFile]) -> tuple[Skipped, ...]:
    """What the development files of a folder declare, but what judged files include."""
    files = [read_path(path, context.expand, prepared.unit.root) for path in prepared.unit.development]
    included = {entry.location.path for file in judged for entry in file.parsed.entries}
    reason = "for development, not for deployment; --dev judges it"
    return tuple(
        entry for entry in skip_entries(files, reason, SkipKind.DEVELOPMENT) if entry.location.path not in included
    )


def _build_pywrangler(prepared: Prepared, files: PywranglerFiles, choice: RuntimeChoice) -> Project:
    locks = (*files.compared, *((files.preferred,) if files.preferred else ()))
    target, problems, notes = choose_packages(choice, locks)
    project = plan_files(prepared.unit.folder, (files.manifest,), prepared.settings, target)
    sdk = add_sdk(project.dependencies, files.manifest)
    return replace(
        _with_choice(project, choice, (files.manifest,)),
        target=target,
        comments=files.manifest.ignores,
        declared=declared_lines((files.manifest,)),
        files=(files.manifest.path, *(lock.path for lock in (files.preferred, *files.compared) if lock)),
        dependencies=(*project.dependencies, *sdk),
        implicit=(SDK,) if sdk else (),
        skipped=(*project.skipped, *skip_ignored(files)),
        problems=(*choice.problems, *problems, *find_refusals(files), *project.problems),
        notes=(*project.notes, *notes),
        preferences=read_preferences(files),
        compared=compare_locks(files),
    )


def _build_elsewhere(prepared: Prepared, chosen: ChosenFiles, choice: RuntimeChoice) -> Project:
    project = plan_files(prepared.unit.folder, chosen.files, prepared.settings, choice.target)
    unused = (f"{file.path} is not read: another lock file stands for it" for file in chosen.unused)
    return replace(
        _with_choice(project, choice, (*chosen.files, *chosen.replaced)),
        comments=tuple(dict.fromkeys(comment for file in chosen.files for comment in file.ignores)),
        declared=declared_lines(chosen.files),
        files=tuple(file.path for file in chosen.files),
        problems=(*choice.problems, *project.problems),
        notes=(*chosen.notes, *unused, *project.notes),
    )


def _build_separately(prepared: Prepared, choice: RuntimeChoice) -> list[Project]:
    """The manifests together, and each lock file alone."""
    locks = [file for file in prepared.files if is_lock_file(file)]
    manifests = tuple(file for file in prepared.files if not is_lock_file(file))
    first = [_build_elsewhere(prepared, ChosenFiles(files=manifests), choice)] if manifests or not locks else []
    rest = (_build_elsewhere(prepared, ChosenFiles(files=(lock,), replaced=manifests), choice) for lock in locks)
    return [*first, *(replace(each, name=f"{each.name} [{PurePath(each.files[0]).name}]") for each in rest)]


def _with_choice(project: Project, choice: RuntimeChoice, files: Sequence[ReadFile]) -> Project:
    named = next((file.parsed.name for file in files if file.parsed.name), None)
    has_build = any("build-system" in getattr(entry, "groups", ()) for file in files for entry in file.parsed.entries)
    return replace(
        project,
        name=_name(named or _folder_name(project.path), choice),
        wrangler=choice.wrangler,
        main_module=choice.main_module,
        is_library=has_build and choice.worker is None and choice.wrangler is None,
        index=merge_options(files),
    )


def _complete(project: Project, prepared: Prepared, context: Context) -> Project:
    refused = project.comments if prepared.settings.untrusted else ()
    notes = (f"{each.path}:{each.line}: the ignore is not used (--untrusted)" for each in refused)
    return replace(
        project,
        path=prepared.unit.folder,
        comments=() if refused else project.comments,
        notes=(*prepared.settings.notes, *notes, *project.notes),
        settings=prepared.settings,
        problems=tuple(dict.fromkeys((*prepared.problems, *project.problems))),
        skipped=(*project.skipped, *prepared.skipped),
        resolution=read_resolution(prepared.unit.folder, prepared.settings, context.today),
    )


def _name(name: str, choice: RuntimeChoice) -> str:
    return name if choice.environment is None else f"{name} [env {choice.environment}]"


def _folder_name(folder: str) -> str:
    return Path(folder).absolute().name or folder


def _read(path: str, expand: Callable[[str], str], root: str) -> ReadFile:
    """A file; of a workspace's uv.lock the part of the project beside it, if there is one."""
    file = read_path(path, expand, root)
    is_shared = len(file.parsed.members) > 1 and "." in file.parsed.members
    return read_member(path, ".", expand, root) if is_shared else file


def _is_named(file: ReadFile, unit: Unit) -> bool:
    return str(Path(file.path).absolute()) in unit.named


def _is_pyproject(file: ReadFile) -> bool:
    return posixpath.basename(file.path) == "pyproject.toml"
