"""What the name of a distributed file says, found by splitting strings: cheap enough for every listed file."""

from __future__ import annotations

import re
from math import prod

from packaging.utils import NormalizedName, canonicalize_name

from scanner.model.artifact import ArtifactKind

WHEEL_SUFFIX = ".whl"
SDIST_SUFFIXES = (
    ".tar.gz",
    ".zip",
    ".tar.bz2",
    ".tgz",
    ".tar.xz",
    ".tbz2",
    ".tbz",
    ".txz",
    ".tar.lzma",
    ".tlz",
    ".tar",
)
MOST_NAME_CHARACTERS = 300
"""No file system and no public index takes longer names."""
MOST_TAGS = 2000
"""How many tags the compressed sets in the name of a wheel may stand for together; real names have a few dozen."""
OTHER_SUFFIXES = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg")
# What the formats before wheels append to the version: "1.0.win32-py2.7.exe", "1.0-1.noarch.rpm".
_PLATFORM_TAIL = re.compile(r"\.(win32|win|linux|macosx|noarch|src|i[3-6]86|x86_64|amd64)$")


def find_kind(filename: str) -> ArtifactKind:
    """What the file is, by its suffix; OTHER also for a suffix that no distribution has."""
    if filename.endswith(WHEEL_SUFFIX):
        return ArtifactKind.WHEEL
    return ArtifactKind.SDIST if filename.lower().endswith(SDIST_SUFFIXES) else ArtifactKind.OTHER


def is_distribution(filename: str) -> bool:
    """Whether the suffix is that of a wheel, a source distribution or one of the older formats."""
    return filename.lower().endswith((WHEEL_SUFFIX, *SDIST_SUFFIXES, *OTHER_SUFFIXES))


def is_plain(filename: str) -> bool:
    """Whether it is printable ASCII without folders: no distribution's name is anything else."""
    return filename.isascii() and filename.isprintable() and "/" not in filename and "\\" not in filename


def has_too_many_tags(filename: str) -> bool:
    """Whether the tag sets at the end of a wheel's name stand for more than ``MOST_TAGS`` tags together."""
    return prod(part.count(".") + 1 for part in filename.removesuffix(WHEEL_SUFFIX).split("-")[-3:]) > MOST_TAGS


def may_fit_webassembly(filename: str) -> bool:
    """Whether a wheel of this name can be meant for a WebAssembly target: for any platform, or for wasm32."""
    return filename.endswith("-any.whl") or (
        filename.endswith(WHEEL_SUFFIX) and "wasm32" in filename.rpartition("-")[2]
    )


class FilenameReader:
    """Reads the version out of the file names of one project; remembers which spellings of its name it met."""

    def __init__(self, name: NormalizedName) -> None:
        self._name = name
        self._spellings: dict[str, bool] = {}
        parts = (re.escape(part) for part in name.split("-"))
        self._prefix = re.compile(r"[-_.]+".join(parts) + "-", re.IGNORECASE | re.ASCII)

    def version_text(self, filename: str) -> str | None:
        """The version as it is written, unchecked; None where the name is not one of this project's distributions."""
        if filename[-4:] == WHEEL_SUFFIX:
            return self._wheel_version(filename)
        if not is_plain(filename):
            return None
        prefix = self._prefix.match(filename)
        if prefix is None:
            return None
        lowered = filename.lower()
        for suffix in SDIST_SUFFIXES:
            if lowered.endswith(suffix):
                return filename[prefix.end() : -len(suffix)] or None
        return _other_version(filename[prefix.end() :])

    def _wheel_version(self, filename: str) -> str | None:
        # The version stands second (PEP 427); what follows is checked when the version is looked at.
        try:
            spelling, version, _ = filename.split("-", 2)
        except ValueError:
            return None
        known = self._spellings.get(spelling)
        if known is None:
            known = self._spellings[spelling] = canonicalize_name(spelling) == self._name
        return version if known else None


def _other_version(rest: str) -> str | None:
    """The version of an .egg, .exe, .rpm and the like, from what follows the project's name."""
    stem, dot, suffix = rest.rpartition(".")
    if f"{dot}{suffix}".lower() not in OTHER_SUFFIXES:
        return None
    return _PLATFORM_TAIL.sub("", stem.split("-", 1)[0]) or None
