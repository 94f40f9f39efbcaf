"""The end of a zip archive: where its central directory lies, if every unpacker would agree on that."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from scanner.model.errors import ArtifactError

MAX_MEMBERS = 65_535
"""What a zip archive holds without zip64; the largest wheels on the index have some 30,000 entries."""

MAX_DIRECTORY_BYTES = 32 * 1024 * 1024
"""Enough for ``MAX_MEMBERS`` with paths of 450 bytes; it bounds what is fetched and parsed."""

MAX_TAIL_BYTES = 22 + 0xFFFF + 76
"""How much of the end of a file can matter: the end record, the longest comment, and the zip64 records before them."""

CENTRAL_BYTES = 46

_END_BYTES = 22
_LOCATOR_BYTES = 20
_END64_BYTES = 56

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")

_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END64_SIGNATURE = b"PK\x06\x06"

_SATURATED = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
"""What the four fields of the end record hold where the zip64 record has the value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EndRecord:
    """Where the central directory lies."""

    offset: int
    size_bytes: int
    count: int


def find_end_record(filename: str, tail: bytes, file_bytes: int) -> EndRecord | None:
    """The end record, from the last bytes of the file; None where the tail is too short to hold it.

    Raises:
        ArtifactError: there is none, there are several, or something lies before, between or after the records.
    """
    position = tail.rfind(_END_SIGNATURE)
    if position < 0:
        if len(tail) >= min(file_bytes, MAX_TAIL_BYTES):
            raise ArtifactError(filename, "no end of central directory record: not a complete zip archive")
        return None
    _check_single_end(filename, tail, position)
    zip64 = position - _LOCATOR_BYTES - _END64_BYTES
    if zip64 < 0 < file_bytes - len(tail):
        return None
    start = file_bytes - len(tail)
    disk, first_disk, here, count, size, offset, _ = _END.unpack_from(tail, position)[1:]
    directory_end = start + position
    if tail[max(position - _LOCATOR_BYTES, 0) : position].startswith(_LOCATOR_SIGNATURE):
        end64 = _parse_end64(filename, tail, position, start)
        _check_agreement(filename, (here, count, size, offset), end64)
        disk, first_disk, here, count, size, offset = end64
        directory_end = start + zip64
    elif _SATURATED[-1] in (size, offset):
        raise ArtifactError(filename, "the end record announces zip64, but there is no zip64 locator")
    if disk or first_disk or here != count:
        raise ArtifactError(filename, "the archive spans several disks")
    end = EndRecord(offset=offset, size_bytes=size, count=count)
    _check_end(filename, end, directory_end)
    return end


def _check_single_end(filename: str, tail: bytes, position: int) -> None:
    fits = _end_fits(tail, position)
    earlier = tail.rfind(_END_SIGNATURE, 0, position)
    while earlier >= 0:
        if _end_fits(tail, earlier):
            raise ArtifactError(filename, "several end of central directory records: the archive comment holds another")
        earlier = tail.rfind(_END_SIGNATURE, 0, earlier)
    if not fits:
        raise ArtifactError(filename, "bytes after the end of central directory record are not its comment")


def _end_fits(tail: bytes, position: int) -> bool:
    if position + _END_BYTES > len(tail):
        return False
    comment_bytes = int.from_bytes(tail[position + 20 : position + 22], "little")
    return position + _END_BYTES + comment_bytes == len(tail)


def _parse_end64(filename: str, tail: bytes, position: int, start: int) -> tuple[int, int, int, int, int, int]:
    _, disk, offset, disks = _LOCATOR.unpack_from(tail, position - _LOCATOR_BYTES)
    expected = position - _LOCATOR_BYTES - _END64_BYTES
    if disk or disks > 1:
        raise ArtifactError(filename, "the archive spans several disks")
    if expected < 0 or not tail.startswith(_END64_SIGNATURE, expected) or offset != start + expected:
        raise ArtifactError(filename, "the zip64 locator does not point to a zip64 end record directly before it")
    _, size, _, _, disk, first_disk, here, count, directory_bytes, directory_offset = _END64.unpack_from(tail, expected)
    if size != _END64_BYTES - 12:
        raise ArtifactError(filename, "the zip64 end record has extensible data")
    return disk, first_disk, here, count, directory_bytes, directory_offset


def _check_agreement(filename: str, end: tuple[int, ...], end64: tuple[int, ...]) -> None:
    for value, full, wide in zip(end, _SATURATED, end64[2:], strict=True):
        if value not in (full, wide):
            raise ArtifactError(filename, "the end record and the zip64 end record disagree")


def _check_end(filename: str, end: EndRecord, directory_end: int) -> None:
    if end.offset + end.size_bytes != directory_end:
        raise ArtifactError(filename, "the central directory does not end where the end record begins")
    if end.count > MAX_MEMBERS or end.size_bytes > MAX_DIRECTORY_BYTES:
        raise ArtifactError(filename, f"more than {MAX_MEMBERS:,} entries, or a directory over 32 MiB")
    if end.count * CENTRAL_BYTES > end.size_bytes:
        raise ArtifactError(filename, "the central directory is too small for its number of entries")
