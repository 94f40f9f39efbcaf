"""Markers of lock files: which extras and groups they file a package under, and what is left for the target."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Literal

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from scanner.sources.marker_expression import (
    Condition,
    DecidedMarker,
    Expression,
    decide,
    find_conditions,
    join,
    parse_expression,
    write_expression,
)
from scanner.sources.structured import Table

# A choice that a condition names: the extra or group as ``Dependency.groups`` writes it.
_CHOICE_VARIABLES = frozenset({"extra", "extras", "dependency_groups"})
# More than this in one marker is not worth the time to tell them apart.
_MAX_CHOICES = 64
_MAX_MARKER_CHARACTERS = 100_000
_UV_CONFLICT = re.compile(r"(extra|group)-(\d+)-(.+)", re.DOTALL)


def read_marker(table: Table, key: str) -> Marker | None:
    """The marker under a key of a lock's table; None where there is none, or none that can be read (a problem)."""
    text = table.string(key)
    if text is None or not text.strip():
        return None
    marker = parse_marker(text)
    if marker is None:
        table.report(f"«{text[:200]}» is not an environment marker", key)
    return marker


@lru_cache(maxsize=4096)
def parse_marker(text: str) -> Marker | None:
    """A marker; None for a text that is none. Lock files repeat few markers many times."""
    if len(text) > _MAX_MARKER_CHARACTERS:
        return None
    try:
        marker = Marker(text)
        parse_expression(marker)  # so that nobody after this needs to fear its depth
    except (InvalidMarker, RecursionError, ValueError):
        return None
    return marker


def file_marker(marker: Marker, *, default_groups: Collection[str] = ()) -> tuple[tuple[str, ...], Marker]:
    """The extras and groups that a package with this marker is locked for, and the marker to judge the target by.

    No groups for a package that can be needed with none but the default groups chosen.
    """
    expression = parse_expression(marker)
    choices = [choice for choice in _find_choices(expression) if choice not in default_groups]
    always = set(default_groups)
    without = _choose(expression, always)
    if not choices:
        return (), marker if without == expression else DecidedMarker(str(marker), without)
    if without is not False:
        return (), DecidedMarker(str(marker), without)
    if len(choices) > _MAX_CHOICES:
        return tuple(choices), DecidedMarker(str(marker), _choose(expression, always | set(choices)))
    alone = {choice: _choose(expression, always | {choice}) for choice in choices}
    needed = tuple(choice for choice in choices if alone[choice] is not False)
    if not needed:
        return tuple(choices), DecidedMarker(str(marker), _choose(expression, always | set(choices)))
    return needed, DecidedMarker(str(marker), join("or", (alone[choice] for choice in needed)))


def find_conflict_groups(marker: Marker | None) -> tuple[str, ...]:
    """The extras and groups of a uv lock's conflict sets that a marker names, as ``Dependency.groups`` writes them."""
    if marker is None or "extra" not in str(marker):
        return ()
    conditions = find_conditions(parse_expression(marker))
    return tuple(dict.fromkeys(name for name in map(_read_conflict, conditions) if name is not None))


def choose_conflict(marker: Marker | None, group: str | None) -> Marker | Literal[False] | None:
    """What is left of a uv marker where one group of the conflict sets is chosen, or none: False means never."""
    if marker is None:
        return None
    expression = parse_expression(marker)
    return _to_marker(marker, expression, _choose_conflict(expression, group))


def drop_conflicts(marker: Marker | None) -> Marker | None:
    """A uv marker without its conflict sets: what it asks of the environment whichever of them is chosen."""
    groups = find_conflict_groups(marker)
    if marker is None or not groups:
        return marker
    expression = parse_expression(marker)
    if len(groups) > _MAX_CHOICES:
        return None
    left = join("or", (_choose_conflict(expression, group) for group in (None, *groups)))
    return marker if left is False else _to_marker(marker, expression, left) or None


def _to_marker(marker: Marker, before: Expression, after: Expression) -> Marker | Literal[False] | None:
    if isinstance(after, bool):
        return None if after else False
    return marker if after == before else Marker(write_expression(after))


def _choose_conflict(expression: Expression, group: str | None) -> Expression:
    def verdict(condition: Condition) -> bool | None:
        name = _read_conflict(condition)
        return None if name is None else (name == group) == (condition.operator == "==")

    return decide(expression, verdict)


def _read_conflict(condition: Condition) -> str | None:
    """``extra-4-demo-cpu`` and ``group-4-demo-dev`` are uv's names for «extra cpu» and «group dev» of «demo»."""
    match = _UV_CONFLICT.fullmatch(condition.value) if condition.variable == "extra" else None
    if match is None:
        return None
    name = canonicalize_name(match[3][min(int(match[2][:6]), len(match[3])) :].removeprefix("-"))
    return f"extra:{name}" if match[1] == "extra" else name


def _find_choices(expression: Expression) -> Iterator[str]:
    yield from dict.fromkeys(filter(None, map(_read_choice, find_conditions(expression))))


def _read_choice(condition: Condition) -> str | None:
    if condition.variable not in _CHOICE_VARIABLES:
        return None
    name = canonicalize_name(condition.value)
    return name if condition.variable == "dependency_groups" else f"extra:{name}"


def _choose(expression: Expression, chosen: Collection[str]) -> Expression:
    """What is left where exactly these extras and groups are chosen."""

    def verdict(condition: Condition) -> bool | None:
        choice = _read_choice(condition)
        return None if choice is None else (choice in chosen) == (condition.operator in {"==", "===", "in"})

    return decide(expression, verdict)
