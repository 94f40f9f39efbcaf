"""What pywrangler installs in a folder: always what pyproject.toml requires, resolved for the Worker."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from scanner.inputs.formats import ReadFile
from scanner.inputs.projects.locks import compare_lock, is_lock_file, pinned_version
from scanner.inputs.projects.project import ComparedLock
from scanner.inputs.projects.runtime import RuntimeChoice
from scanner.inputs.projects.selection import skip_entries
from scanner.model.dependency import Dependency, Location, SkipKind, Skipped
from scanner.model.errors import TableError
from scanner.model.finding import Level, Problem, When
from scanner.model.rule import Rule
from scanner.model.target import Target
from scanner.runtime.tables import InstallRow, load_pyodide, load_workers_py
from scanner.runtime.target import find_install_row

SDK = canonicalize_name("workers-runtime-sdk")
_WORKERS_PY = "workers-py"


@dataclass(frozen=True, kw_only=True, slots=True)
class PywranglerFiles:
    """The files of a pywrangler project by what pywrangler does with them."""

    manifest: ReadFile
    preferred: ReadFile | None
    """pylock.toml."""
    compared: tuple[ReadFile, ...]
    """Locks that it does not read."""
    ignored: tuple[ReadFile, ...]
    """Other dependency files."""


def sort_files(files: Sequence[ReadFile]) -> PywranglerFiles | None:
    """The files of a Python Worker's folder; None if there is no pyproject.toml among them."""
    manifest = next((file for file in files if _name(file) == "pyproject.toml"), None)
    if manifest is None:
        return None
    preferred = next((file for file in files if _name(file) == "pylock.toml"), None)
    compared = tuple(file for file in files if is_lock_file(file) and file is not preferred)
    used = (manifest, preferred, *compared)
    ignored = tuple(file for file in files if all(file is not each for each in used))
    return PywranglerFiles(manifest=manifest, preferred=preferred, compared=compared, ignored=ignored)


def read_preferences(files: PywranglerFiles) -> dict[NormalizedName, Version]:
    """The versions of pylock.toml."""
    return dict(compare_lock(files.preferred).versions) if files.preferred else {}


def compare_locks(files: PywranglerFiles) -> tuple[ComparedLock, ...]:
    """The locks for the developer's machine."""
    return tuple(compare_lock(lock) for lock in files.compared if lock.parsed.entries)


def add_sdk(dependencies: Sequence[Dependency], manifest: ReadFile) -> tuple[Dependency, ...]:
    """What pywrangler adds itself, if the project requires anything and does not name it."""
    names = {dependency.name for dependency in dependencies}
    if not names or SDK in names:
        return ()
    location = Location(path=manifest.path, line=1)
    return (Dependency(name=SDK, specifier=SpecifierSet(), location=location, direct=False, text=SDK),)


def find_refusals(files: PywranglerFiles) -> Iterator[Problem]:
    """The requirements.txt that pywrangler refuses to run beside (CS717)."""
    folder = posixpath.dirname(files.manifest.path)
    for file in files.ignored:
        if _name(file) == "requirements.txt" and posixpath.dirname(file.path) == folder:
            yield Problem(
                rule=Rule.CS717,
                level=Level.BLOCKER,
                when=When.INSTALL,
                message=f"pywrangler refuses to run while {file.path} exists",
                location=Location(path=file.path, line=1),
                remedy=f"Move what the Worker needs to {files.manifest.path} and delete {file.path}.",
            )


def skip_ignored(files: PywranglerFiles) -> tuple[Skipped, ...]:
    """What the files declare that pywrangler does not read."""
    return skip_entries(files.ignored, f"pywrangler installs only what {files.manifest.path} requires", SkipKind.OTHER)


def choose_packages(
    choice: RuntimeChoice, locks: Sequence[ReadFile]
) -> tuple[Target, tuple[Problem, ...], tuple[str, ...]]:
    """The target with the packages that this project's pywrangler installs for it, and what is wrong with that."""
    worker = choice.worker
    version = pinned_version(locks, _WORKERS_PY)
    if worker is None or worker.top.compatibility_date is None or choice.wrangler is None:
        return choice.target, (), ()
    row = find_install_row(version, worker.top.compatibility_date, worker.top.compatibility_flags)
    known = load_workers_py().find_nearest(version)
    notes = tuple(_describe_version(version, known))
    if row is None:
        return choice.target, (), notes
    if row.python != choice.target.python.rpartition(".")[0]:
        return choice.target, (_disagreement(choice, row, known),), notes
    if row.package_pyodide == choice.target.pyodide:
        return choice.target, (), notes
    if not _is_known(row.package_pyodide):
        note = f"workers-py {known} installs packages of Pyodide {row.package_pyodide}"
        return choice.target, (), (*notes, f"{note}; these data have those of {choice.target.pyodide}")
    return replace(choice.target, pyodide=row.package_pyodide), (), notes


def _describe_version(version: Version | None, known: Version) -> Iterator[str]:
    if version is None:
        yield f"no lock file here has {_WORKERS_PY}, so version {known} is assumed"
    elif version != known:
        yield f"these data do not know {_WORKERS_PY} {version}; what is known of {known} is used"


def _disagreement(choice: RuntimeChoice, row: InstallRow, version: Version) -> Problem:
    worker = choice.worker
    assert worker is not None  # noqa: S101  # the caller's condition
    runs = choice.target.python.rpartition(".")[0]
    return Problem(
        rule=Rule.CS714,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=f"{_WORKERS_PY} {version} installs packages for Python {row.python}, but the Worker runs Python {runs}",
        location=Location(path=worker.path, line=worker.line_of("compatibility_flags")),
        remedy=f"Set a compatibility date and flags that both read as the same Python, or update {_WORKERS_PY}.",
    )


def _is_known(pyodide: str) -> bool:
    try:
        load_pyodide(pyodide)
    except TableError:
        return False
    return True


def _name(file: ReadFile) -> str:
    return posixpath.basename(file.path)
