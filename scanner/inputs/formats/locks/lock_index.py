"""The package indexes that a lock file names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from packaging.utils import NormalizedName

from scanner.inputs.formats.document import Document
from scanner.model.index_settings import PUBLIC_INDEX, IndexPin, IndexSettings


def choose_index(packages: Iterable[tuple[NormalizedName, str | None]], document: Document) -> IndexSettings:
    """The index settings from each package's index; None is the default index.

    If every package names its index, the most frequent one replaces the default index. Packages of other indexes are
    pinned to theirs.
    """
    locked = tuple(dict.fromkeys(packages))
    counts = Counter(url for _, url in locked)
    named = [url for url, _ in counts.most_common() if url is not None]
    main = named[0] if named and None not in counts else None
    others = [url for url in named if url != main]
    return IndexSettings(
        index=document.index_location(main) if main else None,
        extra=tuple(document.index_location(url, name=url, is_explicit=True) for url in others),
        pins=tuple(IndexPin(project=name, index=url or PUBLIC_INDEX) for name, url in locked if url != main),
    )
