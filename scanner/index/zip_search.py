"""One member of a zip archive found in its central directory without taking the other entries apart.

A wheel can have ten thousand entries, and a resolver wants the METADATA of hundreds of wheels. Only where the directory
is plain does this give an answer; whatever could be read in two ways is left to ``zip_directory``, which looks at
everything and says what is wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.index.zip_directory import parse_entry_at
from scanner.index.zip_end import CENTRAL_BYTES, EndRecord
from scanner.model.contents import Member

_LENGTHS = struct.Struct("<4s24x3H8xL")
_SIGNATURE = b"PK\x01\x02"
_FULL32 = 0xFFFFFFFF
_FOLDER_MARK = b".dist-info/"
_ODD = (b"./", b"//", b"\\")  # what paths could hide a second spelling behind


class _Place(NamedTuple):
    position: int
    """Of the entry in the directory."""
    name: bytes
    offset: int
    """Of the member in the file."""


def find_metadata_member(filename: str, data: bytes, end: EndRecord) -> Member | None:
    """The METADATA of a wheel's only .dist-info folder; None where that takes a look at everything.

    ``data`` is exactly the central directory.

    Raises:
        ArtifactError: the entry breaks a guard.
    """
    places = list(_walk(data, end.count))
    names = b"\n".join(place.name for place in places)
    if any(mark in names for mark in _ODD):
        return None
    told = [(place, place.name.partition(b"/")) for place in places if _FOLDER_MARK in place.name]
    inside = [(place, folder, rest) for place, (folder, _, rest) in told if folder.endswith(b".dist-info")]
    folders = {folder for _, folder, _ in inside}
    wanted = [place for place, _, rest in inside if rest == b"METADATA"]
    if len(places) != end.count or len(folders) != 1 or len(wanted) != 1:
        return None
    place = wanted[0]
    if any(other.offset == _FULL32 for other in places):
        return None
    next_offset = min((other.offset for other in places if other.offset > place.offset), default=end.offset)
    return parse_entry_at(filename, data, place.position, next_offset)


def _walk(data: bytes, count: int) -> Iterator[_Place]:
    """The entries, as far as they follow one another to the very end of the directory; else too few of them."""
    position = 0
    for number in range(1, count + 1):
        if position + CENTRAL_BYTES > len(data):
            return
        signature, name_bytes, extra_bytes, comment_bytes, offset = _LENGTHS.unpack_from(data, position)
        start = position
        position += CENTRAL_BYTES + name_bytes + extra_bytes + comment_bytes
        if signature != _SIGNATURE or position > len(data) or (number == count and position != len(data)):
            return
        yield _Place(start, data[start + CENTRAL_BYTES : start + CENTRAL_BYTES + name_bytes], offset)
