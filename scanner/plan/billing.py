"""The costs of a plan: the same work on every instance size."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from scanner.plan.cost import cost_month
from scanner.plan.model import Costs, InstanceSize, MonthlyUse, PlanOptions, SizeChoice
from scanner.plan.size import find_shortage, named_sizes
from scanner.runtime.tables import ContainerTable

_SECONDS_PER_HOUR = 3600


def bill_plan(size: InstanceSize, choice: SizeChoice, options: PlanOptions, table: ContainerTable) -> Costs:
    """The monthly costs of the chosen size and of all others, for the number of instances that the work requires."""
    use = _use(size, options, find_instances(size, options))
    others = [other for other in (*named_sizes(table), choice.custom) if other is not None and other != size]
    provenance = table.provenance
    return Costs(
        by_size=tuple(
            replace(
                cost_month(each, replace(use, busy_share=_busy_share(each, options, use.instances)), table.prices),
                short_of=find_shortage(each, choice.reasons),
            )
            for each in (size, *others)
        ),
        use=use,
        busy_basis=_busy_basis(use, options),
        source=f"{provenance.source}; {provenance.date.isoformat()}",
    )


def find_instances(size: InstanceSize, options: PlanOptions) -> int:
    """The value of --instances, else the number that handles the requests, else one."""
    if options.instances is not None:
        return options.instances
    busy_seconds = _busy_seconds(options)
    if busy_seconds is None:
        return 1
    return max(1, math.ceil(busy_seconds / _vcpu_seconds(size, options, 1)))


def _use(size: InstanceSize, options: PlanOptions, instances: int) -> MonthlyUse:
    return MonthlyUse(
        hours_per_day=_exact(options.hours_per_day),
        busy_share=_busy_share(size, options, instances),
        instances=instances,
        egress_gb=_exact(options.egress_gb),
        region=options.egress_region,
    )


def _busy_share(size: InstanceSize, options: PlanOptions, instances: int) -> Decimal:
    busy_seconds = _busy_seconds(options)
    if busy_seconds is None:
        return _exact(options.cpu_percent) / 100
    return min(Decimal(1), busy_seconds / _vcpu_seconds(size, options, instances))


def _busy_seconds(options: PlanOptions) -> Decimal | None:
    """The vCPU seconds of a day that requests take; None if it is unknown."""
    if options.requests_per_day is None or options.cpu_seconds is None:
        return None
    return options.requests_per_day * _exact(options.cpu_seconds)


def _vcpu_seconds(size: InstanceSize, options: PlanOptions, instances: int) -> Decimal:
    return _exact(options.hours_per_day) * _SECONDS_PER_HOUR * _exact(size.vcpu) * instances


def _busy_basis(use: MonthlyUse, options: PlanOptions) -> str:
    percent = f"{use.busy_share * 100:.0f} % busy"
    if _busy_seconds(options) is None:
        return f"{percent}, {'from --cpu-percent' if 'cpu_percent' in options.given else 'by default'}"
    full = ", its maximum" if use.busy_share == 1 else ""
    return f"{percent}{full}: {options.requests_per_day} requests a day of {options.cpu_seconds:g} s"


def _exact(number: float) -> Decimal:
    return Decimal(str(number))
