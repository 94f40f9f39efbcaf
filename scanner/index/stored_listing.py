"""A listing as text for the cache: one line about the project, then one for the files of each version.

A project can have thousands of files, and most scans look at one version of it. So each line is taken apart only when
its version is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from scanner.index.listing import Listing
from scanner.index.rows import FileRow, RowLike

_SHAPE = 1
"""Raised whenever the stored shape changes, so that older entries are read as absent."""
_FIELDS = 8
_NUMBER_FIELD = 2
_KINDS = {str, int, type(None)}


def listing_to_text(listing: Listing) -> str | None:
    """The listing as compact text; None where a file's address has a query, which may hold a secret."""
    lines = [""]
    encode_rows = _find_encoder()
    for rows in listing.rows.values():
        try:
            line = encode_rows(rows)
        except ValueError:  # half of a surrogate pair, which only the plain encoder writes
            line = encode_plain(rows)
        if ("?" in line or "@" in line) and any(_may_hold_secrets(row.url) for row in rows):
            return None
        lines.append(line)
    head = {
        "shape": _SHAPE,
        "url": listing.url,
        "malformed": listing.malformed,
        "versions": list(listing.rows),
        "fits": "".join("1" if listing.text_may_fit(text) else "0" for text in listing.rows),
    }
    lines[0] = _encode(head)
    return "\n".join(lines)


def listing_from_text(text: str, name: NormalizedName) -> Listing | None:
    """What ``listing_to_text`` wrote; None for anything else, an older shape among them."""
    lines = text.split("\n")
    try:
        head = json.loads(lines[0])
        if not isinstance(head, dict) or head["shape"] != _SHAPE or len(head["versions"]) != len(lines) - 1:
            return None
        versions, malformed, url = list(map(str, head["versions"])), tuple(map(str, head["malformed"])), head["url"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    rows = LazyRows(dict(zip(versions, lines[1:], strict=True)))
    told = {text: mark == "1" for text, mark in zip(versions, str(head.get("fits")), strict=False) if mark in "01"}
    return Listing(name=name, url=str(url), rows=rows, malformed=malformed, fits=told)


class LazyRows(Mapping[str, Sequence[RowLike]]):
    """The files by version, each line decoded when it is first asked for; what is broken in it is left out."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._rows: dict[str, tuple[FileRow, ...]] = {}

    def __getitem__(self, version: str) -> Sequence[RowLike]:
        rows = self._rows.get(version)
        if rows is None:
            rows = self._rows[version] = _decode(self._lines[version])
        return rows

    def __contains__(self, version: object) -> bool:
        return version in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def _find_encoder() -> Callable[[Sequence[RowLike]], str]:
    """The faster one where the extra «fast» is installed; both write the same."""
    try:
        from scanner.index.typed_rows import encode_rows  # noqa: PLC0415 - an optional library stands behind it
    except ImportError:
        return encode_plain
    return encode_rows


def encode_plain(rows: Sequence[RowLike]) -> str:
    """The rows as a JSON array of arrays, each with the fields of ``RowLike`` in their order."""
    return _encode([_pack(row) for row in rows])


def _pack(row: RowLike) -> tuple[object, ...]:
    size, sha256, requires = row.size_bytes, row.sha256, row.requires_python
    return (row.filename, row.url, size, sha256, requires, row.yanked, row.upload_time, row.metadata_sha256)


def _may_hold_secrets(url: str) -> bool:
    return "?" in url or "@" in url.partition("//")[2].partition("/")[0]


def _encode(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _decode(line: str) -> tuple[FileRow, ...]:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    return tuple(_unpack(row) for row in raw if _is_row(row)) if isinstance(raw, list) else ()


def _is_row(row: object) -> bool:
    if not isinstance(row, list) or len(row) != _FIELDS or not isinstance(row[0], str) or not isinstance(row[1], str):
        return False
    kinds = set(map(type, row))
    return kinds <= _KINDS and (int not in kinds or (type(row[_NUMBER_FIELD]) is int and _count(row, int) == 1))


def _count(row: list[object], kind: type) -> int:
    return sum(type(value) is kind for value in row)


def _unpack(row: list[str]) -> FileRow:
    return FileRow._make(row)
