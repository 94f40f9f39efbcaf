"""The package indexes that a lock file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from packaging.utils import NormalizedName

from scanner.inputs.formats.document import IndexOptions
from scanner.model.report import PUBLIC_INDEX, IndexPin


def choose_index(packages: Iterable[tuple[NormalizedName, str | None]]) -> IndexOptions:
    """The index settings from each package's index, None for the one that is configured anyway.

    Where every package names its index, that of most of them takes the configured one's place. Packages of other
    indexes are tied to theirs.
    """
    locked = tuple(dict.fromkeys(packages))
    counts = Counter(url for _, url in locked)
    named = [url for url, _ in counts.most_common() if url is not None]
    main = named[0] if named and None not in counts else None
    tied = {name for name, url in locked if url != main}
    pins = (IndexPin(project=name, index=url or PUBLIC_INDEX, url=url) for name, url in locked if name in tied)
    return IndexOptions(index_url=main, pins=tuple(pins))
