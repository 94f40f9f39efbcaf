"""Lock files: which one stands for the manifests of a folder, and how one differs from what the Worker gets."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.inputs.formats import ReadFile, read_member, read_path
from scanner.inputs.formats.discover import drop_covered
from scanner.inputs.projects.project import ComparedLock
from scanner.model.dependency import Dependency, Location
from scanner.model.finding import Level, Problem
from scanner.model.metadata import applies
from scanner.model.rule import Rule
from scanner.model.target import Target

LOCK_FORMATS = ("pylock.toml", "uv.lock", "pdm.lock", "poetry.lock", "Pipfile.lock")
"""In the order in which one of them stands for the manifests."""

_SHOWN_DIFFERENCES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenFiles:
    """The files of a folder that decide what is installed there."""

    files: tuple[ReadFile, ...]
    replaced: tuple[ReadFile, ...] = ()
    """Those that one of ``files`` stands for."""
    unused: tuple[ReadFile, ...] = ()
    """Locks that stand for nothing."""
    notes: tuple[str, ...] = ()


def choose_files(files: Sequence[ReadFile], target: Target) -> ChosenFiles:
    """The first lock that fits the manifests; without one the manifests together."""
    locks = sorted(
        (file for file in files if is_lock_file(file)), key=lambda file: LOCK_FORMATS.index(str(file.format))
    )
    manifests = tuple(file for file in files if not is_lock_file(file))
    notes: list[str] = []
    for lock in locks:
        misfit = _find_misfit(lock, manifests, target)
        if misfit is None:
            unused = tuple(each for each in locks if each is not lock)
            if manifests:
                shown = ", ".join(file.path for file in manifests)
                notes.append(f"{lock.path} is read instead of {shown}, which it locks; --all-files reads all")
            return ChosenFiles(files=(lock,), replaced=manifests, unused=unused, notes=tuple(notes))
        notes.append(misfit)
    broken = tuple(lock for lock in locks if not lock.parsed.entries and lock.parsed.problems)
    return ChosenFiles(files=(*broken, *drop_covered(manifests, all_files=False)), notes=tuple(notes))


def is_lock_file(file: ReadFile) -> bool:
    """Whether it is a lock of one of the formats that stand for manifests."""
    return file.format in LOCK_FORMATS


def find_workspace_lock(
    folder: str, root: str, expand: Callable[[str], str], members: MutableMapping[Path, tuple[str, ...]]
) -> ReadFile | None:
    """The part of a uv workspace's lock that the project in a folder reaches; None if no lock above has it.

    Folders are searched upwards to the root of the repository; without one to ``root``. ``members`` keeps the folders
    of the projects in each lock, by the lock's folder.
    """
    here = Path(folder).absolute()
    repository = next((each for each in (here, *here.parents) if (each / ".git").exists()), None)
    limit = repository or Path(root).absolute()
    for depth, each in enumerate(here.parents, start=1):
        if not each.is_relative_to(limit):
            return None
        if os.path.isfile(each / "uv.lock"):  # noqa: PTH113
            path = posixpath.normpath(posixpath.join(folder, *[".."] * depth, "uv.lock"))
            member = here.relative_to(each).as_posix()
            if each not in members:
                members[each] = read_path(path, expand, str(limit)).parsed.members
            return read_member(path, member, expand, str(limit)) if member in members[each] else None
    return None


def compare_lock(lock: ReadFile) -> ComparedLock:
    """What a lock has for the project itself."""
    versions: dict[NormalizedName, set[Version]] = {}
    for entry in lock.parsed.entries:
        if isinstance(entry, Dependency) and entry.name is not None and entry.pin is not None and not entry.groups:
            versions.setdefault(entry.name, set()).add(entry.pin)
    single = {name: next(iter(found)) for name, found in versions.items() if len(found) == 1}
    return ComparedLock(path=lock.path, versions=single)


def find_lock_problems(
    compared: Sequence[ComparedLock], resolved: Mapping[NormalizedName, Version]
) -> Iterator[Problem]:
    """A note (CS718) for each lock with other versions than those that the Worker gets."""
    for lock in compared:
        different = sorted(
            name for name, version in resolved.items() if name in lock.versions and lock.versions[name] != version
        )
        if not different:
            continue
        shown = (
            f"{name} {lock.versions[name]}, the Worker gets {resolved[name]}" for name in different[:_SHOWN_DIFFERENCES]
        )
        rest = len(different) - _SHOWN_DIFFERENCES
        more = f"; {rest} more differ" if rest > 0 else ""
        yield Problem(
            rule=Rule.CS718,
            level=Level.NOTE,
            message=f"{lock.path} has {'; '.join(shown)}{more}",
            location=Location(path=lock.path, line=1),
            remedy="pywrangler does not read this lock: pin the version in pyproject.toml to get the same one.",
        )


def pinned_version(files: Sequence[ReadFile], name: str) -> Version | None:
    """The version of a package in the first lock that has it, whatever group it is in."""
    for file in files:
        for entry in file.parsed.entries:
            if isinstance(entry, Dependency) and entry.name == name and entry.pin is not None:
                return entry.pin
    return None


def _find_misfit(lock: ReadFile, manifests: Sequence[ReadFile], target: Target) -> str | None:
    """Why a lock does not stand for the manifests, as a sentence; None if it does."""
    instead = ", ".join(file.path for file in manifests)
    if not manifests:
        return None
    if not lock.parsed.entries and lock.parsed.problems:
        return f"{lock.path} cannot be read, so {instead} is read instead"
    environments = lock.parsed.environments
    if environments and not any(applies(marker, target.markers) for marker in environments):
        shown = " or ".join(map(str, environments[:_SHOWN_DIFFERENCES]))
        return f"{lock.path} is only for {shown}, so it says nothing about Workers; {instead} is read instead"
    locked: dict[NormalizedName, list[Version | None]] = {}
    for entry in lock.parsed.entries:
        if isinstance(entry, Dependency) and entry.name is not None:
            locked.setdefault(entry.name, []).append(entry.pin)
    for dependency in _requirements(manifests, target):
        if dependency.name not in locked:
            place = dependency.location.path
            return f"{lock.path} has no {dependency.name}, which {place} requires, so {instead} is read instead"
        if not any(
            pin is None or dependency.specifier.contains(pin, prereleases=True) for pin in locked[dependency.name]
        ):
            return f"{lock.path} has no {dependency.name}{dependency.specifier}, so {instead} is read instead"
    return None


def _requirements(manifests: Sequence[ReadFile], target: Target) -> Iterator[Dependency]:
    """What the manifests require of an index on the target."""
    names = {file.parsed.name for file in manifests}
    for entry in (entry for file in manifests for entry in file.parsed.entries):
        if isinstance(entry, Dependency) and entry.name is not None and entry.name not in names:
            is_own = not entry.groups and entry.url is None and entry.skipped_because is None
            if is_own and applies(entry.marker, target.markers):
                yield entry
