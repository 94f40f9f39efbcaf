"""[[tool.pdm.source]]: PDM's package indexes, and which packages come from which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import IndexOptions
from scanner.inputs.formats.structure.table import Table
from scanner.model.report import PUBLIC_INDEX, IndexPin


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    name: str
    url: str | None
    is_flat: bool = False
    included: tuple[str, ...] = ()
    """Patterns of the packages that come from sources which include them, and from no other."""
    excluded: tuple[str, ...] = ()
    """Patterns of the packages that do not come from here unless they are included."""

    @property
    def is_explicit(self) -> bool:
        return "*" in self.excluded

    def pin(self, project: str) -> IndexPin:
        return IndexPin(project=project, index=self.name, url=self.url, is_flat=self.is_flat)


def read_pdm_sources(pdm: Table) -> IndexOptions:
    """The indexes; the one called «pypi» takes the public index's place."""
    sources = tuple(_read_sources(pdm))
    shared = [source for source in sources if source.url is not None and not source.is_explicit]
    public = [source.url for source in sources if source.name == PUBLIC_INDEX]
    return IndexOptions(
        index_url=public[0] if public else None,
        extra_index_urls=tuple(s.url for s in shared if s.url and s.name != PUBLIC_INDEX and not s.is_flat),
        find_links=tuple(source.url for source in shared if source.url and source.is_flat),
        pins=tuple(_find_pins(sources)),
    )


def _read_sources(pdm: Table) -> Iterator[_Source]:
    for table in pdm.tables("source"):
        name, url = table.string("name") or "", table.string("url")
        if url is not None or name == PUBLIC_INDEX:
            yield _Source(
                name=name,
                url=url,
                is_flat=table.string("type") == "find_links",
                included=tuple(canonicalize_name(text) for text, _ in table.strings("include_packages")),
                excluded=tuple(canonicalize_name(text) for text, _ in table.strings("exclude_packages")),
            )


def _find_pins(sources: Sequence[_Source]) -> Iterator[IndexPin]:
    """What is included first: it goes before what is excluded."""
    for source in sources:
        yield from map(source.pin, source.included)
    public = () if any(source.name == PUBLIC_INDEX for source in sources) else (_Source(name=PUBLIC_INDEX, url=None),)
    for pattern in dict.fromkeys(pattern for source in sources for pattern in source.excluded if pattern != "*"):
        for source in (*sources, *public):
            if pattern not in source.excluded and not source.is_explicit:
                yield source.pin(pattern)
