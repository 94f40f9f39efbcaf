"""One requirement on one project: the type that the resolver, the index crawl and the reports share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """One requirement on one project, by the root or by another package."""

    name: NormalizedName
    specifier: SpecifierSet
    text: str
    """The requirement as written, for messages."""
    extra: NormalizedName | None = None
    """The one extra that is required; None for the package itself."""
    url: str | None = None
    parent: NormalizedName | None = None
    """The package that requires it; None for the project itself."""


Narrow = Callable[[NormalizedName, SpecifierSet], SpecifierSet | None]
"""Combines a requirement with constraints and overrides; None if no index lookup is needed."""


def with_extras(requirement: Requirement, extras: Iterable[str]) -> Iterator[Requirement]:
    """The requirement for the package itself and one for each extra, in order."""
    yield requirement
    for extra in sorted(extras):
        yield replace(requirement, extra=canonicalize_name(extra))
