"""The versions of one project that can be chosen at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from scanner.model.requirement import Want
from scanner.runtime.candidates import Candidate

_FEW = 8
"""Of so many versions each is looked at; of more only the newest, until one can be chosen."""


@dataclass(slots=True)
class Universe:
    """The versions of one project that may be chosen, newest first; which of them can is found out when it matters.

    A set of them is an integer with one bit for each, the newest the lowest. A long history costs little as long as
    only its newest versions are looked at.
    """

    versions: Sequence[Version]
    find: Callable[[Version], Candidate | None]
    """The candidate of a version; None where it cannot be chosen."""
    full: int = 0
    """All versions of which it is not known that they cannot be chosen."""
    _masks: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.full = (1 << len(self.versions)) - 1

    def candidate(self, bit: int) -> Candidate | None:
        """The candidate of one bit; None where it cannot be chosen."""
        found = self.find(self.versions[bit.bit_length() - 1])
        if found is None:
            self.full &= ~bit
        return found

    def mask(self, want: Want) -> int:
        """Those that a requirement admits, without the newest of them that cannot be chosen."""
        key = str(want.specifier)
        if key not in self._masks:
            bits = {version: 1 << bit for bit, version in enumerate(self.versions)}
            self._masks[key] = sum(bits[one] for one in want.specifier.filter(bits, prereleases=True))
        self._masks[key] = self._trim(self._masks[key])
        return self._masks[key]

    def select(self, versions: frozenset[Version]) -> int:
        """Those of the versions that are in it."""
        return sum(1 << bit for bit, version in enumerate(self.versions) if version in versions)

    def _trim(self, mask: int) -> int:
        """What is left of a set: all that can be chosen where it is small, else from the newest such version on."""
        mask &= self.full
        left = mask
        while left:
            bit = left & -left
            if self.candidate(bit) is not None and mask.bit_count() > _FEW:
                break
            mask &= self.full
            left &= ~bit
        return mask
