"""Which versions cannot work whatever else is chosen, told from the bottom of the tree upwards, before any search.

Something in the tree has no wheel. The versions of what requires it are sampled until one is found that does without;
those above it are dead ends. Then the same is asked of what requires those, and so on up to what the project itself
asks for. A dozen questions for each project on the way answer what a search would ask of every version.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping

from packaging.specifiers import SpecifierSet

from scanner.model.requirement import Want
from scanner.resolve.leaps import Leap
from scanner.resolve.own_wants import OwnWants
from scanner.resolve.rules import DeadEnd, Key, Pick, Rules


class DeadEnds:
    """The dead ends below what a project asks for; they are noted in the rules."""

    def __init__(
        self, rules: Rules, wants: Iterable[Want], picks: Mapping[Key, Pick], *, pinned: Collection[Key] = ()
    ) -> None:
        """``picks`` is the lenient answer, which everything begins with; what is ``pinned`` stays at it."""
        self._rules = rules
        self._picks = dict(picks)
        self._wants = OwnWants([*wants, *(_pin(picks[key]) for key in pinned)])
        from_below = reversed(list_reachable(rules, self._wants, picks))
        self._order = [*pinned, *(key for key in from_below if key in picks and key not in pinned)]
        rules.dead.clear()

    def find_blocked(self) -> set[Key]:
        """What the project itself asks for and no version of which can work."""
        while sum(map(self._bury, self._order)):  # each time all of them, from the bottom up
            pass
        return {(want.name, want.extra) for want in self._wants if self._is_blocked(want)}

    def has_blocked(self) -> bool:
        """Whether there is any such thing, with no more questions than that takes."""
        looked = False
        for key in self._order:
            if self._bury(key):
                # After the first look, only what the project asks of that one may have become blocked.
                if any(map(self._is_blocked, self._wants.on(key[0]) if looked else self._wants)):
                    return True
                looked = True
        return bool(self.find_blocked())

    def _bury(self, key: Key) -> bool:
        """Whether the version of a project that is taken so far has turned out to be a dead end."""
        name, extra = key
        candidate = self._picks[key].candidate
        if candidate is None or candidate.wheel is None or self._rules.is_relaxed(name):
            return False
        candidates = self._rules.candidates(name)
        versions = self._rules.satisfying(candidates, self._wants.on(name)) if candidates else ()
        if candidates is None or candidate.version not in versions:
            return False
        leap = Leap(self._rules, candidates, versions, self._wants.beside(key), depth=1)
        start = versions.index(candidate.version)
        landed = leap.land(start)
        if landed == start:
            return False
        known = self._rules.dead.get(key, DeadEnd(frozenset(), ()))
        unmet = dict.fromkeys((*known.unmet, *leap.find_unmet()))
        self._rules.dead[key] = DeadEnd(known.versions | frozenset(versions[start:landed]), tuple(unmet))
        left = candidates.candidate(versions[landed]) if landed < len(versions) else None
        self._picks[key] = Pick(name=name, extra=extra, candidate=left)
        return True

    def _is_blocked(self, want: Want) -> bool:
        candidates = self._rules.candidates(want.name)
        if candidates is None:
            return False
        satisfying = self._rules.satisfying(candidates, self._wants.on(want.name))
        return bool(satisfying) and next(self._rules.usable(candidates, satisfying, want.extra), None) is None


def list_reachable(rules: Rules, wants: Iterable[Want], picks: Mapping[Key, Pick]) -> list[Key]:
    """What is taken below these wants, nearest first."""
    queue = deque((want.name, want.extra) for want in wants)
    seen = dict.fromkeys(queue)
    while queue:
        key = queue.popleft()
        for child in rules.children(picks[key]) if key in picks else ():
            below = (child.name, child.extra)
            if below not in seen:
                seen[below] = None
                queue.append(below)
    return list(seen)


def _pin(pick: Pick) -> Want:
    text = f"{pick.name}==={pick.version}"
    return Want(name=pick.name, specifier=SpecifierSet(f"==={pick.version}"), text=text)
