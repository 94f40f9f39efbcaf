"""The manifest that a lock file locks, read for the project's direct requirements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.locks.graph import Request
from scanner.inputs.formats.locks.package import LockedPackage
from scanner.model.dependency import Dependency, LockedEdge
from scanner.model.errors import SourceError

# Real locks have two or three versions of a name; each edge to it is compared with all of them.
_MAX_VERSIONS = 50
_NO_GROUPS: tuple[None] = (None,)


def read_manifest(document: Document, path: str, parse: Callable[[Document], Parsed]) -> tuple[Dependency, ...] | None:
    """The declarations of the manifest in the lock's folder; None if there is no readable one."""
    try:
        parsed = parse(document.open(path))
    except SourceError:
        return None
    return tuple(
        entry
        for entry in parsed.entries
        if isinstance(entry, Dependency) and "build-system" not in entry.groups and entry.skipped_because is None
    )


def find_requests(declared: Iterable[Dependency], versions: LockedVersions) -> Iterator[Request]:
    """The requests that a manifest's declarations make of a lock."""
    for dependency in declared:
        if dependency.name is None:
            continue
        edge = LockedEdge(
            name=dependency.name,
            version=versions.pick(dependency.name, dependency.specifier),
            extras=dependency.extras,
            marker=dependency.marker,
        )
        for group in dependency.groups or _NO_GROUPS:
            yield Request(edge=edge, group=group)


class LockedVersions:
    """The versions of each name in a lock, for choosing between several."""

    def __init__(self, packages: Sequence[LockedPackage]) -> None:
        self._versions: dict[NormalizedName, dict[str, Version]] = defaultdict(dict)
        for package in packages:
            try:
                self._versions[package.name][package.version or ""] = Version(package.version or "")
            except (InvalidVersion, ValueError):
                continue

    def has_several(self, name: NormalizedName) -> bool:
        """Whether a name has more than one version."""
        return len(self._versions.get(name, ())) > 1

    def pick(self, name: NormalizedName, specifier: SpecifierSet) -> str | None:
        """The one of several versions that satisfies a specifier; None if there is only one, or if several match."""
        if not self.has_several(name) or len(self._versions[name]) > _MAX_VERSIONS:
            return None
        fitting = [
            text for text, version in self._versions[name].items() if specifier.contains(version, prereleases=True)
        ]
        return fitting[0] if len(fitting) == 1 else None
