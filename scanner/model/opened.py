"""Distributions at hand: what they carry, and their files to be read while the scan goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.model.contents import SdistContents, WheelContents
from scanner.model.errors import ArtifactError, ScanError


def _read_nothing(path: str) -> bytes:
    raise ArtifactError(path, "the file was not kept")


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedWheel:
    """A wheel."""

    contents: WheelContents
    paths: tuple[str, ...] = ()
    """The files in the archive; empty where the file is too large to be held."""
    code_bytes: int = 0
    """How large its Python modules are together; 0 where nobody unpacked them."""
    read: Callable[[str], bytes] = field(default=_read_nothing)
    """The bytes of one of them; raises ``ArtifactError``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedSdist:
    """A source distribution."""

    contents: SdistContents
    paths: tuple[str, ...] = ()
    """Its Python modules and what else is imported, below the distribution's folder."""
    code_bytes: int = 0
    """How large its Python modules are together."""
    read: Callable[[str], bytes] = field(default=_read_nothing)
    """The bytes of one of its Python modules; raises ``ArtifactError``."""


Opened = OpenedWheel | OpenedSdist | ScanError
