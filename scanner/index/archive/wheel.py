"""A wheel's directory and single members, read from the whole file or by ranges.

Nothing is ever written to disk or executed. Of a whole file, every local header is checked; over ranges, the directory
is checked in full and a member's own header when that member is read.
"""

from __future__ import annotations

import asyncio
import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from scanner.index.archive.pieces import ByteSource, Pieces
from scanner.index.archive.zip import parse_directory
from scanner.index.archive.zip_member import LOCAL_HEADER_BYTES, unpack_member, unpack_start
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

MAX_MEMBER_BYTES = 32 * 1024 * 1024
"""The largest member that is unpacked; Python modules and metadata are far smaller."""

MAX_MEMBERS_BYTES = 96 * 1024 * 1024
"""The most that one call unpacks."""

_COALESCE_GAP_BYTES = 1024
"""Ranges this near to each other are read in one: a request costs more than the bytes between."""

_EXTRA_GUESS_BYTES = 32  # most local headers have no extra field, some the 20 bytes of zip64
_DEFLATE_GUESS_BYTES = 256  # a Huffman table takes up to about 100 bytes before the first byte of content
_LONG_START_BYTES = 2 * 0xFFFF + 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelDirectory:
    """A wheel whose central directory passed every check, with the pieces to read its members from."""

    filename: str
    pieces: Pieces
    members: tuple[Member, ...]


async def read_wheel_directory(filename: str, source: ByteSource) -> WheelDirectory:
    """Return the wheel's members; what was fetched to find them is not fetched again to read them.

    Raises:
        ArtifactError: the archive could harm the scanner or be read in two ways.
        IndexFailure: the source failed.
    """
    pieces = Pieces(filename, source)
    members = await pieces.apply(partial(parse_directory, filename))
    return WheelDirectory(filename=filename, pieces=pieces, members=members)


async def read_members(
    directory: WheelDirectory, members: Sequence[Member], *, max_bytes: int = MAX_MEMBER_BYTES
) -> Mapping[str, bytes]:
    """Return the content of the members by their paths; neighbours are read in one range.

    Raises:
        ArtifactError: a member is larger than ``max_bytes``, all are larger than ``MAX_MEMBERS_BYTES``, or one
            disagrees with its header, size or checksum.
        IndexFailure: the source failed.
    """
    for member in members:
        if max(member.size_bytes, member.compressed_bytes) > max_bytes:
            raise ArtifactError(directory.filename, f"{member.path}: larger than {max_bytes:,} bytes")
    if sum(member.size_bytes for member in members) > MAX_MEMBERS_BYTES:
        raise ArtifactError(directory.filename, f"{len(members):,} members are larger than 96 MiB together")
    records = await _read_spans(directory, [(member.offset, member.end) for member in members])
    return {
        member.path: unpack_member(directory.filename, member, record)
        for member, record in zip(members, records, strict=True)
    }


async def read_starts(
    directory: WheelDirectory, members: Sequence[Member], *, least: int, most: int
) -> Mapping[str, bytes]:
    """Return the first bytes of the members by their paths, at least ``least`` each, up to what a short range holds.

    Raises:
        ArtifactError: a member disagrees with its header, or its data does not unpack.
        IndexFailure: the source failed.
    """
    starts: dict[str, bytes] = {}
    left = list(members)
    for limit in (None, _LONG_START_BYTES):
        spans = [(member.offset, _start_stop(member, limit)) for member in left]
        for member, record in zip(left, await _read_spans(directory, spans), strict=True):
            start = unpack_start(directory.filename, member, record, least=least, most=most)
            if start is not None:
                starts[member.path] = start
        left = [member for member in left if member.path not in starts]
    if left:
        raise ArtifactError(directory.filename, f"{left[0].path}: its first bytes do not unpack")
    return starts


def start_bytes(member: Member) -> int:
    """Return how many bytes of the file a member's beginning is expected to cost."""
    return _start_stop(member, None) - member.offset


def verify_sha256(filename: str, data: bytes, expected: str) -> None:
    """Check that the whole file is the one that the index or the lock file means.

    Raises:
        ArtifactError: it has another hash.
    """
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected.strip().lower():
        raise ArtifactError(filename, f"its sha256 is {actual}, expected {expected}")


def _start_stop(member: Member, limit: int | None) -> int:
    least = LOCAL_HEADER_BYTES + len(member.path.encode()) + _EXTRA_GUESS_BYTES + _DEFLATE_GUESS_BYTES
    return min(member.end, member.offset + (limit or least))


async def _read_spans(directory: WheelDirectory, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """Return the bytes of each span, in the order given."""
    merged = _coalesce(spans)
    blocks = await asyncio.gather(*(directory.pieces.fetch(*span) for span in merged))
    starts = [start for start, _ in merged]
    cuts = []
    for start, stop in spans:
        index = bisect_right(starts, start) - 1
        cuts.append(blocks[index][start - starts[index] : stop - starts[index]])
    return cuts


def _coalesce(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start - merged[-1][1] <= _COALESCE_GAP_BYTES:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged
