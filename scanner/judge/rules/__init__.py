"""The questions that are asked about a release: one literal tuple, each check a function from subject to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.judge.rules.imports import find_inside
from scanner.judge.rules.lookup import find_lookup
from scanner.judge.rules.outdated import find_outdated
from scanner.judge.rules.source_only import find_source_only
from scanner.judge.rules.subject import Subject
from scanner.judge.rules.table import find_listed
from scanner.judge.rules.tags import find_excluded_python, find_native_wheels, find_older_choice, find_yanked
from scanner.judge.rules.tree import find_conflict, find_passed_over, find_unknown_requires
from scanner.model.errors import describe_unexpected
from scanner.model.finding import Finding, Level
from scanner.model.rule import Rule

__all__ = ["CHECKS", "Check", "Subject", "run_checks"]

Check = Callable[[Subject], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    find_listed,
    find_lookup,
    find_conflict,
    find_excluded_python,
    find_native_wheels,
    find_source_only,
    find_outdated,
    find_older_choice,
    find_passed_over,
    find_yanked,
    find_inside,
    find_unknown_requires,
)
"""In the order in which their findings are told."""


def run_checks(subject: Subject) -> tuple[Finding, ...]:
    """What all checks find, in their order; CS505 alone after an error that no check expects."""
    try:
        return tuple(finding for check in CHECKS for finding in check(subject))
    except Exception as error:  # noqa: BLE001  # one bad package is one finding
        return (Finding(rule=Rule.CS505, level=Level.CAUTION, message=describe_unexpected(error)),)
