"""The versions of one project as they are written in file names, parsed when they are needed.

A project can have thousands of versions, and a pin is about one. Two texts can be the same version only if their epoch
and release numbers agree, which stand at their beginning; only texts that agree in those are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from packaging.version import Version

_BEGINNING = re.compile(r"\s*v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)", re.IGNORECASE)
_PLAIN_BEGINNINGS = tuple("123456789")
_Numbers = tuple[int, ...]


class VersionTexts:
    """The texts by version: "1.0" and "1.0.0" are one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._given = tuple(texts)
        self._all: dict[Version, list[str]] | None = None
        self._near: dict[_Numbers, dict[Version, list[str]]] = {}

    @property
    def all(self) -> Mapping[Version, list[str]]:
        """The spellings of every version; texts that are none are left out."""
        if self._all is None:
            self._all = _parse(self._given)
        return self._all

    def near(self, version: Version) -> Mapping[Version, list[str]]:
        """As ``all``, of the versions with the same epoch and release numbers at least: pre-releases and the like."""
        if self._all is not None:
            return self._all
        numbers = _strip((version.epoch, *version.release))
        if numbers not in self._near:
            self._near[numbers] = _parse(text for text in self._alike(version) if _numbers(text) == numbers)
        return self._near[numbers]

    def of(self, version: Version) -> list[str]:
        """The spellings of one version."""
        return self.near(version).get(version, [])

    def _alike(self, version: Version) -> Iterable[str]:
        """The texts that begin as the version does, told by their first letters; those written oddly are all there."""
        if version.epoch:
            return self._given
        first = str(version.release[0])
        alike = [text for text in self._given if text.startswith(first) or text[:1] not in _PLAIN_BEGINNINGS]
        if len(version.release) > 1 and version.release[1]:
            first = f"{first}.{version.release[1]}"
            return [
                text for text in alike if text.startswith(first) or ".0" in text or text[:1] not in _PLAIN_BEGINNINGS
            ]
        return alike


def parse_version(text: str) -> Version | None:
    """The version that a text stands for; None where it is none."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one; another is a number of more digits than Python takes
        return None


def _parse(texts: Iterable[str]) -> dict[Version, list[str]]:
    found: dict[Version, list[str]] = {}
    for text in texts:
        version = parse_version(text)
        if version is not None:
            found.setdefault(version, []).append(text)
    return found


def _numbers(text: str) -> _Numbers | None:
    """Epoch and release numbers; None for what does not begin as versions do."""
    match = _BEGINNING.match(text)
    if match is None or len(text) > 1000:  # int() takes 4,300 digits at most
        return None
    return _strip((int(match[1] or 0), *map(int, match[2].split("."))))


def _strip(numbers: _Numbers) -> _Numbers:
    """The numbers without zeros at their end, which make no difference."""
    end = len(numbers)
    while end > 1 and numbers[end - 1] == 0:
        end -= 1
    return numbers[:end]
