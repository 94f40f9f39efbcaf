"""What is wanted of one project, by whom: the requirement that a resolver, a crawl and a report share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Want:
    """One requirement on one project, by the root or by another package."""

    name: NormalizedName
    specifier: SpecifierSet
    text: str
    """The requirement as it stands, for people."""
    extra: NormalizedName | None = None
    """The one extra that this asks for; None for the package itself."""
    url: str | None = None
    parent: NormalizedName | None = None
    """Who asks; None for the project itself."""


Narrow = Callable[[NormalizedName, SpecifierSet], SpecifierSet | None]
"""What a requirement on a project comes to beside constraints and overrides; None where no index is to be asked."""


def with_extras(want: Want, extras: Iterable[str]) -> Iterator[Want]:
    """The want for the package itself and one for each extra, in order."""
    yield want
    for extra in sorted(extras):
        yield replace(want, extra=canonicalize_name(extra))
