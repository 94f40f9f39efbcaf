"""The size of an instance, the capacity of all instances, and their monthly costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class InstanceSize:
    """The resources of one instance; ``name`` is ``custom`` for a custom instance type."""

    name: str
    vcpu: float
    memory_mib: int
    disk_mb: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeReason:
    """One requirement on the size, and its source."""

    quantity: str
    """``memory``, ``vCPU`` or ``disk``."""
    amount: float
    """In MiB, vCPU or MB."""
    text: str
    is_guess: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SizeChoice:
    """The chosen instance type, and the requirements on it."""

    size: InstanceSize | None
    """None if no instance type is large enough."""
    reasons: tuple[SizeReason, ...]
    text: str
    """Why this one, as a sentence."""
    custom: InstanceSize | None = None
    """A custom instance type that is sufficient and costs less while it runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """The capacity of all instances, and the account's limits."""

    instances: int
    concurrency: int
    most_instances: int
    """The most instances of this size within the account's limits."""
    limited_by: str

    @property
    def requests_at_once(self) -> int:
        """The concurrent requests of all instances."""
        return self.instances * self.concurrency


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthlyUse:
    """The running time and load of instances in a month."""

    hours_per_day: Decimal
    busy_share: Decimal
    """Of the processor while an instance runs, 0 to 1."""
    days: int = 30
    instances: int = 1
    egress_gb: Decimal = Decimal(0)
    region: str = ""
    """The key of a region of the egress prices; the first one if it is empty."""

    @property
    def seconds(self) -> Decimal:
        """Of all instances together."""
        return self.hours_per_day * 3600 * self.days * self.instances


@dataclass(frozen=True, kw_only=True, slots=True)
class CostLine:
    """One line of the bill: usage, included amount, and the price of the rest in US dollars."""

    item: str
    unit: str
    used: Decimal
    included: Decimal
    usd_per_unit: Decimal

    @property
    def billed(self) -> Decimal:
        """The billed amount."""
        return max(Decimal(0), self.used - self.included)

    @property
    def usd(self) -> Decimal:
        """Not rounded."""
        return self.billed * self.usd_per_unit


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthlyCost:
    """The monthly costs of one size, line by line."""

    size: InstanceSize
    lines: tuple[CostLine, ...]
    short_of: tuple[str, ...] = ()
    """The resources of which the size has too little: memory, vCPU or disk."""

    @property
    def usd(self) -> Decimal:
        """The sum, not rounded."""
        return sum((line.usd for line in self.lines), Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """The monthly costs of the relevant sizes for the same usage."""

    by_size: tuple[MonthlyCost, ...]
    """The chosen size first, then the others from the smallest to the largest."""
    use: MonthlyUse
    """Of the chosen size."""
    busy_basis: str
    """The source of the busy share, as a clause."""
    source: str
    """Of the prices, with the day."""
