"""Names: where they are looked up and bound."""

from __future__ import annotations

import ast

from scanner.inspect.code.builtin.dicts import put_item
from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.builtin.methods import call_method
from scanner.inspect.code.names.attributes import find_raw
from scanner.inspect.code.names.setting import set_attribute
from scanner.inspect.code.names.standard import builtin_value
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import (
    ABSENT,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Scope,
    Super,
    SysModules,
)


def look_up(machine: Machine, name: str, scope: Scope) -> object:
    """What a name holds.

    Raises:
        Raised: there is no such name.
    """
    namespace = scope.outer_names.get(name)
    if namespace is not None and name in namespace:
        return namespace[name]
    current: Scope | None = scope
    is_open = False
    while current is not None:
        if name in current.values and (current is scope or not current.is_class):
            return current.values[name]
        is_open = is_open or current.values.is_open
        current = current.parent
    module = scope.module
    if name in module.namespace:
        return module.namespace[name]
    found = builtin_value(name)
    if found is not ABSENT:
        return found
    if is_open or module.namespace.is_open or (name.startswith("__") and name.endswith("__")):
        return UNKNOWN
    if scope.function is not None and not _is_module_name(scope, name):
        return UNKNOWN
    raise machine.throw(NameError, f"name {name!r} is not defined")


def _is_module_name(scope: Scope, name: str) -> bool:
    """Whether a name that a function does not have can only be the module's."""
    function = scope.function
    while function is not None:
        for node in ast.walk(function.node):
            if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
                return False
        outer = function.scope.function
        function = outer if outer is not function else None
    return True


def evaluate_name(machine: Machine, node: ast.Name, scope: Scope) -> object:
    """What a name holds."""
    return look_up(machine, node.id, scope)


def bind_name(machine: Machine, name: str, value: object, scope: Scope) -> None:
    """Bind a name where the scope keeps it."""
    machine.put(scope.outer_names.get(name, scope.values), name, value)


def bind_target(machine: Machine, target: ast.expr, value: object, scope: Scope) -> None:
    """Assign to a target.

    Raises:
        Raised: the value does not fit it.
    """
    match target:
        case ast.Name(id=name):
            bind_name(machine, name, value, scope)
        case ast.Attribute(value=owner, attr=name):
            set_attribute(machine, machine.evaluate(machine, owner, scope), name, value)
        case ast.Subscript(value=owner, slice=index):
            _set_item(machine, machine.evaluate(machine, owner, scope), machine.evaluate(machine, index, scope), value)
        case ast.Starred(value=inner):
            bind_target(machine, inner, value, scope)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(machine, targets, value, scope)


def _set_item(machine: Machine, owner: object, index: object, value: object) -> None:
    match owner:
        case Dict():
            put_item(machine, owner, index, value)
        case List():
            machine.touch(owner)
            if isinstance(index, int) and not owner.is_open and -len(owner) <= index < len(owner):
                owner[index] = value
            else:
                owner.is_open = True
        case SysModules():
            call_method(machine, owner, "__setitem__", Arguments((index, value)))
        case Instance(cls=Class() as cls):
            hook = find_raw(cls, "__setitem__")
            if isinstance(hook, Function):
                machine.call(machine, Method(hook, owner), Arguments((index, value)))


def _unpack(machine: Machine, targets: list[ast.expr], value: object, scope: Scope) -> None:
    if value is None:
        raise machine.throw(TypeError, "cannot unpack None")
    items = list_items(machine, value) if not isinstance(value, Super) else None
    starred = next((place for place, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    if items is None:
        for target in targets:
            bind_target(machine, target, UNKNOWN, scope)
        return
    if starred is None and len(items) != len(targets):
        raise machine.throw(ValueError, f"cannot unpack {len(items)} values into {len(targets)} names")
    if starred is not None:
        after = len(targets) - starred - 1
        end = len(items) - after
        items = [*items[:starred], List(items[starred:end]), *items[end:]]
        if len(items) != len(targets):
            raise machine.throw(ValueError, "not enough values to unpack")
    for target, item in zip(targets, items, strict=True):
        bind_target(machine, target, item, scope)
