"""The package indexes that a lock file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from scanner.sources.document import IndexOptions


def choose_index(urls: Iterable[str | None]) -> IndexOptions:
    """The index settings from each package's index, None for the one that is configured anyway.

    Where every package names its index, that of most of them takes the configured one's place.
    """
    counts = Counter(urls)
    named = [url for url, _ in counts.most_common() if url is not None]
    if not named or None in counts:
        return IndexOptions(extra_index_urls=tuple(named))
    return IndexOptions(index_url=named[0], extra_index_urls=tuple(named[1:]))
