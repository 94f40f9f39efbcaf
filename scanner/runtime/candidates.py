"""The installable versions of one project on the target, each with its file.

Pure: all data are from the index's listing and from the target's Pyodide release, the two sources that pywrangler
installs from (`uv pip compile --index-strategy unsafe-best-match --no-build`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.artifact import Artifact, ArtifactKind, Origin, Release
from scanner.model.dependency import Dependency
from scanner.model.filenames import WHEEL_SUFFIX, find_wheel_tags, parse_wheel_name
from scanner.model.specifiers import find_pin
from scanner.model.target import Target
from scanner.runtime.tables import PyodidePackage
from scanner.runtime.target import rank_artifact, takes_python


class ReleaseSource(Protocol):
    """A project as an index lists it."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, newest first."""

    @property
    def candidate_versions(self) -> tuple[Version, ...]:
        """Those of the versions, newest first, that have a candidate; see ``has_candidate``."""

    def versions_near(self, version: Version) -> tuple[Version, ...]:
        """The versions, newest first, that could equal this one except for a local part, and possibly others."""

    def release(self, version: Version) -> Release | None:
        """One version with its files; None if it has no usable one."""

    def has_candidate(self, version: Version) -> bool:
        """Whether a wheel of this version could be compatible with a WebAssembly target, by file names alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One version, with the wheel that the target installs."""

    release: Release
    wheel: Artifact | None
    """The best compatible wheel; None if there is none."""

    @property
    def version(self) -> Version:
        """The version of the release."""
        return self.release.version

    @property
    def is_source_only(self) -> bool:
        """Whether it must be built: a source distribution, and no wheel but pure ones for other Pythons."""
        files = self.release.artifacts
        wheels = [file for file in files if file.kind is ArtifactKind.WHEEL]
        has_source = any(file.kind is ArtifactKind.SDIST for file in files)
        return self.wheel is None and has_source and all(is_pure(wheel) for wheel in wheels)

    @property
    def released(self) -> date | None:
        """The day of the first of its files; None if the index does not record it."""
        times = [artifact.upload_time for artifact in self.release.artifacts if artifact.upload_time]
        return min(times).date() if times else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PassedOver:
    """A newer version that was not selected because a dependency has no compatible wheel."""

    version: Version
    chain: tuple[str, ...]
    """From the project itself to the package without a compatible wheel."""
    misfit_version: Version


@dataclass(slots=True)
class Candidates:
    """All versions of one project, from the index and from the target's Pyodide release, with their compatibility."""

    name: NormalizedName
    target: Target
    listing: ReleaseSource | None
    """None if no index has the project."""
    pyodide: PyodidePackage | None
    """The build in the target's Pyodide release, or None."""
    _known: dict[Version, Candidate | None] = field(default_factory=dict)
    _may_fit: dict[Version, bool] = field(default_factory=dict)
    _versions: tuple[Version, ...] | None = None

    @property
    def exists(self) -> bool:
        """Whether the project exists anywhere."""
        return self.listing is not None or self.pyodide is not None

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, newest first."""
        if self._versions is None:
            self._versions = self._with_pyodide(self.listing.versions if self.listing else ())
        return self._versions

    @property
    def possible_versions(self) -> tuple[Version, ...]:
        """Those of the versions, newest first, that can have a wheel for the target; see ``may_fit``."""
        return self._with_pyodide(self.listing.candidate_versions if self.listing else ())

    def candidate(self, version: Version) -> Candidate | None:
        """One version with its best wheel; None if the version has no file at all."""
        if version not in self._known:
            self._known[version] = self._build(version)
        return self._known[version]

    def satisfying(self, specifier: SpecifierSet, *, prereleases: bool | None = None) -> tuple[Version, ...]:
        """The versions that a specifier admits, newest first; prereleases as pip treats them.

        With ``prereleases`` None they count only if the specifier names one or nothing else satisfies it.
        """
        pin = find_pin(specifier)
        versions = self.versions if pin is None else self._near(pin)
        return tuple(specifier.filter(versions, prereleases=prereleases))

    def fitting(self, versions: Iterable[Version], *, yanked: bool = False) -> Iterator[Candidate]:
        """The versions that have a compatible wheel, in the given order.

        Yanked wheels count only with ``yanked`` (an exact pin, PEP 592).
        """
        for version in versions:
            if not self.may_fit(version):
                continue
            candidate = self.candidate(version)
            if candidate and candidate.wheel and (yanked or candidate.wheel.yanked is None):
                yield candidate

    def newest(self, versions: Iterable[Version], *, yanked: bool = False) -> Candidate | None:
        """The first of the versions that has any installable file, yanked ones last."""
        fallback = None
        for version in versions:
            candidate = self.candidate(version)
            if candidate is None:
                continue
            if yanked or any(artifact.yanked is None for artifact in candidate.release.artifacts):
                return candidate
            fallback = fallback or candidate
        return fallback

    def may_fit(self, version: Version) -> bool:
        """Whether a version can have a compatible wheel, without parsing its files; False is certain."""
        known = self._may_fit.get(version)
        if known is None:
            is_bundled = self.pyodide is not None and self.pyodide.version == version
            known = is_bundled or (self.listing is not None and self.listing.has_candidate(version))
            self._may_fit[version] = known
        return known

    def _near(self, version: Version) -> tuple[Version, ...]:
        """The versions that can satisfy a pin, newest first, without checking all versions."""
        return self._with_pyodide(self.listing.versions_near(version) if self.listing else ())

    def _with_pyodide(self, listed: tuple[Version, ...]) -> tuple[Version, ...]:
        """The versions, newest first, including that of the Pyodide release."""
        if self.pyodide and self.pyodide.version not in listed:
            return tuple(sorted({*listed, self.pyodide.version}, reverse=True))
        return listed

    def _build(self, version: Version) -> Candidate | None:
        release = self.listing.release(version) if self.listing else None
        artifacts = release.artifacts if release else ()
        if self.pyodide and self.pyodide.version == version:
            artifacts = (*artifacts, pyodide_artifact(self.pyodide, self.target))
        usable = tuple(artifact for artifact in artifacts if artifact.kind is not ArtifactKind.OTHER)
        if not usable:
            return None
        return Candidate(
            release=Release(name=self.name, version=version, artifacts=usable),
            wheel=best_wheel(usable, self.target),
        )


def is_pure(wheel: Artifact) -> bool:
    """Whether the tags of a wheel name no platform."""
    return bool(wheel.tags) and all(tag.platform == "any" for tag in wheel.tags)


def best_wheel(artifacts: Iterable[Artifact], target: Target) -> Artifact | None:
    """The wheel that an installer selects: Pyodide's own copy, else the best tag, unyanked before yanked.

    None if none is compatible. pywrangler lists Pyodide's index as an extra one, which uv prefers.
    """
    ranked = []
    for position, artifact in enumerate(artifacts):
        rank = rank_artifact(artifact, target)
        if rank is not None and takes_python(artifact.requires_python, target):
            is_other = artifact.origin is not Origin.PYODIDE
            ranked.append((is_other, artifact.yanked is not None, rank, position, artifact))
    return min(ranked, key=lambda row: row[:4])[4] if ranked else None


def readable_wheel(candidate: Candidate, target: Target) -> Artifact | None:
    """The wheel whose contents stand for a release: of a copy in the Pyodide release the index's own."""
    wheel = candidate.wheel
    if wheel is None or wheel.origin is not Origin.PYODIDE:
        return wheel
    return best_wheel((one for one in candidate.release.artifacts if one.origin is not Origin.PYODIDE), target)


def pyodide_artifact(package: PyodidePackage, target: Target) -> Artifact:
    """The file that the target's Pyodide release ships for a package."""
    return Artifact(
        filename=package.filename,
        url="",
        kind=ArtifactKind.WHEEL,
        tags=find_wheel_tags(package.filename) or frozenset(),
        size_bytes=package.size_bytes,
        sha256=package.sha256,
        origin=Origin.PYODIDE,
        requires_python=f"=={target.python.rpartition('.')[0]}.*",
    )


def direct_candidates(dependency: Dependency, target: Target) -> Candidates | None:
    """The only version at a wheel's URL or path; None for every other URL."""
    url = dependency.url
    try:
        filename = unquote(posixpath.basename(urlsplit(url).path)) if url else ""
    except ValueError:  # an invalid host such as "["
        return None
    found = parse_wheel_name(filename) if filename.endswith(WHEEL_SUFFIX) else None
    if url is None or found is None or found.name != dependency.name:
        return None
    wheel = Artifact(
        filename=filename,
        url=dependency.file_url or "",
        kind=ArtifactKind.WHEEL,
        tags=found.tags,
        sha256=_find_sha256(dependency),
        origin=Origin.URL,
    )
    release = Release(name=found.name, version=found.version, artifacts=(wheel,))
    return Candidates(
        name=found.name, target=target, listing=FixedReleases(releases=(release,), url=filename), pyodide=None
    )


def _find_sha256(dependency: Dependency) -> str | None:
    """The digest that the declaration requires of the file, if it names one."""
    named = parse_qs(urlsplit(dependency.url or "").fragment).get("sha256", [])
    digests = {*named, *(text.removeprefix("sha256:") for text in dependency.hashes if text.startswith("sha256:"))}
    return digests.pop().lower() if len(digests) == 1 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedReleases:
    """Releases with known files, from a lock file or a direct URL, without an index."""

    releases: tuple[Release, ...]
    url: str
    """The source of the file list, for evidence."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, newest first."""
        return tuple(sorted((release.version for release in self.releases), reverse=True))

    @property
    def candidate_versions(self) -> tuple[Version, ...]:
        """All of them: their few files are checked afterwards."""
        return self.versions

    def versions_near(self, version: Version) -> tuple[Version, ...]:  # noqa: ARG002 - the protocol's
        """All of them, since they are few."""
        return self.versions

    def release(self, version: Version) -> Release | None:
        """The release of a version."""
        return next((release for release in self.releases if release.version == version), None)

    def has_candidate(self, version: Version) -> bool:
        """Whether the version is included; its few files are checked afterwards."""
        return self.release(version) is not None
