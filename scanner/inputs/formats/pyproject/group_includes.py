"""Dependency groups and extras that include others: adds the including groups to each declaration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scanner.inputs.formats.structure.table import Table
from scanner.model.dependency import Dependency, Entry, Location
from scanner.model.rule import Rule

# Each group is followed to everything that includes it; a project has dozens, a hostile file hundreds of thousands.
_MAX_INCLUDES = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Include:
    """One group that includes another; both as written in ``Dependency.groups``."""

    group: str
    included: str
    location: Location
    is_strict: bool = True
    """Whether the included group must exist; an extra that a project requires of itself is optional."""


def widen_groups(
    entries: Iterable[Entry], includes: Sequence[Include], *, known: Collection[str], top: Table
) -> tuple[Entry, ...]:
    """The entries with every group that includes them; a missing or circular include becomes a problem (CS602)."""
    followed = list(_check_includes(includes, known, top))
    if len(followed) > _MAX_INCLUDES:
        message = f"more than {_MAX_INCLUDES:,} group includes; all of them are ignored"
        top.report_at(followed[0].location, message, rule=Rule.CS602)
        followed = []
    _report_circles(followed, top)
    includers: dict[str, list[str]] = defaultdict(list)
    for include in followed:
        includers[include.included].append(include.group)
    return tuple(_widen(entry, includers) for entry in entries)


def _widen(entry: Entry, includers: Mapping[str, Sequence[str]]) -> Entry:
    if not isinstance(entry, Dependency) or not any(group in includers for group in entry.groups):
        return entry
    reached = dict.fromkeys(entry.groups)
    pending = list(entry.groups)
    while pending:
        for group in includers.get(pending.pop(0), ()):
            if group not in reached:
                reached[group] = None
                pending.append(group)
    return replace(entry, groups=tuple(reached))


def _check_includes(includes: Iterable[Include], known: Collection[str], top: Table) -> Iterator[Include]:
    for include in includes:
        if include.included in known:
            yield include
        elif include.is_strict:
            message = f"the group `{include.group}` includes `{include.included}`, which does not exist"
            top.report_at(include.location, message, rule=Rule.CS602)


def _report_circles(includes: Sequence[Include], top: Table) -> None:
    """One problem for each include that closes a circle, found by a depth-first walk without recursion."""
    targets: dict[str, list[Include]] = defaultdict(list)
    for include in includes:
        targets[include.group].append(include)
    done: set[str] = set()
    for start in tuple(targets):
        path = {} if start in done else {start: iter(targets[start])}
        while path:
            group = next(reversed(path))
            step = next(path[group], None)
            if step is None:
                done.add(group)
                del path[group]
            elif step.included in path:
                _report_circle(step, list(path), top)
            elif step.included not in done:
                path[step.included] = iter(targets.get(step.included, ()))


def _report_circle(include: Include, path: Sequence[str], top: Table) -> None:
    if not include.is_strict:  # `demo[all]` in the extra `all` of demo changes nothing
        return
    circle = [*path[path.index(include.included) :], include.included]
    shown = " → ".join(circle if len(circle) <= 10 else [*circle[:5], "…", *circle[-4:]])
    top.report_at(include.location, f"the group includes itself: {shown}", rule=Rule.CS602)
