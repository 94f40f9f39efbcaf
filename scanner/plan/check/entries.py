"""The entries of `containers`: their shape, their keys, their sizes and numbers."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from scanner.model.finding import Problem
from scanner.model.rule import Rule
from scanner.plan.check.scope import CheckInput, Entry, KeyPath, Scope
from scanner.plan.model import InstanceSize
from scanner.plan.size import find_capacity, find_out_of_bounds, named_sizes
from scanner.runtime.tables import load_containers, load_wrangler_keys

_SIZE_KEYS = ("vcpu", "memory_mib", "disk_mb")


def find_entry_faults(given: CheckInput, scope: Scope) -> Iterator[Problem]:
    """The faults in each entry."""
    containers = scope.values.get("containers")
    place: KeyPath = (*scope.prefix, "containers")
    if isinstance(containers, dict):
        yield given.problem(Rule.CS701, place, "`containers` must be a list of entries, not one object")
        yield from _old_keys(given, place, containers)
    elif containers is not None and not isinstance(containers, list):
        yield given.problem(Rule.CS701, place, "`containers` must be a list of entries")
    elif isinstance(containers, list):
        for number, value in enumerate(containers):
            if not isinstance(value, dict):
                yield given.problem(Rule.CS701, (*place, number), "an entry of `containers` must be an object")
    for entry in scope.entries:
        yield from _old_keys(given, entry.path, entry.values)
        yield from _unknown_keys(given, entry)
        yield from _size_faults(given, entry)
        yield from _too_many(given, entry)


def _old_keys(given: CheckInput, place: KeyPath, values: Mapping[str, object]) -> Iterator[Problem]:
    before = load_wrangler_keys().before
    for name in values:
        if name in before:
            yield given.problem(Rule.CS701, (*place, name), f"`{name}` is now {before[name]}")


def _unknown_keys(given: CheckInput, entry: Entry) -> Iterator[Problem]:
    keys = load_wrangler_keys()
    for name in entry.values:
        if name not in keys.container_keys and name not in keys.before and name != "autoscale":
            yield given.problem(Rule.CS715, (*entry.path, name), unknown_key_text(name, keys.container_keys))


def unknown_key_text(name: str, known: frozenset[str]) -> str:
    """The fault of an unknown key, with the most similar known one."""
    near = difflib.get_close_matches(name[:100], sorted(known), n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return f"Wrangler {load_wrangler_keys().wrangler} does not support the key `{name}`{hint}"


def _size_faults(given: CheckInput, entry: Entry) -> Iterator[Problem]:
    value = entry.values.get("instance_type")
    place = (*entry.path, "instance_type")
    table = load_containers()
    names = [row.name for row in table.types]
    match value:
        case None:
            return
        case str() if value in table.aliases:
            yield given.problem(Rule.CS703, place, f"`{value}` is deprecated; use `{table.aliases[value]}`")
        case str() if value not in names:
            yield given.problem(
                Rule.CS702, place, f"`{value}` is not an instance type; must be one of {', '.join(names)}"
            )
        case dict():
            yield from _custom_faults(given, place, value)
        case str():
            return
        case _:
            yield given.problem(Rule.CS702, place, "an instance type must be a name or an object")


def _custom_faults(given: CheckInput, place: KeyPath, value: Mapping[str, object]) -> Iterator[Problem]:
    for name in value:
        if name not in _SIZE_KEYS:
            yield given.problem(Rule.CS715, (*place, name), unknown_key_text(name, frozenset(_SIZE_KEYS)))
    size = read_size(value)
    if size is None:
        text = "a custom instance type requires the numbers `vcpu`, `memory_mib` and `disk_mb`"
        yield given.problem(Rule.CS704, place, text)
        return
    for clause in find_out_of_bounds(size, load_containers().custom):
        yield given.problem(Rule.CS704, (*place, clause.split()[0]), clause)


def read_size(value: object) -> InstanceSize | None:
    """The size of an `instance_type`; None if it is invalid."""
    table = load_containers()
    if isinstance(value, str):
        name = table.aliases.get(value, value)
        return next((size for size in named_sizes(table) if size.name == name), None)
    if not isinstance(value, dict):
        return None
    vcpu, memory_mib, disk_mb = (read_number(value.get(name)) for name in _SIZE_KEYS)
    if vcpu is None or memory_mib is None or disk_mb is None:
        return None
    return InstanceSize(name="custom", vcpu=vcpu, memory_mib=int(memory_mib), disk_mb=int(disk_mb))


def read_number(value: object) -> float | None:
    """The value if it is a usable number: positive, not too large, and not a boolean."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**12:
        return float(value)
    return None


def _too_many(given: CheckInput, entry: Entry) -> Iterator[Problem]:
    table = load_containers()
    size = read_size(entry.values.get("instance_type", table.default))
    number = read_number(entry.values.get("max_instances", table.max_instances_default))
    if size is None or size.memory_mib < 1 or size.disk_mb < 1 or number is None:
        return
    most = int(number)
    capacity = find_capacity(size, most, 1, table.account)
    if most > capacity.most_instances:
        text = f"{most} instances are more than the {capacity.most_instances} that an account's {capacity.limited_by}"
        yield given.problem(Rule.CS716, (*entry.path, "max_instances"), f"{text} admits")
