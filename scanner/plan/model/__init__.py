"""The nouns of a plan: what to deploy where, how large, at what cost, and why. Nothing is computed here.

``scanner.plan.outline`` makes them from a report, the reporters write them.
"""

from __future__ import annotations

from scanner.plan.model.choices import Answer, Basis, Counted, Decision, PlanOptions, Reply, Side
from scanner.plan.model.code import CodeSplit, Cut, Moving
from scanner.plan.model.plan import Checked, Plan
from scanner.plan.model.size import (
    Capacity,
    CostLine,
    Costs,
    InstanceSize,
    MonthlyCost,
    MonthlyUse,
    SizeChoice,
    SizeReason,
)
from scanner.plan.model.split import ContainerTree, Package, Placement, Split

__all__ = [
    "Answer",
    "Basis",
    "Capacity",
    "Checked",
    "CodeSplit",
    "ContainerTree",
    "CostLine",
    "Costs",
    "Counted",
    "Cut",
    "Decision",
    "InstanceSize",
    "MonthlyCost",
    "MonthlyUse",
    "Moving",
    "Package",
    "Placement",
    "Plan",
    "PlanOptions",
    "Reply",
    "Side",
    "SizeChoice",
    "SizeReason",
    "Split",
]
