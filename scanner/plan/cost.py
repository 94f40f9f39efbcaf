"""What a month of containers costs, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scanner.plan.model import CostLine, InstanceSize, MonthlyCost, MonthlyUse
from scanner.runtime.tables import ContainerPrices, EgressPrice

_SECONDS_PER_HOUR = 3600


def cost_month(size: InstanceSize, use: MonthlyUse, prices: ContainerPrices) -> MonthlyCost:
    """The bill for a month of this size; the included amounts are an account's and count once.

    Requests, CPU time of the Worker in front, Durable Objects and logs are not in it.
    """
    seconds = use.seconds
    lines = (
        CostLine(
            item="memory",
            unit="GiB-s",
            used=seconds * size.memory_mib / 1024,
            included=Decimal(prices.included_memory_gib_hours * _SECONDS_PER_HOUR),
            usd_per_unit=_exact(prices.usd_per_gib_second_memory),
        ),
        CostLine(
            item="active CPU",
            unit="vCPU-s",
            used=seconds * use.busy_share * _exact(size.vcpu),
            included=Decimal(prices.included_vcpu_minutes * 60),
            usd_per_unit=_exact(prices.usd_per_vcpu_second),
        ),
        CostLine(
            item="disk",
            unit="GB-s",
            used=seconds * size.disk_mb / 1000,
            included=Decimal(prices.included_disk_gb_hours * _SECONDS_PER_HOUR),
            usd_per_unit=_exact(prices.usd_per_gb_second_disk),
        ),
        _egress_line(use, prices.egress),
        CostLine(
            item="Workers Paid plan",
            unit="month",
            used=Decimal(1),
            included=Decimal(0),
            usd_per_unit=_exact(prices.usd_per_month_plan),
        ),
    )
    return MonthlyCost(size=size, lines=lines)


def usd_per_running_hour(size: InstanceSize, prices: ContainerPrices) -> Decimal:
    """What memory and disk of a running instance cost beyond the included amounts."""
    memory = Decimal(size.memory_mib) / 1024 * _exact(prices.usd_per_gib_second_memory)
    disk = Decimal(size.disk_mb) / 1000 * _exact(prices.usd_per_gb_second_disk)
    return (memory + disk) * _SECONDS_PER_HOUR


def _egress_line(use: MonthlyUse, egress: Sequence[EgressPrice]) -> CostLine:
    price = next((row for row in egress if row.key == use.region), egress[0])
    return CostLine(
        item=f"egress ({price.region})",
        unit="GB",
        used=use.egress_gb,
        included=Decimal(price.included_gb),
        usd_per_unit=_exact(price.usd_per_gb),
    )


def _exact(number: float) -> Decimal:
    """The number as the table writes it, not as binary floating point holds it."""
    return Decimal(str(number))
