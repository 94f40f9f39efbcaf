"""Built-in functions that look at values: their class, length and items."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.builtin.types import type_of
from scanner.inspect.code.failure import Left
from scanner.inspect.code.names.classes import list_bases
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Descriptor,
    Dict,
    Function,
    Generator,
    List,
    Method,
    Module,
    Native,
    Partial,
    Set,
    Super,
    is_known,
    is_plain,
    truth,
)


def is_instance(cls: object, wanted: object) -> bool | None:
    """Whether a class is, or is below, another one or one of several."""
    if isinstance(wanted, tuple):
        answers = [is_instance(cls, one) for one in wanted]
        return True if True in answers else (None if None in answers else False)
    if not isinstance(wanted, Class | type) or not isinstance(cls, Class | type):
        return None
    bases = list(list_bases(cls))
    if any(base is wanted for base in bases):
        return True
    if isinstance(wanted, Class) and wanted.metaclass is not ABSENT:
        return None  # an abstract class may count others among its subclasses
    if isinstance(wanted, type) and any(isinstance(base, type) and issubclass(base, wanted) for base in bases):
        return True
    return False if all(isinstance(base, Class | type) for base in bases) else None


def call_isinstance(_: Machine, arguments: Arguments) -> object:
    """``isinstance``, where both the value and the class are known."""
    value, wanted = arguments.get(0), arguments.get(1)
    if isinstance(value, Function | Method | Native | Partial | Generator | Descriptor | Module | Super):
        wanted_all = wanted if isinstance(wanted, tuple) else (wanted,)
        return False if all(one in (str, bytes, int, list, tuple, dict, type) for one in wanted_all) else UNKNOWN
    if isinstance(value, Class) and value.metaclass is ABSENT:
        answer = is_instance(type, wanted)
    else:
        answer = is_instance(type_of(value), wanted)
    return UNKNOWN if answer is None else answer


def call_issubclass(_: Machine, arguments: Arguments) -> object:
    """``issubclass``, where both classes are known."""
    answer = is_instance(arguments.get(0), arguments.get(1))
    return UNKNOWN if answer is None else answer


def call_callable(_: Machine, arguments: Arguments) -> object:
    """``callable``."""
    value = arguments.get(0)
    if isinstance(value, Function | Method | Native | Class | type | Partial):
        return True
    return False if is_plain(value) or isinstance(value, List | Dict | Set | Module) else UNKNOWN


def call_len(machine: Machine, arguments: Arguments) -> object:
    """``len``, of what is known as a whole."""
    value = arguments.get(0)
    if isinstance(value, str | bytes | tuple | range):
        return len(value)
    items = list_items(machine, value) if isinstance(value, List | Dict | Set) else None
    return UNKNOWN if items is None else len(items)


def call_next(machine: Machine, arguments: Arguments) -> object:
    """``next``: the first item, or the default."""
    source = arguments.get(0)
    items = list_items(machine, source)
    if items is None:
        return UNKNOWN
    if items:
        if isinstance(source, Generator) and source.values is not None:
            return source.values.pop(0)
        return items[0]
    if len(arguments.positional) > 1:
        return arguments.positional[1]
    raise machine.throw(StopIteration, "")


def any_all(*, is_any: bool) -> Callable[[Machine, Arguments], object]:
    """``any`` or ``all``, as far as the items settle it."""

    def ask(machine: Machine, arguments: Arguments) -> object:
        source = arguments.get(0)
        if isinstance(source, Generator) and source.values is None and _is_settled(machine, source, is_any=is_any):
            return is_any
        items = list_items(machine, source)
        truths = [truth(item) for item in items] if items is not None else [None]
        if is_any in truths:
            return is_any
        return UNKNOWN if None in truths else not is_any

    return ask


def _is_settled(machine: Machine, source: Generator, *, is_any: bool) -> bool:
    """Whether a generator gives a value that ends ``any`` or ``all``; what comes after it is not followed."""
    seen = source.values = List()

    def look(item: object) -> object:
        seen.append(item)
        if machine.doubt > depth:
            seen.is_open = True
        elif truth(item) is is_any:
            raise Left(seen)
        return None

    depth = machine.doubt
    state = len(machine.calls), len(machine.trail)
    try:
        source.run(look)
    except Left as left:
        if left.owner is not seen:
            raise
        del machine.calls[state[0] :], machine.trail[state[1] :]
        return True
    return False


def call_sorted(machine: Machine, arguments: Arguments) -> object:
    """``sorted``, for items that compare."""
    items = list_items(machine, arguments.get(0))
    made = List(items or ())
    made.is_open = items is None
    if not arguments.named and is_known(made):
        try:
            made.sort()
        except TypeError:
            made.is_open = True
    return made


def pick(name: str) -> Callable[[Machine, Arguments], object]:
    """A function of plain values alone."""
    function = getattr(builtins, name)

    def pick(machine: Machine, arguments: Arguments) -> object:
        values = arguments.positional
        if len(values) == 1 and isinstance(values[0], List | Generator | Set):
            values = (tuple(list_items(machine, values[0]) or (UNKNOWN,)),)
        if arguments.named or not arguments.is_whole or not all(map(is_known, values)):
            return UNKNOWN
        try:
            return function(*values)
        except (TypeError, ValueError, OverflowError):
            return UNKNOWN

    return pick


def call_iter(machine: Machine, arguments: Arguments) -> object:
    """``iter``: the items, where they are known."""
    items = list_items(machine, arguments.get(0))
    if items is None:
        return UNKNOWN
    made = List(items)
    return Generator(lambda _: None, values=made)
