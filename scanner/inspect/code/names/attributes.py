"""The attributes of values: what modules, classes, instances and the standard library have on the target."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inspect.code.names.standard import find_in_standard
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.texts import Pattern
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Generator,
    Instance,
    Method,
    Module,
    Native,
    Partial,
    Set,
    Standard,
    Super,
    SysModules,
    Unknown,
)


def get_attribute(machine: Machine, value: object, name: str) -> object:
    """The attribute; UNKNOWN where it may be anything.

    Raises:
        Raised: there is none.
    """
    found = find_attribute(machine, value, name)
    if found is not ABSENT:
        return found
    if isinstance(value, Instance | Class | Super | Function | Method | Dict):
        return UNKNOWN  # what sets it may not have been followed
    owner = value.name if isinstance(value, Module) else "None" if value is None else type(value).__name__
    raise machine.throw(AttributeError, f"{owner!r} has no attribute {name!r}")


def find_attribute(machine: Machine, value: object, name: str) -> object:  # noqa: PLR0911 - one case a kind
    """The attribute; ABSENT where there is none.

    Raises:
        Raised: what computes it ends in an exception, or the target's standard library lacks it.
    """
    match value:
        case Unknown():
            return UNKNOWN
        case Module():
            return find_in_module(machine, value, name)
        case Standard():
            return find_in_standard(machine, value, name)
        case Instance():
            return _find_in_instance(machine, value, name)
        case Class():
            return _find_in_class(machine, value, name)
        case Super():
            return _find_after(machine, value, name)
        case Function():
            return _find_in_function(value, name)
        case Method(function=Function() as function) if name not in ("__func__", "__self__"):
            return _find_in_function(function, name)
        case Method() | Native() | Partial() | Generator() | Descriptor():
            return _find_in_descriptor(value, name) if isinstance(value, Descriptor) else UNKNOWN
    return _find_in_plain(value, name)


def find_in_module(machine: Machine, module: Module, name: str) -> object:
    """A name of a module of the tree, by its ``__getattr__`` if it has one (PEP 562)."""
    if name in module.namespace:
        return module.namespace[name]
    if name == "__dict__":
        return module.namespace
    hook = module.namespace.get("__getattr__", ABSENT)
    if hook is not ABSENT and not name.startswith("__"):
        return machine.call(machine, hook, Arguments((name,)))
    is_special = name.startswith("__") and name not in ("__version__", "__all__", "__path__")
    return UNKNOWN if module.namespace.is_open or is_special else ABSENT


def bind(machine: Machine, raw: object, receiver: object, cls: object) -> object:  # noqa: PLR0911 - one case a kind
    """What a class's attribute becomes where an instance, or the class itself (no receiver), is asked for it."""
    match raw:
        case Function(name="__new__"):
            return raw  # a static method by itself
        case Function():
            return raw if receiver is ABSENT else Method(raw, receiver)
        case Descriptor(kind="static", function=function):
            return function
        case Descriptor(kind="class", function=function):
            return Method(function, cls)
        case Descriptor(kind="property", function=function):
            return raw if receiver is ABSENT else machine.call(machine, function, Arguments((receiver,)))
        case Instance(cls=Class() as own):
            hook = find_raw(own, "__get__")
            if isinstance(hook, Function):
                target = None if receiver is ABSENT else receiver
                return machine.call(machine, Method(hook, raw), Arguments((target, cls)))
    return raw


def find_raw(cls: Class, name: str) -> object:
    """An attribute of a class or of its bases, as it stands there; ABSENT where no class of the tree has it."""
    for base in cls.mro:
        if isinstance(base, Class) and name in base.namespace:
            return base.namespace[name]
    return ABSENT


def _find_along(classes: Iterator[object], name: str) -> object:
    """As ``find_raw``, with what built-in and unknown classes may have."""
    for base in classes:
        if isinstance(base, Class):
            if name in base.namespace:
                return base.namespace[name]
            if base.namespace.is_open:
                return UNKNOWN
        elif isinstance(base, Standard):
            return Standard(f"{base.dotted}().{name}")
        elif isinstance(base, type):
            if any(name in vars(cls) for cls in base.__mro__):
                return Method(name, base)
        else:
            return UNKNOWN
    return ABSENT


def _find_in_instance(machine: Machine, instance: Instance, name: str) -> object:  # noqa: PLR0911 - one case a kind
    cls = instance.cls
    if name == "__class__":
        return cls
    if name == "__dict__":
        has_slots = isinstance(cls, Class) and find_raw(cls, "__slots__") is not ABSENT
        return UNKNOWN if has_slots else instance.attributes
    raw = _find_along(iter(cls.mro), name) if isinstance(cls, Class) else ABSENT
    if isinstance(raw, Descriptor) and raw.kind == "property":
        return bind(machine, raw, instance, cls)
    if name in instance.attributes:
        return instance.attributes[name]
    if raw is not ABSENT:
        if isinstance(raw, Method) and isinstance(raw.function, str):
            return Method(raw.function, instance)
        return bind(machine, raw, instance, cls)
    hook = find_raw(cls, "__getattr__") if isinstance(cls, Class) else ABSENT
    if isinstance(hook, Function):
        return machine.call(machine, Method(hook, instance), Arguments((name,)))
    if not isinstance(cls, Class):
        return Method(name, instance) if isinstance(cls, type) and hasattr(cls, name) else UNKNOWN
    is_open = instance.is_open or instance.attributes.is_open or hook is not ABSENT
    return UNKNOWN if is_open else ABSENT


def _find_in_class(machine: Machine, cls: Class, name: str) -> object:
    known = {
        "__name__": cls.name,
        "__qualname__": cls.name,
        "__module__": cls.module.name,
        "__mro__": cls.mro,
        "__bases__": tuple(cls.bases),
        "__dict__": cls.namespace,
    }
    if name in known and name not in cls.namespace:
        return known[name]
    raw = _find_along(iter(cls.mro), name)
    if isinstance(cls.metaclass, Class) and (raw is ABSENT or isinstance(raw, Method)):
        own = find_raw(cls.metaclass, name)
        if own is not ABSENT:
            return bind(machine, own, cls, cls.metaclass)
        hook = find_raw(cls.metaclass, "__getattr__")
        if isinstance(hook, Function) and raw is ABSENT:
            return machine.call(machine, Method(hook, cls), Arguments((name,)))
    if raw is not ABSENT:
        return bind(machine, raw, ABSENT, cls)
    return UNKNOWN if cls.is_open or name.startswith("__") or cls.metaclass is not ABSENT else ABSENT


def _find_after(machine: Machine, value: Super, name: str) -> object:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    mro = list(cls.mro) if isinstance(cls, Class) else []
    if value.owner not in mro:  # a method of a metaclass, with a class as its receiver
        mro = list(value.owner.mro)
    rest = mro[mro.index(value.owner) + 1 :] if value.owner in mro else []
    raw = _find_along(iter(rest), name)
    if isinstance(raw, Method) and isinstance(raw.function, str):
        return Method(raw.function, receiver)
    if raw is ABSENT:
        return Method(name, receiver)
    is_instance = isinstance(receiver, Instance) or isinstance(raw, Function)
    return bind(machine, raw, receiver if is_instance else ABSENT, cls)


def _find_in_function(function: Function, name: str) -> object:
    if name in function.attributes:
        return function.attributes[name]
    match name:
        case "__name__" | "__qualname__":
            return function.name
        case "__module__":
            return function.scope.module.name
        case "__dict__":
            return function.attributes
        case "__wrapped__":
            return ABSENT
    return UNKNOWN if name.startswith("__") else ABSENT


def _find_in_descriptor(value: Descriptor, name: str) -> object:
    """``x.setter`` and the like give a decorator that keeps the property."""
    if value.kind == "property" and name in ("setter", "deleter", "getter"):
        return Native("property", lambda _: value)
    return value.function if name in ("fget", "__func__") else UNKNOWN


def _find_in_plain(value: object, name: str) -> object:
    if isinstance(value, SysModules):
        return Method(name, value)
    if isinstance(value, Pattern):
        return value.text if name == "pattern" else Method(name, value)
    if name in getattr(value, "_fields", ()):
        return getattr(value, name)
    if isinstance(value, type) and name in ("__name__", "__qualname__"):
        return value.__name__
    if name in ("__class__", "__dict__", "__doc__", "__module__"):
        return type(value) if name == "__class__" else UNKNOWN
    owner = value if isinstance(value, type) else set if isinstance(value, Set) else type(value)
    return Method(name, value) if hasattr(owner, name) else ABSENT
