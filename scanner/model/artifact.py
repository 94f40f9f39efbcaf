"""Distributed files and the releases they belong to."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from packaging.tags import Tag
from packaging.utils import NormalizedName
from packaging.version import Version

from scanner.model.urls import redact_url


class ArtifactKind(enum.StrEnum):
    """The kind of a distributed file."""

    WHEEL = "wheel"
    SDIST = "sdist"
    OTHER = "other"


class Origin(enum.StrEnum):
    """The source of an artifact: a package index, the target's Pyodide release, or a URL in the file."""

    INDEX = "index"
    PYODIDE = "pyodide"
    URL = "url"


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """One file of a release, as its index describes it."""

    filename: str
    url: str
    kind: ArtifactKind
    tags: frozenset[Tag] = frozenset()
    """The compatibility tags of a wheel's file name, expanded; empty for everything else."""
    size_bytes: int | None = None
    sha256: str | None = None
    requires_python: str | None = None
    """Requires-Python as the index gives it, unparsed: some indexes have invalid values."""
    yanked: str | None = None
    """The reason, possibly empty, if the file is yanked (PEP 592); otherwise None."""
    upload_time: datetime | None = None
    origin: Origin = Origin.INDEX
    metadata_sha256: str | None = None
    """The hash of the PEP 658 sidecar; the empty string for a sidecar without a hash; None if unknown."""

    @property
    def cache_key(self) -> str | None:
        """The cache key of facts about this file: its URL and hash; None without a hash.

        The URL is part of it because the hash is unverified: an index may claim the hash of another index's file.
        Credentials and query are not.
        """
        return f"{redact_url(self.url).partition('?')[0]} {self.sha256}" if self.sha256 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One version of a project with all of its known files."""

    name: NormalizedName
    version: Version
    artifacts: tuple[Artifact, ...]
