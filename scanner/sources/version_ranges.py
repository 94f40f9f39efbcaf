"""Sets of versions as ranges: what Poetry's constraints mean, with unions that PEP 440 cannot write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from packaging.version import Version


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range; ``is_included`` whether the version itself is within."""

    version: Version
    is_included: bool


@dataclass(frozen=True, slots=True)
class VersionRange:
    """All versions between two ends; None for an end that is open."""

    low: Bound | None = None
    high: Bound | None = None

    @property
    def point(self) -> Version | None:
        """The one version that the range consists of, None where it is wider."""
        same = self.low and self.high and self.low.version == self.high.version
        return self.low.version if same and self.low else None


Ranges = tuple[VersionRange, ...]
"""Disjoint ranges in ascending order."""

EVERYTHING: Ranges = (VersionRange(),)


def between(low: Version | None, high: Version | None) -> Ranges:
    """The versions from ``low`` on, below ``high``."""
    lowest = None if low is None else Bound(low, is_included=True)
    return (VersionRange(lowest, None if high is None else Bound(high, is_included=False)),)


def exactly(version: Version) -> Ranges:
    """One version."""
    end = Bound(version, is_included=True)
    return (VersionRange(end, end),)


def intersect(left: Ranges, right: Ranges) -> Ranges:
    """The versions that are in both."""
    common = (VersionRange(_later(a.low, b.low), _earlier(a.high, b.high)) for a in left for b in right)
    return tuple(found for found in common if _has_versions(found))


def unite(ranges: Iterable[VersionRange]) -> Ranges:
    """The versions that are in any, in order, ranges that touch joined."""
    united: list[VersionRange] = []
    for found in sorted(ranges, key=_sort_key):
        if united and _touches(united[-1], found):
            united[-1] = VersionRange(united[-1].low, _further(united[-1].high, found.high))
        else:
            united.append(found)
    return tuple(united)


def find_gaps(ranges: Ranges) -> Ranges:
    """What lies between neighbouring ranges."""
    return tuple(VersionRange(_turn(before.high), _turn(after.low)) for before, after in pairwise(ranges))


def complement(ranges: Ranges) -> Ranges:
    """Everything outside."""
    if not ranges:
        return EVERYTHING
    outside = list(find_gaps(ranges))
    if ranges[0].low is not None:
        outside.insert(0, VersionRange(None, _turn(ranges[0].low)))
    if ranges[-1].high is not None:
        outside.append(VersionRange(_turn(ranges[-1].high), None))
    return tuple(outside)


def bump(version: Version, index: int) -> Version:
    """The release with the number at ``index`` one higher and zeros behind it: (1.2.3, 1) gives 1.3.0."""
    release = version.release
    return make_release(version.epoch, (*release[:index], release[index] + 1, *(0 for _ in release[index + 1 :])))


def make_release(epoch: int, release: Sequence[int], suffix: str = "") -> Version:
    """The version of an epoch and release numbers, for example with the suffix ``.dev0``."""
    return Version(f"{epoch}!{'.'.join(map(str, release))}{suffix}")


def _turn(bound: Bound | None) -> Bound | None:
    return None if bound is None else Bound(bound.version, not bound.is_included)


def _sort_key(found: VersionRange) -> tuple[bool, Version, bool]:
    if found.low is None:
        return False, _LOWEST, False
    return True, found.low.version, not found.low.is_included


_LOWEST = Version("0.dev0")


def _later(a: Bound | None, b: Bound | None) -> Bound | None:
    if a is None or b is None:
        return a or b
    if a.version == b.version:
        return a if not a.is_included else b
    return max(a, b, key=lambda bound: bound.version)


def _earlier(a: Bound | None, b: Bound | None) -> Bound | None:
    if a is None or b is None:
        return a or b
    if a.version == b.version:
        return a if not a.is_included else b
    return min(a, b, key=lambda bound: bound.version)


def _further(a: Bound | None, b: Bound | None) -> Bound | None:
    if a is None or b is None:
        return None
    if a.version == b.version:
        return a if a.is_included else b
    return max(a, b, key=lambda bound: bound.version)


def _touches(before: VersionRange, after: VersionRange) -> bool:
    if before.high is None or after.low is None or before.high.version > after.low.version:
        return True
    return before.high.version == after.low.version and (before.high.is_included or after.low.is_included)


def _has_versions(found: VersionRange) -> bool:
    if found.low is None or found.high is None or found.low.version < found.high.version:
        return True
    return found.low.version == found.high.version and found.low.is_included and found.high.is_included
