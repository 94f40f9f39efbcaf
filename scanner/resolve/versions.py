"""The versions of one package that can be chosen, as bits: compatible ones before all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from scanner.model.requirement import Requirement
from scanner.runtime.candidates import Candidate, Candidates

_FEW = 8
"""Of so many versions each is looked at; of more only the first, until one can be chosen."""


@dataclass(slots=True)
class Versions:
    """The versions of one package in the order in which they are tried; which of them can be chosen is found out late.

    A set of them is an integer with one bit for each row, the first row the lowest. A long history costs little as
    long as only its first versions are looked at. Where a version that does not fit the target is better than none,
    all versions follow once more behind those that may fit, as the last resort.
    """

    candidates: Candidates
    versions: Sequence[Version]
    is_relaxed: bool
    takes_yanked: bool
    full: int = 0
    """All rows of which it is not known that they cannot be chosen."""
    rows: tuple[Version, ...] = ()
    fitting: int = 0
    """How many of the rows come first because their versions may fit."""
    _bits: dict[Version, int] = field(default_factory=dict)
    _masks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        may_fit = tuple(version for version in self.versions if self.candidates.may_fit(version))
        self.rows, self.fitting = (*may_fit, *(self.versions if self.is_relaxed else ())), len(may_fit)
        self.full = (1 << len(self.rows)) - 1
        for place, version in enumerate(self.rows):
            self._bits[version] = self._bits.get(version, 0) | 1 << place

    def candidate(self, bit: int) -> Candidate | None:
        """The candidate of one bit; None if it cannot be chosen."""
        place = bit.bit_length() - 1
        found = self._find(place, self.rows[place])
        if found is None:
            self.full &= ~bit
        return found

    def mask(self, requirement: Requirement) -> int:
        """Those that a requirement admits, without the first of them that cannot be chosen."""
        key = str(requirement.specifier)
        if key not in self._masks:
            admitted = requirement.specifier.filter(self._bits, prereleases=True)
            self._masks[key] = sum(self._bits[version] for version in admitted)
        self._masks[key] = self._trim(self._masks[key])
        return self._masks[key]

    def is_single(self, mask: int) -> bool:
        """Whether a set leaves no choice among what fits."""
        return (mask & ((1 << self.fitting) - 1)).bit_count() <= 1

    def _find(self, place: int, version: Version) -> Candidate | None:
        fitting = next(self.candidates.fitting((version,), yanked=self.takes_yanked), None)
        if place < self.fitting:
            return fitting
        found = self.candidates.candidate(version) if fitting is None else None
        is_yanked = found is not None and all(file.yanked is not None for file in found.release.artifacts)
        return found if self.takes_yanked or not is_yanked else None

    def _trim(self, mask: int) -> int:
        """What is left of a set: all that can be chosen where it is small, else from the first such version on."""
        mask &= self.full
        left = mask
        while left:
            bit = left & -left
            if self.candidate(bit) is not None and mask.bit_count() > _FEW:
                break
            mask &= self.full
            left &= ~bit
        return mask
