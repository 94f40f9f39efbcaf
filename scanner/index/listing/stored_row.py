"""One file of a listing as a short array: what is stored by the hundred thousand should not say anything twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache

from scanner.index.listing.rows import FileRow, RowLike

_MOST_FIELDS, _LEAST_FIELDS = 8, 6
_KINDS = {str, int, type(None)}


def find_base(rows: Sequence[RowLike]) -> str:
    """What the addresses of the files are likely to begin with: origin and first folder of the first of them."""
    return "/".join(rows[0].url.split("/", 4)[:4]) + "/" if rows else ""


def encode_rows(rows: Sequence[RowLike], base: str) -> bytes:
    """The rows as JSON on one line; addresses are shortened by ``base`` and by the name of the file at their end."""
    packed = _pack(rows, base)
    try:
        return _find_encoder()(packed)
    except ValueError:  # half of a surrogate pair, which only the standard library writes
        return encode_plain(packed)


def decode_rows(line: bytes, base: str) -> tuple[FileRow, ...]:
    """What ``encode_rows`` wrote; what is broken in it is left out."""
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
    """The faster one where the extra «fast» is installed."""
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
