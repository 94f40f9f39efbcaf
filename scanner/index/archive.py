"""Wheels, opened safely and frugally: the central directory and single members, by ranges or from the whole file.

Nothing is ever written to disk or executed. The caller decides how bytes come (``ByteSource``): over ranges, the
directory is checked in full and each member's own header when that member is read; with the whole file at hand, all
of them are.
"""

from __future__ import annotations

import asyncio
import hashlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.index.byte_source import ByteSource, CachedSource, MemorySource
from scanner.index.zip_directory import LOCAL_HEADER_BYTES, parse_directory
from scanner.index.zip_end import MAX_TAIL_BYTES, EndRecord, find_end_record
from scanner.index.zip_member import check_descriptor, find_data, unpack_member, unpack_start
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError

MAX_WHOLE_BYTES = 128 * 1024 * 1024
"""The largest file that is held in memory as a whole; with what is unpacked from it, a scan stays below 256 MiB."""

MAX_MEMBER_BYTES = 32 * 1024 * 1024
"""The largest member that is unpacked; Python modules and metadata are far smaller."""

MAX_MEMBERS_BYTES = 96 * 1024 * 1024
"""The most that one call unpacks."""

TAIL_SHARE = 128
"""One part in this many of the file is read first, in the hope that it holds the whole directory."""

MIN_TAIL_BYTES, FIRST_TAIL_BYTES = 4 * 1024, 64 * 1024

COALESCE_GAP_BYTES = 1024
"""Ranges this near to each other are read in one: a request costs more than the bytes between."""

_EXTRA_GUESS_BYTES = 32  # most local headers have no extra field, some the 20 bytes of zip64
_DEFLATE_GUESS_BYTES = 256  # a Huffman table takes up to about 100 bytes before the first byte of content
_LONG_START_BYTES = 2 * 0xFFFF + 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelDirectory:
    """A wheel whose central directory passed every guard, with the source that its members are read from."""

    filename: str
    source: ByteSource
    members: tuple[Member, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the whole file is at hand, so that reading more of it costs nothing."""
        return isinstance(self.source, MemorySource)


async def read_wheel_directory(filename: str, source: ByteSource) -> WheelDirectory:
    """The wheel's members; what was fetched to find them is not fetched again for reading them.

    Raises:
        ArtifactError: the archive breaks a guard or is larger than can be held where its size is not known.
        IndexFailure: the source failed.
    """
    source = await settle_source(filename, source)
    if isinstance(source, MemorySource):
        return WheelDirectory(filename=filename, source=source, members=parse_zip(filename, source.data))
    end = await read_end_record(filename, source)
    data = await read_exactly(filename, source, end.offset, end.offset + end.size_bytes)
    return WheelDirectory(filename=filename, source=source, members=parse_directory(filename, data, end))


async def read_members(
    directory: WheelDirectory, members: Sequence[Member], *, max_bytes: int = MAX_MEMBER_BYTES
) -> Mapping[str, bytes]:
    """The content of the members by their paths; neighbours are read in one range.

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
    """The first bytes of the members by their paths, as many as a short range gives, at least ``least`` each.

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


def parse_zip(filename: str, data: bytes) -> tuple[Member, ...]:
    """The members of a zip archive that is at hand as a whole, every local header checked.

    Raises:
        ArtifactError: the archive breaks a guard.
    """
    end = find_end_record(filename, data[-MAX_TAIL_BYTES:], len(data))
    if end is None:
        raise ArtifactError(filename, "no end of central directory record: not a complete zip archive")
    members = parse_directory(filename, data[end.offset : end.offset + end.size_bytes], end)
    _check_records(filename, data, members)
    return members


async def settle_source(filename: str, source: ByteSource) -> ByteSource:
    """A source of known size that reads nothing twice: the whole file in memory where its size is not known.

    Raises:
        ArtifactError: the file is larger than can be held.
        IndexFailure: the source failed.
    """
    if isinstance(source, (MemorySource, CachedSource)) and source.size_bytes is not None:
        return source
    if source.size_bytes is not None:
        return CachedSource(source)
    data = await source.read(0, MAX_WHOLE_BYTES + 1)
    if len(data) > MAX_WHOLE_BYTES:
        raise ArtifactError(filename, "larger than 128 MiB, and its index serves no ranges of it")
    return MemorySource(data)


async def read_end_record(filename: str, source: ByteSource) -> EndRecord:
    """Where the central directory lies; one read where the first guess holds, a second one for a long comment.

    Raises:
        ArtifactError: there is no end record, or one that unpackers could read differently.
        IndexFailure: the source failed.
    """
    size_bytes = source.size_bytes or 0
    guess = min(max(size_bytes // TAIL_SHARE, MIN_TAIL_BYTES), FIRST_TAIL_BYTES)
    for tail_bytes in (guess, MAX_TAIL_BYTES):
        tail = await read_exactly(filename, source, max(size_bytes - tail_bytes, 0), size_bytes)
        end = find_end_record(filename, tail, size_bytes)
        if end is not None:
            return end
    raise ArtifactError(filename, "no end of central directory record: not a complete zip archive")


async def read_exactly(filename: str, source: ByteSource, start: int, stop: int) -> bytes:
    """The bytes from ``start`` to before ``stop``, all of them.

    Raises:
        ArtifactError: the file ends before.
        IndexFailure: the source failed.
    """
    data = await source.read(start, stop)
    if len(data) != stop - start:
        raise ArtifactError(filename, f"truncated: {len(data):,} of the {stop - start:,} bytes at {start:,} came")
    return data


def start_bytes(member: Member) -> int:
    """How many bytes of the file a member's beginning is expected to cost."""
    return _start_stop(member, None) - member.offset


def verify_sha256(filename: str, data: bytes, expected: str) -> None:
    """Nothing, where the whole file is the one that the index or the lock file means.

    Raises:
        ArtifactError: its hash is another.
    """
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected.strip().lower():
        raise ArtifactError(filename, f"its sha256 is {actual}, expected {expected}")


def _check_records(filename: str, data: bytes, members: Sequence[Member]) -> None:
    for member in members:
        head = data[member.offset : min(member.end, member.offset + LOCAL_HEADER_BYTES + 2 * 0xFFFF)]
        start = find_data(filename, member, head)
        if start is None:
            raise ArtifactError(filename, f"{member.path}: the archive ends inside it")
        check_descriptor(filename, member, data[member.offset + start + member.compressed_bytes : member.end])


def _start_stop(member: Member, limit: int | None) -> int:
    least = LOCAL_HEADER_BYTES + len(member.path.encode()) + _EXTRA_GUESS_BYTES + _DEFLATE_GUESS_BYTES
    return min(member.end, member.offset + (limit or least))


async def _read_spans(directory: WheelDirectory, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """The bytes of each span, in the order given."""
    merged = _coalesce(spans)
    blocks = await asyncio.gather(*(read_exactly(directory.filename, directory.source, *span) for span in merged))
    starts = [start for start, _ in merged]
    cuts = []
    for start, stop in spans:
        index = bisect_right(starts, start) - 1
        cuts.append(blocks[index][start - starts[index] : stop - starts[index]])
    return cuts


def _coalesce(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start - merged[-1][1] <= COALESCE_GAP_BYTES:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        else:
            merged.append((start, stop))
    return merged
