"""The versions of one project that can be chosen at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.candidates import Candidate
from scanner.wants import Want


@dataclass(slots=True)
class Universe:
    """The versions of one project that can be chosen, newest first."""

    candidates: tuple[Candidate, ...]
    _masks: dict[str, int] = field(default_factory=dict)

    @property
    def full(self) -> int:
        """All of them as a mask."""
        return (1 << len(self.candidates)) - 1

    def mask(self, want: Want) -> int:
        """Those that a requirement admits."""
        key = str(want.specifier)
        if key not in self._masks:
            versions = {candidate.version: 1 << bit for bit, candidate in enumerate(self.candidates)}
            self._masks[key] = sum(versions[one] for one in want.specifier.filter(versions, prereleases=True))
        return self._masks[key]
