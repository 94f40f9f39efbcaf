"""Parses the file names of distributions by splitting strings: fast enough for every listed file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from packaging.tags import Tag
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from scanner.model.artifact import ArtifactKind

WHEEL_SUFFIX = ".whl"
SDIST_SUFFIXES = (
    ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tbz2", ".tbz", ".txz", ".tar.lzma", ".tlz", ".tar",
)  # fmt: skip
"""The most common first; ``scanner.index.archive`` reads each of them."""
MOST_NAME_CHARACTERS = 300
"""No file system and no public index accepts longer names."""

MAX_TAGS = 128
"""The most tags that one name may have: its three lists multiply, so 2 kB could expand to millions of tags. Real names
have at most about 40."""

OTHER_SUFFIXES = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg")
# What the formats before wheels append to the version: "1.0.win32-py2.7.exe", "1.0-1.noarch.rpm".
_PLATFORM_TAIL = re.compile(r"\.(win32|win|linux|macosx|noarch|src|i[3-6]86|x86_64|amd64)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelName:
    """The parts of a wheel's name that decide which targets it fits."""

    name: NormalizedName
    version: Version
    tags: frozenset[Tag]


def parse_wheel_name(filename: str) -> WheelName | None:
    """Return the parts of a wheel's name; None if it breaks the rules (PEP 427) or has more than ``MAX_TAGS`` tags."""
    start, tags_text = _split_tags(filename)
    known, tags = parse_wheel_start(start), parse_wheel_tags(tags_text)
    return None if known is None or tags is None else WheelName(name=known[0], version=known[1], tags=tags)


def find_wheel_tags(filename: str) -> frozenset[Tag] | None:
    """Return the tags at the end of a wheel's name, regardless of its beginning; None as above."""
    return parse_wheel_tags(_split_tags(filename)[1])


# The wheels of a release share their beginning, and those of all projects a few hundred endings: each is parsed once,
# with a valid placeholder for the rest.
@lru_cache(maxsize=4096)
def parse_wheel_start(text: str) -> tuple[NormalizedName, Version] | None:
    """Return project and version from the part of a wheel's name before the tags; None if it breaks the rules."""
    try:
        return parse_wheel_filename(f"{text}-py3-none-any.whl")[:2]
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def parse_wheel_tags(text: str) -> frozenset[Tag] | None:
    """Return the tags of a text like ``py2.py3-none-any``; None if they break the rules or exceed ``MAX_TAGS``."""
    if prod(part.count(".") + 1 for part in text.split("-")) > MAX_TAGS:
        return None
    try:
        return parse_wheel_filename(f"a-1-{text}.whl")[3]
    except ValueError:
        return None


def _split_tags(filename: str) -> tuple[str, str]:
    if not filename.endswith(WHEEL_SUFFIX):
        return "", ""
    start, *tags = filename.removesuffix(WHEEL_SUFFIX).rsplit("-", 3)
    return start, "-".join(tags)


def find_kind(filename: str) -> ArtifactKind:
    """Return the kind of the file, by its suffix; OTHER also for a suffix that no distribution has."""
    if filename.endswith(WHEEL_SUFFIX):
        return ArtifactKind.WHEEL
    return ArtifactKind.SDIST if filename.lower().endswith(SDIST_SUFFIXES) else ArtifactKind.OTHER


def is_distribution(filename: str) -> bool:
    """Return whether the suffix is that of a wheel, a source distribution or one of the older formats."""
    return filename.lower().endswith((WHEEL_SUFFIX, *SDIST_SUFFIXES, *OTHER_SUFFIXES))


def is_plain(filename: str) -> bool:
    """Return whether it is printable ASCII without folders, as in every distribution's name."""
    return filename.isascii() and filename.isprintable() and "/" not in filename and "\\" not in filename


def may_fit_webassembly(filename: str) -> bool:
    """Return whether a wheel of this name can be compatible with a WebAssembly target: any platform, or wasm32."""
    return filename.endswith("-any.whl") or (
        filename.endswith(WHEEL_SUFFIX) and "wasm32" in filename.rpartition("-")[2]
    )


class FilenameReader:
    """Parses the version in the file names of one project; caches the spellings of its name."""

    def __init__(self, name: NormalizedName) -> None:
        self._name = name
        self._spellings: dict[str, bool] = {}
        parts = (re.escape(part) for part in name.split("-"))
        self._prefix = re.compile(r"[-_.]+".join(parts) + "-", re.IGNORECASE | re.ASCII)

    def version_text(self, filename: str) -> str | None:
        """Return the version as written, unchecked; None if it is not the name of a distribution of this project."""
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
        # The version is the second part (PEP 427); the rest is checked when the version is used.
        try:
            spelling, version, _ = filename.split("-", 2)
        except ValueError:
            return None
        known = self._spellings.get(spelling)
        if known is None:
            known = self._spellings[spelling] = canonicalize_name(spelling) == self._name
        return version if known else None


def _other_version(rest: str) -> str | None:
    """Return the version of an .egg, .exe, .rpm and the like, from the text after the project's name."""
    stem, dot, suffix = rest.rpartition(".")
    if f"{dot}{suffix}".lower() not in OTHER_SUFFIXES:
        return None
    return _PLATFORM_TAIL.sub("", stem.split("-", 1)[0]) or None
