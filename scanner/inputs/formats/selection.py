"""Selects the declarations of a file to scan, by their dependency groups and extras."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import canonicalize_name

from scanner.inputs.formats.document import Parsed
from scanner.model.dependency import Dependency, Entry, SkipKind, Skipped

BUILD_SYSTEM = "build-system"
EXTRA_PREFIX = "extra:"


def select_entries(
    parsed: Parsed,
    groups: frozenset[str],
    extras: frozenset[str],
    *,
    all_groups: bool = False,
    all_extras: bool = False,
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries of a file, those of groups and extras that are not selected as ``Skipped``, and notes.

    An entry with ``Dependency.skipped_because`` is ``Skipped`` too.

    An entry without a group is always selected, build requirements never. A note names each requested group or extra
    that the file does not have. Names are compared normalised (PEP 735, PEP 685).
    """
    selection = _Selection(groups, extras, all_groups=all_groups, all_extras=all_extras)
    entries = tuple(_select(entry, selection) for entry in parsed.entries)
    declared = [entry for entry in parsed.entries if isinstance(entry, Dependency)]
    groups_here = {_normalize(group) for dependency in declared for group in dependency.groups}
    place = parsed.entries[0].location.path if parsed.entries else ""
    notes = (f"{place} has no {_describe(group)}" for group in selection.find_unknown(groups_here)) if place else ()
    return entries, tuple(notes)


class _Selection:
    def __init__(self, groups: Iterable[str], extras: Iterable[str], *, all_groups: bool, all_extras: bool) -> None:
        self._wanted = {_normalize(group) for group in groups} | {_normalize(EXTRA_PREFIX + extra) for extra in extras}
        self._all_groups = all_groups
        self._all_extras = all_extras

    def takes(self, group: str) -> bool:
        """Whether the group, or the extra as ``extra:name``, is selected."""
        if group == BUILD_SYSTEM:
            return False
        return (self._all_extras if group.startswith(EXTRA_PREFIX) else self._all_groups) or (
            _normalize(group) in self._wanted
        )

    def find_unknown(self, declared: set[str]) -> list[str]:
        """The groups and extras that are requested and not declared, sorted."""
        return sorted(self._wanted - declared)


def _select(entry: Entry, selection: _Selection) -> Entry:
    if not isinstance(entry, Dependency):
        return entry
    if entry.skipped_because is not None:
        return Skipped(text=entry.text, reason=entry.skipped_because, location=entry.location)
    if not entry.groups or any(map(selection.takes, entry.groups)):
        return entry
    return Skipped(text=entry.text, reason=_explain(entry.groups), location=entry.location, category=SkipKind.GROUP)


def _explain(groups: tuple[str, ...]) -> str:
    selectable = [group for group in groups if group != BUILD_SYSTEM]
    if not selectable:
        return "required only to build the project"
    first = selectable[0]
    option = f"--extra {first.removeprefix(EXTRA_PREFIX)}" if first.startswith(EXTRA_PREFIX) else f"--group {first}"
    names = ", ".join(map(_describe, selectable))
    return f"declared in the {names}; use {option} to select it"


def _describe(group: str) -> str:
    if group.startswith(EXTRA_PREFIX):
        return f"extra {group.removeprefix(EXTRA_PREFIX)}"
    return f"group {group}"


def _normalize(group: str) -> str:
    if group.startswith(EXTRA_PREFIX):
        return EXTRA_PREFIX + canonicalize_name(group.removeprefix(EXTRA_PREFIX))
    return canonicalize_name(group)
