"""What functions of the standard library make that wrap functions or hold values."""

from __future__ import annotations

from scanner.inspect.code.builtin.items import list_items, make_list
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
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
    Native,
    Partial,
    Standard,
)


def call_partial(_: Machine, arguments: Arguments) -> object:
    """``functools.partial``."""
    rest = Arguments(arguments.positional[1:], arguments.named, arguments.is_whole)
    return Partial(arguments.get(0), rest)


def call_reduce(machine: Machine, arguments: Arguments) -> object:
    """``functools.reduce``, over known items."""
    items = list_items(machine, arguments.get(1))
    if items is None:
        return UNKNOWN
    start = [arguments.positional[2]] if len(arguments.positional) > 2 else []
    values = [*start, *items]
    result = values[0] if values else UNKNOWN
    for value in values[1:]:
        result = machine.call(machine, arguments.get(0), Arguments((result, value)))
    return result


def call_context_manager(machine: Machine, arguments: Arguments) -> object:
    """The decorator ``contextlib.contextmanager``."""
    function = arguments.get(0)

    def enter(inner: Arguments) -> object:
        made = machine.call(machine, function, inner)
        if isinstance(made, Generator):
            made.is_context_manager = True
        return made

    return Native("contextmanager", enter) if isinstance(function, Function) else UNKNOWN


def call_suppress(_: Machine, arguments: Arguments) -> object:
    """``contextlib.suppress``, with what it catches."""
    errors = arguments.positional if arguments.is_whole else UNKNOWN
    return Instance(Standard("contextlib.suppress"), Dict({"errors": errors}))


def call_wraps(_: Machine, arguments: Arguments) -> object:
    """The decorator ``functools.wraps``: what it decorates takes the other function's name."""
    return Native("wraps", lambda inner: _rename(inner.get(0), arguments.get(0, "wrapped")))


def call_update_wrapper(_: Machine, arguments: Arguments) -> object:
    """``functools.update_wrapper``."""
    return _rename(arguments.get(0, "wrapper"), arguments.get(1, "wrapped"))


def _rename(wrapper: object, wrapped: object) -> object:
    if isinstance(wrapper, Function):
        source = wrapped.function if isinstance(wrapped, Method) else wrapped
        if isinstance(source, Function):
            wrapper.attributes.update({"__name__": source.name, **source.attributes})
        wrapper.attributes["__wrapped__"] = wrapped
    return wrapper


def call_dataclass(machine: Machine, arguments: Arguments) -> object:
    """The decorator ``dataclasses.dataclass``, with or without arguments."""
    cls = arguments.get(0)
    if isinstance(cls, Class):
        cls.is_dataclass = True
        return cls
    return Native("dataclass", lambda inner: call_dataclass(machine, inner)) if arguments.named else UNKNOWN


def call_module_type(_: Machine, arguments: Arguments) -> object:
    """``types.ModuleType``: a module without a file."""
    name = arguments.get(0)
    if not isinstance(name, str):
        return UNKNOWN
    return Module(name, None, Dict({"__name__": name, "__doc__": None}), is_done=True)


def call_namespace(_: Machine, arguments: Arguments) -> object:
    """``types.SimpleNamespace``."""
    return Instance(Standard("types.SimpleNamespace"), Dict(arguments.named), is_open=not arguments.is_whole)


def call_ordered_dict(_: Machine, arguments: Arguments) -> object:
    """``collections.OrderedDict``."""
    made = Dict()
    pairs = arguments.get(0, default=())
    if isinstance(pairs, Dict):
        made.update(pairs)
        made.is_open = pairs.is_open
    else:
        made.is_open = True
    made.update(arguments.named)
    return made


def call_default_dict(_: Machine, __: Arguments) -> object:
    """A mapping that may hold any key."""
    made = Dict()
    made.is_open = True
    return made


def call_named_tuple(machine: Machine, arguments: Arguments) -> object:
    """``collections.namedtuple``, with its fields where they are known."""
    name = arguments.get(0)
    if machine.module is None or not isinstance(name, str):
        return UNKNOWN
    listed = arguments.get(1, "field_names")
    fields = listed.replace(",", " ").split() if isinstance(listed, str) else list_items(machine, listed) or []
    cls = Class(name, machine.module, (UNKNOWN,), Dict(), is_open=True, is_dataclass=True)
    cls.fields = tuple(field for field in fields if isinstance(field, str))
    cls.mro = (cls, UNKNOWN)
    return cls


def call_chain(machine: Machine, arguments: Arguments) -> object:
    """``itertools.chain``."""
    made = List()
    for part in arguments.positional:
        items = make_list(machine, part)
        made.extend(items)
        made.is_open = made.is_open or items.is_open
    return made


def call_cached_property(_: Machine, arguments: Arguments) -> object:
    """The decorator ``functools.cached_property``."""
    return Descriptor("property", arguments.get(0))
