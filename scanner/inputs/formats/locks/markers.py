"""Markers of lock files: the extras and groups they assign to a package, and the rest for the target."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from scanner.inputs.formats.declaration import parse_marker
from scanner.inputs.formats.locks.marker_expression import (
    Condition,
    Expression,
    decide,
    find_conditions,
    join,
    parse_expression,
    write_expression,
)
from scanner.inputs.formats.structure.table import Table
from scanner.model.errors import SourceError

# A choice named in a condition: the extra or group as written in ``Dependency.groups``.
_CHOICE_VARIABLES = frozenset({"extra", "extras", "dependency_groups"})
# Markers with more choices than this are not split, to limit the time.
_MAX_CHOICES = 64
_UV_CONFLICT = re.compile(r"(extra|group)-(\d{1,6})-(.+)", re.DOTALL)


def read_marker(table: Table, key: str) -> Marker | None:
    """The marker under a key of a lock's table; None if it is missing or invalid (a problem)."""
    text = table.string(key)
    if text is None or not text.strip():
        return None
    try:
        return parse_marker(text, table.location(key))
    except SourceError as error:
        table.report(error.reason, key)
        return None


def read_markers(table: Table, key: str) -> Iterator[Marker]:
    """The markers in the array under a key; invalid ones become problems."""
    for text, location in table.strings(key):
        try:
            yield parse_marker(text, location)
        except SourceError as error:
            table.report_at(location, error.reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A package's marker, split into the selected extras and groups and the conditions on the environment."""

    groups: tuple[str, ...] = ()
    """The extras and groups that need the package; empty if it can be needed without any of them."""
    marker: Marker | None = None
    """As written in the lock."""
    environment_marker: Marker | bool = True
    """The conditions on the environment after the choice of extras and groups; a bool if none is left."""


def part_marker(marker: Marker | None, *, default_groups: Collection[str] = ()) -> Filed:
    """The marker, split; ``default_groups`` are installed unless they are deselected."""
    if marker is None:
        return Filed()
    expression = parse_expression(marker)
    choices = [choice for choice in _find_choices(expression) if choice not in default_groups]
    always = set(default_groups)
    without = _choose(expression, always)
    if without is not False or not choices:
        return Filed(marker=marker, environment_marker=_write_rest(marker, expression, without))
    if len(choices) > _MAX_CHOICES:
        rest, needed = _choose(expression, always | set(choices)), choices
    else:
        alone = {choice: _choose(expression, always | {choice}) for choice in choices}
        needed = [choice for choice in choices if alone[choice] is not False]
        rest = join("or", alone.values()) if needed else _choose(expression, always | set(choices))
    environment_marker = _write_rest(marker, expression, rest)
    return Filed(groups=tuple(needed or choices), marker=marker, environment_marker=environment_marker)


def any_of(filed: Sequence[Filed]) -> Filed:
    """One marker without groups that is true if any of them is; no marker if one of them has none."""
    whole = join("or", (True if each.marker is None else parse_expression(each.marker) for each in filed))
    if isinstance(whole, bool):
        return Filed()
    rest = join("or", (_read_rest(each.environment_marker) for each in filed))
    marker = Marker(write_expression(whole))
    return Filed(marker=marker, environment_marker=_write_rest(marker, whole, rest))


def _read_rest(marker: Marker | bool) -> Expression:  # noqa: FBT001  # a value, not a switch
    return marker if isinstance(marker, bool) else parse_expression(marker)


def _write_rest(marker: Marker, before: Expression, after: Expression) -> Marker | bool:
    if isinstance(after, bool):
        return after
    return marker if after == before else Marker(write_expression(after))


def split_by_extra(marker: Marker | None) -> Iterator[tuple[str | None, Marker | None]]:
    """The package's own extras for which an edge with this marker counts, each with the rest of the marker.

    None instead of an extra if the edge counts without any.
    """
    expression = True if marker is None else parse_expression(marker)
    extras = [choice for choice in _find_choices(expression) if choice.startswith("extra:")][:_MAX_CHOICES]
    for extra in (None, *extras):
        left = _choose(expression, () if extra is None else (extra,))
        if left is not False:
            name = None if extra is None else extra.removeprefix("extra:")
            yield name, None if left is True else marker if left == expression else Marker(write_expression(left))
        if left == expression:
            return


@lru_cache(maxsize=4096)
def find_conflict_groups(marker: Marker | None) -> tuple[str, ...]:
    """The extras and groups of a uv lock's conflict sets in a marker, as written in ``Dependency.groups``."""
    if marker is None or "extra" not in str(marker):
        return ()
    conditions = find_conditions(parse_expression(marker))
    return tuple(dict.fromkeys(name for name in map(_read_conflict, conditions) if name is not None))[:_MAX_CHOICES]


@lru_cache(maxsize=4096)
def choose_conflict(marker: Marker | None, group: str | None) -> Marker | Literal[False] | None:
    """The rest of a uv marker if one group of the conflict sets, or none, is chosen; False means never."""
    if marker is None:
        return None
    expression = parse_expression(marker)
    left = _write_rest(marker, expression, _choose_conflict(expression, group))
    return None if left is True else left


def drop_conflicts(marker: Marker | None) -> Marker | None:
    """A uv marker without its conflict sets: the conditions on the environment for every choice."""
    groups = find_conflict_groups(marker)
    if marker is None or not groups:
        return marker
    expression = parse_expression(marker)
    left = _write_rest(
        marker, expression, join("or", (_choose_conflict(expression, group) for group in (None, *groups)))
    )
    if isinstance(left, bool):
        return None if left else marker
    return left


def _choose_conflict(expression: Expression, group: str | None) -> Expression:
    def verdict(condition: Condition) -> bool | None:
        name = _read_conflict(condition)
        return None if name is None else (name == group) == (condition.operator == "==")

    return decide(expression, verdict)


def _read_conflict(condition: Condition) -> str | None:
    """``extra-4-demo-cpu`` and ``group-4-demo-dev`` are uv's names for `extra cpu` and `group dev` of `demo`."""
    match = _UV_CONFLICT.fullmatch(condition.value) if condition.variable == "extra" else None
    if match is None:
        return None
    name = canonicalize_name(match[3][int(match[2]) + 1 :])  # the text after the project's name and a hyphen
    if not name:
        return None
    return f"extra:{name}" if match[1] == "extra" else str(name)


def _find_choices(expression: Expression) -> Iterator[str]:
    yield from dict.fromkeys(filter(None, map(_read_choice, find_conditions(expression))))


def _read_choice(condition: Condition) -> str | None:
    if condition.variable not in _CHOICE_VARIABLES:
        return None
    name = canonicalize_name(condition.value)
    return name if condition.variable == "dependency_groups" else f"extra:{name}"


def _choose(expression: Expression, chosen: Collection[str]) -> Expression:
    """The rest of the marker if exactly these extras and groups are chosen."""

    def verdict(condition: Condition) -> bool | None:
        choice = _read_choice(condition)
        return None if choice is None else (choice in chosen) == (condition.operator in {"==", "===", "in"})

    return decide(expression, verdict)
