"""What calls of built-in classes do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.inspect.code.builtin.dicts import update_dict
from scanner.inspect.code.builtin.items import give_unknown, list_items, make_list
from scanner.inspect.code.builtin.methods import call_set
from scanner.inspect.code.names.classes import new_class
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Generator,
    Instance,
    List,
    Set,
    is_known,
    is_plain,
    truth,
)

_MAX_DIGITS = 300


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
    call_set(machine, made, "update", arguments)
    return made


def _make_dict(machine: Machine, arguments: Arguments) -> object:
    made = Dict()
    update_dict(machine, made, arguments)
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
