"""The built-in functions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Mapping

from scanner.inspect.code.attributes import (
    find_attribute,
    get_attribute,
    open_namespace,
    set_attribute,
    standard_value,
)
from scanner.inspect.code.classes import list_bases
from scanner.inspect.code.failure import Cause, Left, Raised
from scanner.inspect.code.importer import import_by_name
from scanner.inspect.code.machine import Machine
from scanner.inspect.code.plain import call_dict, list_items, type_of
from scanner.inspect.code.source import parse_text
from scanner.inspect.code.values import (
    ABSENT,
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
    Scope,
    Set,
    Standard,
    Super,
    is_known,
    is_plain,
    truth,
)

_MAX_TEXT = 1000


def _getattr(machine: Machine, arguments: Arguments) -> object:
    value, name = arguments.get(0), arguments.get(1)
    if not isinstance(name, str):
        return UNKNOWN
    if len(arguments.positional) < 3:
        return get_attribute(machine, value, name)
    has = has_attribute(machine, value, name)
    if has is False:
        return arguments.positional[2]
    found: object = UNKNOWN
    if has or not isinstance(value, Standard):
        found = find_attribute(machine, value, name)
    elif isinstance(value, Standard):
        held = standard_value(machine, f"{value.dotted}.{name}")
        found = UNKNOWN if isinstance(held, Standard) else held
    return arguments.positional[2] if found is ABSENT else found


def _hasattr(machine: Machine, arguments: Arguments) -> object:
    name = arguments.get(1)
    has = has_attribute(machine, arguments.get(0), name) if isinstance(name, str) else None
    return UNKNOWN if has is None else has


def has_attribute(machine: Machine, value: object, name: str) -> bool | None:
    """Whether a value has an attribute; None where that is unknown."""
    if isinstance(value, Standard):
        dotted = f"{value.dotted}.{name}"
        if value.is_opaque or not value.is_module:
            return None
        if dotted in machine.overrides:
            return machine.overrides[dotted] is not UNKNOWN or None
        return machine.runtime.has(value.dotted, name)
    try:
        found = find_attribute(machine, value, name)
    except Raised as raised:
        if raised.failure.error == "AttributeError":
            return False
        raise
    return None if found is UNKNOWN or (isinstance(found, Standard) and not found.is_module) else found is not ABSENT


def _setattr(machine: Machine, arguments: Arguments) -> object:
    target, name = arguments.get(0), arguments.get(1)
    if isinstance(name, str):
        set_attribute(machine, target, name, arguments.get(2))
    else:
        open_namespace(target)
    return None


def _delattr(machine: Machine, arguments: Arguments) -> object:
    target, name = arguments.get(0), arguments.get(1)
    if isinstance(target, Module | Class) and isinstance(name, str):
        machine.put(target.namespace, name, ABSENT)
    return None


def _globals(machine: Machine, _: Arguments) -> object:
    return machine.scope.module.namespace if machine.scope else UNKNOWN


def _locals(machine: Machine, _: Arguments) -> object:
    return machine.scope.values if machine.scope else UNKNOWN


def _vars(machine: Machine, arguments: Arguments) -> object:
    if not arguments.positional:
        return _locals(machine, arguments)
    match arguments.positional[0]:
        case Module() | Class() as owner:
            return owner.namespace
        case Instance() as owner:
            return owner.attributes
    return UNKNOWN


def _dir(_: Machine, arguments: Arguments) -> object:
    match arguments.get(0):
        case Module() as owner if not owner.namespace.is_open:
            return List(sorted(map(str, owner.namespace)))
    return UNKNOWN


def _import(machine: Machine, arguments: Arguments) -> object:
    """``__import__``: the package itself unless names are taken from it."""
    name, names, level = arguments.get(0, "name"), arguments.get(3, "fromlist", ()), arguments.get(4, "level", 0)
    if isinstance(level, int) and level and isinstance(name, str):
        name = "." * level + name
    loaded = import_by_name(machine, name, None)
    for inner in list_items(machine, names) or ():
        if isinstance(loaded, Module) and isinstance(inner, str) and inner != "*":
            dotted = f"{loaded.name}.{inner}"
            if inner not in loaded.namespace and machine.site.find(dotted) is not None:
                machine.load(machine, dotted)
    if truth(names) or not isinstance(name, str) or name.startswith(".") or "." not in name:
        return loaded
    return machine.load(machine, name.partition(".")[0])


def _exec(machine: Machine, arguments: Arguments) -> object:
    scope = machine.scope
    text, given = arguments.get(0), arguments.get(1, default=None)
    if scope is None:
        return UNKNOWN
    local = arguments.get(2, default=given)
    inner = scope if given is None else None
    if isinstance(given, Dict) and isinstance(local, Dict):
        inner = Scope(scope.module, local, Scope(scope.module, given))
    if inner is None or not isinstance(text, str):
        for namespace in (
            given if given is not None else scope.module.namespace,
            local if local is not None else scope.values,
        ):
            open_namespace(namespace)
        return None
    machine.execute(machine, _parse(machine, text).body, inner)
    return None


def _eval(machine: Machine, arguments: Arguments) -> object:
    text, scope = arguments.get(0), machine.scope
    if not isinstance(text, str) or scope is None or len(arguments.positional) > 1:
        for namespace in arguments.positional[1:]:
            open_namespace(namespace)
        return UNKNOWN
    body = _parse(machine, text.strip()).body
    return (
        machine.evaluate(machine, body[0].value, scope) if len(body) == 1 and isinstance(body[0], ast.Expr) else UNKNOWN
    )


def _parse(machine: Machine, text: str) -> ast.Module:
    """The tree of a text that is executed."""
    tree = parse_text(text)
    if tree is None:
        raise machine.throw(SyntaxError, "invalid syntax in a text that is executed")
    return tree


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


def _isinstance(_: Machine, arguments: Arguments) -> object:
    value, wanted = arguments.get(0), arguments.get(1)
    if isinstance(value, Function | Method | Native | Partial | Generator | Descriptor | Module | Super):
        wanted_all = wanted if isinstance(wanted, tuple) else (wanted,)
        return False if all(one in (str, bytes, int, list, tuple, dict, type) for one in wanted_all) else UNKNOWN
    if isinstance(value, Class) and value.metaclass is ABSENT:
        answer = is_instance(type, wanted)
    else:
        answer = is_instance(type_of(value), wanted)
    return UNKNOWN if answer is None else answer


def _issubclass(_: Machine, arguments: Arguments) -> object:
    answer = is_instance(arguments.get(0), arguments.get(1))
    return UNKNOWN if answer is None else answer


def _callable(_: Machine, arguments: Arguments) -> object:
    value = arguments.get(0)
    if isinstance(value, Function | Method | Native | Class | type | Partial):
        return True
    return False if is_plain(value) or isinstance(value, List | Dict | Set | Module) else UNKNOWN


def _len(machine: Machine, arguments: Arguments) -> object:
    value = arguments.get(0)
    if isinstance(value, str | bytes | tuple | range):
        return len(value)
    items = list_items(machine, value) if isinstance(value, List | Dict | Set) else None
    return UNKNOWN if items is None else len(items)


def _next(machine: Machine, arguments: Arguments) -> object:
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


def _any_all(*, is_any: bool) -> Callable[[Machine, Arguments], object]:
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


def _sorted(machine: Machine, arguments: Arguments) -> object:
    items = list_items(machine, arguments.get(0))
    made = List(items or ())
    made.is_open = items is None
    if not arguments.named and is_known(made):
        try:
            made.sort()
        except TypeError:
            made.is_open = True
    return made


def _pick(name: str) -> Callable[[Machine, Arguments], object]:
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


def _exit(machine: Machine, _: Arguments) -> object:
    raise machine.stop(Cause.RAISED, SystemExit, "SystemExit", "", "raise SystemExit")


def _iter(machine: Machine, arguments: Arguments) -> object:
    items = list_items(machine, arguments.get(0))
    if items is None:
        return UNKNOWN
    made = List(items)
    return Generator(lambda _: None, values=made)


def _super(machine: Machine, arguments: Arguments) -> object:
    owner, receiver = arguments.get(0), arguments.get(1)
    if not arguments.positional:
        scope = machine.scope
        while scope is not None and (scope.function is None or scope.function.owner is None):
            scope = scope.parent
        if scope is None or scope.function is None:
            return UNKNOWN
        owner, receiver = scope.function.owner, scope.receiver
    return Super(owner, receiver) if isinstance(owner, Class) and receiver is not UNKNOWN else UNKNOWN


def _none(_machine: Machine, _arguments: Arguments) -> object:
    return None


BUILTINS: Mapping[str, Callable[[Machine, Arguments], object]] = {
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "delattr": _delattr,
    "globals": _globals,
    "locals": _locals,
    "vars": _vars,
    "dir": _dir,
    "__import__": _import,
    "exec": _exec,
    "eval": _eval,
    "isinstance": _isinstance,
    "issubclass": _issubclass,
    "callable": _callable,
    "len": _len,
    "next": _next,
    "iter": _iter,
    "any": _any_all(is_any=True),
    "all": _any_all(is_any=False),
    "sorted": _sorted,
    "super": _super,
    "print": _none,
    "exit": _exit,
    "quit": _exit,
    **{
        name: _pick(name)
        for name in ("min", "max", "sum", "abs", "ord", "chr", "round", "divmod", "hex", "bin", "repr")
    },
}


__all__ = ["BUILTINS", "call_dict", "has_attribute", "is_instance"]
