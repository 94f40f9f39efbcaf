"""What evaluating an expression does that matters on the target: calls, uses of lacking names, imports by name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from scanner.checks.code.conditions import evaluate_truth, standard_value
from scanner.checks.code.expression import OPAQUE, Const, Expression, parse_expression
from scanner.checks.code.hazards import HAZARDS
from scanner.checks.code.names import Names
from scanner.checks.code.runtime import Reference, Runtime
from scanner.checks.code.steps import Block, Branch, Call, Class, Function, Hazard, Lack, Load, Loop, Raise, Step, Yield
from scanner.checks.code.values import UNKNOWN

_METHODS = frozenset(name[2:] for name in HAZARDS if name.startswith("*."))
_MAX_JOINED = 32
"""How many items of one ``and`` or ``or`` are weighed; the rest runs under a condition that cannot be told."""

_SILENT = frozenset(
    {ast.Constant, ast.Name, ast.Load, ast.Store, *ast.operator.__subclasses__(), *ast.cmpop.__subclasses__()}
)
"""What does nothing and has nothing inside; asked first, for most nodes are of these kinds."""

_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})
_LOADERS = frozenset({"importlib.import_module", "__import__", "importlib.__import__"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where code stands: its module and its scope, with what is known there."""

    module: str
    package: str
    runtime: Runtime
    names: Names
    prefix: str = ""
    """What goes before the qualified names of what is defined here."""
    is_function: bool = False
    postpones_annotations: bool = False
    reads_functions: bool = True
    """Whether the bodies of functions can hold anything that matters."""
    idle: frozenset[ast.stmt] = frozenset()
    """The functions that do not matter all the same."""
    yield_lines: tuple[int, ...] = ()
    """The lines that hold the word «yield», in order: only functions around one can be generators."""
    read_block: Callable[[Iterable[ast.stmt], Place], Block] = lambda _statements, _place: ()
    """How the statements of a body become steps, see ``module_facts``."""
    add_lambda: Callable[[ast.Lambda, Place], None] = lambda _node, _place: None
    functions: list[Function] = field(default_factory=list)
    """Every function of the module, filled while reading."""
    classes: list[Class] = field(default_factory=list)

    def truth(self, test: ast.expr) -> bool | None:
        """Whether a condition holds on the target whatever else happens; None where that cannot be told."""
        return evaluate_truth(parse_expression(test), StaticScope(self), self.runtime)


@dataclass(frozen=True, slots=True)
class StaticScope:
    """Names as far as they have one meaning only, whatever is executed."""

    place: Place

    def lookup(self, name: str) -> object:
        """What a name that is imported once and never assigned stands for."""
        if name == "__name__":
            return self.place.module
        names = self.place.names
        dotted = names.resolve(name)
        if dotted is None:
            return False if name == "TYPE_CHECKING" else UNKNOWN
        scope: Names | None = names
        while scope is not None and name not in scope.aliases:
            scope = scope.parent
        if scope is None or not scope.is_settled(name):
            return UNKNOWN
        if not self.place.runtime.is_standard(dotted):
            return False if name == "TYPE_CHECKING" else UNKNOWN
        return (
            Reference(dotted, is_module=True) if name in scope.modules else standard_value(dotted, self.place.runtime)
        )

    def attribute(self, reference: Reference, name: str) -> object:
        """Nothing is known of other modules here."""
        del reference, name
        return UNKNOWN

    def call(self, function: Expression) -> object:
        """Nothing is known of the module's own functions here."""
        del function
        return UNKNOWN

    def provides(self, module: str) -> object:
        """Nothing is known of the closure here."""
        del module
        return UNKNOWN


def read_expression(node: ast.expr | None, place: Place) -> Block:
    """The steps of evaluating an expression, in order; the bodies of lambdas are handed to ``place.add_lambda``."""
    return tuple(_Reader(place).steps(node)) if node is not None and type(node) not in _SILENT else ()


@dataclass(frozen=True, slots=True)
class _Reader:
    place: Place

    def steps(self, node: ast.AST) -> Iterator[Step]:  # noqa: C901 (one case a kind)
        match node:
            case _ if type(node) in _SILENT:
                return
            case ast.Yield(value=value):
                yield from self.steps(value) if value is not None else ()
                yield Yield(parse_expression(value) if value is not None else Const(None))
            case ast.Lambda():
                self.place.add_lambda(node, self.place)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                yield from self.steps(test)
                yield from self._branch(test, body, otherwise)
            case ast.BoolOp(op=op, values=values):
                yield from self._junction(values, is_and=isinstance(op, ast.And))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                yield from self._comprehension(node)
            case ast.Call():
                yield from self._call(node)
            case ast.Attribute(ctx=ast.Load()):
                yield from self._attribute(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    if type(child) not in _SILENT:
                        yield from self.steps(child)

    def _branch(self, test: ast.expr, body: ast.expr, otherwise: ast.expr | None) -> Iterator[Step]:
        truth = self.place.truth(test)
        first = tuple(self.steps(body)) if truth is not False else ()
        second = tuple(self.steps(otherwise)) if truth is not True and otherwise is not None else ()
        if truth is not None:
            yield from first or second
        elif first or second:
            yield Branch(parse_expression(test), first, second)

    def _junction(self, values: list[ast.expr], *, is_and: bool) -> Iterator[Step]:
        """``a and b()`` calls b only where a holds."""
        yield from self.steps(values[0])
        for index, value in enumerate(values[1:], start=1):
            joined = ast.BoolOp(op=ast.And() if is_and else ast.Or(), values=values[:index][:_MAX_JOINED])
            test = values[0] if index == 1 else joined
            truth = self.place.truth(test) if index < _MAX_JOINED else None
            if truth is (not is_and):
                return
            block = tuple(self.steps(value))
            if not block:
                continue
            if truth is is_and:
                yield from block
            else:
                yield Branch(parse_expression(test), block if is_and else (), () if is_and else block)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> Iterator[Step]:
        first, *rest = list(ast.iter_child_nodes(node))
        generators = [child for child in (first, *rest) if isinstance(child, ast.comprehension)]
        yield from self.steps(generators[0].iter)
        elements = (child for child in (first, *rest) if not isinstance(child, ast.comprehension))
        inner = [step for child in elements for step in self.steps(child)]
        inner += [step for generator in generators for test in generator.ifs for step in self.steps(test)]
        if inner:
            yield Loop("", OPAQUE, is_entered=False, body=tuple(inner), otherwise=())

    def _attribute(self, node: ast.Attribute) -> Iterator[Step]:
        dotted = self.place.names.dotted(node)
        if dotted is None:
            yield from self.steps(node.value)
            return
        yield from self._lack(node, dotted)

    def _lack(self, node: ast.expr, dotted: str) -> Iterator[Step]:
        """The first name that is not there; what an import statement names fails there, and not here again."""
        parts = dotted.split(".")
        written = 0
        while isinstance(node, ast.Attribute):
            node, written = node.value, written + 1
        for count in range(max(1, len(parts) - written), len(parts)):
            module, name = ".".join(parts[:count]), parts[count]
            if self.place.runtime.lacks(module, name):
                yield Lack(node.lineno, module, name)
                return

    def _call(self, node: ast.Call) -> Iterator[Step]:
        if not isinstance(node.func, ast.Name | ast.Attribute) or self.place.names.dotted(node.func) is None:
            yield from self.steps(node.func)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
            yield from self.steps(node.func.value)
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            if type(argument) not in _SILENT:
                yield from self.steps(argument)
        yield from self._called(node)

    def _called(self, node: ast.Call) -> Iterator[Step]:
        dotted = self.place.names.dotted(node.func)
        name = dotted if dotted is not None else _builtin_name(node.func, self.place.names)
        argument = parse_expression(node.args[0]) if node.args else OPAQUE
        if name is not None and name in _LOADERS:
            yield from self._load(node, name, argument)
        elif name in _EXITS:
            yield Raise(node.lineno, "SystemExit", "")
        elif name is not None and name in HAZARDS:
            yield Hazard(node.lineno, name, argument if node.args else Const(None))
        elif dotted is not None:
            yield from self._lack(node.func, dotted)
            if not self.place.is_function and not self.place.runtime.is_standard(dotted):
                yield Call(node.lineno, dotted, _arguments(node))
        else:
            yield from self._own_call(node, argument)

    def _own_call(self, node: ast.Call, argument: Expression) -> Iterator[Step]:
        names = self.place.names
        match node.func:
            case ast.Name(id=name):
                target = names.definition(name)
                if target is not None:
                    yield Call(node.lineno, f".{target}", _arguments(node))
                elif name in names.loops:
                    yield Call(node.lineno, f"={name}", _arguments(node))
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if names.is_method:
                yield Call(node.lineno, f"self.{name}", _arguments(node))
            case ast.Attribute(value=value, attr=name) if name in _METHODS and _is_loop(value):
                yield Hazard(node.lineno, f"*.{name}", argument)

    def _load(self, node: ast.Call, name: str, argument: Expression) -> Iterator[Step]:
        package: Expression = OPAQUE
        if name == "importlib.import_module":
            given = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "package")]
            package = parse_expression(given[0]) if given else OPAQUE
        if argument is not OPAQUE:
            yield Load(node.lineno, argument, package)


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
    return parse_expression(node) if isinstance(node, ast.Constant | ast.Name | ast.Attribute) else OPAQUE


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
