"""One member of a zip archive: its local header held against the central directory, its data unpacked within limits."""

from __future__ import annotations

import struct
import zlib

from scanner.index.zip_directory import (
    DESCRIPTOR,
    ENCRYPTED,
    LOCAL_HEADER_BYTES,
    PATCHED,
    UTF8,
    ZIP64_EXTRA,
    check_unicode_path,
    parse_extra,
    widen_sizes,
)
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_DESCRIPTOR_BYTES = {12: "<3L", 16: "<4x3L", 20: "<L2Q", 24: "<4xL2Q"}
"""The four forms of a data descriptor, with and without signature and zip64 sizes (APPNOTE 4.3.9), by their length."""


def unpack_member(filename: str, member: Member, record: bytes) -> bytes:
    """The member's content; ``record`` is everything from its local header to the next record.

    What unpacks beyond the declared size is left out, as pip does, and passes only where the checksum was made for
    the shorter content.

    Raises:
        ArtifactError: its header or descriptor disagrees with the directory, or its data with its size or checksum.
    """
    start = find_data(filename, member, record)
    if start is None or len(record) != member.end - member.offset:
        raise ArtifactError(filename, f"{member.path}: the archive ends inside it")
    data = record[start : start + member.compressed_bytes]
    check_descriptor(filename, member, record[start + member.compressed_bytes :])
    content = data if member.method == 0 else _inflate(filename, member, data)
    if len(content) < member.size_bytes:
        raise ArtifactError(filename, f"{member.path}: unpacks to fewer bytes than it declares")
    longer = len(content) > member.size_bytes
    content = content[: member.size_bytes]
    if zlib.crc32(content) != member.crc:
        reason = "unpacks to more bytes than it declares" if longer else "its checksum does not match its content"
        raise ArtifactError(filename, f"{member.path}: {reason}")
    return content


def unpack_start(filename: str, member: Member, record: bytes, *, least: int, most: int) -> bytes | None:
    """The beginning of the content: all that ``record`` gives up to ``most`` bytes; None for fewer than ``least``.

    ``record`` is the beginning of what lies between the member's local header and the next record. A member shorter
    than ``least`` is given whole. The checksum cannot be told from a part.

    Raises:
        ArtifactError: its header disagrees with the directory, or its data is not deflated data.
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
    """Where the member's data begins in ``record``; None where the record is too short to hold its header.

    Raises:
        ArtifactError: the local header disagrees with the central directory, or leaves room for something else.
    """
    if len(record) < LOCAL_HEADER_BYTES:
        return None
    fields = _LOCAL.unpack_from(record)
    signature, _, flags, method, _, _, crc, compressed, size, name_bytes, extra_bytes = fields
    if signature != _LOCAL_SIGNATURE:
        raise ArtifactError(filename, f"{member.path}: no local header where the central directory points")
    _check_flags(filename, member, flags, method)
    start: int = LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    gap = member.end - member.offset - start - member.compressed_bytes
    if gap < 0 or gap not in (_DESCRIPTOR_BYTES if member.has_descriptor else (0,)):
        raise ArtifactError(filename, f"{member.path}: its record does not end where the next one begins")
    if len(record) < start:
        return None
    name = record[LOCAL_HEADER_BYTES : LOCAL_HEADER_BYTES + name_bytes]
    if name != member.path.encode():
        raise ArtifactError(filename, f"{member.path}: its local header gives it another name")
    extra = parse_extra(filename, member.path, record[LOCAL_HEADER_BYTES + name_bytes : start])
    check_unicode_path(filename, member.path, name, extra)
    wide = widen_sizes(filename, member.path, (size, compressed), extra.get(ZIP64_EXTRA))
    _check_values(filename, member, (crc, *wide))
    return start


def check_descriptor(filename: str, member: Member, descriptor: bytes) -> None:
    """Nothing, where the data descriptor repeats what the central directory says, or there is rightly none.

    Raises:
        ArtifactError: it says something else.
    """
    if not member.has_descriptor:
        return
    if len(descriptor) in (16, 24) and not descriptor.startswith(_DESCRIPTOR_SIGNATURE):
        raise ArtifactError(filename, f"{member.path}: its data descriptor has no signature")
    values = struct.unpack(_DESCRIPTOR_BYTES[len(descriptor)], descriptor)
    if values != (member.crc, member.compressed_bytes, member.size_bytes):
        raise ArtifactError(filename, f"{member.path}: its data descriptor disagrees with the central directory")


def _check_flags(filename: str, member: Member, flags: int, method: int) -> None:
    if bool(flags & DESCRIPTOR) != member.has_descriptor:
        raise ArtifactError(filename, f"{member.path}: only one of its two headers announces a data descriptor")
    if flags & (ENCRYPTED | PATCHED) or method != member.method:
        raise ArtifactError(filename, f"{member.path}: its local header has another compression or encryption")
    if not member.path.isascii() and not flags & UTF8:
        raise ArtifactError(filename, f"{member.path}: only one of its two headers says that its name is UTF-8")


def _check_values(filename: str, member: Member, values: tuple[int, ...]) -> None:
    """A streamed member's local header may hold zeros: the descriptor after its data has the values."""
    expected = (member.crc, member.size_bytes, member.compressed_bytes)
    for value, wanted in zip(values, expected, strict=True):
        if value != wanted and not (member.has_descriptor and value == 0):
            raise ArtifactError(filename, f"{member.path}: its local header has another size or checksum")


def _inflate(filename: str, member: Member, data: bytes) -> bytes:
    """One byte more than declared at most, so that a lie shows."""
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
