"""Archives that try to show one content to a scanner and another to an installer, or to exhaust it."""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.index.archive.pieces import ByteSource, MemorySource
from scanner.index.archive.wheel import WheelDirectory, read_members, read_starts, read_wheel_directory
from scanner.model.errors import ArtifactError

NAME = "a-1.0-py3-none-any.whl"
UTF8 = 1 << 11


class Ranges:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size_bytes = len(data)

    async def read(self, start: int, stop: int) -> bytes:
        return self.data[start:stop]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it is written: what stands in one header only has a field of its own."""

    name: bytes = b"a.py"
    data: bytes = b"x = 1\n" * 20
    method: int = 8
    flags: int = 0
    size: int | None = None
    crc: int | None = None
    packed: bytes | None = None
    extra: bytes = b""
    mode: int = 0o100644
    disk: int = 0
    comment: bytes = b""
    offset: int | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    local_crc: int | None = None
    local_extra: bytes = b""
    local_signature: bytes = b"PK\x03\x04"
    after: bytes = b""
    """Bytes between the data and the next record."""


@dataclass(frozen=True, kw_only=True)
class End:
    """What the end record says, where it does not tell the truth."""

    count: int | None = None
    size: int | None = None
    offset: int | None = None
    disk: int = 0
    comment: bytes = b""
    before: bytes = b""
    """Bytes between the central directory and the end record."""
    prefix: bytes = b""


def _zip(entries: Sequence[Entry], end: End | None = None) -> bytes:
    end = end or End()
    out, central = bytearray(end.prefix), bytearray()
    for entry in entries:
        offset = len(out) if entry.offset is None else entry.offset
        local, header = _headers(entry, offset)
        out += local
        central += header
    start = len(out)
    out += central + end.before
    count = len(entries) if end.count is None else end.count
    size = len(central) if end.size is None else end.size
    place = start if end.offset is None else end.offset
    out += struct.pack("<4s4H2LH", b"PK\x05\x06", end.disk, end.disk, count, count, size, place, len(end.comment))
    return bytes(out + end.comment)


def _headers(entry: Entry, offset: int) -> tuple[bytes, bytes]:
    packed = entry.packed if entry.packed is not None else _pack(entry)
    size = len(entry.data) if entry.size is None else entry.size
    crc = binascii.crc32(entry.data) if entry.crc is None else entry.crc
    local_name = entry.name if entry.local_name is None else entry.local_name
    local = struct.pack(
        "<4s5H3L2H",
        entry.local_signature,
        20,
        entry.flags if entry.local_flags is None else entry.local_flags,
        entry.method if entry.local_method is None else entry.local_method,
        0,
        33,
        crc if entry.local_crc is None else entry.local_crc,
        len(packed),
        size if entry.local_size is None else entry.local_size,
        len(local_name),
        len(entry.local_extra),
    )
    central = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        0x0314,
        20,
        entry.flags,
        entry.method,
        0,
        33,
        crc,
        len(packed),
        size,
        len(entry.name),
        len(entry.extra),
        len(entry.comment),
        entry.disk,
        0,
        entry.mode << 16,
        offset,
    )
    return (
        local + local_name + entry.local_extra + packed + entry.after,
        central + entry.name + entry.extra + entry.comment,
    )


def _pack(entry: Entry) -> bytes:
    if entry.method == 0:
        return entry.data
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(entry.data) + compressor.flush()


def _read(source: ByteSource) -> tuple[WheelDirectory, dict[str, bytes]]:
    async def scenario() -> tuple[WheelDirectory, dict[str, bytes]]:
        directory = await read_wheel_directory(NAME, source)
        files = [member for member in directory.members if not member.is_directory]
        return directory, dict(await read_members(directory, files))

    return asyncio.run(scenario())


def test_the_writer_of_these_tests_writes_what_zipfile_reads_too() -> None:
    data = _zip([Entry(name=b"a.py"), Entry(name=b"b.bin", method=0, data=b"\0\1")], End(comment=b"hello"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("b.bin") == b"\0\1"
    for source in (MemorySource(data), Ranges(data)):
        assert _read(source)[1] == {"a.py": b"x = 1\n" * 20, "b.bin": b"\0\1"}


A, B = Entry(name=b"a.py"), Entry(name=b"b.py")
ZIP64_8 = struct.pack("<2HQ", 1, 8, 120)
UNICODE_PATH = struct.pack("<2HBL", 0x7075, 5 + 4, 1, binascii.crc32(b"a.py"))
LONG_EXTRA = struct.pack("<2H", 0xCAFE, 65_528) + bytes(65_528)
DIRECTORY_CASES = {
    "no zip": (b"<html>not found</html>", "not a usable zip archive"),
    "empty file": (b"", "not a usable zip archive"),
    "cut in the middle": (_zip([A, B])[:100], "not a usable zip archive"),
    "bytes after the end": (_zip([A]) + b"    ", "are not its comment"),
    "an end record in the comment": (
        _zip([A], End(comment=_zip([B]))),
        "end record does not describe the central directory",
    ),
    "half an end record in the comment": (
        _zip([A], End(comment=b"PK\x05\x06 and more")),
        "not a usable zip archive",
    ),
    "bytes before the first entry": (_zip([A], End(prefix=b"#!/bin/sh\n")), "does not begin with its first entry"),
    "a prefix that the offsets do not know": (b"XX" + _zip([A]), "end record does not describe the central directory"),
    "bytes before the end record": (_zip([A], End(before=b"XX")), "Bad magic number for central directory"),
    "too many entries counted": (_zip([A], End(count=2)), "end record does not describe the central directory"),
    "too few entries counted": (_zip([A, B], End(count=1)), "end record does not describe the central directory"),
    "several disks": (_zip([A], End(disk=1)), "end record does not describe the central directory"),
    "an entry on another disk": (_zip([replace(A, disk=1)]), "several disks"),
    "zip64 without its record": (
        _zip([A], End(offset=0xFFFFFFFF)),
        "end record does not describe the central directory",
    ),
    "a directory of 2 GiB": (_zip([A], End(size=2**31)), "Bad offset for central directory"),
    "twice the same name": (_zip([A, A]), "duplicate entry"),
    "the same name with a dot": (_zip([A, replace(A, name=b"./a.py")]), "duplicate entry"),
    "the same name with two slashes": (_zip([Entry(name=b"p/a"), Entry(name=b"p//a")]), "duplicate entry"),
    "a file that is a folder": (_zip([Entry(name=b"p"), Entry(name=b"p/a")]), "a file and a folder"),
    "one record for two names": (_zip([A, replace(B, offset=0)]), "overlaps the record after it"),
    "a record inside another": (_zip([A, replace(B, offset=20)]), "overlaps the record after it"),
    "an offset behind the directory": (_zip([A, replace(B, offset=10**6)]), "overlaps|belong to no entry"),
    "bytes that belong to no entry": (_zip([replace(A, after=bytes(70_000)), B]), "belong to no entry"),
    "encrypted": (_zip([replace(A, flags=1)]), "encrypted"),
    "strongly encrypted": (_zip([replace(A, flags=1 << 6)]), "encrypted"),
    "masked headers": (_zip([replace(A, flags=1 << 13)]), "encrypted"),
    "patch data": (_zip([replace(A, flags=1 << 5)]), "patch data"),
    "bzip2": (_zip([replace(A, method=12, packed=b"BZh9")]), "a compression method other than"),
    "a symbolic link": (_zip([replace(A, mode=0o120777)]), "a link or a special file"),
    "a device": (_zip([replace(A, mode=0o020666)]), "a link or a special file"),
    "a comment on an entry": (_zip([replace(A, comment=b"PK\x01\x02")]), "a comment in the central directory"),
    "an absolute name": (_zip([replace(A, name=b"/etc/passwd")]), "is absolute"),
    "a drive letter": (_zip([replace(A, name=b"C:/a.py")]), "is absolute"),
    "a name that leaves": (_zip([replace(A, name=b"p/../../a.py")]), "leaves the archive"),
    "a backslash": (_zip([replace(A, name=b"..\\a.py")]), "a backslash"),
    "a null byte": (_zip([replace(A, name=b"a.py\0.txt")]), "a control character"),
    "a newline": (_zip([replace(A, name=b"a\n::error::x")]), "a control character"),
    "an empty name": (_zip([replace(A, name=b"")]), "is empty"),
    "a name of 5,000 bytes": (_zip([replace(A, name=b"a" * 5000)]), "too long"),
    "a path of 200 folders": (_zip([replace(A, name=b"a/" * 200 + b"b")]), "too deep"),
    "a name that is no UTF-8": (_zip([replace(A, name=b"\xff.py", flags=UTF8)]), "codec can't decode"),
    "a name in an unknown encoding": (_zip([replace(A, name="é.py".encode())]), "a name that is not ASCII"),
    "another name in an extra field": (
        _zip([replace(A, extra=UNICODE_PATH + b"b.py")]),
        "an extra field with another name",
    ),
    "an extra field that is cut": (_zip([replace(A, extra=b"\x01\x00\x08\x00")]), "Corrupt extra field"),
    "three bytes of extra field": (_zip([replace(A, extra=b"\x01\x00\x08")]), "longer than its space"),
    "two zip64 fields": (_zip([replace(A, extra=ZIP64_8 * 2)]), "two extra fields 0x0001"),
    "a zip64 field that contradicts": (_zip([replace(A, extra=struct.pack("<2H2Q", 1, 16, 9, 9))]), "contradicts"),
    "zip64 sizes that are not there": (_zip([replace(A, size=0xFFFFFFFF)]), "more bytes than deflate can hold"),
    "a directory of 8 MiB": (
        _zip([replace(A, name=b"%d" % n, extra=LONG_EXTRA) for n in range(130)]),
        "directory of 8,5",
    ),
    "70,000 entries": (
        _zip([Entry(name=b"%05d" % number, data=b"", method=0) for number in range(70_000)], End(count=4464)),
        "more than 65,535 entries",
    ),
    "a zip64 field that is too short": (
        _zip([replace(A, size=0xFFFFFFFF, offset=0xFFFFFFFF, extra=ZIP64_8)]),
        "Corrupt zip64 extra field",
    ),
    "a folder with content": (_zip([Entry(name=b"p/", data=b"x")]), "a folder with content"),
    "stored with two sizes": (_zip([Entry(method=0, size=3)]), "two different sizes"),
    "more than deflate can hold": (_zip([replace(A, size=10**7)]), "more bytes than deflate can hold"),
    "a bomb of zeros": (_zip([Entry(data=b"", packed=bytes(10**6), size=10**9)]), "more than 200 times its size"),
    "many small bombs": (
        _zip([Entry(name=b"%d" % number, data=b"", packed=bytes(20_000), size=18 * 10**6) for number in range(5)]),
        "the archive: unpacks to more than 200 times its size",
    ),
}


@pytest.mark.parametrize(("data", "reason"), DIRECTORY_CASES.values(), ids=DIRECTORY_CASES)
@pytest.mark.parametrize("source", [MemorySource, Ranges])
def test_a_directory_that_breaks_a_guard_is_refused_with_the_reason(
    data: bytes, reason: str, source: Callable[[bytes], ByteSource]
) -> None:
    with pytest.raises(ArtifactError, match=reason) as caught:
        _read(source(data))
    assert caught.value.filename == NAME


def _zip64(*, count: int = 1, plain_count: int = 0xFFFF, at: int = 0, disks: int = 1, size: int = 44) -> bytes:
    """One entry with both end records; ``at`` moves where the locator points to."""
    data = _zip([A])
    central = data.index(b"PK\x01\x02")
    end = len(data) - 22
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", size, 45, 45, 0, 0, count, count, end - central, central)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end + at, disks)
    plain = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, plain_count, plain_count, 2**32 - 1, 2**32 - 1, 0)
    return data[:end] + record + locator + plain


@pytest.mark.parametrize("plain_count", [1, 0xFFFF])
def test_a_zip64_end_record_is_followed(plain_count: int) -> None:
    assert _read(Ranges(_zip64(plain_count=plain_count)))[1] == {"a.py": A.data}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_zip64(plain_count=2), "end record does not describe"),
        (_zip64(at=1), "zip64 records do not describe"),
        (_zip64(disks=2), "span multiple disks"),
        (_zip64(size=60), "zip64 records do not describe"),
        (_zip64(count=2), "zip64 records do not describe"),
        (_zip64(count=10**6), "zip64 records do not describe"),
    ],
)
def test_a_zip64_end_record_that_can_be_read_in_two_ways_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        _read(Ranges(data))


LOCAL_CASES = {
    "no local header": (replace(A, local_signature=b"PK\x03\x05"), "no local header"),
    "another name": (replace(A, local_name=b"b.py"), "another name"),
    "another size": (replace(A, local_size=1), "another size or checksum"),
    "another checksum": (replace(A, local_crc=1), "another size or checksum"),
    "another method": (replace(A, local_method=0), "another compression, encryption or encoding"),
    "encrypted here only": (replace(A, local_flags=1), "another compression, encryption or encoding"),
    "a data descriptor here only": (replace(A, local_flags=8, after=bytes(16)), "announces a data descriptor"),
    "UTF-8 there only": (
        replace(A, name="é".encode(), flags=UTF8, local_flags=0),
        "another compression, encryption or encoding",
    ),
    "bytes after the data": (replace(A, after=b"PK\x03\x04 hidden"), "does not end where the next one begins"),
    "an extra field that is cut": (replace(A, local_extra=b"\x00\x00\xff\x00"), "longer than its space"),
    "another name in an extra field": (
        replace(A, local_extra=UNICODE_PATH + b"b.py"),
        "an extra field with another name",
    ),
}


@pytest.mark.parametrize(
    "descriptor",
    [struct.pack("<4s3L", b"PK\x07\x08", 1, 2, 3), bytes(12)],
    ids=["contradicts", "has no signature"],
)
def test_a_data_descriptor_only_has_to_fill_its_place(descriptor: bytes) -> None:
    assert _read(MemorySource(_zip([replace(A, flags=8, after=descriptor), B])))[1]["a.py"] == A.data


@pytest.mark.parametrize(("entry", "reason"), LOCAL_CASES.values(), ids=LOCAL_CASES)
@pytest.mark.parametrize("source", [MemorySource, Ranges])
def test_a_member_whose_own_header_disagrees_is_refused(
    entry: Entry, reason: str, source: Callable[[bytes], ByteSource]
) -> None:
    with pytest.raises(ArtifactError, match=reason):
        _read(source(_zip([entry, B])))


@pytest.mark.parametrize("reason", ["another name"])
def test_with_the_whole_file_at_hand_every_header_is_checked_before_any_member_is_read(reason: str) -> None:
    data = _zip([A, replace(B, local_name=b"c.py")])
    with pytest.raises(ArtifactError, match=reason):
        asyncio.run(read_wheel_directory(NAME, MemorySource(data)))
    padded = _zip([A, Entry(name=b"pad", data=bytes(5000), method=0), replace(B, local_name=b"c.py")])
    assert len(asyncio.run(read_wheel_directory(NAME, Ranges(padded))).members) == 3


DATA_CASES = {
    "a checksum that does not match": (replace(A, crc=1), "checksum does not match"),
    "more than it declares": (replace(A, size=60), "more bytes than it declares"),
    "less than it declares": (replace(A, size=200), "fewer bytes than it declares"),
    "no deflated data": (replace(A, packed=b"\xff" * 20), "compressed data is damaged"),
    "cut data": (replace(A, packed=_pack(A)[:-3]), "cut short"),
    "bytes after the stream": (replace(A, packed=_pack(A) + b"hidden"), "bytes follow its compressed data"),
}


@pytest.mark.parametrize(("entry", "reason"), DATA_CASES.values(), ids=DATA_CASES)
def test_a_member_whose_data_is_not_what_was_declared_is_refused(entry: Entry, reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        _read(Ranges(_zip([entry, B])))


def test_a_member_that_goes_on_after_its_declared_size_is_cut_there_as_pip_does() -> None:
    entry = replace(A, data=b"harmless", packed=_pack(replace(A, data=b"harmless but longer")))
    assert _read(MemorySource(_zip([entry])))[1] == {"a.py": b"harmless"}


def test_zip64_values_that_repeat_the_header_are_taken() -> None:
    sizes = len(A.data), len(_pack(A))
    every = struct.pack("<2H3Q", 1, 24, *sizes, 0)
    local = struct.pack("<2H2Q", 1, 16, *sizes)
    for entry in (
        replace(A, extra=every, local_extra=local),
        replace(A, size=0xFFFFFFFF, extra=every, local_extra=local),
        replace(A, size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, sizes[0]), local_size=sizes[0]),
    ):
        assert _read(MemorySource(_zip([entry])))[1] == {"a.py": A.data}


def test_a_zip64_field_with_two_of_three_values_that_are_needed_is_refused() -> None:
    entry = replace(A, size=0xFFFFFFFF, offset=0xFFFFFFFF, extra=struct.pack("<2H2QL", 1, 20, 120, len(_pack(A)), 0))
    with pytest.raises(ArtifactError, match=r"does not begin with its first entry"):
        _read(MemorySource(_zip([entry])))


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (replace(A, packed=b"\xff" * 20), "compressed data is damaged"),
        (replace(A, data=b"x", packed=_pack(replace(A, data=b"x")), size=50), "fewer bytes than it declares"),
    ],
)
def test_first_bytes_that_do_not_unpack_are_refused(entry: Entry, reason: str) -> None:
    directory = asyncio.run(read_wheel_directory(NAME, Ranges(_zip([entry]))))
    with pytest.raises(ArtifactError, match=reason):
        asyncio.run(read_starts(directory, directory.members, least=16, most=64))


def test_a_start_that_never_comes_is_refused() -> None:
    empty_blocks = b"\x00\x00\x00\xff\xff" * 40_000
    entry = replace(A, data=b"x" * 50, packed=empty_blocks + _pack(replace(A, data=b"x" * 50)))
    directory = asyncio.run(read_wheel_directory(NAME, Ranges(_zip([entry]))))
    with pytest.raises(ArtifactError, match="its first bytes do not unpack"):
        asyncio.run(read_starts(directory, directory.members, least=16, most=64))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300), st.binary(max_size=6))
def test_whatever_the_bytes_are_only_an_artifact_error_comes_out(noise: bytes, place: int, patch: bytes) -> None:
    valid = _zip([A, replace(B, flags=8, after=b"PK\x07\x08" + bytes(12))])
    patched = valid[:place] + patch + valid[place + len(patch) :]
    for data in (noise, noise + valid, valid + noise, patched):
        for source in (MemorySource(data), Ranges(data)):
            with contextlib.suppress(ArtifactError):
                assert len(_read(source)[0].members) <= 2


# What each of the index's own fixtures is about, and the words of the refusal.
REJECTED = {
    "8bitcomment.zip": "are not its comment",
    "cd_extra_entry.zip": "duplicate entry",
    "data_descriptor.zip": "only one of its two headers announces a data descriptor",
    "data_descriptor_bad_crc.zip": "only one of its two headers announces a data descriptor",
    "data_descriptor_bad_csize.zip": "only one of its two headers announces a data descriptor",
    "data_descriptor_bad_usize_no_sig.zip": "only one of its two headers announces a data descriptor",
    "data_descriptor_zip64.zip": "only one of its two headers announces a data descriptor",
    "data_descriptor_zip64_usize.zip": "only one of its two headers announces a data descriptor",
    "eocd64_locator_mismatch.zip": "zip64 records do not describe",
    "eocd64_non_locator.zip": "end record does not describe",
    "eocd64_without_locator.zip": "end record does not describe",
    "missing_local_file.zip": "end record does not describe",
    "non_ascii_original_name.zip": "is not ASCII",
    "prefix.zip": "end record does not describe",
    "shortextra.zip": "Corrupt extra field",
    "suffix_not_comment.zip": "are not its comment",
    "wheel-1.0-py3-none-any.whl": "duplicate entry",
    "zip64_eocd_extensible_data.zip": "Bad offset for central directory",
    "zip64_extra_csize.zip": "does not end where the next one begins",
    "zip64_extra_too_short.zip": "Corrupt zip64 extra field",
    "zipinzip.zip": "end record does not describe",
}
ACCEPTED = {
    "comment.zip": {"foo": 8},
    "empty.zip": {},
    "nosubdir.zip": {"foo/bar": 8},
    "short_usize.zip": {"file": 9},
    "store.zip": {"foo": 8},
    "zip64_eocd.zip": {"fixme": 5},
}


@pytest.mark.parametrize("source", [MemorySource, Ranges])
def test_each_archive_that_the_index_refuses_is_refused_with_its_reason(
    corpus: Path, source: Callable[[bytes], ByteSource]
) -> None:
    paths = sorted((corpus / "hostile-zip" / "reject").iterdir())
    assert [path.name for path in paths] == sorted(REJECTED)
    for path in paths:
        with pytest.raises(ArtifactError, match=REJECTED[path.name]):
            _read(source(path.read_bytes()))


@pytest.mark.parametrize("source", [MemorySource, Ranges])
def test_each_archive_that_the_index_takes_is_read(corpus: Path, source: Callable[[bytes], ByteSource]) -> None:
    paths = sorted((corpus / "hostile-zip" / "accept").iterdir())
    assert [path.name for path in paths] == sorted(ACCEPTED)
    for path in paths:
        contents = _read(source(path.read_bytes()))[1]
        assert {name: len(content) for name, content in contents.items()} == ACCEPTED[path.name]
