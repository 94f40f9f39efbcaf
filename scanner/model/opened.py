"""Opened distributions: their contents, and access to their files during the scan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.model.contents import SdistContents, WheelContents
from scanner.model.errors import ArtifactError, ScanError


def _read_nothing(path: str) -> bytes:
    raise ArtifactError(path, "the file is no longer available")


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedWheel:
    """A wheel."""

    contents: WheelContents
    paths: tuple[str, ...] = ()
    """The files in the archive; empty if the archive is too large to keep in memory."""
    code_bytes: int = 0
    """The total size of its Python modules; 0 if they were not unpacked."""
    read: Callable[[str], bytes] = field(default=_read_nothing)
    """The bytes of one of them; raises ``ArtifactError``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedSdist:
    """A source distribution."""

    contents: SdistContents
    paths: tuple[str, ...] = ()
    """Its Python modules and other importable files, relative to the distribution's folder."""
    code_bytes: int = 0
    """The total size of its Python modules."""
    read: Callable[[str], bytes] = field(default=_read_nothing)
    """The bytes of one of its Python modules; raises ``ArtifactError``."""


Opened = OpenedWheel | OpenedSdist | ScanError
