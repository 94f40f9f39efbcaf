"""Dictionaries: their methods and items."""

from __future__ import annotations

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import ABSENT, UNKNOWN, Arguments, Dict, List, Set, Standard, is_known, is_plain


def call_dict(machine: Machine, table: Dict, name: str, arguments: Arguments) -> object:  # noqa: PLR0911 - one case a kind
    """What a method of a dict returns."""
    key, default = arguments.get(0), arguments.get(1, default=None)
    match name:
        case "get" | "setdefault" | "pop":
            return _ask_dict(machine, table, name, key, default, has_default=len(arguments.positional) > 1)
        case "keys" | "values" | "items":
            made = Set(dict.fromkeys(table)) if name == "keys" else List(getattr(dict, name)(table))
            made.is_open = table.is_open
            return made
        case "update" | "__init__":
            update_dict(machine, table, arguments)
            return None
        case "copy":
            copied = Dict(table)
            copied.is_open = table.is_open
            return copied
        case "clear":
            machine.touch(table)
            table.clear()
            return None
        case "__setitem__":
            put_item(machine, table, key, default)
            return None
        case "__getitem__":
            return get_from_dict(machine, table, key)
    return UNKNOWN


def _ask_dict(machine: Machine, table: Dict, name: str, key: object, default: object, *, has_default: bool) -> object:
    if not is_key(key):
        if name != "get":
            table.is_open = True
        return UNKNOWN
    if key in table:
        found = table[key]
        if name == "pop":
            machine.put(table, key, ABSENT)
        return found
    if table.is_open:
        return UNKNOWN
    if name == "setdefault":
        machine.put(table, key, default)
    elif name == "pop" and not has_default:
        raise machine.throw(KeyError, repr(key))
    return default


def is_key(key: object) -> bool:
    """Whether a value can be compared with the keys of a dict."""
    if isinstance(key, Standard):
        return key.is_module or bool(key.is_true)
    return (
        key is not UNKNOWN and not isinstance(key, List | Dict | Set) and (not isinstance(key, tuple) or is_known(key))
    )


def get_from_dict(machine: Machine, table: Dict, key: object) -> object:
    """A key's value.

    Raises:
        Raised: there is no such key.
    """
    if not is_key(key):
        return UNKNOWN
    if key in table:
        return table[key]
    if table.is_open or not is_plain(key):
        return UNKNOWN
    raise machine.throw(KeyError, repr(key))


def put_item(machine: Machine, table: Dict, key: object, value: object) -> None:
    """Bind a key."""
    if is_key(key):
        machine.put(table, key, value)
    else:
        machine.touch(table)
        table.is_open = True


def update_dict(machine: Machine, table: Dict, arguments: Arguments) -> None:
    """``dict.update``: with pairs, another dictionary, or named values."""
    for source in arguments.positional[:1]:
        if isinstance(source, Dict):
            table.is_open = table.is_open or source.is_open
            for key, value in source.items():
                machine.put(table, key, value)
            continue
        pairs = list_items(machine, source)
        for pair in pairs or ():
            items = list_items(machine, pair)
            put_item(machine, table, *(items if items and len(items) == 2 else (UNKNOWN, UNKNOWN)))
        table.is_open = table.is_open or pairs is None
    for name, value in arguments.named.items():
        machine.put(table, name, value)
    table.is_open = table.is_open or not arguments.is_whole
