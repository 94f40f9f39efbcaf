"""The nouns of a plan: what to deploy where, how large, at what cost, and why. Nothing is worked out here.

``scanner.plan`` fills them from a report, the reporters write them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from scanner.model import Alternative, Location, Problem, Report


class Decision(enum.StrEnum):
    """What to deploy."""

    WORKERS = "workers"
    SERVICES = "workers-and-services"
    HYBRID = "hybrid"
    CONTAINER = "container"
    WORKFLOWS = "workflows"
    UNKNOWN = "unknown"


class Counted(enum.StrEnum):
    """Which services a plan counts on: those that take work over wholly, those that do in part as well, or none."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


class Reply(enum.StrEnum):
    """The answer to one question of the decision."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Basis(enum.StrEnum):
    """What an answer rests on; DEFAULT is an assumption that an option can replace."""

    DEPENDENCIES = "dependencies"
    CODE = "code"
    OPTION = "option"
    DEFAULT = "default"


class Side(enum.StrEnum):
    """Where a direct dependency goes."""

    WORKER = "worker"
    CONTAINER = "container"
    SERVICE = "service"
    """Nowhere: a Cloudflare service does its work, perhaps through a driver in the Worker."""
    DROPPED = "dropped"
    """Nowhere: nothing on Workers needs it. A container keeps it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOptions:
    """What the dependencies do not tell; None where nobody said."""

    memory_mib: int | None = None
    """The peak of one instance."""
    cpu_seconds: float | None = None
    """Of one request."""
    long_running: bool | None = None
    """Whether work goes on, step by step, for longer than a request should take."""
    persistent_disk: bool | None = None
    """Whether files must last."""
    requests_per_day: int | None = None
    concurrency: int = 5
    """Requests that one instance works on at once."""
    instances: int | None = None
    """How many instances may run at once (``max_instances``); None for what requests and CPU time ask for, else one."""
    hours_per_day: float = 8
    """How long each instance runs."""
    cpu_percent: float = 50
    """How busy the processor of a running instance is."""
    egress_gb: float = 0
    """Of a month."""
    instance_type: str | None = None
    """The name of the type to take, whatever would fit."""
    counted: Counted = Counted.WHOLE
    queue: bool = False
    told: frozenset[str] = frozenset()
    """The names of the fields that somebody set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One question of the decision with its answer and what that rests on."""

    key: str
    question: str
    reply: Reply
    basis: Basis
    evidence: tuple[str, ...] = ()
    leads_to: str = ""
    """What follows from a yes, as a clause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where one direct dependency goes, and why."""

    name: str
    requirement: str
    version: str | None
    side: Side
    reason: str
    service: Alternative | None = None
    """What could do its work; where ``side`` is SERVICE, what does."""
    service_key: str | None = None
    """The key of the alternatives table."""
    fit: str = ""
    """How far the service takes the work over: whole, part, or empty where it does not."""
    drivers: tuple[str, ...] = ()
    """What the Worker depends on instead."""
    way_out: str | None = None
    """What would make it run in the Worker itself, for example another version."""
    is_shared: bool = False
    """Whether the other side needs it as well."""
    location: Location | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One distribution on the container's side, as it would be installed for linux/amd64."""

    name: str
    version: str | None
    filename: str | None = None
    download_bytes: int | None = None
    unpacked_bytes: int | None = None
    is_guess: bool = False
    """Whether the unpacked size is one."""
    hashes: tuple[str, ...] = ()
    """``sha256:…`` of its files, where the lock has them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ContainerTree:
    """Everything that the container's side installs."""

    packages: tuple[Package, ...]
    source: str
    """Where the list comes from, as a clause."""
    is_whole: bool = True
    """Whether it is the tree for Linux; without that, what only Linux installs may be missing."""
    unresolved: tuple[str, ...] = ()
    """What could not be found, each with its reason."""

    @property
    def unpacked_bytes(self) -> int:
        """The sum of what is known."""
        return sum(package.unpacked_bytes or 0 for package in self.packages)

    @property
    def unsized(self) -> tuple[str, ...]:
        """The packages of unknown size."""
        return tuple(package.name for package in self.packages if package.unpacked_bytes is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleImport:
    """One import statement of the project's own code."""

    module: str
    """The dotted name that is imported."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ModuleUse:
    """One place of the project's own code that fails on the target."""

    rule: str
    name: str
    outcome: str
    """What happens, as a predicate."""
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnModule:
    """One module of the project, as far as its syntax tells."""

    name: str
    path: str
    imports: tuple[ModuleImport, ...] = ()
    uses: tuple[ModuleUse, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCode:
    """The project's own modules, sorted by name; problems are those that could not be read."""

    folder: str
    modules: tuple[OwnModule, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moving:
    """One own module that goes to the container, with the lines that send it there."""

    module: str
    path: str
    reasons: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """An import across the cut: it has to become a request."""

    importer: str
    imported: str
    location: Location


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSplit:
    """How the cut runs along the project's own modules."""

    folder: str
    module_count: int
    moving: tuple[Moving, ...]
    cuts: tuple[Cut, ...]
    rewrites: tuple[tuple[Location, str], ...] = ()
    """What staying modules import although a service takes its place."""
    cautions: tuple[tuple[Location, str], ...] = ()
    """What fails on the target in modules that stay, with the place."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Which side takes what."""

    placements: tuple[Placement, ...]
    worker_tree: tuple[str, ...] = ()
    """What the tree of the Worker's side has, as ``name==version``."""
    container_tree: ContainerTree | None = None
    code: CodeSplit | None = None

    def on(self, *sides: Side) -> tuple[Placement, ...]:
        """The dependencies on these sides."""
        return tuple(placement for placement in self.placements if placement.side in sides)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceSize:
    """What one instance has; ``name`` is ``custom`` for a size of one's own."""

    name: str
    vcpu: float
    memory_mib: int
    disk_mb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeReason:
    """One demand on the size, and where it comes from."""

    quantity: str
    """``memory``, ``vCPU`` or ``disk``."""
    amount: float
    """In MiB, vCPU or MB."""
    text: str
    is_guess: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeChoice:
    """The instance type that fits, and what it has to fit."""

    size: InstanceSize | None
    """None where nothing that containers offer is large enough."""
    reasons: tuple[SizeReason, ...]
    text: str
    """Why this one, as a sentence."""
    custom: InstanceSize | None = None
    """A size of one's own that fits as well and costs less while it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """How much all instances take on at once, and how far the account reaches."""

    instances: int
    concurrency: int
    most_instances: int
    """How many of this size the account's limits admit."""
    limited_by: str

    @property
    def requests_at_once(self) -> int:
        """What all instances hold together."""
        return self.instances * self.concurrency


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthlyUse:
    """How long and how much instances run in a month."""

    hours_per_day: Decimal
    busy_share: Decimal
    """Of the processor while an instance runs, 0 to 1."""
    days: int = 30
    instances: int = 1
    egress_gb: Decimal = Decimal(0)
    region: str = ""
    """A region of the egress prices; the first one where it is empty."""

    @property
    def seconds(self) -> Decimal:
        """Of all instances together."""
        return self.hours_per_day * 3600 * self.days * self.instances


@dataclass(frozen=True, kw_only=True, slots=True)
class CostLine:
    """One line of the bill: what is used, what of it is included, and what the rest costs in US dollars."""

    item: str
    unit: str
    used: Decimal
    included: Decimal
    usd_per_unit: Decimal

    @property
    def billed(self) -> Decimal:
        """What is paid for."""
        return max(Decimal(0), self.used - self.included)

    @property
    def usd(self) -> Decimal:
        """Not rounded."""
        return self.billed * self.usd_per_unit


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthlyCost:
    """What one size costs in a month, line by line."""

    size: InstanceSize
    lines: tuple[CostLine, ...]

    @property
    def usd(self) -> Decimal:
        """The sum, not rounded."""
        return sum((line.usd for line in self.lines), Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """What every size that is worth a look costs for the same use."""

    by_size: tuple[MonthlyCost, ...]
    """The chosen size first, then the others from the smallest to the largest."""
    use: MonthlyUse
    """Of the chosen size."""
    busy_basis: str
    """Where the busy share comes from, as a clause."""
    source: str
    """Of the prices, with the day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to deploy where."""

    report: Report
    options: PlanOptions
    decision: Decision
    summary: str
    """The decision in a sentence."""
    answers: tuple[Answer, ...]
    split: Split
    size: SizeChoice | None = None
    """None where nothing goes to a container; so are capacity and costs."""
    capacity: Capacity | None = None
    costs: Costs | None = None
    advice: tuple[str, ...] = ()
    """When a container is the wrong answer, and what it takes besides money."""
    assumptions: tuple[str, ...] = ()
    """The defaults that were taken, each with its option."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What ``--write`` writes, by path below the folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a check of a Wrangler configuration found."""

    path: str
    problems: tuple[Problem, ...]
    is_readable: bool = True
