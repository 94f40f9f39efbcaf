"""What of a project's files is judged on the target, and what is left out with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.inputs.formats import STDIN, ReadFile, select_entries
from scanner.inputs.formats.locks.reach import find_unreached
from scanner.inputs.projects.project import Project, describe, requirements_of
from scanner.inputs.settings import Settings
from scanner.model.dependency import Dependency, Entry, SkipKind, Skipped
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexSettings
from scanner.model.metadata import applies
from scanner.model.requirement import Requirement
from scanner.model.target import Target


def plan_files(path: str, files: Sequence[ReadFile], settings: Settings, target: Target) -> Project:
    """What the settings select of files that are installed together, for the target."""
    selected = [_select(file, settings) for file in files]
    notes = [note for file, (_, notes) in zip(files, selected, strict=True) for note in (*file.parsed.notes, *notes)]
    return plan_project(
        path,
        [entry for entries, _ in selected for entry in entries],
        target=target,
        problems=tuple(problem for file in files for problem in file.parsed.problems),
        constraints=[entry for file in files for entry in file.parsed.constraints],
        overrides=[entry for file in files for entry in file.parsed.overrides],
        is_lock=bool(files) and all(file.parsed.is_lock for file in files),
        notes=tuple(dict.fromkeys(notes)),
    )


def plan_file(file: ReadFile, settings: Settings, target: Target) -> Project:
    """The same for one file, whose path is the project's."""
    return plan_files(file.path, (file,), settings, target)


def skip_entries(files: Iterable[ReadFile], reason: str, kind: SkipKind) -> tuple[Skipped, ...]:
    """Everything that files declare, as skipped for one reason; also what in them is not understood."""
    skipped = []
    for file in files:
        for entry in file.parsed.entries:
            text = entry.text or (describe(entry) if isinstance(entry, Dependency) else "")
            skipped.append(Skipped(text=text, reason=reason, location=entry.location, category=kind))
        skipped += [
            Skipped(text=problem.message, reason=reason, location=problem.location, category=kind)
            for problem in file.parsed.problems
            if problem.location is not None
        ]
    return tuple(skipped)


def declared_lines(files: Sequence[ReadFile]) -> dict[str, frozenset[int]]:
    """The lines of each file that declare something; none where no comment accepts a finding."""
    lines: dict[str, set[int]] = {}
    for file in files if any(file.ignores for file in files) else ():
        parsed = file.parsed
        for place in (*parsed.entries, *parsed.constraints, *parsed.overrides, *parsed.problems):
            if place.location is not None:
                lines.setdefault(place.location.path, set()).add(place.location.line)
    return {path: frozenset(numbers) for path, numbers in lines.items()}


def _select(file: ReadFile, settings: Settings) -> tuple[Sequence[Entry], Sequence[str]]:
    return select_entries(
        file.parsed,
        groups=frozenset(settings.group),
        extras=frozenset(settings.extra),
        all_groups=settings.all_groups or settings.dev,
        all_extras=settings.all_extras,
    )


def merge_options(files: Iterable[ReadFile]) -> IndexSettings:
    """The index settings of all files together."""
    options = IndexSettings()
    for file in files:
        options = options.merge(file.parsed.index)
    return options


def folder_of(path: str) -> Path:
    """The folder of a scanned path, absolute; the current one for standard input."""
    absolute = Path.cwd() if path == STDIN else Path(path).absolute()
    return absolute if absolute.is_dir() else absolute.parent


def plan_project(
    path: str,
    entries: Iterable[Entry],
    *,
    target: Target,
    problems: tuple[Problem, ...] = (),
    constraints: Iterable[Entry] = (),
    overrides: Iterable[Entry] = (),
    is_lock: bool = False,
    notes: tuple[str, ...] = (),
) -> Project:
    """The entries of a project, parted into what concerns the target and what a marker excludes there."""
    dependencies, skipped = _part(entries, target)
    if is_lock:
        dependencies, unreached = _part_unreached(dependencies, target)
        skipped += unreached
    narrowed, _ = _part(constraints, target)
    replacing, _ = _part(overrides, target)
    return Project(
        name=PurePath(path).name or path,
        path=path,
        target=target,
        dependencies=dependencies,
        skipped=skipped,
        problems=problems,
        constraints=_combine_constraints(narrowed),
        overrides=_group_overrides(replacing),
        is_lock=is_lock,
        notes=notes,
    )


def _fits(entry: Dependency, target: Target) -> bool:
    """Whether the target is an environment that the entry is declared or locked for."""
    left = entry.environment_marker
    return left if isinstance(left, bool) else applies(left or entry.marker, target.markers)


def _part(entries: Iterable[Entry], target: Target) -> tuple[tuple[Dependency, ...], tuple[Skipped, ...]]:
    dependencies: list[Dependency] = []
    skipped: list[Skipped] = []
    for entry in entries:
        match entry:
            case Skipped():
                skipped.append(entry)
            case Dependency() if _fits(entry, target):
                dependencies.append(entry)
            case Dependency():
                skipped.append(
                    Skipped(
                        text=entry.text or describe(entry),
                        reason=f"not for this target: {entry.marker}",
                        location=entry.location,
                        not_for_target=True,
                    )
                )
    return tuple(dependencies), tuple(skipped)


def _part_unreached(
    dependencies: tuple[Dependency, ...], target: Target
) -> tuple[tuple[Dependency, ...], tuple[Skipped, ...]]:
    """A lock's packages without those that only other platforms require."""
    left_out = {id(dependency) for dependency in find_unreached(dependencies, target)}
    skipped = tuple(
        Skipped(
            text=dependency.text or describe(dependency),
            reason="not for this target: only other platforms require it",
            location=dependency.location,
            not_for_target=True,
        )
        for dependency in dependencies
        if id(dependency) in left_out
    )
    return tuple(dependency for dependency in dependencies if id(dependency) not in left_out), skipped


def _combine_constraints(dependencies: Iterable[Dependency]) -> dict[NormalizedName, SpecifierSet]:
    combined: dict[NormalizedName, SpecifierSet] = {}
    for dependency in dependencies:
        if dependency.name is not None:
            combined[dependency.name] = combined.get(dependency.name, SpecifierSet()) & dependency.specifier
    return combined


def _group_overrides(dependencies: Iterable[Dependency]) -> dict[NormalizedName, tuple[Requirement, ...]]:
    grouped: dict[NormalizedName, tuple[Requirement, ...]] = {}
    for dependency in dependencies:
        if dependency.name is not None:
            grouped[dependency.name] = grouped.get(dependency.name, ()) + requirements_of(dependency)
    return grouped
