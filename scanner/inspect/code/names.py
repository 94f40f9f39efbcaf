"""What the names of a module stand for: imports, what is made of imported things, and its own definitions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from scanner.inspect.code.hazards import HAZARDS

ImportNode = ast.Import | ast.ImportFrom
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = FunctionNode | ast.ClassDef

_TRACKED = frozenset(name.partition("()")[0] for name in HAZARDS if "()." in name)
"""Classes whose instances are followed to the names they are given."""


@dataclass(slots=True)
class Names:
    """The names of one scope; lookups that fail go on in the enclosing one."""

    parent: Names | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    """Names to the dotted names they stand for; ``X()`` for an instance of X."""
    modules: set[str] = field(default_factory=set)
    """The aliases that certainly are modules."""
    assigned: set[str] = field(default_factory=set)
    """Names with a value of their own, parameters among them."""
    loops: set[str] = field(default_factory=set)
    """Names that a loop binds."""
    definitions: dict[str, str] = field(default_factory=dict)
    """Functions and classes of this scope to their qualified names."""
    is_class: bool = False
    """A class body: its names are not seen from the methods."""
    is_method: bool = False
    """Whether ``self`` stands for an instance of a class of this module."""
    members: dict[str, str] = field(default_factory=dict)
    """In a method: attributes of ``self`` to what they stand for."""

    def resolve(self, name: str) -> str | None:
        """The dotted name that a name stands for; None for the module's own things."""
        scope: Names | None = self
        while scope is not None:
            if name in scope.aliases:
                return scope.aliases[name]
            if name in scope.assigned or name in scope.definitions:
                return None
            scope = scope.parent
        return None

    def definition(self, name: str) -> str | None:
        """The qualified name of the function or class that a name stands for."""
        scope: Names | None = self
        while scope is not None:
            if name in scope.definitions:
                return scope.definitions[name]
            if name in scope.assigned or name in scope.aliases:
                return None
            scope = scope.parent
        return None

    def dotted(self, node: ast.expr) -> str | None:
        """The dotted name of a chain of attributes; ``X().m`` for a method of what a call gives."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            value = node.value
            if self.members and isinstance(value, ast.Name) and value.id == "self" and node.attr in self.members:
                return ".".join([self.members[node.attr], *reversed(parts)])
            parts.append(node.attr)
            node = value
        if isinstance(node, ast.Name):
            found = self.resolve(node.id)
            if not parts:
                return found
        elif isinstance(node, ast.Call):
            made = self.dotted(node.func)
            found = f"{made}()" if made in _TRACKED else None
        else:
            return None
        return None if found is None else ".".join([found, *reversed(parts)])

    def is_settled(self, name: str) -> bool:
        """Whether a module-level name has one meaning only: imported, and never assigned."""
        return name in self.aliases and name not in self.assigned


def collect_names(body: Iterable[ast.stmt], package: str, parent: Names | None = None, prefix: str = "") -> Names:
    """The names that statements make, without entering functions and classes.

    ``package`` is what relative imports start from; ``prefix`` goes before the qualified names of definitions.
    """
    names = Names(parent=parent)
    assignments: list[ast.stmt] = []
    for node in own_statements(body):
        kind = type(node)
        if kind in _ASSIGNING:
            assignments.append(node)
        elif isinstance(node, ImportNode):
            _add_imports(names, node, package)
        elif isinstance(node, DefinitionNode):
            names.definitions[node.name] = f"{prefix}{node.name}"
    for node in assignments:  # what they assign can be imported further down
        _add_assignments(names, node)
    return names


_ASSIGNING = frozenset({ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith})


def own_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement of a scope, nested ones too, definitions without their bodies; in the order of the source."""
    waiting = list(body)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += inner_statements(node)[::-1]


def inner_statements(node: ast.stmt) -> list[ast.stmt]:
    """The statements of the blocks of one that is no definition."""
    blocks = _BLOCKS.get(type(node))
    return [inner for block in blocks(node) for inner in block] if blocks is not None else []


def _try_blocks(node: ast.Try | ast.TryStar) -> Iterable[list[ast.stmt]]:
    return (node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody)


_BLOCKS: Mapping[type, Callable[[Any], Iterable[list[ast.stmt]]]] = {
    ast.If: attrgetter("body", "orelse"),
    ast.For: attrgetter("body", "orelse"),
    ast.AsyncFor: attrgetter("body", "orelse"),
    ast.While: attrgetter("body", "orelse"),
    ast.With: lambda node: (node.body,),
    ast.AsyncWith: lambda node: (node.body,),
    ast.Try: _try_blocks,
    ast.TryStar: _try_blocks,
    ast.Match: lambda node: (case.body for case in node.cases),
}
"""The blocks of compound statements, by their kind."""


def absolute_name(node: ast.ImportFrom, package: str) -> str | None:
    """The absolute module that a ``from`` import names; None where it leaves the top of its package."""
    return resolve_relative(node.level, node.module or "", package) if node.level else node.module


def resolve_relative(level: int, name: str, package: str) -> str | None:
    """The absolute module that a name after ``level`` dots means; None where it leaves the top of its package."""
    parts = package.split(".") if package else []
    if level > len(parts):
        return None
    base = parts[: len(parts) - (level - 1)]
    return ".".join([*base, name] if name else base)


def method_names(methods: Iterable[FunctionNode], package: str, parent: Names) -> dict[str, str]:
    """What the attributes that methods give ``self`` stand for, as far as they are worth following."""
    members: dict[str, str] = {}
    for method in methods:
        names = collect_names(method.body, package, parent)
        for node in own_statements(method.body):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                made = names.dotted(node.value)
                if made is not None and made.endswith("()"):
                    members.update(dict.fromkeys(_self_attributes(node), made))
    return members


def add_parameters(names: Names, arguments: ast.arguments) -> None:
    """Add a function's parameters; one annotated with a followed class counts as its instance."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    for argument in [*every, *filter(None, (arguments.vararg, arguments.kwarg))]:
        names.assigned.add(argument.arg)
        names.aliases.pop(argument.arg, None)
        made = names.parent.dotted(argument.annotation) if names.parent and argument.annotation else None
        if made in _TRACKED:
            names.aliases[argument.arg] = f"{made}()"


def _self_attributes(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        match target:
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield name


def _add_imports(names: Names, node: ast.Import | ast.ImportFrom, package: str) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            names.aliases[bound] = alias.name if alias.asname else bound
            names.modules.add(bound)
        return
    module = absolute_name(node, package)
    if module is not None:
        for alias in node.names:
            names.aliases[alias.asname or alias.name] = f"{module}.{alias.name}"


def _add_assignments(names: Names, node: ast.stmt) -> None:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                _assign(names, target, value)
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            _assign(names, target, value)
        case ast.For(target=target) | ast.AsyncFor(target=target):
            _assign(names, target, None)
            if isinstance(target, ast.Name):
                names.loops.add(target.id)
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if item.optional_vars is not None:
                    _assign(names, item.optional_vars, item.context_expr)


def _assign(names: Names, target: ast.expr, value: ast.expr | None) -> None:
    match target:
        case ast.Name(id=name):
            made = names.dotted(value) if value is not None else None
            names.assigned.add(name)
            if made is not None and name not in names.aliases and (made.endswith("()") or made in HAZARDS):
                names.aliases[name] = made
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item in items:
                _assign(names, item, None)
        case ast.Starred(value=inner):
            _assign(names, inner, None)
