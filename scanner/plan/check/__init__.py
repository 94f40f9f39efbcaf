"""Faults in a Wrangler configuration, its code and its images that Wrangler's own dry run does not report."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.model.finding import Problem
from scanner.plan.check.classes import find_class_faults
from scanner.plan.check.code import find_code_faults
from scanner.plan.check.entries import find_entry_faults
from scanner.plan.check.images import find_image_faults
from scanner.plan.check.scope import CheckInput, Scope, SiblingConfig, TextFile, find_scopes
from scanner.plan.check.worker import find_worker_faults

__all__ = ["CHECKS", "CheckInput", "Scope", "SiblingConfig", "TextFile", "find_faults", "find_scopes"]

CHECKS: tuple[Callable[[CheckInput, Scope], Iterator[Problem]], ...] = (
    find_worker_faults,
    find_entry_faults,
    find_class_faults,
    find_code_faults,
    find_image_faults,
)


def find_faults(given: CheckInput) -> tuple[Problem, ...]:
    """Every fault of the configuration and of each of its environments, each once, sorted by location."""
    found = dict.fromkeys(
        problem for scope in find_scopes(given) for check in CHECKS for problem in check(given, scope)
    )
    return tuple(sorted(found, key=_by_place))


def _by_place(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.location
    if place is None:
        return ("", 0, 0, problem.rule.code)
    return (place.path, place.line, place.column, problem.rule.code)
