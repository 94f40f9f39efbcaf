"""Import statements."""

from __future__ import annotations

import ast

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.expressions.names import bind_name
from scanner.inspect.code.failure import Cause
from scanner.inspect.code.finders import resolve
from scanner.inspect.code.importer import import_name, load
from scanner.inspect.code.state.journal import Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import ABSENT, Module, Scope, Standard
from scanner.inspect.code.statements.flow import DONE


def execute_import(machine: Machine, node: ast.Import, scope: Scope) -> Outcomes:
    """``import a.b, c as d``."""
    for alias in node.names:
        machine.enter(scope, node.lineno)
        with machine.at(f"import {alias.name}"):
            loaded = load(machine, alias.name)
            root = alias.name.partition(".")[0]
            if alias.asname is None and root != alias.name:
                loaded = load(machine, root)
        bind_name(machine, alias.asname or root, loaded, scope)
    return DONE


def execute_import_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> Outcomes:
    """``from a import b``, also with a star."""
    if node.module == "__future__":
        scope.module.postpones_annotations |= any(alias.name == "annotations" for alias in node.names)
        return DONE
    module = resolve(machine, "." * node.level + (node.module or ""), None)
    if not module:
        raise machine.stop(
            Cause.RAISED, ImportError, "ImportError", "attempted relative import beyond the top", "import"
        )
    names = ", ".join(alias.name for alias in node.names[:3])
    with machine.at(f"from {module} import {names}{', …' if len(node.names) > 3 else ''}"):
        loaded = load(machine, module)
        for alias in node.names:
            if alias.name == "*":
                _import_all(machine, loaded, module, scope)
            else:
                bind_name(machine, alias.asname or alias.name, import_name(machine, loaded, module, alias.name), scope)
    return DONE


def _import_all(machine: Machine, loaded: object, module: str, scope: Scope) -> None:
    """``from module import *``."""
    if isinstance(loaded, Standard):
        kinds = machine.runtime.names.kinds.get(loaded.dotted, {})
        names = [name for text in kinds.values() for name in text.split() if not name.startswith("_")]
        for name in names:
            bind_name(machine, name, import_name(machine, loaded, module, name), scope)
        scope.module.namespace.is_open = scope.module.namespace.is_open or not names
        return
    if not isinstance(loaded, Module):
        scope.module.namespace.is_open = True
        return
    listed = loaded.namespace.get("__all__", ABSENT)
    exported = list_items(machine, listed) if listed is not ABSENT else None
    if exported is None or not all(isinstance(name, str) for name in exported):
        exported = [name for name in loaded.namespace if isinstance(name, str) and not name.startswith("_")]
        scope.module.namespace.is_open |= listed is not ABSENT
    scope.module.namespace.is_open |= loaded.namespace.is_open
    for name in map(str, exported):
        bind_name(machine, name, import_name(machine, loaded, module, name), scope)
