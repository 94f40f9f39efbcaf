"""What evaluating an expression does that matters on the target: calls, uses of lacking names, imports by name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.inspect.code.expression import OPAQUE, Const, Expression, parse_expression, parse_first_argument
from scanner.inspect.code.hazards import HAZARDS
from scanner.inspect.code.names import Names
from scanner.inspect.code.scopes import Place
from scanner.inspect.code.steps import (
    Block,
    Branch,
    Call,
    Hazard,
    Lack,
    Load,
    Loop,
    Raise,
    Step,
    Yield,
)

_METHODS = frozenset(name[2:] for name in HAZARDS if name.startswith("*."))
_MAX_JOINED = 32
"""How many items of one ``and`` or ``or`` are weighed; the rest runs under a condition that cannot be told."""

_SILENT = frozenset(
    {
        ast.Constant, ast.Name, ast.Load, ast.Store, ast.Del,
        *ast.operator.__subclasses__(), *ast.unaryop.__subclasses__(), *ast.cmpop.__subclasses__(),
    }
)  # fmt: skip
"""What does nothing and has nothing inside; asked first, for most nodes are of these kinds."""

_PLAIN = frozenset({ast.Constant, ast.Name, ast.Attribute})
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
_LOADERS = frozenset({"importlib.import_module", "__import__", "importlib.__import__"})


def read_expression(node: ast.expr | None, place: Place) -> Block:
    """The steps of evaluating an expression, in order; the bodies of lambdas are handed to ``place.add_lambda``."""
    if node is None or type(node) in _SILENT:
        return ()
    steps: list[Step] = []
    _Reader(place, steps).read(node)
    return tuple(steps)


@dataclass(frozen=True, slots=True)
class _Reader:
    place: Place
    steps: list[Step]
    """Filled in the order of evaluation."""

    def read(self, node: ast.AST | None) -> None:
        """Add the steps of evaluating a node."""
        kind = type(node)
        if node is None or kind in _SILENT:
            return
        read = _READERS.get(kind)
        if read is not None:
            read(self, node)
        else:
            self._read_parts(node)

    def _read_parts(self, node: ast.AST) -> None:
        for name in node._fields:
            part = getattr(node, name)
            for child in part if type(part) is list else (part,):
                if type(child) not in _SILENT and isinstance(child, ast.AST):
                    self.read(child)

    def _block(self, node: ast.expr | None) -> Block:
        return read_expression(node, self.place)

    def read_yield(self, node: ast.Yield) -> None:
        self.read(node.value)
        self.steps.append(Yield(parse_expression(node.value) if node.value is not None else Const(None)))

    def read_lambda(self, node: ast.Lambda) -> None:
        self.place.add_lambda(node, self.place)

    def read_conditional(self, node: ast.IfExp) -> None:
        self.read(node.test)
        truth = self.place.truth(node.test)
        first = self._block(node.body) if truth is not False else ()
        second = self._block(node.orelse) if truth is not True else ()
        if truth is not None:
            self.steps.extend(first or second)
        elif first or second:
            self.steps.append(Branch(parse_expression(node.test), first, second))

    def read_junction(self, node: ast.BoolOp) -> None:
        """``a and b()`` calls b only where a holds."""
        values, is_and = node.values, isinstance(node.op, ast.And)
        self.read(values[0])
        for index, value in enumerate(values[1:], start=1):
            test = values[0] if index == 1 else ast.BoolOp(op=node.op, values=values[:index][:_MAX_JOINED])
            truth = self.place.truth(test) if index < _MAX_JOINED else None
            if truth is (not is_and):
                return
            block = self._block(value)
            if truth is is_and:
                self.steps.extend(block)
            elif block:
                self.steps.append(Branch(parse_expression(test), block if is_and else (), () if is_and else block))

    def read_comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.read(node.generators[0].iter)
        elements = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        tests = (test for generator in node.generators for test in generator.ifs)
        inner = tuple(step for part in (*elements, *tests) for step in self._block(part))
        if inner:
            self.steps.append(Loop("", OPAQUE, is_entered=False, body=inner, otherwise=()))

    def read_attribute(self, node: ast.Attribute) -> None:
        dotted = self.place.names.dotted(node) if isinstance(node.ctx, ast.Load) else None
        if dotted is not None:
            self._lack(node, dotted)
        else:
            self.read(node.value)

    def _lack(self, node: ast.expr, dotted: str) -> None:
        """The first name that is not there; what an import statement names fails there, and not here again."""
        parts = dotted.split(".")
        written = 0
        while isinstance(node, ast.Attribute):
            node, written = node.value, written + 1
        for count in range(max(1, len(parts) - written), len(parts)):
            module, name = ".".join(parts[:count]), parts[count]
            if self.place.module.runtime.lacks(module, name):
                self.steps.append(Lack(node.lineno, module, name))
                return

    def read_call(self, node: ast.Call) -> None:
        dotted = self.place.names.dotted(node.func)
        if dotted is None or isinstance(node.func, ast.Call):
            self.read(node.func)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
            self.read(node.func.value)
        for argument in node.args:
            self.read(argument)
        for keyword in node.keywords:
            self.read(keyword.value)
        self._called(node, dotted)

    def _called(self, node: ast.Call, dotted: str | None) -> None:
        name = dotted if dotted is not None else _builtin_name(node.func, self.place.names)
        if name is None:
            self._own_call(node)
        elif name in _LOADERS:
            self._load(node, name)
        elif name in _EXITS:
            self.steps.append(Raise(node.lineno, "SystemExit", ""))
        elif name in HAZARDS:
            self.steps.append(Hazard(node.lineno, name, parse_first_argument(node)))
        elif dotted is not None:
            self._lack(node.func, dotted)
            if not self.place.is_function and not self.place.module.runtime.is_standard(dotted):
                self.steps.append(Call(node.lineno, dotted, _arguments(node)))

    def _own_call(self, node: ast.Call) -> None:
        names = self.place.names
        match node.func:
            case ast.Name(id=name):
                target = names.definition(name)
                if target is not None:
                    self.steps.append(Call(node.lineno, f".{target}", _arguments(node)))
                elif name in names.loops:
                    self.steps.append(Call(node.lineno, f"={name}", _arguments(node)))
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if names.is_method:
                self.steps.append(Call(node.lineno, f"self.{name}", _arguments(node)))
            case ast.Attribute(value=value, attr=name) if name in _METHODS and _is_loop(value):
                argument = parse_expression(node.args[0]) if node.args else OPAQUE
                self.steps.append(Hazard(node.lineno, f"*.{name}", argument))

    def _load(self, node: ast.Call, name: str) -> None:
        argument = parse_expression(node.args[0]) if node.args else OPAQUE
        package: Expression = OPAQUE
        if name == "importlib.import_module":
            given = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
            package = parse_expression(given[0]) if given else OPAQUE
        if argument is not OPAQUE:
            self.steps.append(Load(node.lineno, argument, package))


_READERS: Mapping[type, Callable[[_Reader, Any], None]] = {
    ast.Yield: _Reader.read_yield,
    ast.Lambda: _Reader.read_lambda,
    ast.IfExp: _Reader.read_conditional,
    ast.BoolOp: _Reader.read_junction,
    ast.ListComp: _Reader.read_comprehension,
    ast.SetComp: _Reader.read_comprehension,
    ast.DictComp: _Reader.read_comprehension,
    ast.GeneratorExp: _Reader.read_comprehension,
    ast.Call: _Reader.read_call,
    ast.Attribute: _Reader.read_attribute,
}
"""By the kind of node; of any other the parts are read."""


def _arguments(node: ast.Call) -> tuple[tuple[str, Expression], ...]:
    """What a call passes, as far as it is a plain value; nothing after the first starred argument."""
    arguments: list[tuple[str, Expression]] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            return tuple(arguments)
        arguments.append(("", _plain(argument)))
    while arguments and arguments[-1][1] is OPAQUE:
        arguments.pop()
    named = ((keyword.arg, _plain(keyword.value)) for keyword in node.keywords)
    return (*arguments, *((name, value) for name, value in named if name is not None and value is not OPAQUE))


def _plain(node: ast.expr) -> Expression:
    return parse_expression(node) if type(node) in _PLAIN else OPAQUE


def _builtin_name(node: ast.expr, names: Names) -> str | None:
    match node:
        case ast.Name(id="__import__" | "exit" | "quit" as name) if names.definition(name) is None:
            return name
    return None


def _is_loop(node: ast.expr) -> bool:
    """Whether a receiver is called like an event loop."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return "loop" in name.lower()
        case ast.Call(func=function):
            return _is_loop(function)
    return False
