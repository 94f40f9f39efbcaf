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
    """What a distributed file is."""

    WHEEL = "wheel"
    SDIST = "sdist"
    OTHER = "other"


class Origin(enum.StrEnum):
    """Where an artifact comes from: a package index, the target's Pyodide release, or a URL in the file."""

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
    """The Requires-Python as the index gives it, unparsed: indexes carry values that no parser takes."""
    yanked: str | None = None
    """None where the file stands; the reason, perhaps empty, where it is yanked (PEP 592)."""
    upload_time: datetime | None = None
    origin: Origin = Origin.INDEX
    metadata_sha256: str | None = None
    """The hash of the PEP 658 sidecar; the empty string where there is a sidecar without a hash; None if unknown."""

    @property
    def cache_key(self) -> str | None:
        """The key under which facts about this file are kept: its URL and hash; None without a hash.

        The URL belongs to it because the hash is only a claim: an index may claim the hash of another index's file.
        Credentials and query do not.
        """
        return f"{redact_url(self.url).partition('?')[0]} {self.sha256}" if self.sha256 else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One version of a project with every file of it that could be found."""

    name: NormalizedName
    version: Version
    artifacts: tuple[Artifact, ...]
