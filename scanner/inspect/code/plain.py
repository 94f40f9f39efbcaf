"""What methods of plain values and containers return, and what calls of built-in classes do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from scanner.inspect.code.classes import instantiate, new_class, new_instance
from scanner.inspect.code.failure import Left
from scanner.inspect.code.machine import Machine
from scanner.inspect.code.patterns import match_pattern
from scanner.inspect.code.texts import STRING_METHODS, Pattern, call_string_method
from scanner.inspect.code.values import (
    ABSENT,
    SYS_MODULES,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Generator,
    Instance,
    List,
    Method,
    Module,
    Set,
    Standard,
    SysModules,
    is_known,
    is_plain,
    truth,
)

MAX_ITEMS = 2000
"""How many items of one iterable are followed."""

MAX_GENERATED = 100
"""How many values of a generator are collected."""

_MAX_DIGITS = 300


def list_items(machine: Machine, value: object) -> list[object] | None:
    """What iterating over a value gives; None where that is unknown."""
    match value:
        case List() | tuple() | str() | range():
            items = None if getattr(value, "is_open", False) else list(islice(value, MAX_ITEMS + 1))
        case Dict() | Set():
            items = None if value.is_open else list(value)
        case Generator():
            items = _list_generated(machine, value)
        case SysModules():
            return list(machine.modules)  # what else is imported is of the standard library
        case Instance(cls=Class()):
            return _list_by_hook(machine, value)
        case _:
            return None
    return items if items is None or len(items) <= MAX_ITEMS else None


def _list_by_hook(machine: Machine, value: Instance) -> list[object] | None:
    from scanner.inspect.code.attributes import find_attribute  # noqa: PLC0415

    hook = find_attribute(machine, value, "__iter__")
    if not isinstance(hook, Method) or not isinstance(hook.function, Function):
        return None
    made = machine.call(machine, hook, Arguments())
    return None if isinstance(made, Instance) else list_items(machine, made)


def _list_generated(machine: Machine, value: Generator) -> list[object] | None:
    if value.values is None:
        collected = value.values = List()

        def keep(item: object) -> object:
            if machine.doubt > depth:
                collected.is_open = True
            collected.append(item)
            if len(collected) > MAX_GENERATED:
                raise Left(value)
            return None

        depth = machine.doubt
        state = len(machine.calls), len(machine.trail)
        try:
            value.run(keep)
        except Left as left:
            if left.owner is not value:
                raise
            collected.is_open = True
            del machine.calls[state[0] :], machine.trail[state[1] :]
    return None if value.values.is_open else list(value.values)


def make_list(machine: Machine, value: object) -> List:
    """A list of what iterating gives."""
    items = list_items(machine, value)
    made = List(items or ())
    made.is_open = items is None
    return made


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
            return _call_set(machine, receiver, name, arguments)
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
            _update_dict(machine, table, arguments)
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
    if not _is_key(key):
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


def _is_key(key: object) -> bool:
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
    if not _is_key(key):
        return UNKNOWN
    if key in table:
        return table[key]
    if table.is_open or not is_plain(key):
        return UNKNOWN
    raise machine.throw(KeyError, repr(key))


def put_item(machine: Machine, table: Dict, key: object, value: object) -> None:
    """Bind a key."""
    if _is_key(key):
        machine.put(table, key, value)
    else:
        machine.touch(table)
        table.is_open = True


def _update_dict(machine: Machine, table: Dict, arguments: Arguments) -> None:
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


def _call_set(machine: Machine, items: Set, name: str, arguments: Arguments) -> object:
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
        made = Dict.fromkeys([key for key in keys or () if _is_key(key)], arguments.get(1, default=None))
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


def call_type(machine: Machine, cls: type, arguments: Arguments) -> object:
    """What calling a built-in class returns.

    Raises:
        Raised: it ends in an exception.
    """
    if issubclass(cls, BaseException):
        return Instance(cls, Dict({"args": arguments.positional if arguments.is_whole else UNKNOWN, **arguments.named}))
    maker = _MAKERS.get(cls)
    return maker(machine, arguments) if maker is not None else UNKNOWN


def _convert(cls: type) -> Callable[[Machine, Arguments], object]:
    def convert(machine: Machine, arguments: Arguments) -> object:
        if not arguments.positional:
            return cls() if arguments.is_whole else UNKNOWN
        first = arguments.positional[0]
        if cls is str and isinstance(first, Instance) and isinstance(first.attributes.get("args"), tuple):
            args = first.attributes["args"]
            return args[0] if isinstance(args, tuple) and len(args) == 1 and isinstance(args[0], str) else UNKNOWN
        if not is_plain(first) or not is_known(first) or len(arguments.positional) > 1:
            return UNKNOWN
        if len(str(first)) > _MAX_DIGITS:
            return UNKNOWN
        try:
            return cls(first)
        except (ValueError, TypeError, OverflowError) as error:
            raise machine.throw(type(error), str(error)[:100]) from None

    return convert


def _make_tuple(machine: Machine, arguments: Arguments) -> object:
    items = list_items(machine, arguments.get(0, default=()))
    return UNKNOWN if items is None else tuple(items)


def _make_set(machine: Machine, arguments: Arguments) -> object:
    made = Set()
    _call_set(machine, made, "update", arguments)
    return made


def _make_dict(machine: Machine, arguments: Arguments) -> object:
    made = Dict()
    _update_dict(machine, made, arguments)
    return made


def _make_type(machine: Machine, arguments: Arguments) -> object:
    match arguments.positional:
        case (value,):
            return type_of(value)
        case (_, _, _):
            return new_class(machine, ABSENT, arguments)
    return UNKNOWN


def type_of(value: object) -> object:
    """The class of a value; UNKNOWN where it is none of the tree's or Python's own."""
    match value:
        case Instance(cls=cls):
            return cls
        case Class(metaclass=metaclass):
            return type if metaclass is ABSENT else metaclass
        case List() | Dict() | Set():
            return {List: list, Dict: dict, Set: set}[type(value)]
        case type():
            return type
    return type(value) if is_plain(value) and not hasattr(value, "_fields") else UNKNOWN


def _make_range(_: Machine, arguments: Arguments) -> object:
    limits = [limit for limit in arguments.positional if isinstance(limit, int)]
    if not arguments.is_whole or len(limits) < len(arguments.positional) or len(limits) not in (1, 2):
        return UNKNOWN
    return range(limits[0]) if len(limits) == 1 else range(limits[0], limits[1])


def _map(machine: Machine, arguments: Arguments) -> object:
    function = arguments.get(0)

    def run(give: Callable[[object], object]) -> object:
        columns = [list_items(machine, column) for column in arguments.positional[1:]]
        known = [column for column in columns if column is not None]
        if len(known) < len(columns):
            return give_unknown(made, give)
        for row in zip(*known, strict=False):
            give(machine.call(machine, function, Arguments(row)))
        return None

    made = Generator(run)
    return made


def give_unknown(made: Generator, give: Callable[[object], object]) -> object:
    """A generator of which no value is known."""
    if made.values is None:
        give(UNKNOWN)
    else:
        made.values.is_open = True
    return None


def _filter(machine: Machine, arguments: Arguments) -> object:
    made = List()
    items = list_items(machine, arguments.get(1))
    made.is_open = items is None
    function = arguments.get(0)
    for item in items or ():
        keeps = truth(item if function is None else machine.call(machine, function, Arguments((item,))))
        made.is_open = made.is_open or keeps is None
        if keeps:
            made.append(item)
    return made


def _zip(machine: Machine, arguments: Arguments) -> object:
    columns = [list_items(machine, column) for column in arguments.positional]
    made = List(zip(*(column or () for column in columns), strict=False) if None not in columns else ())
    made.is_open = None in columns or not arguments.is_whole
    return made


def _enumerate(machine: Machine, arguments: Arguments) -> object:
    items, start = list_items(machine, arguments.get(0)), arguments.get(1, "start", 0)
    made = List(enumerate(items or (), start if isinstance(start, int) else 0))
    made.is_open = items is None or not isinstance(start, int)
    return made


def _reversed(machine: Machine, arguments: Arguments) -> object:
    items = list_items(machine, arguments.get(0))
    made = List(reversed(items or ()))
    made.is_open = items is None
    return made


def _describe(kind: str) -> Callable[[Machine, Arguments], object]:
    return lambda _, arguments: Descriptor(kind, arguments.get(0, "fget", None))


def _make_bool(_: Machine, arguments: Arguments) -> object:
    known = truth(arguments.get(0, default=False))
    return UNKNOWN if known is None else known


_MAKERS: Mapping[type, Callable[[Machine, Arguments], object]] = {
    bool: _make_bool,
    int: _convert(int),
    float: _convert(float),
    str: _convert(str),
    list: lambda machine, arguments: make_list(machine, arguments.get(0, default=())),
    tuple: _make_tuple,
    set: _make_set,
    frozenset: _make_set,
    dict: _make_dict,
    type: _make_type,
    object: lambda _machine, _arguments: Instance(object),
    range: _make_range,
    map: _map,
    filter: _filter,
    zip: _zip,
    enumerate: _enumerate,
    reversed: _reversed,
    property: _describe("property"),
    staticmethod: _describe("static"),
    classmethod: _describe("class"),
}


def contains(machine: Machine, items: object, value: object) -> bool | None:  # noqa: PLR0911 - one case a kind
    """Whether a container holds a value; None where that is unknown."""
    if isinstance(items, SysModules):
        found = find_loaded(machine, value) if isinstance(value, str) else UNKNOWN
        return None if found is UNKNOWN else found is not ABSENT
    if isinstance(items, str):
        return value in items if isinstance(value, str) else None
    if isinstance(items, Dict):
        if _is_key(value) and value in items and items[value] is not UNKNOWN:
            return True
        return None if items.is_open or not _is_key(value) or value in items else False
    listed: Iterable[object] | None = items if isinstance(items, List | Set | tuple | range) else None
    if listed is None or not is_known(value):
        return None
    if any(item == value for item in listed if is_known(item)):
        return True
    return False if is_known(listed) else None


__all__ = ["SYS_MODULES", "call_method", "call_type", "contains", "list_items", "make_list", "put_item", "type_of"]
