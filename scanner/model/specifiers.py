"""Version specifiers (PEP 440): combining them, and the single version of a pin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

ANY = SpecifierSet()
"""What admits every version."""
# Python refuses to convert numbers of over 4300 digits, and packaging converts some only when it compares them.
_ENDLESS_NUMBER = re.compile(r"\d{1000}")


def has_endless_number(text: str) -> bool:
    """Whether a text has a number that no version has and Python may refuse to convert."""
    return _ENDLESS_NUMBER.search(text) is not None


def find_pin(specifier: SpecifierSet) -> Version | None:
    """The only version that a specifier set admits: an ``==`` without wildcard or a valid ``===``; otherwise None.

    None as well if its other clauses exclude that version, for example ``==1.0,<1.0``.
    """
    for clause in specifier:
        if clause.operator not in {"==", "==="} or clause.version.endswith(".*"):
            continue
        try:
            version = Version(clause.version)
        except InvalidVersion:
            continue
        return version if len(specifier) == 1 or specifier.contains(version, prereleases=True) else None
    return None


def combine(specifiers: Iterable[SpecifierSet], constraint: SpecifierSet | None = None) -> SpecifierSet:
    """All specifiers combined, with the constraint if there is one."""
    combined = list(specifiers)
    if len(combined) > 1:
        combined = list(dict.fromkeys(combined))
    if constraint is not None:
        combined.append(constraint)
    return reduce(and_, combined) if combined else ANY
