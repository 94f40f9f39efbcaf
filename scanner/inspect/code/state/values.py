"""The values that the evaluator follows.

A value is a plain Python value (a text, a number, None, a tuple of values), one of the containers below, a built-in
class by itself, or an object of this module. ``UNKNOWN`` is any value at all.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.inspect.code.site import SourceFile

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Unknown:
    """The type of ``UNKNOWN`` and ``ABSENT``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNKNOWN = Unknown("UNKNOWN")
ABSENT = Unknown("ABSENT")
"""No value: a name that is not bound."""


class List(list[object]):
    """A list; ``is_open`` if it may hold other items than those that are known."""

    is_open = False


class Dict(dict[object, object]):
    """A dict; ``is_open`` if it may hold other keys than those that are known."""

    is_open = False


class Set(dict[object, None]):
    """A set, in the order of its items; ``is_open`` if it may hold others than those that are known."""

    is_open = False


Container = List | Dict | Set
Namespace = Dict
"""The names of a module or class, or the attributes of an instance, by themselves a dict of the code."""


@dataclass(slots=True, eq=False, repr=False)
class Module:
    """A module of the tree."""

    name: str
    file: SourceFile | None
    """None for a namespace package, and for a module that code makes."""
    namespace: Namespace = field(default_factory=Dict)
    is_done: bool = False
    postpones_annotations: bool = False

    @property
    def package(self) -> str:
        """What relative imports start from."""
        return self.name if self.file is None or self.file.is_package else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Standard:
    """Something that is known by its dotted name only: a module or name of the standard library, or of a package whose
    code is not read. ``x()`` is what calling ``x`` returns.
    """

    dotted: str
    is_module: bool = False
    is_true: bool | None = None
    """Its truth, None if that is unknown; what is true is not None either."""
    is_opaque: bool = False
    """Whether nothing is known of what it contains."""


@dataclass(slots=True, eq=False, repr=False)
class Scope:
    """The names of a function, a class or a module."""

    module: Module
    values: Namespace
    parent: Scope | None = None
    """The enclosing function's scope."""
    outer_names: dict[str, Namespace] = field(default_factory=dict)
    """Names declared global or nonlocal, with the namespace that has them."""
    function: Function | None = None
    receiver: object = ABSENT
    """The first argument, for ``super()``."""
    is_class: bool = False
    give: Callable[[object], object] | None = None
    """What a generator does with each value that it yields."""


@dataclass(slots=True, eq=False, repr=False)
class Function:
    """A function of the tree."""

    node: FunctionNode
    scope: Scope
    defaults: Mapping[str, object]
    name: str
    owner: Class | None = None
    """The class whose body defines it."""
    attributes: Namespace = field(default_factory=Dict)
    yields: bool | None = None
    """Whether it is a generator; None until it is called."""


@dataclass(slots=True, eq=False, repr=False)
class Class:
    """A class of the tree."""

    name: str
    module: Module
    bases: Sequence[object]
    namespace: Namespace
    metaclass: object = ABSENT
    mro: Sequence[object] = ()
    is_open: bool = False
    """Whether it may have attributes that are not known: one of its bases is unknown."""
    fields: Sequence[str] = ()
    """The annotated names, for the ``__init__`` that a dataclass gets."""
    is_dataclass: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Instance:
    """An instance of a class of the tree, or an exception."""

    cls: object
    attributes: Namespace = field(default_factory=Dict)
    is_open: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Method:
    """A function bound to its first argument."""

    function: object
    receiver: object


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Descriptor:
    """A static method, class method or property."""

    kind: str
    function: object


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Super:
    """What ``super()`` returns: the attributes of the classes after ``owner``."""

    owner: Class
    receiver: object


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Native:
    """A function that the evaluator itself provides."""

    name: str
    call: Callable[[Arguments], object]


class SysModules:
    """``sys.modules``."""


SYS_MODULES = SysModules()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Partial:
    """What ``functools.partial`` returns."""

    function: object
    arguments: Arguments


@dataclass(slots=True, eq=False, repr=False)
class Generator:
    """A generator; ``run`` calls its argument with each value. Its values are collected when ``next`` needs them."""

    run: Callable[[Callable[[object], object]], object]
    is_context_manager: bool = False
    values: List | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arguments:
    """The arguments of one call; ``is_whole`` is False if there may be more."""

    positional: tuple[object, ...] = ()
    named: Mapping[str, object] = field(default_factory=dict)
    is_whole: bool = True
    line: int = 0

    def get(self, index: int, name: str = "", default: object = UNKNOWN) -> object:
        """An argument by its place or name; UNKNOWN if it may be given and is not known."""
        if index < len(self.positional):
            return self.positional[index]
        if name in self.named:
            return self.named[name]
        return default if self.is_whole else UNKNOWN


def is_known(value: object) -> bool:
    """Whether a value is plain, with everything in it."""
    if isinstance(value, tuple | List | Set):
        return not getattr(value, "is_open", False) and all(is_known(item) for item in value)
    if isinstance(value, Dict):
        return not value.is_open and all(is_known(item) for pair in value.items() for item in pair)
    return value is None or value is Ellipsis or isinstance(value, str | bytes | int | float | range)


def truth(value: object) -> bool | None:
    """Whether a value counts as true; None if that is unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, List | Dict | Set):
        return True if value else (None if value.is_open else False)
    if isinstance(value, Standard):
        return True if value.is_module else value.is_true
    if isinstance(value, Instance):
        return None if value.is_open or not _always_true(value.cls) else True
    if is_plain(value):
        return bool(value)
    return True


def is_plain(value: object) -> bool:
    """Whether a value is a plain Python value."""
    return value is None or isinstance(value, str | bytes | int | float | tuple | range)


def is_none(value: object) -> bool | None:
    """Whether a value is None; None if that is unknown."""
    if value is None:
        return True
    if isinstance(value, Unknown) or (isinstance(value, Standard) and not value.is_module and not value.is_true):
        return None
    return False


def _always_true(cls: object) -> bool:
    """Whether instances of a class have the default truth."""
    if not isinstance(cls, Class):
        return isinstance(cls, type) and issubclass(cls, BaseException)
    names = ("__bool__", "__len__")
    return not cls.is_open and not any(
        isinstance(base, Class) and name in base.namespace for base in cls.mro for name in names
    )
