"""A resolution that never has to take anything back: every project once, in the order in which resolvelib would.

resolvelib looks at all projects again for each one that it adds, which for a lock-like file of two thousand takes
minutes. Where nothing contradicts anything the same picks come out of one pass, and in a file of pins what contradicts
them comes out of another; at the first doubt this gives up, and resolvelib begins anew.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from resolvelib.structs import RequirementInformation

from scanner.model.requirement import Want
from scanner.resolve.provider import Provider
from scanner.resolve.rules import Key, Pick

_Information = RequirementInformation[Want, Pick]


def resolve_straight(provider: Provider, wanted: Iterable[Want]) -> Mapping[Key, Pick] | None:
    """The picks in the order in which they were made; None where something would have to be undone."""
    straight = _Straight(provider)
    return straight.run(wanted)


def find_contradiction(provider: Provider, wanted: Iterable[Want]) -> Sequence[RequirementInformation[Want, Pick]]:
    """The wants that no version of a project meets, as resolvelib would tell them; empty where that takes its search.

    Up to there each project that was picked left one choice, so that resolvelib would take all back in vain.
    """
    forced = _Forced(provider)
    forced.run(wanted)
    return forced.contradiction


class _Straight:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._asked: dict[Key, list[_Information]] = {}
        self._picks: dict[Key, Pick] = {}
        self._queue: list[tuple[tuple[bool, bool, bool, bool, str], Key]] = []

    def run(self, wanted: Iterable[Want]) -> Mapping[Key, Pick] | None:
        if not self._ask(wanted, None):
            return None
        while self._queue:
            _, key = heapq.heappop(self._queue)
            if key in self._picks:
                continue  # an older place of it in the queue
            pick = self._choose(key)
            if pick is None:
                return None
            self._picks[key] = pick
            if not self._ask(self._provider.get_dependencies(pick), pick):
                return None
        return self._picks

    def _ask(self, wants: Iterable[Want], parent: Pick | None) -> bool:
        """Whether the wants agree with everything that is picked; what is not yet moves to its place in the queue."""
        for want in wants:
            key = self._provider.identify(want)
            self._asked.setdefault(key, []).append(RequirementInformation(want, parent))
            pick = self._picks.get(key)
            if pick is None:
                information = {key: iter(self._asked[key])}
                place = self._provider.get_preference(key, self._picks, {}, information, ())
                heapq.heappush(self._queue, (place, key))
            elif not self._provider.is_satisfied_by(want, pick):
                return False
        return True

    def _choose(self, key: Key) -> Pick | None:
        """The first choice among what meets all wants so far; None where nothing does."""
        pick = next(self._matches(key), None)
        return pick if pick is not None and self._meets_all(pick, key) else None

    def _matches(self, key: Key) -> Iterator[Pick]:
        """What meets all wants so far, best first."""
        requirements = {
            other: iter([information.requirement for information in self._asked.get(other, ())])
            for other in {key, (key[0], None)}
        }
        matches = self._provider.find_matches(key, requirements, {key: iter(())})
        return iter(matches() if callable(matches) else matches)

    def _meets_all(self, pick: Pick, key: Key) -> bool:
        return all(self._provider.is_satisfied_by(one.requirement, pick) for one in self._asked[key])


class _Forced(_Straight):
    """The same pass with a look at each want, whether it leaves anything; it goes on while there is one choice."""

    contradiction: Sequence[_Information] = ()

    def _ask(self, wants: Iterable[Want], parent: Pick | None) -> bool:
        for want in wants:
            agrees = super()._ask((want,), parent)
            key = self._provider.identify(want)
            if next(self._matches(key), None) is None:
                self.contradiction = tuple(self._asked[key])
                return False
            if not agrees:
                return False
        return True

    def _choose(self, key: Key) -> Pick | None:
        picks = list(islice(self._matches(key), 2))
        return picks[0] if len(picks) == 1 and self._meets_all(picks[0], key) else None
