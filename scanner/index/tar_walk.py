"""The files of a tar archive, one after the other, with the text of those that are wanted.

``tarfile`` reads a whole extended header into memory, whatever size it declares; here the headers are walked by hand,
and ``tarfile`` only parses single blocks.
"""

from __future__ import annotations

import posixpath
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.index.decompress import PlainStream
from scanner.index.zip_path import check_path, normalize_path
from scanner.model.errors import ArtifactError

MAX_FILES = 65_535
"""As for wheels; the largest real source distributions have some 30,000 entries."""

MAX_WANTED_BYTES = 1024 * 1024
"""The largest file whose text is kept."""

_MAX_HEADER_BYTES = 256 * 1024  # an extended header holds a path and a few times
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
    """None where it is not wanted or larger than what is kept of one file."""


def walk_tar(
    filename: str, data: bytes, is_wanted: Callable[[str], bool], most_bytes: int = MAX_WANTED_BYTES
) -> Iterator[PackedFile]:
    """The files of a compressed tar archive in their order; links and folders are checked and left out.

    Of one file at most ``most_bytes`` are kept; of a larger one nothing is.

    Raises:
        ArtifactError: an entry breaks a guard, or the archive cannot be read.
    """
    stream = PlainStream(filename, data)
    entries = 0
    overrides: dict[str, str] = {}
    while (header := _read_header(filename, stream, is_first=entries == 0)) is not None:
        entries += 1
        if entries > MAX_FILES:
            raise ArtifactError(filename, f"more than {MAX_FILES:,} entries")
        if header.type in _EXTENDED or header.type in _LONG:
            overrides |= _read_overrides(filename, stream, header)
            continue
        if header.type == tarfile.XGLTYPE:
            _refuse_renames(filename, _read_overrides(filename, stream, header))
            continue
        path = _check_entry(filename, header, overrides)
        if header.type in _FILES:
            size_bytes = _size(filename, header, overrides)
            is_kept = size_bytes <= most_bytes and is_wanted(path)
            yield _read_file(filename, stream, path, size_bytes, is_kept=is_kept)
        overrides = {}
    stream.drain()


def _read_header(filename: str, stream: PlainStream, *, is_first: bool) -> tarfile.TarInfo | None:
    block = stream.read(_BLOCK_BYTES)
    if not block.strip(b"\0") and not is_first:
        return None
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except (tarfile.HeaderError, ValueError) as error:
        raise ArtifactError(filename, f"no tar archive, or a damaged one: {error}") from error


def _read_file(filename: str, stream: PlainStream, path: str, size_bytes: int, *, is_kept: bool) -> PackedFile:
    content = None
    skipped = size_bytes
    if is_kept:
        content = stream.read(size_bytes)
        skipped = size_bytes - len(content)
    if stream.skip(skipped) != skipped:
        raise ArtifactError(filename, f"{path}: the archive ends inside it")
    stream.skip(-size_bytes % _BLOCK_BYTES)
    return PackedFile(path=path, size_bytes=size_bytes, data=content)


def _read_overrides(filename: str, stream: PlainStream, header: tarfile.TarInfo) -> dict[str, str]:
    """What an extended header (POSIX) or a long name (GNU) says of the entry after it."""
    if not 0 <= header.size <= _MAX_HEADER_BYTES:
        raise ArtifactError(filename, f"an extended header of {header.size:,} bytes")
    body = stream.read(header.size)
    stream.skip(-header.size % _BLOCK_BYTES)
    if header.type in _LONG:
        return {_LONG[header.type]: body.rstrip(b"\0").decode(errors="replace")}
    return dict(_parse_records(filename, body))


def _parse_records(filename: str, body: bytes) -> Iterator[tuple[str, str]]:
    """The records ``length keyword=value`` of a POSIX extended header; the length counts the whole record."""
    while body.strip(b"\0"):
        length, _, _ = body[:20].partition(b" ")
        if not length.isdigit() or not 5 <= int(length) <= len(body):
            raise ArtifactError(filename, "an extended header that does not parse")
        keyword, _, value = body[len(length) + 1 : int(length) - 1].decode(errors="replace").partition("=")
        if keyword.startswith("GNU.sparse"):
            raise ArtifactError(filename, "a sparse file, which can unpack to any size")
        yield keyword, value
        body = body[int(length) :]


def _refuse_renames(filename: str, records: dict[str, str]) -> None:
    if records.keys() & {"path", "linkpath", "size"}:
        raise ArtifactError(filename, "a global header that renames or resizes every entry")


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
        raise ArtifactError(filename, f"{header.name}: a size that is none")
    return int(text)
