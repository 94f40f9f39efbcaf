"""The nouns of compat-scan: frozen values that every stage passes on.

Nothing here reads files, asks the network or knows the time. ``Entry`` is a union to be matched, never cast.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.utils import NormalizedName
from packaging.version import Version


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


class Level(enum.StrEnum):
    """What a finding does to a verdict: a blocker decides it, a caution limits it, a note only informs."""

    BLOCKER = "blocker"
    CAUTION = "caution"
    NOTE = "note"


class Strength(enum.StrEnum):
    """How sure a piece of evidence is: seen in the files themselves, read in documentation, or inferred."""

    PROVEN = "proven"
    DOCUMENTED = "documented"
    GUESSED = "guessed"


class TableMode(enum.StrEnum):
    """Whether the incompatible-library table decides (ENFORCE) or only advises where a build exists (ADVISE)."""

    ENFORCE = "enforce"
    ADVISE = "advise"


class Rule(enum.Enum):
    """Every rule by its stable code, with its slug and title; docs/rules.md has one heading for each."""

    CS101 = ("native-wheels-only", "Only native wheels, none for the target")
    CS102 = ("source-compiles", "Only a source distribution that compiles")
    CS103 = ("source-must-be-built", "Only a pure source distribution that must be built")
    CS104 = ("native-code-in-pure-wheel", "Native code inside a none-any wheel")
    CS105 = ("older-release-fits", "Only an older release fits the target")
    CS106 = ("python-excluded", "The target's Python version is excluded")
    CS107 = ("pin-has-no-build", "The pinned version has no build, another version has")
    CS108 = ("yanked", "The release is yanked")
    CS109 = ("needs-a-blocked-dependency", "Needs a dependency that cannot run")
    CS201 = ("listed-enforced", "Listed as incompatible")
    CS202 = ("listed-advised", "Listed with advice")
    CS301 = ("missing-module-at-import", "Imports a standard-library module that the target lacks")
    CS302 = ("missing-module-deferred", "Uses a standard-library module that the target lacks, later than at import")
    CS303 = ("starts-processes", "Starts processes")
    CS304 = ("starts-threads", "Starts threads")
    CS305 = ("opens-sockets", "Opens sockets")
    CS306 = ("loads-foreign-libraries", "Loads foreign libraries")
    CS401 = ("bundle-too-large", "The bundle is over the size limit")
    CS501 = ("not-found", "No such project or version")
    CS502 = ("conflict", "The requirements contradict each other")
    CS503 = ("not-inspectable", "Cannot be inspected: version control, local path or URL")
    CS504 = ("index-unreachable", "The index could not be reached")
    CS505 = ("bad-answer", "The index or an archive gave an unusable answer")
    CS601 = ("line-not-understood", "A line is not understood")
    CS602 = ("include-missing-or-circular", "An included file is missing or includes itself")
    CS701 = ("old-container-shape", "Containers are configured as before general availability")
    CS702 = ("unknown-instance-type", "There is no such instance type")
    CS703 = ("deprecated-instance-type", "The instance type has a new name")
    CS704 = ("instance-type-out-of-bounds", "A custom instance type is out of bounds")
    CS705 = ("instances-disagree", "The code and the configuration name different numbers of instances")
    CS706 = ("class-not-bound", "The container's class has no binding")
    CS707 = ("class-not-exported", "The container's class is not exported")
    CS708 = ("exports-and-migrations", "Both exports and migrations are set")
    CS709 = ("class-without-sqlite", "The container's class has no SQLite storage")
    CS710 = ("no-autoscaling", "Autoscaling is set, which does not exist")
    CS711 = ("image-not-amd64", "The image is not for linux/amd64")
    CS712 = ("development-server", "The image runs a development server")
    CS713 = ("no-python-workers-flag", "A Python Worker lacks its compatibility flag")
    CS714 = ("flag-ignored-by-pywrangler", "pywrangler ignores a compatibility flag")
    CS715 = ("unknown-key", "Wrangler does not know a key")
    CS716 = ("over-account-limits", "More instances than an account may run")

    def __init__(self, slug: str, title: str) -> None:
        self.slug = slug
        self.title = title

    @property
    def code(self) -> str:
        """The stable code, for example ``CS101``."""
        return self.name

    @property
    def leaves_unknown(self) -> bool:
        """Whether a finding of this rule means that no verdict could be reached (CS5xx)."""
        return self.name.startswith("CS5")


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Location:
    """Where a declaration stands; ``line`` and ``column`` count from 1, ``path`` is as the user named it."""

    path: str
    line: int
    column: int = 1


class ArtifactKind(enum.StrEnum):
    """What a distributed file is."""

    WHEEL = "wheel"
    SDIST = "sdist"
    OTHER = "other"


class Origin(enum.StrEnum):
    """Where an artifact comes from: a package index, the target's Pyodide release, or a URL in the file."""

    INDEX = "index"
    PYODIDE = "pyodide"
    URL = "url"


@dataclass(frozen=True, kw_only=True, slots=True)
class Artifact:
    """One file of a release, as its index describes it."""

    filename: str
    url: str
    kind: ArtifactKind
    tags: frozenset[Tag] = frozenset()
    """The compatibility tags of a wheel's file name, expanded; empty for everything else."""
    size_bytes: int | None = None
    sha256: str | None = None
    requires_python: str | None = None
    """The Requires-Python as the index gives it, unparsed: indexes carry values that no parser takes."""
    yanked: str | None = None
    """None where the file stands; the reason, perhaps empty, where it is yanked (PEP 592)."""
    upload_time: datetime | None = None
    origin: Origin = Origin.INDEX
    metadata_sha256: str | None = None
    """The hash of the PEP 658 sidecar; the empty string where there is a sidecar without a hash; None if unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One version of a project with every file of it that could be found."""

    name: NormalizedName
    version: Version
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedEdge:
    """A dependency edge that a lock file itself records; ``version`` where the lock tells two apart."""

    name: NormalizedName
    version: str | None = None
    extras: tuple[str, ...] = ()
    marker: Marker | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """What a lock file says of one package besides its name: version, edges and the files it lists."""

    version: str | None
    """As written; None where the lock names a source without a version."""
    edges: tuple[LockedEdge, ...] = ()
    has_edges: bool = False
    """Whether the format records edges at all; without them ``edges`` is empty and says nothing."""
    artifacts: tuple[Artifact, ...] = ()
    """The files that the lock lists for a registry package; empty where it lists none."""
    asked: tuple[LockedEdge, ...] = ()
    """One for each root of the lock that names it, with that root's marker; empty for what only packages ask for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """One declaration: what a file asks for, and where it says so."""

    name: NormalizedName | None
    """The normalised name (PEP 503); None for a path or URL that does not tell it."""
    specifier: SpecifierSet
    location: Location
    extras: tuple[str, ...] = ()
    marker: Marker | None = None
    environment_marker: Marker | bool | None = None
    """What the marker of a lock requires of the environment once the extras and groups that it names are chosen, a bool
    if nothing is left to ask; None if the whole marker is evaluated."""
    pin: Version | None = None
    """The one version that can be meant: an ``==`` without wildcard, an ``===``, or a lock file's version."""
    hashes: tuple[str, ...] = ()
    """As ``algorithm:digest``."""
    url: str | None = None
    """A direct URL, a version-control URL or a local path as written; None for a package of an index."""
    groups: tuple[str, ...] = ()
    """The dependency groups or extras it is declared in; empty for the project's own requirements."""
    editable: bool = False
    locked: Locked | None = None
    """Only for an entry of a lock file."""
    direct: bool | None = True
    """Whether the project asks for it itself; None where a lock file does not say."""
    text: str = ""
    """The declaration as it stands in the file, for people."""
    aside: str | None = None
    """Why a scan leaves it out although it is declared: what else stands for it; None where it counts itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Something that stands in a file and is not judged, with the reason."""

    text: str
    reason: str
    location: Location
    not_for_target: bool = False
    """True where a marker excludes it on the target: then nothing about it is left open."""
    computed_by: str | None = None
    """What makes the declarations that it stands for when the project is built: the build backend, or the file that a
    build runs; None where it is skipped for another reason."""


Entry = Dependency | Skipped


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexPin:
    """A package that a file ties to one index: no other index is asked for it, and nothing else provides it."""

    project: str
    """The normalised name; a pattern with ``*`` stands for several."""
    index: str
    """The name of the index; ``PUBLIC_INDEX`` without a URL is the index that is configured anyway."""
    url: str | None = None
    """None where the file ties to an index that it does not define."""
    marker: Marker | None = None
    """Where the tie holds; None everywhere."""
    is_flat: bool = False
    """Whether the URL is one page of links, not an index."""


PUBLIC_INDEX = "pypi"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something in a file that could not be understood (CS601) or followed (CS602)."""

    rule: Rule
    message: str
    location: Location | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a Worker may use; sizes in bytes."""

    bundle_bytes: int
    memory_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a Python Worker is at one compatibility date."""

    compatibility_date: date
    python: str
    """The full version that resolves markers and Requires-Python, for example ``3.14.2``."""
    pyodide: str
    """The Pyodide release whose packages are installed; the one that runs may be older, see ``runtime_pyodide``."""
    runtime_pyodide: str
    reason: str
    """Why this runtime was chosen, as a sentence for people."""
    tags: Mapping[Tag, int]
    """The accepted wheel tags with their rank, 0 the most preferred."""
    markers: Mapping[str, str]
    """The marker environment (PEP 508)."""
    sockets: bool
    """Whether outbound TCP connections work."""
    limits: Limits
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One fact that a finding rests on; ``origin`` is a file name, a table row or a URL."""

    fact: str
    origin: str
    strength: Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check has to say of one release."""

    rule: Rule
    level: Level
    message: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """What to use on Workers instead, with the page that documents it."""

    use: str
    url: str


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
