"""One scanned file as a project: what of it is to be judged on the target, and what is left out with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from scanner.inputs.formats import STDIN, ReadFile, select_entries
from scanner.inputs.formats.locks.reach import find_unreached
from scanner.inputs.settings import Settings
from scanner.model.dependency import Dependency, Entry, Skipped
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexSettings
from scanner.model.metadata import applies
from scanner.model.requirement import Want, with_extras
from scanner.model.target import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """What one file (with what it includes) asks of the target."""

    path: str
    dependencies: tuple[Dependency, ...]
    skipped: tuple[Skipped, ...]
    problems: tuple[Problem, ...]
    constraints: dict[NormalizedName, SpecifierSet]
    overrides: dict[NormalizedName, tuple[Want, ...]]
    is_lock: bool
    notes: tuple[str, ...] = ()

    @property
    def wants(self) -> tuple[Want, ...]:
        """What the resolver is asked for: every dependency that has a name."""
        return tuple(want for dependency in self.dependencies for want in wants_of(dependency))


def plan_file(file: ReadFile, settings: Settings, target: Target) -> Project:
    """What of a read file the settings select, for the target."""
    entries, notes = select_entries(
        file.parsed,
        groups=frozenset(settings.group),
        extras=frozenset(settings.extra),
        all_groups=settings.all_groups,
        all_extras=settings.all_extras,
    )
    return plan_project(
        file.path,
        entries,
        target=target,
        problems=file.parsed.problems,
        constraints=file.parsed.constraints,
        overrides=file.parsed.overrides,
        is_lock=file.parsed.is_lock,
        notes=(*file.parsed.notes, *notes),
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
    """The entries of a file, parted into what concerns the target and what a marker excludes there."""
    dependencies, skipped = _part(entries, target)
    if is_lock:
        dependencies, unreached = _part_unreached(dependencies, target)
        skipped += unreached
    narrowed, _ = _part(constraints, target)
    replacing, _ = _part(overrides, target)
    return Project(
        path=path,
        dependencies=dependencies,
        skipped=skipped,
        problems=problems,
        constraints=_combine_constraints(narrowed),
        overrides=_group_overrides(replacing),
        is_lock=is_lock,
        notes=notes,
    )


def wants_of(dependency: Dependency) -> tuple[Want, ...]:
    """The wants that a declaration stands for; none where it has no name."""
    if dependency.name is None:
        return ()
    is_wheel = dependency.url is not None and dependency.url.partition("#")[0].endswith(".whl")
    pinned = is_wheel and dependency.pin is not None
    want = Want(
        name=dependency.name,
        specifier=SpecifierSet(f"==={dependency.pin}") if pinned else dependency.specifier,
        text=describe(dependency),
        url=None if pinned else dependency.url,
    )
    return tuple(with_extras(want, dependency.extras))


def describe(dependency: Dependency) -> str:
    """The declaration in its canonical form; as written where it has no name."""
    if dependency.name is None:
        return dependency.text or dependency.url or ""
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    if dependency.url:
        return f"{dependency.name}{extras} @ {dependency.url}"
    return f"{dependency.name}{extras}{dependency.specifier}"


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
    """A lock's packages without those that only other platforms ask for."""
    left_out = {id(dependency) for dependency in find_unreached(dependencies, target)}
    skipped = tuple(
        Skipped(
            text=dependency.text or describe(dependency),
            reason="not for this target: what asks for it does so on other platforms only",
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


def _group_overrides(dependencies: Iterable[Dependency]) -> dict[NormalizedName, tuple[Want, ...]]:
    grouped: dict[NormalizedName, tuple[Want, ...]] = {}
    for dependency in dependencies:
        if dependency.name is not None:
            grouped[dependency.name] = grouped.get(dependency.name, ()) + wants_of(dependency)
    return grouped
