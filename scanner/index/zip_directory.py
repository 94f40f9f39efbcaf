"""The central directory of a zip archive, parsed so that no two unpackers could disagree about it.

``zipfile`` is not used: it needs the whole file, and it forgives what an attacker uses to show one content to a
scanner and another to an installer. The rules here follow PKWARE's APPNOTE 6.3.10 and, where that is lenient, what the
Python package index has refused since August 2025 (warehouse, ``utils/zipfiles.py``, read 2026-11-22) and what uv
refuses when it unpacks. One rule is softer than the index's, on purpose: data descriptors pass where both headers
announce them, because older wheels of honest build tools were streamed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scanner.index.zip_end import CENTRAL_BYTES, EndRecord
from scanner.index.zip_path import check_paths, decode_path
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

MAX_UNCOMPRESSED_BYTES = 16 * 1024**3
"""All members together; the index takes no file that unpacks to a fraction of it."""

MAX_RATIO = 200
"""Unpacked to packed, beyond ``RATIO_FREE_BYTES``: real wheels stay below 20, deflate can reach 1,032."""

RATIO_FREE_BYTES = 64 * 1024 * 1024
"""Up to here a ratio does no harm, and small files of zeros are common."""

_DEFLATE_MAX_RATIO = 1040
LOCAL_HEADER_BYTES = 30
_MAX_SLACK_BYTES = 0xFFFF + 24  # the longest extra field, and the longest data descriptor

_CENTRAL = struct.Struct("<4s6H3L5H2L")

_CENTRAL_SIGNATURE = b"PK\x01\x02"

_FULL32 = 0xFFFFFFFF
# General purpose flags (APPNOTE 4.4.4).
ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
DESCRIPTOR = 1 << 3
PATCHED = 1 << 5
UTF8 = 1 << 11
ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075
_FILE_TYPES = {0o000000, 0o100000, 0o040000}  # not recorded, a file, a folder


def parse_directory(filename: str, data: bytes, end: EndRecord) -> tuple[Member, ...]:
    """The members in the order of the directory; ``data`` is exactly the central directory.

    Raises:
        ArtifactError: an entry breaks a guard.
    """
    entries = list(_parse_entries(filename, data, end.count))
    check_paths(filename, [entry.path for entry in entries])
    _check_sizes(filename, entries)
    ends = _record_ends(filename, entries, end.offset)
    return tuple(_member(entry, ends[entry.offset]) for entry in entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    path: str
    size_bytes: int
    compressed_bytes: int
    crc: int
    method: int
    offset: int
    name_bytes: int
    mode: int
    has_descriptor: bool


def parse_extra(filename: str, path: str, data: bytes) -> Mapping[int, bytes]:
    """The extra fields by their id.

    Raises:
        ArtifactError: they do not fill their space exactly, or one that changes meaning stands twice.
    """
    fields: dict[int, bytes] = {}
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise ArtifactError(filename, f"{path}: its extra field is cut short")
        identity, size = struct.unpack_from("<2H", data, position)
        value = data[position + 4 : position + 4 + size]
        if len(value) != size:
            raise ArtifactError(filename, f"{path}: its extra field is longer than its space")
        if identity in fields and identity in (ZIP64_EXTRA, _UNICODE_PATH_EXTRA):
            raise ArtifactError(filename, f"{path}: the extra field {identity:#06x} stands twice")
        fields[identity] = value
        position += 4 + size
    return fields


def widen_sizes(filename: str, path: str, values: Sequence[int], extra: bytes | None) -> tuple[int, ...]:
    """The values with those that are saturated (2**32 - 1) replaced from the zip64 field, in its fixed order.

    Some writers always store all of them; then the others must repeat the header.

    Raises:
        ArtifactError: the field is absent, of another length than its values need, or contradicts the header.
    """
    needed = sum(value == _FULL32 for value in values)
    if extra is None:
        if needed:
            raise ArtifactError(filename, f"{path}: its header announces zip64 sizes that are not there")
        return tuple(values)
    wide = struct.unpack(f"<{len(extra) // 8}Q", extra[: len(extra) // 8 * 8])
    if len(extra) == needed * 8:
        supply = iter(wide)
        return tuple(next(supply) if value == _FULL32 else value for value in values)
    if len(extra) % 8 not in (0, 4) or len(wide) < 2 or len(wide) > len(values):
        raise ArtifactError(filename, f"{path}: its zip64 field has {len(extra)} bytes, its header needs {needed * 8}")
    for value, stored in zip(values, wide, strict=False):
        if value not in (_FULL32, stored):
            raise ArtifactError(filename, f"{path}: its zip64 field contradicts its header")
    if _FULL32 in values[len(wide) :]:
        raise ArtifactError(filename, f"{path}: its zip64 field is too short")
    return wide + tuple(values[len(wide) :])


def parse_entry_at(filename: str, data: bytes, position: int, end: int) -> Member:
    """The member whose entry begins there in the central directory; ``end`` is where the next record begins.

    Raises:
        ArtifactError: the entry breaks a guard.
    """
    entry, _ = _read_entry(filename, data, position)
    _check_sizes(filename, [entry])
    return _member(entry, end)


def _parse_entries(filename: str, data: bytes, count: int) -> Iterator[_Entry]:
    position = 0
    for _ in range(count):
        if position + CENTRAL_BYTES > len(data) or not data.startswith(_CENTRAL_SIGNATURE, position):
            raise ArtifactError(filename, "the central directory ends before its last entry")
        entry, position = _read_entry(filename, data, position)
        yield entry
    if position != len(data):
        raise ArtifactError(filename, "the central directory has more than its number of entries")


def _read_entry(filename: str, data: bytes, position: int) -> tuple[_Entry, int]:
    """The entry at a position, and the position of the next one."""
    fields = _CENTRAL.unpack_from(data, position)
    name_bytes, extra_bytes, comment_bytes = fields[10:13]
    name_start = position + CENTRAL_BYTES
    extra_start = name_start + name_bytes
    stop = extra_start + extra_bytes + comment_bytes
    if stop > len(data):
        raise ArtifactError(filename, "the central directory ends inside an entry")
    name, extra = data[name_start:extra_start], data[extra_start : extra_start + extra_bytes]
    return _parse_entry(filename, fields, name, extra), stop


def _parse_entry(filename: str, fields: tuple[int, ...], name: bytes, extra: bytes) -> _Entry:
    _, _, _, flags, method, _, _, crc, compressed, size, _, _, comment_bytes, disk, _, attributes, offset = fields
    path = decode_path(filename, name, is_utf8=bool(flags & UTF8))
    _check_entry(filename, path, flags=flags, method=method, disk=disk, comment_bytes=comment_bytes)
    extras = parse_extra(filename, path, extra)
    check_unicode_path(filename, path, name, extras)
    size, compressed, offset = widen_sizes(filename, path, (size, compressed, offset), extras.get(ZIP64_EXTRA))
    mode = attributes >> 16  # whatever system it was made on: installers look no further either
    if mode & 0o170000 not in _FILE_TYPES:
        raise ArtifactError(filename, f"{path}: a link or a special file")
    return _Entry(
        path=path,
        size_bytes=size,
        compressed_bytes=compressed,
        crc=crc,
        method=method,
        offset=offset,
        name_bytes=len(name),
        mode=mode & 0o7777,
        has_descriptor=bool(flags & DESCRIPTOR),
    )


def check_unicode_path(filename: str, path: str, name: bytes, extras: Mapping[int, bytes]) -> None:
    """Nothing, where the Info-ZIP Unicode path is absent or repeats the name.

    Raises:
        ArtifactError: it renames the entry for those who read it.
    """
    value = extras.get(_UNICODE_PATH_EXTRA)
    if value is not None and value[5:] != name:
        raise ArtifactError(filename, f"{path}: an extra field gives it another name")


def _check_entry(filename: str, path: str, *, flags: int, method: int, disk: int, comment_bytes: int) -> None:
    if flags & ENCRYPTED:
        raise ArtifactError(filename, f"{path}: encrypted")
    if flags & PATCHED:
        raise ArtifactError(filename, f"{path}: holds patch data")
    if method not in (0, 8):
        raise ArtifactError(filename, f"{path}: compression method {method}, and wheels use 0 (stored) and 8 (deflate)")
    if disk:
        raise ArtifactError(filename, "the archive spans several disks")
    if comment_bytes:
        raise ArtifactError(filename, f"{path}: a comment in the central directory, where other records can hide")


def _check_sizes(filename: str, entries: Sequence[_Entry]) -> None:
    for entry in entries:
        size, compressed = entry.size_bytes, entry.compressed_bytes
        if entry.path.endswith("/") and size:
            raise ArtifactError(filename, f"{entry.path}: a folder with content")
        if entry.method == 0 and size != compressed:
            raise ArtifactError(filename, f"{entry.path}: stored, but with two different sizes")
        if size > compressed * _DEFLATE_MAX_RATIO + _DEFLATE_MAX_RATIO:
            raise ArtifactError(filename, f"{entry.path}: declares more bytes than deflate can hold")
        check_ratio(filename, entry.path, size, compressed)
    total = sum(entry.size_bytes for entry in entries)
    check_ratio(filename, "the archive", total, sum(entry.compressed_bytes for entry in entries))
    if total > MAX_UNCOMPRESSED_BYTES:
        raise ArtifactError(filename, f"unpacks to {total:,} bytes, more than 16 GiB")


def check_ratio(filename: str, what: str, size_bytes: int, compressed_bytes: int) -> None:
    """Nothing, where the compression is one that real files reach.

    Raises:
        ArtifactError: it is a decompression bomb.
    """
    if size_bytes > RATIO_FREE_BYTES and size_bytes > compressed_bytes * MAX_RATIO:
        raise ArtifactError(filename, f"{what}: unpacks to more than {MAX_RATIO} times its size")


def _record_ends(filename: str, entries: Sequence[_Entry], directory_offset: int) -> Mapping[int, int]:
    """Where each record ends, by its offset; they must fill the file from its first byte without overlap."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    if (ordered[0].offset if ordered else directory_offset) != 0:
        raise ArtifactError(filename, "the archive does not begin with its first entry")
    ends = {}
    starts = [entry.offset for entry in ordered] + [directory_offset]
    for entry, (start, end) in zip(ordered, pairwise(starts), strict=True):
        least = start + LOCAL_HEADER_BYTES + entry.name_bytes + entry.compressed_bytes
        if least > end:
            raise ArtifactError(filename, f"{entry.path}: overlaps the record after it")
        if end - least > _MAX_SLACK_BYTES:
            raise ArtifactError(filename, f"{entry.path}: {end - least:,} bytes after it belong to no entry")
        ends[start] = end
    return ends


def _member(entry: _Entry, end: int) -> Member:
    return Member(
        path=entry.path,
        size_bytes=entry.size_bytes,
        compressed_bytes=entry.compressed_bytes,
        crc=entry.crc,
        method=entry.method,
        offset=entry.offset,
        end=end,
        mode=entry.mode,
        has_descriptor=entry.has_descriptor,
    )
