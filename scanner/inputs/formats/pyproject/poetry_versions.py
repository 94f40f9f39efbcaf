"""Poetry's version constraints as PEP 440 specifiers and PEP 508 markers.

Follows https://python-poetry.org/docs/dependency-specification/ and matches poetry-core 2.5.0 (2026-11): ``^``,
``~``, wildcards, ``,`` or a space for "and", ``||`` or ``|`` for "or".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from packaging.specifiers import SpecifierSet
from packaging.version import Version

# Longer than any real constraint; intersecting ranges is quadratic in their number.
_MAX_CHARACTERS = 2_000
_ANY = re.compile(r"v?[xX*](\.[xX*])*")
_CLAUSE = re.compile(r"(\^|~=|~|===|==|!=|<>|<=|>=|<|>|=)?\s*((?:\d+!)?[^\s,|<>=!~^]+)[\s,]*")
_WILDCARD = re.compile(r"v?(\d+(?:\.\d+)*)((?:\.\*)+)")
_PLATFORM = re.compile(r"(!=|===?)?\s*(.+)")

Cut = tuple[int, Version, bool]
"""A position in the order of versions: before (False) or after (True) one of them.

The leading number is 1; it is 0 below all versions and 2 above all versions.
"""

Ranges = list[tuple[Cut, Cut]]
"""Disjoint ranges of versions in ascending order, each with its two ends."""

_LOWEST: Cut = (0, Version("0"), False)
_HIGHEST: Cut = (2, Version("0"), False)
_EVERYTHING: Ranges = [(_LOWEST, _HIGHEST)]


def parse_poetry_constraint(text: str) -> SpecifierSet:
    """The PEP 440 specifiers of a Poetry constraint.

    A union (``||``) that PEP 440 cannot express becomes the span from its lowest to its highest version, except for
    the gaps that ``!=`` can express.

    Raises:
        ValueError: the text is not a constraint.
    """
    ranges = _parse_ranges(text, is_python=False)
    if ranges:
        return SpecifierSet(",".join(_write_specifiers(ranges)))
    # ">2,<1": no version satisfies it, as the clauses of the first alternative express.
    clauses = _split_clauses(text.partition("|")[0])
    parts = (_read_clause(operator, version, is_python=False) for operator, version in clauses)
    return SpecifierSet(",".join(chain.from_iterable(map(_write_specifiers, parts))))


def write_python_marker(text: str) -> str | None:
    """The marker for a dependency's ``python`` constraint; None if every Python satisfies it.

    Raises:
        ValueError: the text is not a constraint, or no version satisfies it.
    """
    ranges = _parse_ranges(text, is_python=True)
    if not ranges:
        raise ValueError(f'"{text}" excludes every Python')
    if ranges == _EVERYTHING:
        return None
    gaps = _complement(ranges)
    if len(gaps) == 1 and _is_point(*gaps[0]):
        return f'python_full_version != "{_pad(gaps[0][0][1])}"'
    return " or ".join(_write_python_range(low, high) for low, high in ranges)


def write_platform_marker(text: str) -> str | None:
    """The marker for a dependency's ``platform`` constraint; None for ``*``.

    Raises:
        ValueError: the text is not a constraint.
    """
    if text.strip() == "*":
        return None
    alternatives = []
    for alternative in re.split(r"\|\|?", text):
        parts = []
        for clause in alternative.split(","):
            match = _PLATFORM.fullmatch(clause.strip())
            if match is None or '"' in match[2]:
                raise ValueError(f'"{text}" is not a platform')
            parts.append(f'sys_platform {"!=" if match[1] == "!=" else "=="} "{match[2]}"')
        alternatives.append(" and ".join(parts))
    return " or ".join(alternatives)


def _parse_ranges(text: str, *, is_python: bool) -> Ranges:
    if len(text) > _MAX_CHARACTERS:
        raise ValueError("too long for a version constraint")
    found: Ranges = []
    for alternative in re.split(r"\|\|?", text):
        ranges = _EVERYTHING
        for operator, version in _split_clauses(alternative):
            ranges = _intersect(ranges, _read_clause(operator, version, is_python=is_python))
        found += ranges
    return _unite(found)


def _split_clauses(text: str) -> Iterator[tuple[str, str]]:
    """The operators and versions of an "and" list; a missing operator is empty."""
    stripped = text.strip()
    position = 0
    while position < len(stripped):
        match = _CLAUSE.match(stripped, position)
        if match is None:
            raise ValueError(f'"{stripped}" is not a version constraint')
        yield match[1] or "", match[2]
        position = match.end()
    if not stripped:
        raise ValueError("a version constraint is empty")


def _read_clause(operator: str, text: str, *, is_python: bool) -> Ranges:
    if _ANY.fullmatch(text):
        return _EVERYTHING
    wildcard = _WILDCARD.fullmatch(text)
    version = Version(wildcard[1] if wildcard else text)
    if wildcard:
        following = _bump(version, len(version.release) - 1)
        first = version if is_python else _bump(version, None, ".dev0")
        start, after, end = _before(first), _before(following), _below(following, is_python=is_python)
    else:
        start, after, end = _before(version), _after(version), _after(version)
    if operator == "<":
        return [(_LOWEST, _below(version, is_python=is_python))]
    if operator == "<=":
        return [(_LOWEST, end)]
    if operator in {">", ">="}:
        return [(after if operator == ">" else _before(version), _HIGHEST)]
    if operator in {"!=", "<>"}:
        return _complement([(start, end)])
    if not wildcard and operator in {"^", "~", "~="}:
        end = _below(_bump(version, _find_bumped(operator, version.release)), is_python=is_python)
    elif is_python and not wildcard and len(version.release) == 2:  # "3.8" means all of its releases
        end = _before(_bump(version, 1))
    return [(start, end)]


def _find_bumped(operator: str, release: tuple[int, ...]) -> int:
    """The index of the release number that is one higher in the first version outside the range."""
    last = len(release) - 1
    if operator == "~":
        return min(1, last)
    if operator == "~=":
        return max(0, last - 1)
    return next((index for index in range(min(2, last)) if release[index]), min(2, last))


def _bump(version: Version, index: int | None, suffix: str = "") -> Version:
    """The release with the number at ``index`` incremented and zeros after it: (1.2.3, 1) gives 1.3.0."""
    release = version.release
    if index is not None:
        release = (*release[:index], release[index] + 1, *(0 for _ in release[index + 1 :]))
    return Version(f"{version.epoch}!{'.'.join(map(str, release))}{suffix}")


def _before(version: Version) -> Cut:
    return 1, version, False


def _after(version: Version) -> Cut:
    return 1, version, True


def _below(version: Version, *, is_python: bool) -> Cut:
    """The end of ``<version``, which in PEP 440 excludes the version's own pre-releases; a Python has none here."""
    if is_python or version.is_prerelease or version.is_postrelease or version.local:
        return _before(version)
    return _before(_bump(version, None, ".dev0"))


def _intersect(left: Ranges, right: Ranges) -> Ranges:
    both = ((max(a[0], b[0]), min(a[1], b[1])) for a in left for b in right)
    return [(low, high) for low, high in both if low < high]


def _unite(ranges: Iterable[tuple[Cut, Cut]]) -> Ranges:
    united: Ranges = []
    for low, high in sorted(ranges):
        if united and low <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], high))
        else:
            united.append((low, high))
    return united


def _complement(ranges: Ranges) -> Ranges:
    ends = [_LOWEST, *chain.from_iterable(ranges), _HIGHEST]
    return [(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True) if low < high]


def _is_point(low: Cut, high: Cut) -> bool:
    return low[:2] == high[:2]


def _write_specifiers(ranges: Ranges) -> Iterator[str]:
    """The clauses for the whole span, and for those gaps in it that ``!=`` can express."""
    low, high = ranges[0][0], ranges[-1][1]
    if _is_point(low, high):
        yield f"=={low[1]}"
    elif wildcard := _write_wildcard(low, high):
        yield f"=={wildcard}"
    else:
        if low != _LOWEST:
            yield f"{'>' if low[2] else '>='}{low[1].public}"
        if high != _HIGHEST:
            yield f"{'<=' if high[2] else '<'}{_strip_dev(high[1])}"
    for (_, start), (end, _) in pairwise(ranges):
        # "<1.5 || >1.5" excludes 1.5 and, in PEP 440, the pre-releases of 1.5.
        if end[2] and _strip_dev(start[1]) == str(end[1]):
            yield f"!={end[1]}"
        elif not end[2] and (wildcard := _write_wildcard(start, _below(end[1], is_python=False))):
            yield f"!={wildcard}"


def _write_wildcard(low: Cut, high: Cut) -> str | None:
    """``1.2.*`` for the range from 1.2.dev0 to below 1.3.dev0; None for any other."""
    if low == _LOWEST or high == _HIGHEST or low[2] or high[2]:
        return None
    first, last = low[1], len(low[1].release) - 1
    if str(first) != str(_bump(first, None, ".dev0")) or last != len(high[1].release) - 1:
        return None
    return f"{_strip_dev(first)}.*" if high[1] == _bump(first, last, ".dev0") else None


def _strip_dev(version: Version) -> str:
    """``2.0`` for 2.0.dev0, which only marks the position below every pre-release of 2.0."""
    text = version.public
    return text.removesuffix(".dev0") if version.pre is None and version.post is None else text


def _write_python_range(low: Cut, high: Cut) -> str:
    if _is_point(low, high):
        return f'python_full_version == "{_pad(low[1])}"'
    is_line = low != _LOWEST and not low[2] and len(low[1].release) == 2
    if is_line and high == _before(_bump(low[1], 1)):
        return f'python_version == "{low[1]}"'
    parts = []
    if low != _LOWEST:
        parts.append(_write_python_end(low[1], ">" if low[2] else ">="))
    if high != _HIGHEST:
        parts.append(_write_python_end(high[1], "<=" if high[2] else "<"))
    return " and ".join(parts)


def _write_python_end(version: Version, operator: str) -> str:
    """One comparison; ``python_version`` has no third number, so "> 3.6" requires the full version."""
    if len(version.release) >= 3:
        return f'python_full_version {operator} "{version}"'
    if operator in {">", "<="}:
        return f'python_full_version {operator} "{_pad(version)}"'
    return f'python_version {operator} "{version}"'


def _pad(version: Version) -> str:
    return str(version) if len(version.release) >= 3 else ".".join(map(str, (*version.release, 0, 0)[:3]))
