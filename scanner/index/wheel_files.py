"""The files of a wheel in memory. Each is unpacked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.index.archive.zip_member import unpack_member
from scanner.model.contents import Member
from scanner.model.errors import ArtifactError


@dataclass(frozen=True, slots=True)
class WheelFiles:
    """Picklable, so that it can be sent to another process."""

    filename: str
    data: bytes
    members: Mapping[str, Member]
    """By their paths."""

    @property
    def code_bytes(self) -> int:
        """The unpacked size of all Python modules."""
        return sum(member.size_bytes for path, member in self.members.items() if path.endswith(".py"))

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            ArtifactError: there is none, or it is refused.
        """
        member = self.members.get(path)
        if member is None:
            raise ArtifactError(self.filename, f"has no {path}")
        return unpack_member(self.filename, member, self.data[member.offset : member.end])
