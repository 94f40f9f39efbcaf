"""How large an instance is, how much all of them take on, and what a month of them costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
    """The key of a region of the egress prices; the first one where it is empty."""

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
    short_of: tuple[str, ...] = ()
    """What the size has too little of for the work: memory, vCPU or disk."""

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
