"""One member of a zip archive: its local header compared with the directory, its data unpacked within limits."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

LOCAL_HEADER_BYTES = 30
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
# General purpose flags (APPNOTE 4.4.4).
ENCRYPTED, DESCRIPTOR, PATCHED, UTF8 = 1 << 0 | 1 << 6 | 1 << 13, 1 << 3, 1 << 5, 1 << 11
ZIP64_EXTRA, _UNICODE_PATH_EXTRA = 0x0001, 0x7075

_LOCAL = struct.Struct("<4s2x2H4x3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_BYTES = (12, 16, 20, 24)
"""The lengths of a data descriptor, with and without signature and zip64 sizes (APPNOTE 4.3.9)."""


def unpack_member(filename: str, member: Member, record: bytes) -> bytes:
    """Return the content; ``record`` is everything from the member's local header to the next record.

    Bytes beyond the declared size are cut off, as pip does. That passes only if the checksum fits the shorter content.

    Raises:
        ArtifactError: the local header disagrees with the directory, or the data with its size or checksum.
    """
    start = find_data(filename, member, record)
    if start is None or len(record) != member.end - member.offset:
        raise ArtifactError(filename, f"{member.path}: the archive ends inside it")
    data = record[start : start + member.compressed_bytes]
    content = data if member.method == 0 else _inflate(filename, member, data)
    if len(content) < member.size_bytes:
        raise ArtifactError(filename, f"{member.path}: unpacks to fewer bytes than it declares")
    if zlib.crc32(content[: member.size_bytes]) != member.crc:
        is_longer = len(content) > member.size_bytes
        reason = "unpacks to more bytes than it declares" if is_longer else "its checksum does not match its content"
        raise ArtifactError(filename, f"{member.path}: {reason}")
    return content[: member.size_bytes]


def unpack_start(filename: str, member: Member, record: bytes, *, least: int, most: int) -> bytes | None:
    """Return the first bytes of the content, up to ``most``; None if ``record`` holds fewer than ``least``.

    ``record`` is the beginning of what lies between the member's local header and the next record. A member shorter
    than ``least`` is returned whole. The checksum covers the whole content, so it is not verified.

    Raises:
        ArtifactError: the local header disagrees with the directory, or the data does not unpack.
    """
    start = find_data(filename, member, record)
    if start is None:
        return None
    most = min(most, member.size_bytes)
    data = record[start : start + member.compressed_bytes]
    try:
        content = data if member.method == 0 else zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, max(most, 1))
    except zlib.error as error:
        raise ArtifactError(filename, f"{member.path}: its compressed data is damaged") from error
    if len(content) >= min(least, member.size_bytes):
        return content[:most]
    if len(data) == member.compressed_bytes:
        raise ArtifactError(filename, f"{member.path}: unpacks to fewer bytes than it declares")
    return None


def find_data(filename: str, member: Member, record: bytes) -> int | None:
    """Return where the member's data begins in ``record``; None if the record does not reach that far.

    Raises:
        ArtifactError: the local header disagrees with the central directory, or leaves room for something else.
    """
    if len(record) < LOCAL_HEADER_BYTES:
        return None
    signature, flags, method, crc, compressed, size, name_bytes, extra_bytes = _LOCAL.unpack_from(record)
    start: int = LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    gap = member.end - member.offset - start - member.compressed_bytes
    is_other = flags & (ENCRYPTED | PATCHED) or method != member.method or not (flags & UTF8 or member.path.isascii())
    is_wrong_gap = gap not in (_DESCRIPTOR_BYTES if member.has_descriptor else (0,))
    refuse(
        filename,
        member.path,
        (signature != _LOCAL_SIGNATURE, "no local header where the central directory points"),
        (bool(flags & DESCRIPTOR) != member.has_descriptor, "only one of its two headers announces a data descriptor"),
        (is_other, "its local header has another compression, encryption or encoding"),
        (is_wrong_gap, "its record does not end where the next one begins"),
    )
    if len(record) < start:
        return None
    name = record[LOCAL_HEADER_BYTES : LOCAL_HEADER_BYTES + name_bytes]
    extra = parse_extra(filename, member.path, record[LOCAL_HEADER_BYTES + name_bytes : start])
    agrees = _values_agree(member, crc, (size, compressed), extra.get(ZIP64_EXTRA, b""))
    refuse(
        filename,
        member.path,
        (name != member.path.encode(), "its local header has another name"),
        (not agrees, "its local header has another size or checksum"),
    )
    return start


def parse_extra(filename: str, path: str, data: bytes) -> Mapping[int, bytes]:
    """Return the extra fields by their id; they must fill their space and not rename the entry."""
    fields: dict[int, bytes] = {}
    position = 0
    while position < len(data):
        identity, size = struct.unpack_from("<2H", data, position) if position + 4 <= len(data) else (0, FULL16)
        value = data[position + 4 : position + 4 + size]
        is_twice = identity in fields and identity in (ZIP64_EXTRA, _UNICODE_PATH_EXTRA)
        renames = identity == _UNICODE_PATH_EXTRA and value[5:] != path.encode()
        refuse(
            filename,
            path,
            (len(value) != size, "an extra field that is longer than its space"),
            (is_twice, f"two extra fields {identity:#06x}"),
            (renames, "an extra field with another name"),
        )
        fields[identity] = value
        position += 4 + size
    return fields


def _values_agree(member: Member, crc: int, sizes: tuple[int, int], zip64: bytes) -> bool:
    """Whether checksum and sizes (unpacked, packed) of a local header and its zip64 field repeat the directory.

    A streamed member may have zeros there: the descriptor after its data has the values.
    """
    expected = (member.size_bytes, member.compressed_bytes)
    if not zip64 and (crc, sizes) == (member.crc, expected):
        return FULL32 not in sizes
    saturated = [value for value, size in zip(expected, sizes, strict=True) if size == FULL32]
    wide = struct.unpack_from(f"<{min(len(zip64) // 8, 2)}Q", zip64)
    pairs = [(crc, member.crc), *zip(wide, expected if len(wide) == 2 else saturated, strict=False)]
    pairs += [pair for pair in zip(sizes, expected, strict=True) if pair[0] != FULL32]
    unset = (0,) if member.has_descriptor else ()
    return len(wide) >= len(saturated) and all(value in (wanted, *unset) for value, wanted in pairs)


def _inflate(filename: str, member: Member, data: bytes) -> bytes:
    """Unpack to at most one byte more than declared, so that a wrong size shows."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(data, member.size_bytes + 1)
    except zlib.error as error:
        raise ArtifactError(filename, f"{member.path}: its compressed data is damaged") from error
    if stream.unused_data:
        raise ArtifactError(filename, f"{member.path}: bytes follow its compressed data")
    if len(content) <= member.size_bytes and not stream.eof:
        raise ArtifactError(filename, f"{member.path}: its compressed data is cut short")
    return content


def refuse(filename: str, what: str, *faults: tuple[object, str]) -> None:
    """Raise the reason of the first fault that holds.

    Raises:
        ArtifactError: one holds.
    """
    for holds, reason in faults:
        if holds:
            raise ArtifactError(filename, f"{what}: {reason}")
