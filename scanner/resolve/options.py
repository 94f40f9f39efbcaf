"""The resolver settings of a project, as in uv: which releases are candidates, and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.artifact import Release
from scanner.runtime.candidates import ReleaseSource


class Resolution(StrEnum):
    """Which satisfying version comes first."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    LOWEST_DIRECT = "lowest-direct"


class Prerelease(StrEnum):
    """For which packages prereleases are candidates."""

    DISALLOW = "disallow"
    ALLOW = "allow"
    IF_NECESSARY = "if-necessary"
    EXPLICIT = "explicit"
    IF_NECESSARY_OR_EXPLICIT = "if-necessary-or-explicit"

    @property
    def takes_named(self) -> bool:
        """Whether a direct requirement allows prereleases by naming one."""
        return self in (Prerelease.EXPLICIT, Prerelease.IF_NECESSARY_OR_EXPLICIT)

    @property
    def takes_only_ones(self) -> bool:
        """Whether prereleases are candidates if a package has no other release."""
        return self in (Prerelease.IF_NECESSARY, Prerelease.IF_NECESSARY_OR_EXPLICIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The settings of one resolution."""

    preferences: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """The versions of an earlier resolution. Each is chosen again if it still satisfies every requirement."""
    exclude_newer: datetime | None = None
    """Files uploaded at this time or later are excluded, and files without an upload time."""
    resolution: Resolution = Resolution.HIGHEST
    prerelease: Prerelease = Prerelease.IF_NECESSARY_OR_EXPLICIT

    def is_lowest(self, *, is_direct: bool) -> bool:
        """Whether the oldest version of a package comes first; ``is_direct`` if the project itself requires it."""
        return self.resolution is Resolution.LOWEST or (self.resolution is Resolution.LOWEST_DIRECT and is_direct)


@dataclass(frozen=True, slots=True)
class UploadedBefore:
    """A listing without the files that are too new (`exclude-newer`)."""

    listing: ReleaseSource
    moment: datetime

    @property
    def url(self) -> str | None:
        """Where the listing was read."""
        return getattr(self.listing, "url", None)

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions with a file that is old enough, newest first."""
        return tuple(version for version in self.listing.versions if self.release(version) is not None)

    @property
    def candidate_versions(self) -> tuple[Version, ...]:
        """Those of the versions, newest first, that have a candidate."""
        return tuple(version for version in self.listing.candidate_versions if self.release(version) is not None)

    def versions_near(self, version: Version) -> tuple[Version, ...]:
        """Those of the versions, newest first, that could equal this one, and perhaps others."""
        return tuple(one for one in self.listing.versions_near(version) if self.release(one) is not None)

    def release(self, version: Version) -> Release | None:
        """One version with the files that are old enough; None if it has none."""
        release = self.listing.release(version)
        files = release.artifacts if release else ()
        old = tuple(file for file in files if file.upload_time is not None and file.upload_time < self.moment)
        return replace(release, artifacts=old) if release and old else None

    def has_candidate(self, version: Version) -> bool:
        """Whether a wheel of this version could fit a WebAssembly target."""
        return self.listing.has_candidate(version)
