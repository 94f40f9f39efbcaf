"""A project as an index lists it (PEP 691 JSON, PEP 503 HTML): all its files, parsed one version at a time.

A project can have thousands of files, and most questions are about one version. So the rows are grouped by the version
text in their names, and the artifacts of a version, with their tags, are made when it is requested.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

from packaging.tags import Tag
from packaging.utils import (
    NormalizedName,
)
from packaging.version import Version

from scanner.index.listing.pages import parse_html_rows, storable
from scanner.index.listing.rows import FileRow, RowLike
from scanner.index.listing.versions import VersionTexts
from scanner.model.artifact import Artifact, ArtifactKind, Release
from scanner.model.errors import IndexAnswerError
from scanner.model.filenames import (
    MOST_NAME_CHARACTERS,
    WHEEL_SUFFIX,
    FilenameReader,
    find_kind,
    is_plain,
    may_fit_webassembly,
    parse_wheel_name,
)
from scanner.model.urls import drop_fragment, join_url, redact_url

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Listing:
    """One project of one index, or of several merged."""

    name: NormalizedName
    url: str
    """Where it was read, without credentials; of several merged, the first."""
    rows: Mapping[str, Sequence[RowLike]]
    """The files by version as it is written in their names, unchecked."""
    fits: Mapping[str, bool] = field(default_factory=dict, repr=False)
    """For versions as written, whether a wheel could fit a WebAssembly target; others are told from their files."""
    _releases: dict[Version, Release] = field(default_factory=dict, repr=False)

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """All versions, newest first; those with yanked files only are among them."""
        return tuple(sorted(self._texts.all, reverse=True))

    @cached_property
    def candidate_versions(self) -> tuple[Version, ...]:
        """Those of the versions, newest first, that have a candidate; most projects of native code have none."""
        found = VersionTexts(text for text in self.rows if self.text_may_fit(text))
        return tuple(sorted(found.all, reverse=True))

    def versions_near(self, version: Version) -> tuple[Version, ...]:
        """Those of the versions, newest first, that could equal this one but for a local part, and perhaps others."""
        return tuple(sorted(self._texts.near(version), reverse=True))

    def release(self, version: Version) -> Release | None:
        """One version with all its files; None where the index has no file of it.

        A wheel whose name breaks the rules beyond its version is kept as kind OTHER, without tags.
        """
        known = self._releases.get(version)
        texts = self._texts.of(version) if known is None else None
        if texts:
            artifacts = tuple(_artifact(row) for text in texts for row in self.rows[text])
            known = self._releases[version] = Release(name=self.name, version=Version(texts[0]), artifacts=artifacts)
        return known

    def has_candidate(self, version: Version) -> bool:
        """Whether a wheel of this version could fit a WebAssembly target, told from file names alone."""
        return any(self.text_may_fit(text) for text in self._texts.of(version))

    def text_may_fit(self, text: str) -> bool:
        """As ``has_candidate``, for a version as it is written in the names."""
        told = self.fits.get(text)
        return _may_fit(self.rows.get(text, ())) if told is None else told

    @cached_property
    def _texts(self) -> VersionTexts:
        return VersionTexts(self.rows)


def parse_html_listing(text: str, *, url: str, name: NormalizedName) -> Listing:
    """The listing on a PEP 503 page.

    Raises:
        IndexAnswerError: as ``parse_rows``.
    """
    return make_listing(parse_html_rows(text, url, name), url=url, name=name)


def make_listing(rows: Iterable[RowLike], *, url: str, name: NormalizedName) -> Listing:
    """A listing of those rows that name a file of the project; relative URLs are resolved against ``url``."""
    version_text = FilenameReader(name).version_text
    groups: dict[str, list[RowLike]] = {}
    # A project can have ten thousand files. Indexes list the files of a version one after the other, so the beginning
    # of the last name is mostly that of the next one too, and then nothing has to be taken apart.
    beginning, sdist, group = "\0", "\0", list[RowLike]()
    for row in _resolved(rows, url):
        filename = row.filename
        is_wheel = filename[-4:] == WHEEL_SUFFIX
        if (is_wheel and filename.startswith(beginning)) or (filename == sdist and is_plain(sdist)):
            group.append(row)
        else:
            found = version_text(filename)
            if found is None:
                continue
            group = groups.setdefault(found, [])
            group.append(row)
            if is_wheel:
                whole = filename[: filename.index("-") + len(found) + 1]
                beginning, sdist = f"{whole}-", f"{whole}.tar.gz"
            else:
                beginning = sdist = "\0"
    return Listing(
        name=name,
        url=redact_url(url),
        rows=groups,
        fits={text: _may_fit(group) for text, group in groups.items()},
    )


def merge_listings(listings: Sequence[Listing]) -> Listing | None:
    """All files of all of them; of files with the same name the first counts. None for an empty sequence."""
    if len(listings) < 2:
        return listings[0] if listings else None
    rows = _MergedRows([listing.rows for listing in listings])
    fits = {text: any(one.text_may_fit(text) for one in listings) for text in rows}
    return Listing(name=listings[0].name, url=listings[0].url, rows=rows, fits=fits)


class _MergedRows(Mapping[str, Sequence[RowLike]]):
    """All files of all places by version; of files with the same name the first counts."""

    def __init__(self, places: Sequence[Mapping[str, Sequence[RowLike]]]) -> None:
        self._places = places
        self._versions = dict.fromkeys(text for place in places for text in place)
        self._rows: dict[str, tuple[RowLike, ...]] = {}

    def __getitem__(self, version: str) -> Sequence[RowLike]:
        rows = self._rows.get(version)
        if rows is None:
            if version not in self._versions:
                raise KeyError(version)
            rows = self._rows[version] = self._merge(version)
        return rows

    def __contains__(self, version: object) -> bool:
        return version in self._versions

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    def _merge(self, version: str) -> tuple[RowLike, ...]:
        group: dict[str, RowLike] = {}
        for place in self._places:
            for row in place.get(version, ()):
                known = group.get(row.filename)
                group[row.filename] = row if known is None else _complete(known, row)
        return tuple(group.values())


def _complete(row: RowLike, other: RowLike) -> RowLike:
    """The row with what only the other one says, if the hashes prove that both are the same file.

    A local copy of an index often lacks yanking and Python versions.
    """
    if row.sha256 is None or row.sha256 != other.sha256:
        return row
    return FileRow(
        row.filename,
        row.url,
        row.size_bytes if row.size_bytes is not None else other.size_bytes,
        row.sha256,
        row.requires_python or other.requires_python,
        row.yanked if row.yanked is not None else other.yanked,
        row.upload_time or other.upload_time,
        row.metadata_sha256,
    )


def _resolved(rows: Iterable[RowLike], base: str) -> Iterator[RowLike]:
    """The rows with absolute URLs, without those that cannot have one."""
    for row in rows:
        if len(row.filename) > MOST_NAME_CHARACTERS:
            raise IndexAnswerError(redact_url(base), f"a file name has more than {MOST_NAME_CHARACTERS} characters")
        whole = row if row.url.startswith(("https://", "http://")) else _resolve(row, base)
        if whole is not None:
            yield whole


def _may_fit(rows: Iterable[RowLike]) -> bool:
    """Whether a wheel among them could fit a WebAssembly target."""
    for row in rows:  # most files are told at a glance
        filename = row.filename
        if (filename[-8:] == "-any.whl" or "wasm32" in filename) and may_fit_webassembly(filename):
            return True
    return False


def _resolve(row: RowLike, base: str) -> RowLike | None:
    """The row with an absolute URL; None unless it is one of the web, or a local file of a local index."""
    url = join_url(base, row.url)
    if url is None:
        return None
    scheme = urlsplit(url).scheme
    if scheme not in ("http", "https") and not (scheme == "file" and base.startswith("file:")):
        return None
    size, sha256, requires = row.size_bytes, row.sha256, row.requires_python
    return FileRow(row.filename, url, size, sha256, requires, row.yanked, row.upload_time, row.metadata_sha256)


def _artifact(row: RowLike) -> Artifact:
    kind, tags = _kind_and_tags(row.filename)
    return Artifact(
        filename=storable(row.filename),
        url=storable(redact_url(drop_fragment(row.url)[0]) if "#" in row.url or "@" in row.url else row.url),
        kind=kind,
        tags=tags,
        size_bytes=row.size_bytes if row.size_bytes is None or row.size_bytes >= 0 else None,
        sha256=_digest(row.sha256),
        requires_python=storable(html.unescape(row.requires_python)) if row.requires_python else None,
        yanked=None if row.yanked is None else storable(row.yanked),
        upload_time=_upload_time(row.upload_time),
        metadata_sha256=None if row.metadata_sha256 is None else (_digest(row.metadata_sha256) or ""),
    )


def _kind_and_tags(filename: str) -> tuple[ArtifactKind, frozenset[Tag]]:
    """What the file is; OTHER for a wheel whose name breaks the rules."""
    kind = find_kind(filename)
    if kind is not ArtifactKind.WHEEL:
        return kind, frozenset()
    found = parse_wheel_name(filename) if is_plain(filename) else None
    return (ArtifactKind.OTHER, frozenset()) if found is None else (kind, found.tags)


def _digest(text: str | None) -> str | None:
    lowered = (text or "").lower()
    return lowered if _SHA256.fullmatch(lowered) else None


def _upload_time(text: str | None) -> datetime | None:
    """In UTC, as PEP 700 demands it; None where it cannot be read."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
