"""The metadata of one version, by the cheapest way there is, and the files themselves by ranges.

In this order: the sidecar of the wheel (PEP 658; tried also where the listing does not announce it, since indexes
serve it without saying so), the wheel's own METADATA by byte ranges, the whole wheel, the PKG-INFO of the source
distribution. Nothing is ever built.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from scanner.index.archive.contents import read_wheel_metadata, select_metadata
from scanner.index.archive.pieces import ByteSource, MemorySource
from scanner.index.archive.sdist import read_sdist
from scanner.index.archive.wheel import verify_sha256
from scanner.index.cache import Cache
from scanner.index.http.answer import Answer, ByteRange
from scanner.index.http.freshness import DEFAULT_SECONDS
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.errors import ArtifactError, IndexAnswerError, IndexFailure
from scanner.model.metadata import CoreMetadata, parse_metadata
from scanner.model.urls import file_path, find_origin, redact_url
from scanner.runtime.candidates import Candidate

MAX_SIDECAR_BYTES = 16 * 1024 * 1024
MAX_SDIST_BYTES = 128 * 1024 * 1024

_LEAST_TAIL_BYTES, _MOST_TAIL_BYTES = 64 * 1024, 256 * 1024
_SMALL_BYTES = 128 * 1024
"""Wheels up to this size are fetched whole for their metadata: most are looked into afterwards, and that is one request
instead of two."""
_MOST_HELD_BYTES = 16 * 1024 * 1024
"""How much of small wheels is held for that."""
_WHEEL_KIND, _SDIST_KIND = "metadata", "sdist-metadata"
_MISSES_BEFORE_GIVING_UP = 3
"""After so many sidecars that were not there, an origin is asked for unannounced ones only while most are there."""


class Fetcher(Protocol):
    """The part of the index that is needed here: bytes from the web or from this machine."""

    async def fetch(self, url: str, *, max_bytes: int, byte_range: ByteRange | None = None) -> Answer:
        """One answer.

        Raises:
            IndexFailure: there is none that can be used.
        """


class Distributions:
    """Reads metadata and contents of distributions."""

    def __init__(self, fetcher: Fetcher, cache: Cache | None = None, *, at_any_age: bool = False) -> None:
        """``at_any_age`` takes from the cache also what would otherwise be asked for again."""
        self._fetcher = fetcher
        self._cache = cache
        self._at_any_age = at_any_age
        self._sidecar_hits: dict[object, int] = {}
        self._sidecar_misses: dict[object, int] = {}
        self._stated: dict[str, str] = {}
        """The metadata that each wheel's index or cache gave, by URL."""
        self._small: dict[str, bytes] = {}
        self._small_bytes = 0

    async def fetch_metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; None where only a build would tell it, or no file of it can be fetched.

        Raises:
            IndexFailure: the index gave no usable answer.
            ArtifactError: the file or its metadata cannot be used, or speaks of another project or version.
        """
        for artifact in _by_usefulness(candidate):
            metadata = self._recall(artifact, candidate) or await self._fetch_from(artifact, candidate)
            return None if metadata.dynamic_requires else metadata
        return None

    async def open_source(self, artifact: Artifact, *, tail_bytes: int = 0) -> ByteSource:
        """The file's bytes by ranges where the index gives them, else the whole file; so many of the last at once.

        Raises:
            IndexFailure: the file cannot be fetched.
        """
        if artifact.size_bytes is None or file_path(artifact.url) is not None:
            return MemorySource(await self.fetch_whole(artifact))
        return RangeSource(self._fetcher, artifact, tail_bytes)

    async def fetch_whole(self, artifact: Artifact) -> bytes:
        """The whole file, its hash verified where the index gives one.

        Raises:
            IndexFailure: the file cannot be fetched.
            ArtifactError: it is not the file that the index promised.
        """
        data = self._small.pop(artifact.url, None)
        if data is None:
            answer = await self._fetcher.fetch(artifact.url, max_bytes=MAX_SDIST_BYTES)
            _check_status(artifact, answer, (200,))
            data = answer.body
        else:
            self._small_bytes -= len(data)
        if artifact.sha256:
            verify_sha256(artifact.filename, data, artifact.sha256)
        return data

    async def _fetch_from(self, artifact: Artifact, candidate: Candidate) -> CoreMetadata:
        text = await self._fetch_text(artifact)
        metadata = _parse(text, artifact, candidate)
        # The metadata of a source distribution is selected already, and completed from the files beside it.
        selected = text if artifact.kind is ArtifactKind.SDIST else select_metadata(text)
        self._stated[artifact.url] = selected
        self._keep(artifact, selected)
        return metadata

    async def _fetch_text(self, artifact: Artifact) -> str:
        """The text of the metadata, or at least those of its lines that are used."""
        if artifact.kind is ArtifactKind.SDIST:
            return read_sdist(artifact.filename, await self.fetch_whole(artifact)).metadata
        text = await self._fetch_sidecar(artifact)
        if text is None:
            source = await self.open_source(artifact, tail_bytes=_tail_bytes(artifact))
            text = await read_wheel_metadata(artifact.filename, source)
            if isinstance(source, RangeSource):
                self._hold_small(artifact, source.whole)
        return text

    def _hold_small(self, artifact: Artifact, data: bytes | None) -> None:
        """Hold a small wheel that came whole, for whoever looks into it next."""
        if data is not None and self._small_bytes + len(data) <= _MOST_HELD_BYTES:
            self._small_bytes += len(data) - len(self._small.get(artifact.url, b""))
            self._small[artifact.url] = data

    def _recall(self, artifact: Artifact, candidate: Candidate) -> CoreMetadata | None:
        """The metadata from the cache; None where it has none of this file and version."""
        key = _cache_key(artifact)
        if self._cache is None or key is None:
            return None
        text = self._cache.recall(_kind(artifact), key, at_any_age=self._at_any_age)
        try:
            metadata = None if text is None else _parse(text, artifact, candidate)
        except ArtifactError:
            return None
        if text is not None:
            self._stated[artifact.url] = text
        return metadata

    def check_metadata(self, artifact: Artifact, found: str) -> None:
        """Compare the METADATA in an opened wheel with what the index or the cache gave for it.

        Raises:
            ArtifactError: it declares another name, version, requirement, extra or Requires-Python.
        """
        known, name = self._stated.get(artifact.url, found), artifact.filename
        if known != found and parse_metadata(known, name) != parse_metadata(found, name):
            raise ArtifactError(name, "its METADATA contradicts the metadata that the index gives beside it")

    def _keep(self, artifact: Artifact, text: str) -> None:
        key = _cache_key(artifact)
        if self._cache is not None and key is not None:
            fresh_seconds = float("inf") if artifact.sha256 else DEFAULT_SECONDS
            self._cache.keep(_kind(artifact), key, text, fresh_seconds=fresh_seconds)

    async def _fetch_sidecar(self, artifact: Artifact) -> str | None:
        origin = find_origin(artifact.url)
        announced = artifact.metadata_sha256 is not None
        if origin is None or not (announced or self._may_have_sidecars(origin)):
            return None
        # Counted as a miss until the answer is there: twenty at once should not all find out the same.
        self._sidecar_misses[origin] = self._sidecar_misses.get(origin, 0) + 1
        try:
            answer = await self._fetcher.fetch(_sidecar_url(artifact.url), max_bytes=MAX_SIDECAR_BYTES)
        except IndexFailure:
            if announced:
                raise
            return None  # an index may answer 403 for what it does not have; the wheel itself decides
        if answer.status != 200:
            return None
        self._sidecar_misses[origin] -= 1
        self._sidecar_hits[origin] = self._sidecar_hits.get(origin, 0) + 1
        if artifact.metadata_sha256 and hashlib.sha256(answer.body).hexdigest() != artifact.metadata_sha256:
            raise ArtifactError(f"{artifact.filename}.metadata", "its SHA-256 is not the one that the index gives")
        return answer.body.decode("utf-8", "replace")

    def _may_have_sidecars(self, origin: object) -> bool:
        misses = self._sidecar_misses.get(origin, 0)
        return misses < _MISSES_BEFORE_GIVING_UP or misses < self._sidecar_hits.get(origin, 0)


class RangeSource:
    """A file behind an HTTP server, read by byte ranges; the whole file once where the server ignores them."""

    def __init__(self, fetcher: Fetcher, artifact: Artifact, tail_bytes: int = 0) -> None:
        self._fetcher = fetcher
        self._artifact = artifact
        self._tail_start = max(0, (artifact.size_bytes or 0) - tail_bytes)
        self._tail: bytes | None = None
        self._whole: bytes | None = None

    @property
    def size_bytes(self) -> int:
        """The size as the index lists it; a file without one is fetched whole instead."""
        return self._artifact.size_bytes or 0

    @property
    def whole(self) -> bytes | None:
        """The whole file, where it came at once."""
        return self._whole if self._whole is not None or self._tail_start else self._tail

    async def read(self, start: int, stop: int) -> bytes:
        """The bytes from ``start`` to before ``stop``.

        Raises:
            IndexFailure: they cannot be fetched.
        """
        if start >= self._tail_start and stop <= self.size_bytes:
            if self._tail is None:
                self._tail = await self._fetch(self._tail_start, self.size_bytes)
            return self._tail[start - self._tail_start : stop - self._tail_start]
        return await self._fetch(start, stop)

    async def _fetch(self, start: int, stop: int) -> bytes:
        if self._whole is None:
            answer = await self._fetcher.fetch(self._artifact.url, max_bytes=MAX_SDIST_BYTES, byte_range=(start, stop))
            _check_status(self._artifact, answer, (200, 206))
            if answer.status == 206:
                return answer.body
            self._whole = answer.body
        return self._whole[start:stop]


def _sidecar_url(url: str) -> str:
    """Where the metadata of a wheel lies: beside it (PEP 658), so before the query."""
    path, separator, query = url.partition("?")
    return f"{path}.metadata{separator}{query}"


def _parse(text: str, artifact: Artifact, candidate: Candidate) -> CoreMetadata:
    """The metadata that a text states.

    Raises:
        ArtifactError: it cannot be read, or is about another project or version.
    """
    metadata = parse_metadata(text, artifact.filename, from_source=artifact.kind is ArtifactKind.SDIST)
    _check_identity(metadata, candidate, artifact)
    return metadata


def _kind(artifact: Artifact) -> str:
    return _SDIST_KIND if artifact.kind is ArtifactKind.SDIST else _WHEEL_KIND


def _cache_key(artifact: Artifact) -> str | None:
    """The key of a file's metadata, its URL if it has no hash; None for a file that may change at any time."""
    if artifact.sha256:
        return artifact.cache_key
    return None if "?" in artifact.url or file_path(artifact.url) is not None else redact_url(artifact.url)


def _tail_bytes(artifact: Artifact) -> int:
    """How much of a wheel's end holds, as a rule, its directory and its metadata: wheels have them last."""
    size_bytes = artifact.size_bytes or 0
    return size_bytes if size_bytes <= _SMALL_BYTES else min(_MOST_TAIL_BYTES, max(_LEAST_TAIL_BYTES, size_bytes // 8))


def _by_usefulness(candidate: Candidate) -> list[Artifact]:
    """The files that can tell the metadata, the wheel that would be installed first, sources last."""
    fetchable = [a for a in candidate.release.artifacts if a.url and a.kind is not ArtifactKind.OTHER]
    return sorted(fetchable, key=lambda a: (a is not candidate.wheel, a.kind is ArtifactKind.SDIST, a.size_bytes or 0))


def _check_identity(metadata: CoreMetadata, candidate: Candidate, artifact: Artifact) -> None:
    if metadata.name != candidate.release.name:
        raise ArtifactError(artifact.filename, f"its metadata is about another project, {metadata.name[:80]}")
    if metadata.version != candidate.version:
        raise ArtifactError(artifact.filename, f"its metadata is about another version, {str(metadata.version)[:80]}")


def _check_status(artifact: Artifact, answer: Answer, expected: tuple[int, ...]) -> None:
    if answer.status not in expected:
        raise IndexAnswerError(artifact.url, f"{artifact.filename}: answered with status {answer.status}")
