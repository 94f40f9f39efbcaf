"""Search of a long release history: samples exclude versions, and metadata is fetched in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from packaging.utils import NormalizedName

from scanner.resolve.graph import Key, Pick
from scanner.resolve.incompatibility import Incompatibility, PartialSolution, Term
from scanner.resolve.root_requirements import Decided
from scanner.resolve.rules import Rules
from scanner.resolve.sampling import Sampler
from scanner.resolve.versions import Versions

_TRIES_BEFORE_SAMPLING = 3
"""After this many versions of a project, versions that cannot work with any other choice are excluded."""
_TRIES_BEFORE_BATCH, _BATCH = 6, 4
"""After this many versions, metadata is fetched in batches of this size."""


class History:
    """What was tried of each package in one search."""

    def __init__(
        self, rules: Rules, solution: PartialSolution, versions: Mapping[NormalizedName, Versions | None]
    ) -> None:
        self._rules = rules
        self._solution = solution
        self._versions = versions
        self._tried: dict[NormalizedName, int] = {}
        self._samplers: dict[Key, Sampler] = {}
        self._batches: dict[NormalizedName, int] = {}

    def note(self, key: Key, allowed: int, bit: int) -> None:
        """Records that a version is tried. After several failures, metadata is fetched in batches."""
        self._tried[key[0]] = self._tried.get(key[0], 0) | bit
        versions, tries = self._versions.get(key[0]), self._tried[key[0]].bit_count()
        if versions is None or tries < self._batches.get(key[0], _TRIES_BEFORE_BATCH):
            return
        left = (versions.candidate(1 << place) for place in range(len(versions.rows)) if allowed >> place & 1)
        self._rules.supply.prefetch_metadata(tuple(islice((one for one in left if one), _BATCH)))
        self._batches[key[0]] = tries + _BATCH

    def find_skipped(self, key: Key, allowed: int) -> Incompatibility | None:
        """Versions from the first that is left on that cannot work, whatever else is chosen or with what is decided."""
        versions = self._versions.get(key[0])
        is_early = self._tried.get(key[0], 0).bit_count() < _TRIES_BEFORE_SAMPLING
        place = (allowed & -allowed).bit_length() - 1
        if versions is None or is_early or not self._rules.is_newest_first or place >= versions.fitting:
            return None
        if key not in self._samplers:
            self._samplers[key] = self._sample(key, versions, {})
        found = _skip(self._samplers[key], key, place, self._solution)
        if found is not None:
            self._rules.dead.setdefault(key, set()).update(versions.rows[place : found.terms[key].mask.bit_length()])
            return found
        return _skip(self._sample(key, versions, self._list_decided(key[0])), key, place, self._solution)

    def _sample(self, key: Key, versions: Versions, decided: Mapping[Key, Sequence[Decided]]) -> Sampler:
        beside = self._rules.roots.beside(key, decided)
        return Sampler(self._rules, versions.candidates, versions.rows[: versions.fitting], beside)

    def _list_decided(self, besides: NormalizedName) -> Mapping[Key, Sequence[Decided]]:
        """What the decided versions of all other packages require, by what it is required of."""
        found: dict[Key, list[Decided]] = {}
        for key, bit in self._solution.decisions.items():
            versions = self._versions.get(key[0]) if key[0] != besides else None
            pick = Pick(name=key[0], extra=key[1], candidate=versions.candidate(bit) if versions else None)
            for one in self._rules.children(pick):
                found.setdefault((one.name, one.extra), []).append(Decided(one, key))
        return found


def _skip(sampler: Sampler, key: Key, place: int, solution: PartialSolution) -> Incompatibility | None:
    """What the samples show: versions that cannot work, together with the decisions that this rests on."""
    skipped = ((1 << sampler.land(place)) - 1) & ~((1 << place) - 1)
    if not skipped:
        return None
    terms = {one: Term(solution.decisions[one], positive=True) for one in sampler.beside.used}
    terms[key] = Term(skipped, positive=True)
    return Incompatibility(terms, requirements=sampler.find_unmet())
