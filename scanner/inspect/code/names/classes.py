"""Classes of the tree: how they come about, and how their instances do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.inspect.code.names.attributes import bind, find_raw
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Instance,
    Method,
    Module,
    Standard,
    is_plain,
)

_EMPTY_BASES = ("abc.ABC", "typing.", "typing_extensions.", "collections.abc.")
"""Bases that bring nothing that matters."""

_METACLASSES = (
    "abc.ABCMeta",
    "enum.EnumMeta",
    "enum.EnumType",
    "typing._ProtocolMeta",
    "typing_extensions._ProtocolMeta",
)


def make_class(
    machine: Machine, name: str, bases: Sequence[object], namespace: Dict, keywords: dict[str, object]
) -> object:
    """The class that a class statement binds: by its metaclass, with what its bases do about it.

    Raises:
        Raised: one of those ends in an exception.
    """
    metaclass = keywords.pop("metaclass", ABSENT)
    if metaclass is ABSENT:
        metaclass = next((b.metaclass for b in bases if isinstance(b, Class) and b.metaclass is not ABSENT), ABSENT)
    arguments = Arguments((name, tuple(bases), namespace), keywords)
    if isinstance(metaclass, Function | Instance):
        return machine.call(machine, metaclass, arguments)
    if not isinstance(metaclass, Class):
        return finish_class(machine, _raw_class(machine, name, bases, namespace, metaclass), keywords)
    return build_class(machine, metaclass, arguments)


def build_class(machine: Machine, metaclass: Class, arguments: Arguments) -> object:
    """What calling a metaclass of the tree returns."""
    maker = find_raw(metaclass, "__new__")
    maker = maker.function if isinstance(maker, Descriptor) else maker
    if isinstance(maker, Function):
        positional = (metaclass, *arguments.positional)
        made = machine.call(machine, maker, Arguments(positional, arguments.named, arguments.is_whole))
    else:
        made = UNKNOWN
    if made is UNKNOWN:
        made = new_class(machine, metaclass, arguments)
    hook = find_raw(metaclass, "__init__")
    if isinstance(made, Class) and isinstance(hook, Function):
        machine.call(machine, Method(hook, made), arguments)
    return made


def new_class(machine: Machine, metaclass: object, arguments: Arguments) -> object:
    """What ``type.__new__`` returns: ``arguments`` are the name, the bases and the namespace."""
    name, bases, namespace = (arguments.get(index) for index in range(3))
    if not isinstance(name, str) or not isinstance(bases, tuple):
        return UNKNOWN
    content = Dict(namespace) if isinstance(namespace, Dict) else Dict()
    content.is_open = not isinstance(namespace, Dict) or namespace.is_open
    cls = _raw_class(machine, name, bases, content, metaclass if isinstance(metaclass, Class) else ABSENT)
    return finish_class(machine, cls, dict(arguments.named))


def _raw_class(machine: Machine, name: str, bases: Sequence[object], namespace: Dict, metaclass: object) -> Class:
    module = machine.module
    if not isinstance(module, Module):
        raise machine.throw(RuntimeError, "no module is running")
    if metaclass is ABSENT and any(
        isinstance(base, Standard) and base.dotted.startswith(_EMPTY_BASES) for base in bases
    ):
        metaclass = Standard("abc.ABCMeta", is_true=True)
    kept = tuple(_plain_base(base) for base in bases)
    cls = Class(name, module, kept, namespace, metaclass)
    cls.mro = _linearize(cls)
    cls.is_open = any(not isinstance(base, Class | type) for base in cls.mro)
    cls.fields = tuple(
        dict.fromkeys(field for base in reversed(cls.mro) if isinstance(base, Class) for field in base.fields)
    )
    cls.is_dataclass = any(isinstance(base, Standard) and base.dotted == "typing.NamedTuple" for base in bases)
    for base in cls.mro[1:]:
        cls.is_dataclass = cls.is_dataclass or (isinstance(base, Class) and base.is_dataclass)
    if any(isinstance(base, Standard) and base.dotted.startswith("enum.") for base in cls.mro):
        for key, value in namespace.items():
            if is_plain(value) and not str(key).startswith("_"):
                namespace[key] = Instance(cls, Dict({"name": key, "value": value, "_value_": value}), is_open=True)
    return cls


def _plain_base(base: object) -> object:
    """A base, or the built-in class that does the same as far as it matters."""
    if not isinstance(base, Standard):
        return base
    if base.dotted in _METACLASSES:
        return type
    return object if base.dotted.startswith(_EMPTY_BASES) else base


def finish_class(machine: Machine, cls: Class, keywords: dict[str, object]) -> Class:
    """Tell the members of a new class its name, and its bases that it exists.

    Raises:
        Raised: one of those ends in an exception.
    """
    for name, value in list(cls.namespace.items()):
        function = value.function if isinstance(value, Descriptor) else value
        if isinstance(function, Function) and function.owner is None:
            function.owner = cls
        elif isinstance(value, Instance) and isinstance(value.cls, Class):
            hook = find_raw(value.cls, "__set_name__")
            if isinstance(hook, Function):
                machine.call(machine, Method(hook, value), Arguments((cls, name)))
    for base in cls.mro[1:]:
        hook = base.namespace.get("__init_subclass__", ABSENT) if isinstance(base, Class) else ABSENT
        hook = hook.function if isinstance(hook, Descriptor) else hook
        if isinstance(hook, Function):
            machine.call(machine, Method(hook, cls), Arguments((), keywords))
            break
    return cls


def _linearize(cls: Class) -> tuple[object, ...]:
    """The method resolution order (C3); a plain depth-first order where there is none."""
    rests = [list(base.mro) if isinstance(base, Class) else [base] for base in cls.bases]
    rests.append(list(cls.bases))
    order: list[object] = [cls]
    while rests := [rest for rest in rests if rest]:
        good = next((rest[0] for rest in rests if not any(rest[0] in other[1:] for other in rests)), rests[0][0])
        order.append(good)
        rests = [[item for item in rest if item is not good] for rest in rests]
    return (*(item for item in order if item is not object), object)


def instantiate(machine: Machine, cls: Class, arguments: Arguments) -> object:
    """What calling a class of the tree returns.

    Raises:
        Raised: making the instance ends in an exception.
    """
    maker = find_raw(cls, "__new__")
    maker = maker.function if isinstance(maker, Descriptor) else maker
    if isinstance(maker, Function):
        positional = (cls, *arguments.positional)
        made = machine.call(machine, maker, Arguments(positional, arguments.named, arguments.is_whole))
        if not isinstance(made, Instance) or made.cls is not cls:
            return made
    elif any(isinstance(base, Standard) and base.dotted.startswith("enum.") for base in cls.mro):
        return UNKNOWN
    else:
        made = new_instance(cls)
    hook = find_raw(cls, "__init__")
    if isinstance(hook, Function):
        machine.call(machine, bind(machine, hook, made, cls), arguments)
    elif cls.is_dataclass:
        _fill_fields(machine, made, cls, arguments)
    elif isinstance(base := next((base for base in cls.mro if isinstance(base, Standard)), None), Standard):
        machine.call(machine, base, arguments)
    elif any(isinstance(base, type) and issubclass(base, BaseException) for base in cls.mro):
        made.attributes["args"] = arguments.positional if arguments.is_whole else UNKNOWN
    return made


def new_instance(cls: Class) -> Instance:
    """What ``object.__new__`` returns."""
    is_open = any(not isinstance(base, Class | type) for base in cls.mro)
    return Instance(cls, is_open=is_open or any(isinstance(b, Class) and b.namespace.is_open for b in cls.mro))


def _fill_fields(machine: Machine, made: Instance, cls: Class, arguments: Arguments) -> None:
    """What the generated ``__init__`` of a dataclass does."""
    for index, name in enumerate(cls.fields):
        default = find_raw(cls, name)
        made.attributes[name] = arguments.get(index, name, default if is_plain(default) else UNKNOWN)
    hook = find_raw(cls, "__post_init__")
    if isinstance(hook, Function):
        machine.call(machine, Method(hook, made), Arguments(is_whole=False))  # there may be variables for it alone


def list_bases(cls: object) -> Iterator[object]:
    """A class with all its bases, as far as they are known."""
    if isinstance(cls, Class):
        yield from cls.mro
    elif isinstance(cls, type):
        yield from cls.__mro__
    else:
        yield cls
