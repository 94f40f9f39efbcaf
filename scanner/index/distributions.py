"""The metadata of one version, by the cheapest available method, and files by byte ranges.

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
"""Wheels up to this size are downloaded whole for their metadata: most are opened afterwards, so that one request
replaces two."""
_MOST_HELD_BYTES = 16 * 1024 * 1024
"""The maximum size of all wheels kept in memory for this."""
_WHEEL_KIND, _SDIST_KIND = "metadata", "sdist-metadata"
_MISSES_BEFORE_GIVING_UP = 3
"""After this many missing sidecars, unannounced sidecars are requested from an origin only while most exist."""


class Fetcher(Protocol):
    """The part of the index that this module requires: bytes from the network or from local files."""

    async def fetch(self, url: str, *, max_bytes: int, byte_range: ByteRange | None = None) -> Answer:
        """One answer.

        Raises:
            IndexFailure: there is none that can be used.
        """


class Distributions:
    """Reads metadata and contents of distributions."""

    def __init__(self, fetcher: Fetcher, cache: Cache | None = None, *, at_any_age: bool = False) -> None:
        """``at_any_age`` also uses cached entries that are no longer fresh."""
        self._fetcher = fetcher
        self._cache = cache
        self._at_any_age = at_any_age
        self._sidecar_hits: dict[object, int] = {}
        self._sidecar_misses: dict[object, int] = {}
        self._stated: dict[str, str] = {}
        """The metadata of each wheel from its index or the cache, by URL."""
        self._small: dict[str, bytes] = {}
        self._small_bytes = 0

    async def fetch_metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """The metadata of a version; None if only a build can determine it or no file can be downloaded.

        Raises:
            IndexFailure: the index gave no usable answer.
            ArtifactError: the file or its metadata cannot be used, or speaks of another project or version.
        """
        for artifact in _by_usefulness(candidate):
            metadata = self._recall(artifact, candidate) or await self._fetch_from(artifact, candidate)
            return None if metadata.dynamic_requires else metadata
        return None

    async def open_source(self, artifact: Artifact, *, tail_bytes: int = 0) -> ByteSource:
        """The bytes of a file by ranges if the index supports them, else the whole file. ``tail_bytes`` of its
        end are requested at once.

        Raises:
            IndexFailure: the file cannot be fetched.
        """
        if artifact.size_bytes is None or file_path(artifact.url) is not None:
            return MemorySource(await self.fetch_whole(artifact))
        return RangeSource(self._fetcher, artifact, tail_bytes)

    async def fetch_whole(self, artifact: Artifact) -> bytes:
        """The whole file; its hash is verified if the index states one.

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
        # The metadata of a source distribution is already selected and completed from its other files.
        selected = text if artifact.kind is ArtifactKind.SDIST else select_metadata(text)
        self._stated[artifact.url] = selected
        self._keep(artifact, selected)
        return metadata

    async def _fetch_text(self, artifact: Artifact) -> str:
        """The text of the metadata, or at least the lines that are used."""
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
        """Keep a small wheel that was downloaded whole, for the next check that opens it."""
        if data is not None and self._small_bytes + len(data) <= _MOST_HELD_BYTES:
            self._small_bytes += len(data) - len(self._small.get(artifact.url, b""))
            self._small[artifact.url] = data

    def _recall(self, artifact: Artifact, candidate: Candidate) -> CoreMetadata | None:
        """The metadata from the cache; None if it has none for this file and version."""
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
        """Compare the METADATA in an opened wheel with the metadata from the index or the cache.

        Raises:
            ArtifactError: it declares another name, version, requirement, extra or Requires-Python.
        """
        known, name = self._stated.get(artifact.url, found), artifact.filename
        if known != found and parse_metadata(known, name) != parse_metadata(found, name):
            raise ArtifactError(name, "its METADATA contradicts the metadata file on the index")

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
        # Counted as missing until the answer arrives, so that twenty concurrent requests do not all miss.
        self._sidecar_misses[origin] = self._sidecar_misses.get(origin, 0) + 1
        try:
            answer = await self._fetcher.fetch(_sidecar_url(artifact.url), max_bytes=MAX_SIDECAR_BYTES)
        except IndexFailure:
            if announced:
                raise
            return None  # an index may answer 403 for a missing file; the wheel itself decides
        if answer.status != 200:
            return None
        self._sidecar_misses[origin] -= 1
        self._sidecar_hits[origin] = self._sidecar_hits.get(origin, 0) + 1
        if artifact.metadata_sha256 and hashlib.sha256(answer.body).hexdigest() != artifact.metadata_sha256:
            raise ArtifactError(f"{artifact.filename}.metadata", "its SHA-256 does not match the index")
        return answer.body.decode("utf-8", "replace")

    def _may_have_sidecars(self, origin: object) -> bool:
        misses = self._sidecar_misses.get(origin, 0)
        return misses < _MISSES_BEFORE_GIVING_UP or misses < self._sidecar_hits.get(origin, 0)


class RangeSource:
    """A file behind an HTTP server, read by byte ranges; the whole file once if the server ignores ranges."""

    def __init__(self, fetcher: Fetcher, artifact: Artifact, tail_bytes: int = 0) -> None:
        self._fetcher = fetcher
        self._artifact = artifact
        self._tail_start = max(0, (artifact.size_bytes or 0) - tail_bytes)
        self._tail: bytes | None = None
        self._whole: bytes | None = None

    @property
    def size_bytes(self) -> int:
        """The size from the listing. A file without a size is downloaded whole."""
        return self._artifact.size_bytes or 0

    @property
    def whole(self) -> bytes | None:
        """The whole file, if it was downloaded at once."""
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
    """The URL of the metadata of a wheel (PEP 658): a suffix before the query."""
    path, separator, query = url.partition("?")
    return f"{path}.metadata{separator}{query}"


def _parse(text: str, artifact: Artifact, candidate: Candidate) -> CoreMetadata:
    """The metadata in a text.

    Raises:
        ArtifactError: it cannot be read, or is about another project or version.
    """
    metadata = parse_metadata(text, artifact.filename, from_source=artifact.kind is ArtifactKind.SDIST)
    _check_identity(metadata, candidate, artifact)
    return metadata


def _kind(artifact: Artifact) -> str:
    return _SDIST_KIND if artifact.kind is ArtifactKind.SDIST else _WHEEL_KIND


def _cache_key(artifact: Artifact) -> str | None:
    """The cache key of a file's metadata; its URL without a hash; None for a file that may change at any time."""
    if artifact.sha256:
        return artifact.cache_key
    return None if "?" in artifact.url or file_path(artifact.url) is not None else redact_url(artifact.url)


def _tail_bytes(artifact: Artifact) -> int:
    """The number of bytes at the end of a wheel that usually contain its directory and its metadata."""
    size_bytes = artifact.size_bytes or 0
    return size_bytes if size_bytes <= _SMALL_BYTES else min(_MOST_TAIL_BYTES, max(_LEAST_TAIL_BYTES, size_bytes // 8))


def _by_usefulness(candidate: Candidate) -> list[Artifact]:
    """The files that can provide the metadata: the wheel to install first, sources last."""
    fetchable = [a for a in candidate.release.artifacts if a.url and a.kind is not ArtifactKind.OTHER]
    return sorted(fetchable, key=lambda a: (a is not candidate.wheel, a.kind is ArtifactKind.SDIST, a.size_bytes or 0))


def _check_identity(metadata: CoreMetadata, candidate: Candidate, artifact: Artifact) -> None:
    if metadata.name != candidate.release.name:
        raise ArtifactError(artifact.filename, f"its metadata names another project, {metadata.name[:80]}")
    if metadata.version != candidate.version:
        raise ArtifactError(artifact.filename, f"its metadata names another version, {str(metadata.version)[:80]}")


def _check_status(artifact: Artifact, answer: Answer, expected: tuple[int, ...]) -> None:
    if answer.status not in expected:
        raise IndexAnswerError(artifact.url, f"{artifact.filename}: answered with status {answer.status}")
