"""The arithmetic of a month, by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from scanner.plan.cost import cost_month, usd_per_running_hour
from scanner.plan.model import InstanceSize, MonthlyCost, MonthlyUse
from scanner.plan.size import named_sizes
from scanner.runtime.tables import load_containers


def _size(name: str) -> InstanceSize:
    return next(size for size in named_sizes(load_containers()) if size.name == name)


def _cost(name: str, hours: int, share: str, **more: Any) -> MonthlyCost:
    use = MonthlyUse(hours_per_day=Decimal(hours), busy_share=Decimal(share), **more)
    return cost_month(_size(name), use, load_containers().prices)


def _cents(amount: Decimal) -> str:
    return f"{amount:.2f}"


def test_a_working_day_of_standard_1_at_full_use_costs_22_dollars() -> None:
    cost = _cost("standard-1", 8, "1")
    lines = {line.item: line for line in cost.lines}
    assert lines["memory"].used == 4 * 8 * 3600 * 30 == 3_456_000
    assert lines["memory"].billed == 3_366_000
    assert {item: _cents(line.usd) for item, line in lines.items()} == {
        "memory": "8.42",
        "active CPU": "8.19",
        "disk": "0.43",
        "egress (North America and Europe)": "0.00",
        "Workers Paid plan": "5.00",
    }
    assert _cents(cost.usd) == "22.04"


@pytest.mark.parametrize(("share", "usd"), [("0", "45.78"), ("1", "97.17")])
def test_standard_2_around_the_clock_costs_46_to_97_dollars_by_use(share: str, usd: str) -> None:
    assert _cents(_cost("standard-2", 24, share).usd) == usd


def test_the_included_amounts_count_once_for_several_instances() -> None:
    one, two = _cost("standard-1", 8, "1"), _cost("standard-1", 8, "1", instances=2)
    memory = [cost.lines[0] for cost in (one, two)]
    assert memory[1].used == 2 * memory[0].used
    assert memory[1].included == memory[0].included
    assert memory[1].billed == 6_822_000


def test_use_below_the_included_amounts_costs_the_plan_alone() -> None:
    assert _cost("lite", 1, "1").usd == 5


def test_egress_counts_by_region_after_what_is_included() -> None:
    usual = _cost("lite", 1, "0", egress_gb=Decimal(1100))
    assert usual.usd == 5 + 100 * Decimal("0.025")
    elsewhere = _cost("lite", 1, "0", egress_gb=Decimal(1100), region="elsewhere")
    assert elsewhere.usd == 5 + 600 * Decimal("0.04")


def test_the_hourly_price_agrees_with_the_one_that_the_table_states() -> None:
    table = load_containers()
    for row, size in zip(table.types, named_sizes(table), strict=True):
        assert usd_per_running_hour(size, table.prices) == Decimal(str(row.usd_per_hour_memory_and_disk)), row.name
        busy = Decimal(str(row.vcpu)) * Decimal(str(table.prices.usd_per_vcpu_second)) * 3600
        assert busy == Decimal(str(row.usd_per_busy_hour_cpu)), row.name
