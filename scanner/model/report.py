"""The result of a scan: one report for each project, and data of the whole scan.

Nothing here reads files, uses the network or depends on the time.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal

from scanner.model.artifact import Artifact
from scanner.model.dependency import Location, Skipped
from scanner.model.edit import Edit
from scanner.model.finding import Alternative, Finding, Level, Problem
from scanner.model.graph import Chain, Graph
from scanner.model.rule import Rule
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


_WORST_FIRST = (ProjectVerdict.CONTAINER, ProjectVerdict.HYBRID, ProjectVerdict.UNKNOWN, ProjectVerdict.WORKERS)


class Placement(enum.StrEnum):
    """Which side of a deployment installs a package."""

    WORKER = "worker"
    CONTAINER = "container"


class TableMode(enum.StrEnum):
    """Whether the incompatible-library table decides (ENFORCE) or only advises where a build exists (ADVISE)."""

    ENFORCE = "enforce"
    ADVISE = "advise"


class FailOn(enum.StrEnum):
    """Which verdicts make the exit code a failure."""

    CONTAINER = "container"
    UNKNOWN = "unknown"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Required:
    """A package that another one requires on the target."""

    name: str
    extra: str | None = None
    """The extra that requires it; None for a requirement of the package itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One dependency with its verdict and the findings that caused it."""

    name: str
    requirement: str
    version: str | None
    verdict: Verdict
    own_verdict: Verdict
    direct: bool | None
    location: Location | None
    newest: str | None = None
    """The newest release, regardless of the requirements; None if it is unknown."""
    placement: Placement = Placement.WORKER
    category: str | None = None
    via: tuple[Chain, ...] = ()
    requires: tuple[Required, ...] = ()
    artifact: Artifact | None = None
    readable: Artifact | None = None
    """The wheel whose contents stand for the artifact: of a copy in the Pyodide release the index's own."""
    inspected: bool = False
    """Whether the file was opened."""
    findings: tuple[Finding, ...] = ()
    alternative: Alternative | None = None
    import_fails: bool = False
    """Whether it fails to import but runs with limits, because nothing in the tree imports it at import time."""

    @property
    def key(self) -> str:
        """The identity within one project: ``name==version``, or the name if there is no version."""
        return self.name if self.version is None else f"{self.name}=={self.version}"

    @property
    def has_cautions(self) -> bool:
        """Whether it runs, with limits."""
        return self.verdict is Verdict.WORKERS and any(f.level is Level.CAUTION for f in self.findings)

    @property
    def is_accepted(self) -> bool:
        """Whether every finding that prevents it from running is accepted."""
        deciding = [one for one in self.findings if one.level is Level.BLOCKER or one.leaves_unknown]
        return bool(deciding) and all(one.accepted for one in deciding)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The uncompressed size that packages add to the Worker."""

    uncompressed_bytes: int
    """A lower bound if ``unsized`` is not empty."""
    limit_bytes: int
    largest: tuple[tuple[str, int], ...]
    """The five largest packages with their sizes in bytes, largest first."""
    unsized: tuple[str, ...] = ()
    """The packages of unknown size, sorted: builds of the Pyodide release, and packages that must be built first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnoreUse:
    """One entry that accepts findings, and whether it matched."""

    place: str
    used: bool
    expired: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class DataAge:
    """The age of the data that a verdict uses."""

    date: date
    """The date of the oldest machine-made table that the verdict used."""
    age_days: int
    origin: Literal["shipped", "updated"]
    """Whether the tables are from the package or from `compat-scan data update`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """Counts of distinct packages, by project, name and version."""

    workers: int = 0
    container: int = 0
    """Packages that need a container, and packages that only the container's side installs."""
    unknown: int = 0
    with_cautions: int = 0
    accepted: int = 0
    """Packages with an accepted finding, and accepted problems."""

    def __add__(self, other: Summary) -> Summary:
        return Summary(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectReport:
    """The result for one project: dependencies sorted by location and then name."""

    name: str
    path: str
    target: Target
    verdict: ProjectVerdict
    dependencies: tuple[Judgement, ...] = ()
    files: tuple[str, ...] = ()
    wrangler: str | None = None
    table: TableMode = TableMode.ENFORCE
    fail_on: FailOn = FailOn.UNKNOWN
    verdict_after_edits: ProjectVerdict | None = None
    """The verdict after the safe edits; None if there are none."""
    outstanding: Verdict = Verdict.WORKERS
    """The worst result that is not accepted: a container, a deployment problem, or an unknown."""
    bundle: Bundle | None = None
    """None if no size is known, for example because wheels were not opened."""
    bundle_after_edits: Bundle | None = None
    edits: tuple[Edit, ...] = ()
    ignores: tuple[IgnoreUse, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    graph: Graph = field(default_factory=Graph)
    """The dependency edges on the target, by ``Judgement.key``."""

    @property
    def packages(self) -> tuple[Judgement, ...]:
        """Each name and version once, at its first declaration."""
        return tuple({one.key: one for one in reversed(self.dependencies)}.values())[::-1]

    @property
    def requirements(self) -> tuple[Judgement, ...]:
        """The direct dependencies; if a lock file does not record them, the packages that no other package requires."""
        roots = frozenset(self.graph.roots)
        own = tuple(one for one in self.dependencies if one.direct or (one.direct is None and one.key in roots))
        return own or tuple(one for one in self.dependencies if one.location is not None and one.key in roots)

    @property
    def summary(self) -> Summary:
        """The packages counted; packages on the container's side count as container regardless of their own verdict."""
        packages = self.packages
        sides = [Verdict.CONTAINER if one.placement is Placement.CONTAINER else one.verdict for one in packages]
        accepted = {one.key for one in self.dependencies if any(finding.accepted for finding in one.findings)}
        return Summary(
            workers=sides.count(Verdict.WORKERS),
            container=sides.count(Verdict.CONTAINER),
            unknown=sides.count(Verdict.UNKNOWN),
            with_cautions=sum(one.has_cautions and one.placement is Placement.WORKER for one in packages),
            accepted=len(accepted) + sum(problem.accepted is not None for problem in self.problems),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The outcome of a scan."""

    projects: tuple[ProjectReport, ...]
    problems: tuple[Problem, ...] = ()
    """Problems of the whole scan, which belong to no project."""
    notes: tuple[str, ...] = ()
    complete: bool = True
    """Whether every index answered."""
    scanned_at: datetime | None = None
    data: DataAge | None = None

    @property
    def verdict(self) -> ProjectVerdict:
        """The worst verdict of the projects."""
        return worst_verdict(project.verdict for project in self.projects)

    @property
    def verdict_after_edits(self) -> ProjectVerdict:
        """The worst verdict of the projects after their safe edits."""
        return worst_verdict(project.verdict_after_edits or project.verdict for project in self.projects)

    @property
    def summary(self) -> Summary:
        """The packages of all projects counted."""
        return sum((project.summary for project in self.projects), Summary())

    @property
    def dependencies(self) -> tuple[Judgement, ...]:
        """The rows of all projects."""
        return tuple(one for project in self.projects for one in project.dependencies)

    def all_problems(self) -> Iterator[Problem]:
        """The problems of the scan, then those of each project."""
        yield from self.problems
        for project in self.projects:
            yield from project.problems

    def all_notes(self) -> tuple[str, ...]:
        """The notes of the scan and of each project, each once."""
        return tuple(dict.fromkeys((*self.notes, *(note for project in self.projects for note in project.notes))))


def worst_verdict(verdicts: Iterable[ProjectVerdict]) -> ProjectVerdict:
    """The worst of several verdicts: container, hybrid, unknown, workers; UNKNOWN for none."""
    return min(verdicts, key=_WORST_FIRST.index, default=ProjectVerdict.UNKNOWN)


def has_index_failure(projects: Iterable[ProjectReport]) -> bool:
    """Whether an index did not answer for some package (CS504)."""
    return any(f.rule is Rule.CS504 for project in projects for one in project.dependencies for f in one.findings)
