"""The plan as a whole, and the outcome of a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.model.finding import Problem
from scanner.model.report import ProjectReport
from scanner.plan.model.choices import Answer, Decision, PlanOptions
from scanner.plan.model.size import Capacity, Costs, SizeChoice
from scanner.plan.model.split import Split


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to deploy where."""

    report: ProjectReport
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
