"""What methods of plain values and containers return."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.inspect.code.builtin.dicts import call_dict, is_key
from scanner.inspect.code.builtin.items import list_items, make_list
from scanner.inspect.code.names.classes import instantiate, new_class, new_instance
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.patterns import match_pattern
from scanner.inspect.code.state.texts import STRING_METHODS, Pattern, call_string_method
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Instance,
    List,
    Module,
    Set,
    SysModules,
    is_known,
    is_plain,
)


def call_method(machine: Machine, receiver: object, name: str, arguments: Arguments) -> object:  # noqa: PLR0911 - one case a kind
    """What a method of a plain value, a container, a built-in class or ``object`` returns.

    Raises:
        Raised: it ends in an exception.
    """
    match receiver:
        case str():
            return _call_text(machine, receiver, name, arguments)
        case List():
            return _call_list(machine, receiver, name, arguments)
        case Dict():
            return call_dict(machine, receiver, name, arguments)
        case Set():
            return call_set(machine, receiver, name, arguments)
        case Pattern():
            return match_pattern(receiver, name, arguments)
        case SysModules():
            return _call_modules(machine, name, arguments)
        case bytes() if name == "decode":
            return receiver.decode("utf-8", "replace")
        case tuple() if name == "_replace":
            return UNKNOWN
        case type():
            return _call_of_type(machine, receiver, name, arguments)
    return _call_of_object(machine, receiver, name, arguments)


def _call_text(machine: Machine, text: str, name: str, arguments: Arguments) -> object:
    given = tuple(
        tuple(value) if isinstance(value, List) and not value.is_open else value for value in arguments.positional
    )
    if name == "join" and given and not isinstance(given[0], tuple):
        given = (tuple(list_items(machine, given[0]) or (UNKNOWN,)),)
    if name not in STRING_METHODS or arguments.named or not arguments.is_whole or not all(map(is_known, given)):
        return UNKNOWN
    made = call_string_method(text, name, given)
    if made is None:
        return UNKNOWN
    return List(made) if isinstance(made, tuple) and name in ("split", "rsplit", "splitlines") else made


def _call_list(machine: Machine, items: List, name: str, arguments: Arguments) -> object:  # noqa: C901 - one case a kind
    first = arguments.get(0)
    machine.touch(items)
    match name:
        case "append":
            items.append(first)
        case "insert" if first == 0:
            items.insert(0, arguments.get(1))
        case "extend" | "__iadd__":
            more = list_items(machine, first)
            items.is_open = items.is_open or more is None
            items.extend(more or ())
        case "pop" if not items.is_open and items and not arguments.positional:
            return items.pop()
        case "pop" if not items.is_open and items and isinstance(first, int) and -len(items) <= first < len(items):
            return items.pop(first)
        case "copy":
            return make_list(machine, items)
        case "index" | "count" if is_known(items) and is_known(first):
            return getattr(list, name)(items, first) if first in items else UNKNOWN
        case "reverse":
            items.reverse()
        case "clear":
            items.clear()
            items.is_open = False
        case "remove" if is_known(items) and first in items:
            items.remove(first)
        case _:
            if name in ("insert", "pop", "remove"):
                items.clear()
                items.is_open = True
            return UNKNOWN
    return None


def call_set(machine: Machine, items: Set, name: str, arguments: Arguments) -> object:
    """What a method of a set returns; those that change it do so."""
    first = arguments.get(0, default=())
    others = [first] if name == "add" else list_items(machine, first)
    machine.touch(items)
    try:
        match name:
            case "add" | "update" | "__ior__":
                items.is_open = items.is_open or others is None
                items.update(dict.fromkeys(others or ()))
            case "discard":
                items.pop(first, None)
            case "union" | "copy":
                made = Set({**items, **dict.fromkeys(others or ())})
                made.is_open = items.is_open or others is None
                return made
            case "pop" if len(items) == 1 and not items.is_open:
                return items.popitem()[0]
            case _:
                if name in ("pop", "remove", "difference_update", "intersection_update"):
                    items.clear()
                    items.is_open = True
                return UNKNOWN
    except TypeError:
        items.is_open = True
    return None


def _call_modules(machine: Machine, name: str, arguments: Arguments) -> object:
    key = arguments.get(0)
    if not isinstance(key, str):
        return UNKNOWN
    match name:
        case "get" | "pop" | "setdefault":
            found = find_loaded(machine, key)
            if found is ABSENT:
                found = arguments.get(1, default=None)
                if name == "setdefault":
                    machine.put(machine.modules, key, found)
            elif name == "pop":
                machine.put(machine.modules, key, ABSENT)
            return found
        case "__contains__":
            return find_loaded(machine, key) is not ABSENT
        case "__setitem__":
            machine.put(machine.modules, key, arguments.get(1))
            return None
    return UNKNOWN


def find_loaded(machine: Machine, name: str) -> object:
    """What ``sys.modules`` has under a name; ABSENT for nothing, UNKNOWN where that is unknown."""
    if name in machine.modules:
        return machine.modules[name]
    if machine.runtime.is_standard(name):
        return ABSENT if machine.runtime.why_missing(name) else UNKNOWN
    return ABSENT


def _call_of_type(machine: Machine, cls: type, name: str, arguments: Arguments) -> object:
    """A method taken from a built-in class: ``type.__new__(…)``, ``dict.fromkeys(…)``, ``str.lower(…)``."""
    first = arguments.get(0)
    rest = Arguments(arguments.positional[1:], arguments.named, arguments.is_whole, arguments.line)
    if name == "__new__" and cls is type:
        return new_class(machine, first, rest)
    if name == "__call__" and cls is type and isinstance(first, Class):
        return instantiate(machine, first, rest)
    if name == "__new__":
        return new_instance(first) if isinstance(first, Class) else UNKNOWN
    if name == "fromkeys":
        keys = list_items(machine, first)
        made = Dict.fromkeys([key for key in keys or () if is_key(key)], arguments.get(1, default=None))
        made = Dict(made)
        made.is_open = keys is None
        return made
    if is_plain(first) or isinstance(first, List | Dict | Set):
        return call_method(machine, first, name, rest)
    return _call_of_object(machine, first, name, rest)


def _call_of_object(machine: Machine, receiver: object, name: str, arguments: Arguments) -> object:  # noqa: PLR0911 - one case a kind
    """What the methods that every object, or every class, has do."""
    first = arguments.get(0)
    match name:
        case "__init__" if isinstance(receiver, Instance):
            if isinstance(receiver.cls, Class) and not receiver.is_open:
                receiver.attributes.setdefault("args", arguments.positional)
            return None
        case "__init__" | "__init_subclass__" | "__set_name__" | "__post_init__" | "__exit__" | "__del__":
            return None
        case "__new__" if isinstance(first, Class):
            rest = Arguments(arguments.positional[1:], arguments.named, arguments.is_whole, arguments.line)
            return new_class(machine, first, rest) if type in first.mro else new_instance(first)
        case "__call__" if isinstance(receiver, Class):
            return instantiate(machine, receiver, arguments)
        case "__setattr__" if isinstance(first, str) and isinstance(receiver, Instance | Class | Module):
            content = receiver.attributes if isinstance(receiver, Instance) else receiver.namespace
            machine.put(content, first, arguments.get(1))
            return None
        case "with_traceback" | "__enter__":
            return receiver
        case "__subclasses__":
            return UNKNOWN
    return UNKNOWN


def contains(machine: Machine, items: object, value: object) -> bool | None:  # noqa: PLR0911 - one case a kind
    """Whether a container holds a value; None where that is unknown."""
    if isinstance(items, SysModules):
        found = find_loaded(machine, value) if isinstance(value, str) else UNKNOWN
        return None if found is UNKNOWN else found is not ABSENT
    if isinstance(items, str):
        return value in items if isinstance(value, str) else None
    if isinstance(items, Dict):
        if is_key(value) and value in items and items[value] is not UNKNOWN:
            return True
        return None if items.is_open or not is_key(value) or value in items else False
    listed: Iterable[object] | None = items if isinstance(items, List | Set | tuple | range) else None
    if listed is None or not is_known(value):
        return None
    if any(item == value for item in listed if is_known(item)):
        return True
    return False if is_known(listed) else None
