"""The positions of the keys and array elements of a structured document, by key path."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

KeyPath = tuple[str | int, ...]

# The deepest declaration of any format is tool.poetry.group.NAME.dependencies.PACKAGE[n].
DEFAULT_DEPTH = 8


class Positions:
    """The position of each recorded key path; a path that was not recorded has the position of its nearest parent."""

    def __init__(self, text: str, offsets: Mapping[KeyPath, int]) -> None:
        self._text = text
        self._offsets = offsets

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._offsets)

    def find(self, path: KeyPath) -> tuple[int, int]:
        """The line and the column of a key path, both from 1; (1, 1) if not even its first key was recorded."""
        for length in range(len(path), 0, -1):
            offset = self._offsets.get(path[:length])
            if offset is not None:
                line = bisect_right(self._line_starts, offset)
                return line, offset - self._line_starts[line - 1] + 1
        return 1, 1

    def offset(self, path: KeyPath) -> int | None:
        """The offset of a key path, in characters from 0; None if it was not recorded."""
        return self._offsets.get(path)

    def find_path(self, line: int, column: int) -> KeyPath:
        """The longest key path that begins at an offset; empty if there is none."""
        starts = self._line_starts
        offset = starts[line - 1] + column - 1 if line <= len(starts) else -1
        return max((path for path, start in self._offsets.items() if start == offset), key=len, default=())

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        while (end := self._text.find("\n", starts[-1])) >= 0:
            starts.append(end + 1)
        return starts
