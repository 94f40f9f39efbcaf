"""[[tool.pdm.source]]: PDM's package indexes, and which packages come from which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from scanner.inputs.formats.structure.table import Table
from scanner.model.index_settings import PUBLIC_INDEX, IndexLocation, IndexPin, IndexSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    name: str
    location: IndexLocation | None
    """None for the default index."""
    included: tuple[str, ...] = ()
    """Patterns of the packages that come only from sources that include them."""
    excluded: tuple[str, ...] = ()
    """Patterns of the packages that this source does not provide unless they are included."""

    @property
    def is_shared(self) -> bool:
        """Whether this source provides packages that match no pattern."""
        return "*" not in self.excluded

    def pin(self, project: str) -> IndexPin:
        return IndexPin(project=project, index=self.name)


def read_pdm_sources(pdm: Table) -> IndexSettings:
    """The indexes; the one named "pypi" replaces the public index."""
    sources = tuple(_read_sources(pdm))
    locations = [source.location for source in sources if source.location is not None]
    public = [location for location in locations if location.name == PUBLIC_INDEX]
    shared = [source.location for source in sources if source.location is not None and source.is_shared]
    allows_prereleases = pdm.table("resolution").boolean("allow-prereleases") or pdm.boolean("allow_prereleases")
    return IndexSettings(
        index=public[0] if public else None,
        extra=tuple(location for location in locations if location not in public),
        find_links=tuple(location for location in shared if location.is_flat),
        pins=tuple(_find_pins(sources)),
        prerelease="allow" if allows_prereleases else None,
    )


def _read_sources(pdm: Table) -> Iterator[_Source]:
    for table in pdm.tables("source"):
        name, url = table.string("name") or "", table.string("url")
        excluded = tuple(canonicalize_name(text) for text, _ in table.strings("exclude_packages"))
        is_flat = table.string("type") == "find_links"
        is_explicit = is_flat or "*" in excluded
        if url is not None or name == PUBLIC_INDEX:
            yield _Source(
                name=name,
                location=None
                if url is None
                else table.document.index_location(url, name=name, is_explicit=is_explicit, is_flat=is_flat),
                included=tuple(canonicalize_name(text) for text, _ in table.strings("include_packages")),
                excluded=excluded,
            )


def _find_pins(sources: Sequence[_Source]) -> Iterator[IndexPin]:
    """Included patterns first: they take precedence over excluded ones."""
    for source in sources:
        yield from map(source.pin, source.included)
    public = () if any(each.name == PUBLIC_INDEX for each in sources) else (_Source(name=PUBLIC_INDEX, location=None),)
    for pattern in dict.fromkeys(pattern for source in sources for pattern in source.excluded if pattern != "*"):
        for source in (*sources, *public):
            if pattern not in source.excluded and source.is_shared:
                yield source.pin(pattern)
