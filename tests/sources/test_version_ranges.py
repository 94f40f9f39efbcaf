"""The algebra of version ranges, checked point by point."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from scanner.sources.version_ranges import Bound, Ranges, VersionRange, bump, complement, intersect, unite

_VERSIONS = [Version(text) for text in ("0", "1.dev0", "1", "1.0.1", "1.5", "2.dev0", "2", "2.1", "3", "10")]
_BOUNDS = st.none() | st.builds(Bound, st.sampled_from(_VERSIONS), st.booleans())
_RANGES = st.lists(st.builds(VersionRange, _BOUNDS, _BOUNDS), max_size=4).map(
    lambda found: unite(each for each in found if any(_holds((each,), version) for version in _VERSIONS))
)


@given(left=_RANGES, right=_RANGES, version=st.sampled_from(_VERSIONS))
def test_each_operation_holds_for_each_version(left: Ranges, right: Ranges, version: Version) -> None:
    both = _holds(left, version) and _holds(right, version)
    either = _holds(left, version) or _holds(right, version)
    assert _holds(intersect(left, right), version) == both
    assert _holds(unite((*left, *right)), version) == either
    assert _holds(complement(left), version) != _holds(left, version)


@given(ranges=_RANGES)
def test_united_ranges_are_in_order_and_do_not_touch(ranges: Ranges) -> None:
    assert unite(reversed(ranges)) == ranges
    assert complement(complement(ranges)) == ranges


def test_a_release_is_bumped_at_a_place() -> None:
    assert [str(bump(Version("1!2.3.4rc1"), index)) for index in range(3)] == ["1!3.0.0", "1!2.4.0", "1!2.3.5"]


def _holds(ranges: Ranges, version: Version) -> bool:
    return any(_within(each, version) for each in ranges)


def _within(found: VersionRange, version: Version) -> bool:
    low, high = found.low, found.high
    above = low is None or version > low.version or (low.is_included and version == low.version)
    below = high is None or version < high.version or (high.is_included and version == high.version)
    return above and below
