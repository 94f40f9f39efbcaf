"""The files of a project as an index states them: PEP 691 JSON into rows, with msgspec where it is importable.

Both decoders give rows with the same attributes and the same values; ``FileRow`` is the plain tuple.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple, Protocol

_TEXT = (str, type(None))
_NUMBER = (int, type(None))
_NO_HASHES: dict[str, object] = {}
MOST_VALUES = 800_000
"""How many values a document may hold. A file has about a dozen, and each costs far more memory than its text."""

MOST_FILES = 60_000
"""How many files a listing may have, several times as many as any project of the public index."""


class RowLike(Protocol):
    """One file as its index states it, unchecked beyond the types."""

    @property
    def filename(self) -> str:
        """The name alone, without folders."""

    @property
    def url(self) -> str:
        """As stated: perhaps relative to the listing."""

    @property
    def size_bytes(self) -> int | None:
        """None where the index does not say (before PEP 700)."""

    @property
    def sha256(self) -> str | None:
        """Hexadecimal, as stated."""

    @property
    def requires_python(self) -> str | None:
        """As stated, perhaps with HTML's entities."""

    @property
    def yanked(self) -> str | None:
        """None where the file stands, else the reason, perhaps empty (PEP 592)."""

    @property
    def upload_time(self) -> str | None:
        """ISO 8601 (PEP 700)."""

    @property
    def metadata_sha256(self) -> str | None:
        """None without a metadata sidecar (PEP 658, 714); empty where it has no hash."""


class FileRow(NamedTuple):
    """A row as a plain tuple; see ``RowLike`` for the fields."""

    filename: str
    url: str
    size_bytes: int | None = None
    sha256: str | None = None
    requires_python: str | None = None
    yanked: str | None = None
    upload_time: str | None = None
    metadata_sha256: str | None = None


class ProjectRows(NamedTuple):
    """A project's page, decoded."""

    name: str
    api_version: str
    rows: Sequence[RowLike]


def parse_project_rows(body: bytes) -> ProjectRows:
    """The rows of a PEP 691 document.

    Raises:
        ValueError: it is no JSON, holds too much, or a part of it is missing or of a wrong type.
    """
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise ValueError(f"the JSON holds more than {MOST_VALUES:,} values")
    typed = _parse_typed(body)
    rows = typed if typed is not None else parse_plain(body)
    if len(rows.rows) > MOST_FILES:
        raise ValueError(f"it has more than {MOST_FILES:,} files")
    return rows


def parse_plain(body: bytes) -> ProjectRows:
    """As ``parse_project_rows``, with the standard library.

    Raises:
        ValueError: as there.
    """
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if not isinstance(document, dict):
        raise ValueError("the JSON is no object")  # noqa: TRY004 - the document is wrong, not a caller
    name, files, meta = document.get("name"), document.get("files"), document.get("meta", {})
    if not isinstance(name, str) or not isinstance(files, list) or not isinstance(meta, dict):
        raise ValueError("name, files or meta is missing or of the wrong type")  # noqa: TRY004 - as above
    rows = list(map(_plain_row, files))
    if None in rows:
        raise ValueError(f"files[{rows.index(None)}] has a value of the wrong type")
    return ProjectRows(name, str(meta.get("api-version", "1.0")), [row for row in rows if row is not None])


def _plain_row(file: object) -> FileRow | None:
    """One element of ``files``; None where a field has a type that it cannot have."""
    if not isinstance(file, dict):
        return None
    get = file.get
    filename, url, size, hashes = get("filename"), get("url"), get("size"), get("hashes", _NO_HASHES)
    if not isinstance(filename, str) or not isinstance(url, str) or not isinstance(hashes, dict):
        return None
    sha256, requires_python, upload_time = hashes.get("sha256"), get("requires-python"), get("upload-time")
    # To isinstance, a bool is an int.
    if not isinstance(size, _NUMBER) or size is True or size is False or not isinstance(sha256, _TEXT):
        return None
    if not isinstance(requires_python, _TEXT) or not isinstance(upload_time, _TEXT):
        return None
    yanked, metadata = _yanked(get("yanked")), _metadata_hash(file)
    return FileRow(filename, url, size, sha256, requires_python, yanked, upload_time, metadata)


def _yanked(value: object) -> str | None:
    """None where the file stands, else the reason: an index states false, true or a sentence."""
    if isinstance(value, str):
        return value or None
    return "" if value is True else None


def _metadata_hash(file: dict[str, object]) -> str | None:
    """The hash of the metadata sidecar, from the first field that announces one, the newest name first."""
    for key in ("core-metadata", "data-dist-info-metadata", "dist-info-metadata"):
        value = file.get(key)
        if isinstance(value, dict):
            digest = value.get("sha256")
            return digest if isinstance(digest, str) else ""
        if value is True:
            return ""
    return None


def _parse_typed(body: bytes) -> ProjectRows | None:
    """The rows by msgspec; None where it is not importable or fails, so that the plain parser says what is wrong."""
    try:
        from scanner.index.listing.typed_rows import parse_typed  # noqa: PLC0415 - an optional library stands behind it
    except ImportError:
        return None
    return parse_typed(body)
