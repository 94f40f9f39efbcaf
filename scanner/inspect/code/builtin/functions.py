"""The built-in functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from scanner.inspect.code.builtin.checks import (
    any_all,
    call_callable,
    call_isinstance,
    call_issubclass,
    call_iter,
    call_len,
    call_next,
    call_sorted,
    pick,
)
from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.failure import Cause, Raised
from scanner.inspect.code.importer import import_by_name
from scanner.inspect.code.names.attributes import find_attribute, get_attribute
from scanner.inspect.code.names.setting import open_namespace, set_attribute
from scanner.inspect.code.names.standard import standard_value
from scanner.inspect.code.source import parse_text
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Instance,
    List,
    Module,
    Scope,
    Standard,
    Super,
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


def _exit(machine: Machine, _: Arguments) -> object:
    raise machine.stop(Cause.RAISED, SystemExit, "SystemExit", "", "raise SystemExit")


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
    "isinstance": call_isinstance,
    "issubclass": call_issubclass,
    "callable": call_callable,
    "len": call_len,
    "next": call_next,
    "iter": call_iter,
    "any": any_all(is_any=True),
    "all": any_all(is_any=False),
    "sorted": call_sorted,
    "super": _super,
    "print": _none,
    "exit": _exit,
    "quit": _exit,
    **{
        name: pick(name) for name in ("min", "max", "sum", "abs", "ord", "chr", "round", "divmod", "hex", "bin", "repr")
    },
}
