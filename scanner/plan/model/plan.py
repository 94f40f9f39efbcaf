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
    """A deployment plan."""

    report: ProjectReport
    options: PlanOptions
    decision: Decision
    summary: str
    """The decision in a sentence."""
    answers: tuple[Answer, ...]
    split: Split
    size: SizeChoice | None = None
    """None if nothing moves to a container; the same applies to capacity and costs."""
    capacity: Capacity | None = None
    costs: Costs | None = None
    advice: tuple[str, ...] = ()
    """Work for which a container is the wrong choice, and the operational requirements of containers."""
    assumptions: tuple[str, ...] = ()
    """The assumed defaults, each with its option."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The files of ``--write``, by path below the folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The result of a check of a Wrangler configuration."""

    path: str
    problems: tuple[Problem, ...]
    is_readable: bool = True
