"""Local folders that a file requires (`-e .`, a path dependency), replaced by what their manifests declare.

An installer would build such a project and install its requirements. The manifest states the same requirements without
a build, unless they are computed by the build.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.reading import check_inside
from scanner.inputs.formats.reference import is_archive, is_url, path_of_file_url
from scanner.inputs.formats.registry import parse_pyproject, parse_setup_cfg, parse_setup_py
from scanner.inputs.formats.table_declaration import join_markers
from scanner.model.dependency import Dependency, Entry, Skipped
from scanner.model.errors import OutsideError, SourceError
from scanner.model.finding import Problem
from scanner.model.rule import Rule

MAX_DEPTH = 20

_BUILD_SYSTEM = "build-system"
_SUBDIRECTORY = re.compile(r"#(?:[^#]*&)?subdirectory=([^&#]+)")
# PDM writes its own project's folder this way.
_PROJECT_ROOT = re.compile(r"^/*\$\{PROJECT_ROOT\}/?")


def follow_local_projects(document: Document, parsed: Parsed) -> Parsed:
    """The input with each local folder replaced by what its manifest declares.

    A folder is searched relative to the file that names it and then one folder up, from which its project is usually
    installed. A folder without a manifest, or whose manifest leaves the dependencies to a build, keeps its entry. In a
    compiled file the entry is only skipped: the file already lists the project's requirements.
    """
    following = _Following(document, only_skip=parsed.is_lock)
    entries = [each for entry in parsed.entries for each in following.follow(document, entry, depth=0)]
    return replace(parsed, entries=tuple(entries), problems=(*parsed.problems, *following.problems))


def refuse_outside(parsed: Parsed, root: str) -> Parsed:
    """The same without the local archives that lie outside of the root, which are listed as skipped and reported."""
    entries: list[Entry] = []
    problems = list(parsed.problems)
    for entry in parsed.entries:
        try:
            path = _local_archive(entry) if isinstance(entry, Dependency) else None
            if path is not None and os.path.exists(path):  # noqa: PTH110 (Path.exists raises for a name too long)
                check_inside(path, root)
            entries.append(entry)
        except OutsideError as error:
            problems.append(Problem(rule=Rule.CS602, message=f"{path}: {error.reason}", location=entry.location))
            entries.append(Skipped(text=entry.text, reason=error.reason, location=entry.location))
    return replace(parsed, entries=tuple(entries), problems=tuple(problems))


def _local_archive(entry: Dependency) -> str | None:
    """The path of the archive on this machine that an entry names; None for everything else."""
    if entry.url is None or not is_archive(entry.url):
        return None
    path = path_of_file_url(entry.url)
    archive = posixpath.join(posixpath.dirname(entry.location.path), path.partition("#")[0])
    return None if is_url(path) else archive


@dataclass(kw_only=True, slots=True)
class _Manifests:
    """The combined declarations of one folder's manifests."""

    documents: list[Document] = field(default_factory=list)
    entries: list[tuple[Document, Entry]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outside: list[Problem] = field(default_factory=list)
    """Why the folder is not looked into; reported once."""
    is_project: bool = False
    """Whether a pyproject.toml among them describes the project."""

    @property
    def is_complete(self) -> bool:
        """Whether they declare every requirement of the project."""
        return bool(self.documents) and not any(_computed_by(entry) for _, entry in self.entries)


class _Following:
    """The local folders of one file, and the folders that those require."""

    def __init__(self, document: Document, *, only_skip: bool) -> None:
        self._own_path = document.path
        self._only_skip = only_skip
        self._folders: dict[tuple[str, str], _Manifests] = {}
        self._seen: set[tuple[str, tuple[str, ...]]] = set()
        self.problems: list[Problem] = []

    def follow(self, document: Document, entry: Entry, *, depth: int) -> Iterator[Entry]:
        """The entry, skipped if its folder declares the requirements, followed by those requirements."""
        path = _local_folder(entry) if isinstance(entry, Dependency) else None
        if not isinstance(entry, Dependency) or path is None or depth >= MAX_DEPTH:
            yield entry
            return
        found = self._find(document, path)
        self.problems += found.outside
        found.outside.clear()
        if not found.documents:
            yield entry
            return
        first = found.documents[0].path
        yield (
            replace(entry, skipped_because=f"local project: its requirements are read from {first}")
            if found.is_complete
            else entry
        )
        request = (first, entry.extras)
        if self._only_skip or first == self._own_path or request in self._seen:
            return
        self._seen.add(request)
        self.problems += (problem for problem in found.problems if problem not in self.problems)
        for owner, inner in found.entries:
            yield from self.follow(owner, _adopt(inner, entry), depth=depth + 1)

    def _find(self, document: Document, path: str) -> _Manifests:
        """The manifests of a folder, read once even if several entries require it."""
        key = (posixpath.dirname(document.path), path)
        if key not in self._folders:
            self._folders[key] = _read_folder(document, path)
        return self._folders[key]


def _local_folder(entry: Dependency) -> str | None:
    """The path of the folder that an entry requires; None for every other entry."""
    url = entry.url
    if url is None or entry.skipped_because is not None or is_archive(url):
        return None
    if is_url(url) and not url.lower().startswith("file:"):
        return None
    subdirectory = _SUBDIRECTORY.search(url)
    path = _PROJECT_ROOT.sub("./", path_of_file_url(url).partition("#")[0])
    return posixpath.join(path, subdirectory[1]) if subdirectory else path


def _read_folder(document: Document, path: str) -> _Manifests:
    """The manifests of a folder, relative to the document or one folder up; empty if there are none."""
    for base in ("", "..") if not posixpath.isabs(path) else ("",):
        found = _read_manifests(document, posixpath.join(base, path))
        if found.documents or (found.outside and not base):
            return found
    return _Manifests()


def _read_manifests(document: Document, folder: str) -> _Manifests:
    """Only pyproject.toml if it declares the project's requirements; otherwise also setuptools' older files."""
    found = _Manifests()
    _read_manifest(found, document, posixpath.join(folder, "pyproject.toml"), parse_pyproject)
    if found.is_project and found.is_complete:
        return found
    dynamic = [each for each in found.entries if "setuptools" in _computed_by(each[1])]
    before = len(found.entries)
    _read_manifest(found, document, posixpath.join(folder, "setup.cfg"), parse_setup_cfg)
    _read_manifest(found, document, posixpath.join(folder, "setup.py"), parse_setup_py)
    if any(isinstance(entry, Dependency) for _, entry in found.entries[before:]):
        found.entries = [each for each in found.entries if each not in dynamic]
    return found


def _read_manifest(found: _Manifests, document: Document, path: str, parse: Callable[[Document], Parsed]) -> None:
    try:
        opened = document.open(path)
    except OutsideError as error:
        found.outside = [document.problem(f"{path}: {error.reason}", None, rule=Rule.CS602)]
        return
    except SourceError:
        return
    try:
        parsed = parse(opened)
    except SourceError as error:
        found.problems.append(opened.problem(error.reason, error.line))
        return
    found.documents.append(opened)
    found.is_project = found.is_project or parsed.is_project
    found.problems += parsed.problems
    found.entries += [(opened, entry) for entry in parsed.entries]


def _computed_by(entry: Entry) -> str:
    """The build backend or file that computes it; empty if the file declares it."""
    return (entry.computed_by or "") if isinstance(entry, Skipped) else ""


def _adopt(entry: Entry, parent: Dependency) -> Entry:
    """A declaration of a folder's project as one of the file that requires the folder, with its extras."""
    if not isinstance(entry, Dependency) or _BUILD_SYSTEM in entry.groups:
        return entry
    requested = {f"extra:{extra}" for extra in parent.extras}
    groups = parent.groups if not entry.groups or not requested.isdisjoint(entry.groups) else entry.groups
    return replace(entry, groups=groups, marker=join_markers(parent.marker, entry.marker))
