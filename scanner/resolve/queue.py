"""The project to decide next: the first by rank that is required and not decided."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from scanner.resolve.graph import Key
from scanner.resolve.incompatibility import PartialSolution

Rank = tuple[bool, bool, int]


class Queue:
    """The open projects of a solution, by unique rank. Finding the first does not visit all of them."""

    def __init__(self, solution: PartialSolution, rank: Callable[[Key], Rank]) -> None:
        self._solution = solution
        self._rank = rank
        self._queue: list[tuple[Rank, Key]] = []

    def note(self, key: Key) -> None:
        """Adds a project if it is open. Call it when the rank changes."""
        if self._solution.is_open(key):
            heapq.heappush(self._queue, (self._rank(key), key))

    def find_next(self) -> Key | None:
        """The first open project; None if none is open."""
        for key in self._solution.take_changed():
            self.note(key)
        while self._queue:
            rank, key = self._queue[0]
            if self._solution.is_open(key) and rank == self._rank(key):
                return key
            heapq.heappop(self._queue)  # decided or given up since, or in the queue a second time under its new rank
        return None
