"""The files of one project from several places, put together version by version as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner.index.listing.rows import FileRow, RowLike


class MergedRows(Mapping[str, Sequence[RowLike]]):
    """All files of all places by version; of files with the same name the first counts."""

    def __init__(self, places: Sequence[Mapping[str, Sequence[RowLike]]]) -> None:
        self._places = places
        self._versions = dict.fromkeys(text for place in places for text in place)
        self._rows: dict[str, tuple[RowLike, ...]] = {}

    def __getitem__(self, version: str) -> Sequence[RowLike]:
        rows = self._rows.get(version)
        if rows is None:
            if version not in self._versions:
                raise KeyError(version)
            rows = self._rows[version] = self._merge(version)
        return rows

    def __contains__(self, version: object) -> bool:
        return version in self._versions

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    def _merge(self, version: str) -> tuple[RowLike, ...]:
        group: dict[str, RowLike] = {}
        for place in self._places:
            for row in place.get(version, ()):
                known = group.get(row.filename)
                group[row.filename] = row if known is None else _complete(known, row)
        return tuple(group.values())


def _complete(row: RowLike, other: RowLike) -> RowLike:
    """The row with what only the other one says, if the hashes prove that both are the same file.

    A local copy of an index tends to say nothing of yanking or Python versions.
    """
    if row.sha256 is None or row.sha256 != other.sha256:
        return row
    return FileRow(
        row.filename,
        row.url,
        row.size_bytes if row.size_bytes is not None else other.size_bytes,
        row.sha256,
        row.requires_python or other.requires_python,
        row.yanked if row.yanked is not None else other.yanked,
        row.upload_time or other.upload_time,
        row.metadata_sha256,
    )
