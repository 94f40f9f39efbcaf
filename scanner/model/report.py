"""The nouns of compat-scan: frozen values that every stage passes on.

Nothing here reads files, asks the network or knows the time. ``Entry`` is a union to be matched, never cast.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scanner.model.artifact import Artifact
from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Alternative, Finding, Level, Problem
from scanner.model.target import Target


class Verdict(enum.StrEnum):
    """Where one dependency can run."""

    WORKERS = "workers"
    CONTAINER = "container"
    UNKNOWN = "unknown"


class ProjectVerdict(enum.StrEnum):
    """Where the whole project can run; HYBRID is a Worker plus a container."""

    WORKERS = "workers"
    HYBRID = "hybrid"
    CONTAINER = "container"
    UNKNOWN = "unknown"


class TableMode(enum.StrEnum):
    """Whether the incompatible-library table decides (ENFORCE) or only advises where a build exists (ADVISE)."""

    ENFORCE = "enforce"
    ADVISE = "advise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One dependency with its verdict and everything that led to it."""

    name: str
    requirement: str
    version: str | None
    verdict: Verdict
    own_verdict: Verdict
    direct: bool | None
    location: Location | None
    category: str | None = None
    via: tuple[tuple[str, ...], ...] = ()
    artifact: Artifact | None = None
    findings: tuple[Finding, ...] = ()
    alternative: Alternative | None = None
    import_fails: bool = False
    """Whether importing it fails, as it is told, though it runs with limits: nothing in the tree does so at once."""

    @property
    def key(self) -> str:
        """What tells it from other packages of one report: ``name==version``, the name where there is no version."""
        return self.name if self.version is None else f"{self.name}=={self.version}"

    @property
    def has_cautions(self) -> bool:
        """Whether it runs, with limits."""
        return self.verdict is Verdict.WORKERS and any(f.level is Level.CAUTION for f in self.findings)

    def with_chains(self, via: tuple[tuple[str, ...], ...]) -> Judgement:
        """The same with more chains, shortest first, each once."""
        return replace(self, via=tuple(sorted({*self.via, *via}, key=lambda chain: (len(chain), chain))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """What the packages that run add to a Worker, uncompressed; where several projects were scanned, the largest."""

    uncompressed_bytes: int
    """A lower bound where ``unsized`` names any."""
    limit_bytes: int
    largest: tuple[tuple[str, int], ...]
    """The five largest packages with their sizes in bytes, largest first."""
    unsized: tuple[str, ...] = ()
    """The packages of unknown size, sorted: builds of the Pyodide release, and what must be built first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The outcome of a scan: dependencies sorted by location and then name."""

    target: Target
    table: TableMode
    verdict: ProjectVerdict
    dependencies: tuple[Judgement, ...]
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader should know of the scan as a whole, for example why a lock file was preferred."""
    bundle: Bundle | None = None
    """None where no size is known, as without a look inside the wheels."""
    edges: tuple[tuple[str, str], ...] = ()
    """Who requires whom on the target, as pairs of ``Judgement.key``; sorted. No part of the JSON contract."""
    extra_edges: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Those of ``edges`` that one extra alone makes, with the extra."""

    def count(self, verdict: Verdict) -> int:
        """How many dependencies have this verdict."""
        return sum(1 for judgement in self.dependencies if judgement.verdict is verdict)

    @property
    def with_cautions(self) -> int:
        """How many run, but with limits."""
        return sum(1 for judgement in self.dependencies if judgement.has_cautions)
