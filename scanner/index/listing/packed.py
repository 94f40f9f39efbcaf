"""A listing as bytes, for the cache and for memory: one line about the project, then one for the files of each version.

A project can have thousands of files, and most scans look at one version of it. So each line is parsed when its version
is requested.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from packaging.utils import NormalizedName

from scanner.index.listing import Listing
from scanner.index.listing.rows import FileRow, RowLike

_MOST_FIELDS, _LEAST_FIELDS = 8, 6
_KINDS = {str, int, type(None)}
_SHAPE = 2
"""Raised whenever the stored shape changes, so that older entries are read as absent."""


class Packed(NamedTuple):
    """A listing as bytes."""

    text: bytes
    may_be_kept: bool
    """Whether the cache may keep it: the URL of a file may hold a secret."""


def pack_listing(listing: Listing) -> Packed:
    """The listing as compact bytes."""
    base = find_base(next(iter(listing.rows.values()), ()))
    may_be_kept = not _may_hold_secrets(base)
    lines = [b""]
    for rows in listing.rows.values():
        line = encode_rows(rows, base)
        if may_be_kept and (b"?" in line or b"@" in line):
            may_be_kept = not any(_may_hold_secrets(row.url) for row in rows)
        lines.append(line)
    head = {
        "shape": _SHAPE,
        "url": listing.url,
        "base": base,
        "versions": list(listing.rows),
        "bytes": [len(line) for line in lines[1:]],
        "fits": "".join("1" if listing.text_may_fit(text) else "0" for text in listing.rows),
    }
    lines[0] = encode_plain(head)
    return Packed(b"\n".join(lines), may_be_kept)


def unpack_listing(text: bytes, name: NormalizedName) -> Listing | None:
    """What ``pack_listing`` wrote; None for anything else, an older shape among them."""
    end = text.find(b"\n")
    head_bytes = len(text) if end < 0 else end
    try:
        head = json.loads(text[:head_bytes])
        if not isinstance(head, dict) or head["shape"] != _SHAPE:
            return None
        versions, url = list(map(str, head["versions"])), head["url"]
        starts = list(accumulate((max(int(size), 0) + 1 for size in head["bytes"]), initial=head_bytes + 1))
        fits, base = str(head["fits"]), str(head["base"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    if not len(versions) == len(starts) - 1 == len(fits) or starts[-1] != max(len(text), head_bytes) + 1:
        return None
    places = {version: (start, stop - 1) for version, (start, stop) in zip(versions, pairwise(starts), strict=True)}
    told = {version: mark == "1" for version, mark in zip(versions, fits, strict=True)}
    return Listing(name=name, url=str(url), rows=PackedRows(places, base, text), fits=told)


class PackedRows(Mapping[str, Sequence[RowLike]]):
    """The files by version, each line decoded on its first use."""

    def __init__(self, places: Mapping[str, tuple[int, int]], base: str, text: bytes) -> None:
        self._places = places
        self._base = base
        self._text = text
        self._rows: dict[str, Sequence[RowLike]] = {}

    def __getitem__(self, version: str) -> Sequence[RowLike]:
        rows = self._rows.get(version)
        if rows is None:
            rows = self._rows[version] = decode_rows(self._text[slice(*self._places[version])], self._base)
        return rows

    def __contains__(self, version: object) -> bool:
        return version in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _may_hold_secrets(url: str) -> bool:
    return "?" in url or "@" in url.partition("//")[2].partition("/")[0]


def find_base(rows: Sequence[RowLike]) -> str:
    """The likely beginning of the files' URLs: origin and first folder of the first one."""
    return "/".join(rows[0].url.split("/", 4)[:4]) + "/" if rows else ""


def encode_rows(rows: Sequence[RowLike], base: str) -> bytes:
    """The rows as JSON on one line; URLs are shortened by ``base`` and by the name of the file at their end."""
    packed = _pack(rows, base)
    try:
        return _find_encoder()(packed)
    except ValueError:  # half of a surrogate pair, which only the standard library writes
        return encode_plain(packed)


def decode_rows(line: bytes, base: str) -> tuple[FileRow, ...]:
    """What ``encode_rows`` wrote; broken rows are left out."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    return tuple(_unpack(row, base) for row in raw if _is_row(row)) if isinstance(raw, list) else ()


def encode_plain(value: object) -> bytes:
    """The value as JSON on one line."""
    return json.dumps(value, separators=(",", ":")).encode()


@cache
def _find_encoder() -> Callable[[object], bytes]:
    """The faster encoder where the extra "fast" is installed."""
    try:
        from msgspec.json import encode  # noqa: PLC0415 - an optional library
    except ImportError:
        return encode_plain
    return encode


def _pack(rows: Sequence[RowLike], base: str) -> list[tuple[object, ...]]:
    begins = len(base)
    packed: list[tuple[object, ...]] = []
    for row in rows:
        filename, url = row.filename, row.url
        ends = len(url) - len(filename)
        if url[:begins] == base and url[ends:] == filename and ends >= begins and "://" not in url[begins:ends]:
            url = url[begins:ends]
        facts = (filename, url, row.size_bytes, row.sha256, row.requires_python, row.upload_time)
        # Nearly all files are neither yanked nor have a sidecar.
        yanked, metadata = row.yanked, row.metadata_sha256
        packed.append(facts if yanked is None and metadata is None else (*facts, yanked, metadata))
    return packed


def _unpack(row: list[str], base: str) -> FileRow:
    filename, url, size, sha256, requires_python, upload_time, *rest = row
    yanked, metadata = rest or (None, None)
    whole = url if "://" in url else f"{base}{url}{filename}"
    return FileRow._make((filename, whole, size, sha256, requires_python, yanked, upload_time, metadata))


def _is_row(row: object) -> bool:
    if not isinstance(row, list) or len(row) not in (_LEAST_FIELDS, _MOST_FIELDS):
        return False
    if not isinstance(row[0], str) or not isinstance(row[1], str):
        return False
    kinds = [type(value) for value in row]
    return _KINDS.issuperset(kinds) and (int not in kinds or (kinds[2] is int and kinds.count(int) == 1))
