"""The METADATA of a wheel by itself: from its last bytes, as a rule in one read, since wheels have it last."""

from __future__ import annotations

from scanner.index.archive import read_end_record, read_exactly, settle_source
from scanner.index.byte_source import ByteSource
from scanner.index.wheel_contents import MAX_METADATA_BYTES, check_dist_info, read_wheel_contents, select_metadata
from scanner.index.zip_member import unpack_member
from scanner.index.zip_search import find_metadata_member
from scanner.model.errors import ArtifactError


async def read_wheel_metadata(filename: str, source: ByteSource) -> str:
    """The header lines that decide what comes along.

    The entry of the METADATA passes every guard; the others are held against them when the wheel is opened.

    Raises:
        ArtifactError: the archive or the entry breaks a guard, or there is no METADATA.
        IndexFailure: the source failed.
    """
    source = await settle_source(filename, source)
    end = await read_end_record(filename, source)
    data = await read_exactly(filename, source, end.offset, end.offset + end.size_bytes)
    member = find_metadata_member(filename, data, end)
    if member is None:
        return (await read_wheel_contents(filename, source, magic=False)).metadata
    check_dist_info(filename, member.path.partition("/")[0])
    if max(member.size_bytes, member.compressed_bytes) > MAX_METADATA_BYTES:
        raise ArtifactError(filename, f"{member.path}: larger than {MAX_METADATA_BYTES:,} bytes")
    record = await read_exactly(filename, source, member.offset, member.end)
    return select_metadata(unpack_member(filename, member, record).decode(errors="replace"))
