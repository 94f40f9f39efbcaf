"""Poetry's own notation for versions, as PEP 440 specifiers and PEP 508 markers.

Follows https://python-poetry.org/docs/dependency-specification/ and agrees with poetry-core 2.5.0 (2026-11): ``^``,
``~``, wildcards, ``,`` or a space for «and», ``||`` or ``|`` for «or».
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.sources.version_ranges import (
    EVERYTHING,
    Bound,
    Ranges,
    VersionRange,
    between,
    bump,
    complement,
    exactly,
    find_gaps,
    intersect,
    make_release,
    unite,
)

# Longer than any real constraint; the algebra of ranges is quadratic in their number.
_MAX_CHARACTERS = 2_000
_ANY = re.compile(r"v?[xX*](\.[xX*])*")
_CLAUSE = re.compile(r"(\^|~=|~|===|==|!=|<>|<=|>=|<|>|=)?\s*((?:\d+!)?[^\s,|<>=!~^]+)[\s,]*")
_WILDCARD = re.compile(r"v?(\d+(?:\.\d+)*)((?:\.\*)+)")
_PLATFORM = re.compile(r"(!=|===?)?\s*(.+)")


def parse_poetry_constraint(text: str) -> SpecifierSet:
    """The PEP 440 specifiers of a Poetry constraint.

    A union («||») that they cannot write becomes the whole span from its lowest to its highest version, without the
    gaps that can be written.

    Raises:
        ValueError: it is no constraint.
    """
    ranges = _parse_ranges(text, is_python=False)
    if ranges:
        return SpecifierSet(",".join(_write_ranges(ranges)))
    # «>2,<1»: nothing can satisfy it, which the clauses of the first alternative say best
    clauses = _split_clauses(text.partition("|")[0])
    parts = (_clause_ranges(operator, version, is_python=False) for operator, version in clauses)
    return SpecifierSet(",".join(clause for part in parts for clause in _write_ranges(part)))


def write_python_marker(text: str) -> str | None:
    """The marker for a dependency's ``python`` constraint; None where every Python satisfies it.

    Raises:
        ValueError: it is no constraint, or no version satisfies it.
    """
    ranges = _parse_ranges(text, is_python=True)
    if not ranges:
        raise ValueError(f"«{text}» excludes every Python")
    if ranges == EVERYTHING:
        return None
    gaps = complement(ranges)
    if len(gaps) == 1 and gaps[0].point is not None:
        return f'python_full_version != "{_pad(gaps[0].point)}"'
    return " or ".join(_write_python_range(found) for found in ranges)


def write_platform_marker(text: str) -> str | None:
    """The marker for a dependency's ``platform`` constraint; None for «*».

    Raises:
        ValueError: it is no constraint.
    """
    if text.strip() == "*":
        return None
    alternatives = []
    for alternative in re.split(r"\|\|?", text):
        parts = []
        for clause in alternative.split(","):
            match = _PLATFORM.fullmatch(clause.strip())
            if match is None or '"' in match[2]:
                raise ValueError(f"«{text}» is not a platform")
            parts.append(f'sys_platform {"!=" if match[1] == "!=" else "=="} "{match[2]}"')
        alternatives.append(" and ".join(parts))
    return " or ".join(alternatives)


def _parse_ranges(text: str, *, is_python: bool) -> Ranges:
    if len(text) > _MAX_CHARACTERS:
        raise ValueError("too long for a version constraint")
    found: list[VersionRange] = []
    for alternative in re.split(r"\|\|?", text):
        ranges = EVERYTHING
        for operator, version in _split_clauses(alternative):
            ranges = intersect(ranges, _clause_ranges(operator, version, is_python=is_python))
        found += ranges
    return unite(found)


def _split_clauses(text: str) -> Iterator[tuple[str, str]]:
    """The operators and versions of an «and» list; an operator is empty where none is written."""
    stripped = text.strip()
    position = 0
    while position < len(stripped):
        match = _CLAUSE.match(stripped, position)
        if match is None:
            raise ValueError(f"«{stripped}» is not a version constraint")
        yield match[1] or "", match[2]
        position = match.end()
    if not stripped:
        raise ValueError("a version constraint is empty")


def _clause_ranges(operator: str, text: str, *, is_python: bool) -> Ranges:
    if _ANY.fullmatch(text):
        return EVERYTHING
    if wildcard := _WILDCARD.fullmatch(text):
        return _wildcard_ranges(operator, Version(wildcard[1]), is_python=is_python)
    return _compare(operator, Version(text), is_python=is_python)


def _compare(operator: str, version: Version, *, is_python: bool) -> Ranges:
    if operator in {"^", "~", "~="}:
        return between(version, _exclusive(bump(version, _bumped(operator, version.release)), is_python=is_python))
    if operator in {"<", "<="}:
        end = version if operator == "<=" else _exclusive(version, is_python=is_python)
        return (VersionRange(None, Bound(end, is_included=operator == "<=")),)
    if operator in {">", ">="}:
        return (VersionRange(Bound(version, is_included=operator == ">=")),)
    if operator in {"!=", "<>"}:
        return complement(exactly(version))
    is_line = is_python and len(version.release) == 2  # «3.8» names all of its releases
    return between(version, bump(version, 1)) if is_line else exactly(version)


def _bumped(operator: str, release: tuple[int, ...]) -> int:
    """The index of the release number that the first version outside has one higher."""
    last = len(release) - 1
    if operator == "~":
        return min(1, last)
    if operator == "~=":
        return max(0, last - 1)
    return next((index for index in range(min(2, last)) if release[index]), min(2, last))


def _wildcard_ranges(operator: str, version: Version, *, is_python: bool) -> Ranges:
    last = len(version.release) - 1
    following = bump(version, last)
    if operator in {"<", "<="}:
        return between(None, _exclusive(version if operator == "<" else following, is_python=is_python))
    if operator in {">", ">="}:
        return between(version if operator == ">=" else following, None)
    lowest = version if is_python else make_release(version.epoch, version.release, ".dev0")
    ranges = between(lowest, _exclusive(following, is_python=is_python))
    return complement(ranges) if operator in {"!=", "<>"} else ranges


def _exclusive(version: Version, *, is_python: bool) -> Version:
    """The end of «<version»: PEP 440 keeps the version's own pre-releases out; of Python only releases are asked."""
    if is_python or version.is_prerelease or version.is_postrelease or version.local:
        return version
    return make_release(version.epoch, version.release, ".dev0")


def _write_ranges(ranges: Ranges) -> Iterator[str]:
    """The clauses for the whole span, and for those gaps in it that a «!=» can say."""
    yield from _write_range(VersionRange(ranges[0].low, ranges[-1].high))
    for gap in find_gaps(ranges):
        yield from _write_gap(gap)


def _write_range(found: VersionRange) -> Iterator[str]:
    if (point := found.point) is not None:
        yield f"=={point}"
    elif (wildcard := _as_wildcard(found)) is not None:
        yield f"=={wildcard}"
    else:
        if found.low is not None:
            yield f"{'>=' if found.low.is_included else '>'}{found.low.version.public}"
        if found.high is not None:
            yield f"{'<=' if found.high.is_included else '<'}{_readable(found.high.version)}"


def _write_gap(gap: VersionRange) -> Iterator[str]:
    low, high = gap.low, gap.high
    if low is None or high is None:
        return
    if high.is_included:
        # «<1.5 || >1.5» leaves out 1.5 and, as PEP 440 has it, what comes before it under the same number.
        if _readable(low.version) == str(high.version):
            yield f"!={high.version}"
    elif wildcard := _as_wildcard(
        VersionRange(low, Bound(_exclusive(high.version, is_python=False), is_included=False))
    ):
        yield f"!={wildcard}"


def _as_wildcard(found: VersionRange) -> str | None:
    """``1.2.*`` for the range from 1.2.dev0 to below 1.3.dev0; None for any other."""
    if found.low is None or found.high is None or not found.low.is_included or found.high.is_included:
        return None
    low, high = found.low.version, found.high.version
    if str(low) != str(make_release(low.epoch, low.release, ".dev0")) or len(low.release) != len(high.release):
        return None
    following = make_release(low.epoch, bump(low, len(low.release) - 1).release, ".dev0")
    return f"{_readable(low)}.*" if high == following else None


def _readable(version: Version) -> str:
    """``2.0`` for 2.0.dev0, which only stands for the end before every pre-release of 2.0."""
    text = version.public
    return text.removesuffix(".dev0") if version.pre is None and version.post is None else text


def _write_python_range(found: VersionRange) -> str:
    if (point := found.point) is not None:
        return f'python_full_version == "{_pad(point)}"'
    low, high = found.low, found.high
    if low and high and len(low.version.release) == 2 and low.is_included and high == _below(bump(low.version, 1)):
        return f'python_version == "{low.version}"'
    parts = []
    if low is not None:
        parts.append(_write_python_end(low, ">=" if low.is_included else ">"))
    if high is not None:
        parts.append(_write_python_end(high, "<=" if high.is_included else "<"))
    return " and ".join(parts)


def _write_python_end(bound: Bound, operator: str) -> str:
    """One comparison; ``python_version`` has no third number, so «> 3.6» must ask for the full version."""
    if len(bound.version.release) >= 3:
        return f'python_full_version {operator} "{bound.version}"'
    if operator in {">", "<="}:
        return f'python_full_version {operator} "{_pad(bound.version)}"'
    return f'python_version {operator} "{bound.version}"'


def _below(version: Version) -> Bound:
    return Bound(version, is_included=False)


def _pad(version: Version) -> str:
    return str(version) if len(version.release) >= 3 else ".".join(map(str, (*version.release, 0, 0)[:3]))
