"""Version specifiers (PEP 440): several at once, and the one version that they can mean."""

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
    """The one version that a specifier set can mean: an ``==`` without wildcard or an ``===`` that parses, else None.

    None as well where its other clauses exclude that version, for example ``==1.0,<1.0``.
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
    """All specifiers at once, the constraint too where there is one."""
    asked = list(specifiers)
    if len(asked) > 1:
        asked = list(dict.fromkeys(asked))
    if constraint is not None:
        asked.append(constraint)
    return reduce(and_, asked) if asked else ANY
