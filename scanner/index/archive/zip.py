"""The members of a zip archive, refused if two unpackers could disagree about them.

``zipfile`` parses the central directory. It forgives what an attacker uses to show one content to a scanner and another
to an installer; the checks are here, and ``zip_member`` compares each local header with the directory. They follow
PKWARE's APPNOTE 6.3.10, what the public package index refuses since August 2025 and what uv refuses when it unpacks
(both read 2026-11-22). Data descriptors pass if both headers announce them, because older build tools wrote them.
"""

from __future__ import annotations

import stat
import struct
import zipfile
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from scanner.index.archive.paths import check_path, check_paths
from scanner.index.archive.pieces import Pieces
from scanner.index.archive.zip_member import (
    DESCRIPTOR,
    ENCRYPTED,
    FULL16,
    FULL32,
    LOCAL_HEADER_BYTES,
    PATCHED,
    UTF8,
    ZIP64_EXTRA,
    find_data,
    parse_extra,
    refuse,
)
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

MAX_MEMBERS = 65_535
"""What a zip archive holds without zip64; the largest wheels on the index have some 30,000 entries."""

_MAX_UNPACKED_BYTES = 16 * 1024**3
_MAX_RATIO = 200
"""Unpacked to packed, beyond ``_RATIO_FREE_BYTES``: real wheels stay below 20, deflate can reach 1,032."""

_RATIO_FREE_BYTES = 64 * 1024 * 1024
"""Up to this size a ratio does no harm, and small files of zeros are common."""

_DEFLATE_MAX_RATIO = 1040
_MAX_SLACK_BYTES = 0xFFFF + 24  # the longest extra field, and the longest data descriptor
_BOMB = f"unpacks to more than {_MAX_RATIO} times its size"

_END_BYTES = 22
_END = struct.Struct("<4s4H2LH")
_ZIP64_ENDS = struct.Struct("<4sQ4x2L4Q4sLQL")
_END_SIGNATURE, _END64_SIGNATURE, _LOCATOR_SIGNATURE = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_SATURATED = (0, 0, FULL16, FULL16, FULL32, FULL32)
"""What the end record holds if the zip64 record has the values."""

_FILE_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)


def parse_directory(filename: str, pieces: Pieces) -> tuple[Member, ...]:
    """Return the members in the order of the central directory; of a whole file, every local header is checked.

    Raises:
        ArtifactError: the archive could harm the scanner or be read in two ways.
        MissingBytesError: the directory has not been fetched.
    """
    try:
        with zipfile.ZipFile(pieces) as archive:
            infos, start, comment = archive.infolist(), archive.start_dir, archive.comment
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise ArtifactError(filename, f"not a usable zip archive: {error}") from error
    if len(infos) > MAX_MEMBERS:
        raise ArtifactError(filename, f"more than {MAX_MEMBERS:,} entries")
    _check_end(filename, pieces, len(infos), start, comment)
    for info in infos:
        _check_entry(filename, info)
    _check_total(filename, infos)
    check_paths(filename, [info.orig_filename for info in infos])
    members = _make_members(filename, infos, start)
    if pieces.is_whole:
        for member in members:
            _check_record(filename, member, pieces)
    return members


def _check_end(filename: str, pieces: Pieces, count: int, start: int, comment: bytes) -> None:
    """Refuse end records that another unpacker could find elsewhere, or that describe another directory."""
    stop = pieces.seek(-_END_BYTES - len(comment), 2)
    signature, *fields, _ = _END.unpack(pieces.read(_END_BYTES))
    zip64 = _read_zip64_ends(pieces, stop)
    stop -= _ZIP64_ENDS.size if zip64 else 0
    expected = (0, 0, count, count, stop - start, start)
    wide = (_END64_SIGNATURE, 44, *expected, _LOCATOR_SIGNATURE, 0, stop)
    full = _SATURATED if zip64 else expected
    is_plain = all(value in pair for value, *pair in zip(fields, expected, full, strict=True))
    refuse(
        filename,
        "the archive",
        (signature != _END_SIGNATURE, "the bytes after its end record are not its comment"),
        (_END_SIGNATURE in comment, "its comment contains another end record"),
        (not is_plain, "its end record does not describe the central directory before it"),
        (zip64 and (zip64[:-1] != wide or zip64[-1] > 1), "its zip64 records do not describe the central directory"),
    )


def _read_zip64_ends(pieces: Pieces, position: int) -> tuple[Any, ...]:
    """Return the fields of the zip64 end record and its locator before the end record; empty if there are none."""
    if position < _ZIP64_ENDS.size:
        return ()
    pieces.seek(position - _ZIP64_ENDS.size)
    fields = _ZIP64_ENDS.unpack(pieces.read(_ZIP64_ENDS.size))
    return fields if _LOCATOR_SIGNATURE in fields else ()


def _check_entry(filename: str, info: zipfile.ZipInfo) -> None:
    path, flags, size, compressed = info.orig_filename, info.flag_bits, info.file_size, info.compress_size
    refuse(
        filename,
        path[:80],
        (flags & ENCRYPTED, "encrypted"),
        (flags & PATCHED, "holds patch data"),
        (not path.isascii() and not flags & UTF8, "a name that is not ASCII and not declared as UTF-8"),
        (info.compress_type not in (0, 8), "a compression method other than 0 (stored) and 8 (deflate)"),
        (info.volume, "the archive spans several disks"),
        (info.comment, "a comment in the central directory, where other records can hide"),
        (stat.S_IFMT(info.external_attr >> 16) not in _FILE_TYPES, "a link or a special file"),
        (path.endswith("/") and size, "a folder with content"),
        (info.compress_type == 0 and size != compressed, "stored, but with two different sizes"),
        (size > (compressed + 1) * _DEFLATE_MAX_RATIO, "declares more bytes than deflate can hold"),
        (size > max(_RATIO_FREE_BYTES, compressed * _MAX_RATIO), _BOMB),
    )
    check_path(filename, path)
    if info.extra:
        zip64 = parse_extra(filename, path, info.extra).get(ZIP64_EXTRA, b"")
        values = {value for (value,) in struct.iter_unpack("<Q", zip64[: len(zip64) // 8 * 8])}
        if not values <= {size, compressed, info.header_offset}:
            raise ArtifactError(filename, f"{path}: its zip64 field contradicts its header")


def _check_total(filename: str, infos: Sequence[zipfile.ZipInfo]) -> None:
    size, compressed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    refuse(
        filename,
        "the archive",
        (size > _MAX_UNPACKED_BYTES, f"unpacks to {size:,} bytes, more than 16 GiB"),
        (size > max(_RATIO_FREE_BYTES, compressed * _MAX_RATIO), _BOMB),
    )


def _make_members(filename: str, infos: Sequence[zipfile.ZipInfo], directory_start: int) -> tuple[Member, ...]:
    """Return the members; their records must fill the file from its first byte without overlap."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in ordered), directory_start]
    if starts[0] != 0:
        raise ArtifactError(filename, "the archive does not begin with its first entry")
    ends = {}
    for info, (start, end) in zip(ordered, pairwise(starts), strict=True):
        slack = end - start - LOCAL_HEADER_BYTES - len(info.orig_filename.encode()) - info.compress_size
        refuse(
            filename,
            info.orig_filename,
            (slack < 0, "overlaps the record after it"),
            (slack > _MAX_SLACK_BYTES, "bytes that belong to no entry follow it"),
        )
        ends[start] = end
    return tuple(_make_member(info, ends[info.header_offset]) for info in infos)


def _make_member(info: zipfile.ZipInfo, end: int) -> Member:
    return Member(
        path=info.orig_filename,
        size_bytes=info.file_size,
        compressed_bytes=info.compress_size,
        crc=info.CRC,
        method=info.compress_type,
        offset=info.header_offset,
        end=end,
        mode=stat.S_IMODE(info.external_attr >> 16),
        has_descriptor=bool(info.flag_bits & DESCRIPTOR),
    )


def _check_record(filename: str, member: Member, pieces: Pieces) -> None:
    """Compare the member's local header with the directory; the file is in memory."""
    pieces.seek(member.offset)
    head = pieces.read(min(member.end - member.offset, LOCAL_HEADER_BYTES + 2 * FULL16))
    if find_data(filename, member, head) is None:
        raise ArtifactError(filename, f"{member.path}: the archive ends inside it")
