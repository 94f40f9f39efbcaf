"""The files of a compressed tar archive, one after the other, with the content of those that are wanted.

``tarfile`` reads a whole extended header into memory, whatever size it declares, and ends silently at a damaged entry.
Here the headers are walked one by one, and ``tarfile`` only parses single blocks.
"""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.index.archive.decompress import PlainStream
from scanner.index.archive.paths import check_path, normalize_path
from scanner.model.errors import ArtifactError

MAX_FILES = 65_535
"""As for wheels; the largest real source distributions have some 30,000 entries."""

_MAX_HEADER_BYTES = 256 * 1024  # an extended header holds a path and a few times
_MAX_HEADERS_BYTES = 16 * 1024 * 1024
"""All extended headers together: 500 bytes for each of 30,000 entries. It also bounds what long paths take."""

_BLOCK_BYTES = 512

_EXTENDED = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_LONG = {tarfile.GNUTYPE_LONGNAME: "path", tarfile.GNUTYPE_LONGLINK: "linkpath"}
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedFile:
    """One file of an archive."""

    path: str
    size_bytes: int
    data: bytes | None
    """None if it is not wanted."""


IsWanted = Callable[[str, int], bool]
"""Whether a file is read, by its path and its size in bytes."""


def walk_tar(filename: str, data: bytes, is_wanted: IsWanted) -> Iterator[PackedFile]:
    """Yield the files in the order of the archive; links and folders are checked and skipped.

    Raises:
        ArtifactError: an entry is refused, or the archive cannot be read.
    """
    stream = PlainStream(filename, data)
    entries = header_bytes = 0
    overrides: dict[str, str] = {}
    while (header := _read_header(filename, stream, is_first=entries == 0)) is not None:
        entries += 1
        if entries > MAX_FILES:
            raise ArtifactError(filename, f"more than {MAX_FILES:,} entries")
        if header.type in (*_EXTENDED, *_LONG, tarfile.XGLTYPE):
            header_bytes += header.size
            overrides |= _read_overrides(filename, stream, header, header_bytes)
            continue
        path = _check_entry(filename, header, overrides)
        if header.type in _FILES:
            yield _read_file(filename, stream, path, _size(filename, header, overrides), is_wanted)
        overrides = {}
    stream.drain()


def _read_header(filename: str, stream: PlainStream, *, is_first: bool) -> tarfile.TarInfo | None:
    block = stream.read(_BLOCK_BYTES)
    if not block.strip(b"\0") and not is_first:
        return None
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except (tarfile.HeaderError, ValueError) as error:
        raise ArtifactError(filename, f"not a tar archive, or a damaged one: {error}") from error


def _read_file(filename: str, stream: PlainStream, path: str, size_bytes: int, is_wanted: IsWanted) -> PackedFile:
    content = stream.read(size_bytes) if is_wanted(path, size_bytes) else None
    skipped_bytes = size_bytes - len(content or b"")
    if stream.skip(skipped_bytes) != skipped_bytes:
        raise ArtifactError(filename, f"{path}: the archive ends inside it")
    stream.skip(-size_bytes % _BLOCK_BYTES)
    return PackedFile(path=path, size_bytes=size_bytes, data=content)


def _read_overrides(filename: str, stream: PlainStream, header: tarfile.TarInfo, total_bytes: int) -> dict[str, str]:
    """Return what an extended header (POSIX) or a long name (GNU) declares of the entry after it."""
    if not 0 <= header.size <= _MAX_HEADER_BYTES or total_bytes > _MAX_HEADERS_BYTES:
        raise ArtifactError(filename, f"an extended header of {header.size:,} bytes, {total_bytes:,} together")
    body = stream.read(header.size)
    stream.skip(-header.size % _BLOCK_BYTES)
    if header.type in _LONG:
        return {_LONG[header.type]: body.rstrip(b"\0").decode(errors="replace")}
    records = dict(_parse_records(filename, body.rstrip(b"\0")))
    if header.type != tarfile.XGLTYPE:
        return records
    if records.keys() & {"path", "linkpath", "size"}:
        raise ArtifactError(filename, "a global header that renames or resizes every entry")
    return {}


def _parse_records(filename: str, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the records ``length keyword=value`` of a POSIX extended header; the length counts the whole record."""
    position = 0
    while position < len(body):
        length, _, _ = body[position : position + 20].partition(b" ")
        stop = position + int(length) if length.isdigit() else 0
        if not position + 5 <= stop <= len(body):
            raise ArtifactError(filename, "an extended header that does not parse")
        record = body[position + len(length) + 1 : stop - 1]
        keyword, _, value = record.decode(errors="replace").partition("=")
        if keyword.startswith("GNU.sparse"):
            raise ArtifactError(filename, "a sparse file, which can unpack to any size")
        yield keyword, value
        position = stop


def _check_entry(filename: str, header: tarfile.TarInfo, overrides: dict[str, str]) -> str:
    path = overrides.get("path", header.name)
    if header.type in _LINKS:
        _check_link(filename, path, overrides.get("linkpath", header.linkname), is_hard=header.type == tarfile.LNKTYPE)
    elif header.type == tarfile.GNUTYPE_SPARSE:
        raise ArtifactError(filename, f"{path}: a sparse file, which can unpack to any size")
    elif header.type not in (*_FILES, tarfile.DIRTYPE):
        raise ArtifactError(filename, f"{path}: a device, a pipe or another special entry")
    if path.rstrip("/") not in ("", "."):
        check_path(filename, path)
    return normalize_path(path)


def _check_link(filename: str, path: str, target: str, *, is_hard: bool) -> None:
    """A link may point anywhere inside the archive; hard links count from its root, symbolic ones from their folder."""
    place = target if is_hard else posixpath.join(posixpath.dirname(path), target)
    if target.startswith("/") or posixpath.normpath(place).split("/")[0] == "..":
        raise ArtifactError(filename, f"{path}: a link that leaves the archive")


def _size(filename: str, header: tarfile.TarInfo, overrides: dict[str, str]) -> int:
    text = overrides.get("size", str(header.size))
    if not text.isdecimal() or len(text) > len(str(2**63)):
        raise ArtifactError(filename, f"{header.name}: a size that is not a number")
    return int(text)
