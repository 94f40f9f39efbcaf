"""Where the wheels lie that a project names by URL or path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scanner.inputs.formats import STDIN
from scanner.inputs.formats.reference import is_url, is_vcs_url, path_of_file_url, read_filename
from scanner.model.dependency import Dependency
from scanner.model.filenames import WHEEL_SUFFIX

_PROJECT_ROOT = re.compile(r"^/*\$\{PROJECT_ROOT\}/?")
"""How PDM writes its own project's folder."""


def locate_files(dependency: Dependency) -> Dependency:
    """The declaration with the address of the file that it names, and of the local ones that its lock file lists.

    A path is looked up beside the file that names it, then in the current folder, as pip does. What a file of a
    repository names outside of it is not read.
    """
    url, locked = dependency.url, dependency.locked
    if url is not None and read_filename(url).endswith(WHEEL_SUFFIX) and not is_vcs_url(url):
        dependency = replace(dependency, file_url=_locate(url, dependency))
    if locked is not None and any(one.url and not is_url(one.url) for one in locked.artifacts):
        artifacts = tuple(replace(one, url=_locate(one.url, dependency) or "") for one in locked.artifacts)
        dependency = replace(dependency, locked=replace(locked, artifacts=artifacts))
    return dependency


def _locate(url: str, dependency: Dependency) -> str | None:
    if is_url(url) and not url.lower().startswith("file:"):
        return url.partition("#")[0]
    path = Path(_PROJECT_ROOT.sub("./", path_of_file_url(url).partition("#")[0]))
    if "\0" in str(path):
        return None
    owner = dependency.location.path
    is_given = owner in (STDIN, url)
    places = [base / path for base in _bases(owner, is_given=is_given)]
    found = next((place for place in places if place.exists()), places[0]).resolve()
    is_inside = is_given or any(found.is_relative_to(root) for root in _roots(owner))
    return found.as_uri() if is_inside else None


def _bases(owner: str, *, is_given: bool) -> Iterator[Path]:
    if not is_given:
        yield Path(owner).absolute().parent
    yield Path.cwd()


def _roots(owner: str) -> Iterator[Path]:
    """The repository of a file; without one, its folder and the current one if that contains it."""
    folder = Path(owner).absolute().parent.resolve()
    repository = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    yield repository or folder
    if repository is None and folder.is_relative_to(Path.cwd().resolve()):
        yield Path.cwd().resolve()
