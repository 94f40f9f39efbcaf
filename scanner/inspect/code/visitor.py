"""The calls in the functions of one module, without following them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scanner.inspect.code.expressions.evaluate import evaluate
from scanner.inspect.code.expressions.logic import truth_of
from scanner.inspect.code.failure import Cause, Failure, OutOfBudget, Raised
from scanner.inspect.code.finders import resolve
from scanner.inspect.code.names.standard import standard_value
from scanner.inspect.code.site import SourceFile
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Dict, Instance, Module, Scope, Standard
from scanner.inspect.code.statements.handlers import matches
from scanner.inspect.code.use import SUBCLASSED, Use, is_loop
from scanner.model.rule import Rule


def find_module_uses(machine: Machine, file: SourceFile, body: Sequence[ast.stmt]) -> Iterator[Use]:
    """The uses in one module."""
    loaded = machine.modules.get(file.module)
    is_reached = file.module in machine.failed or (isinstance(loaded, Module) and loaded.file is file)
    module = Module(file.module, file, Dict(loaded.namespace) if isinstance(loaded, Module) and is_reached else Dict())
    module.namespace.is_open = True
    visitor = _Visitor(machine=machine, path=file.path, is_silent=is_reached)
    try:
        visitor.visit_all(body, Scope(module, module.namespace))
        visitor.is_silent = False
        for visit in visitor.functions:
            visit()
    except (RecursionError, OutOfBudget):
        pass  # only what is nested absurdly deep, and nothing rests on it
    visitor.functions.clear()  # they refer to the visitor and to the syntax tree
    yield from dict.fromkeys(visitor.found)


@dataclass(slots=True)
class _Visitor:
    machine: Machine
    path: str
    is_silent: bool
    """Whether the statements that run at import time are left out: they were followed."""
    found: list[Use] = field(default_factory=list)
    functions: list[Callable[[], None]] = field(default_factory=list)
    """The bodies that are visited once the names of the module are known."""
    guards: list[object] = field(default_factory=list)
    """What the handlers around the current place catch."""

    def visit_all(self, nodes: Sequence[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self.visit(node, scope)

    def visit(self, node: ast.AST | None, scope: Scope) -> None:
        if node is None:
            return
        handler = _VISITORS.get(type(node))
        if handler is not None:
            handler(self, node, scope)
        elif type(node) not in _LEAVES:
            self._visit_children(node, scope)

    def _visit_children(self, node: ast.AST, scope: Scope) -> None:
        for name in node._fields:
            child = getattr(node, name, None)
            if isinstance(child, list):
                self.visit_all([each for each in child if isinstance(each, ast.AST)], scope)
            elif isinstance(child, ast.AST):
                self.visit(child, scope)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self.visit_all([*node.decorator_list, *node.args.defaults], scope)
        names = [argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)]
        inner = Scope(scope.module, Dict(dict.fromkeys(names, UNKNOWN)), scope)
        guards = [] if scope.parent is None else list(self.guards)

        def visit() -> None:
            self.guards = guards
            self.visit_all(node.body, inner)

        self.functions.append(visit)
        self._bind(node.name, UNKNOWN, scope)

    def class_(self, node: ast.ClassDef, scope: Scope) -> None:
        for base in node.bases:
            dotted = self._dotted(base, scope)
            if dotted in SUBCLASSED:
                self._hazard(dotted, node.lineno)
        inner = Scope(scope.module, Dict(), scope, is_class=True)
        self.visit_all([*node.decorator_list, *node.body], inner)
        self._bind(node.name, UNKNOWN, scope)

    def if_(self, node: ast.If | ast.IfExp, scope: Scope) -> None:
        self.visit(node.test, scope)
        known = self._truth(node.test, scope)
        body, otherwise = ([part] if isinstance(part, ast.expr) else part for part in (node.body, node.orelse))
        if known is not False:
            self.visit_all(body, scope)
        if known is not True:
            self.visit_all(otherwise, scope)

    def junction(self, node: ast.BoolOp, scope: Scope) -> None:
        stops = isinstance(node.op, ast.Or)
        for value in node.values:
            self.visit(value, scope)
            if self._truth(value, scope) is stops:
                return

    def try_(self, node: ast.Try, scope: Scope) -> None:
        caught = [BaseException if h.type is None else self._value(h.type, scope) for h in node.handlers]
        self.guards.extend(caught)
        self.visit_all(node.body, scope)
        del self.guards[len(self.guards) - len(caught) :]
        self.visit_all([*node.handlers, *node.orelse, *node.finalbody], scope)

    def with_(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        caught = []
        for item in node.items:
            self.visit(item.context_expr, scope)
            call = item.context_expr
            if isinstance(call, ast.Call) and self._dotted(call.func, scope) == "contextlib.suppress":
                caught += [self._value(argument, scope) for argument in call.args]
            if isinstance(item.optional_vars, ast.Name):
                self._bind(item.optional_vars.id, self._static(item.context_expr, scope), scope)
        self.guards.extend(caught)
        self.visit_all(node.body, scope)
        del self.guards[len(self.guards) - len(caught) :]

    def import_(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            self._imported(alias.name, node.lineno)
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind(alias.asname or name, self._module(name), scope)

    def import_from(self, node: ast.ImportFrom, scope: Scope) -> None:
        self.machine.scope = scope
        module = resolve(self.machine, "." * node.level + (node.module or ""), None)
        missing = False if self._is_guarded(ImportError) else self._imported(module, node.lineno)
        for alias in node.names:
            dotted = f"{module}.{alias.name}"
            is_standard = self.machine.runtime.is_standard(module)
            if is_standard and not missing and not self._is_guarded(ImportError) and self._lacks(module, alias.name):
                self._add(Rule.CS302, node.lineno, dotted, "is not there")
            self._bind(
                alias.asname or alias.name, standard_value(self.machine, dotted) if is_standard else UNKNOWN, scope
            )

    def assign(self, node: ast.Assign, scope: Scope) -> None:
        self.visit(node.value, scope)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._bind(target.id, self._static(node.value, scope), scope)
            elif isinstance(target, ast.Attribute):
                self._patch(target, scope)

    def attribute(self, node: ast.Attribute, scope: Scope) -> None:
        self.visit(node.value, scope)
        owner = self._static(node.value, scope)
        if not isinstance(owner, Standard) or not owner.is_module or not isinstance(node.ctx, ast.Load):
            return
        if self._lacks(owner.dotted, node.attr) and not self._is_guarded(AttributeError):
            self._add(Rule.CS302, node.lineno, f"{owner.dotted}.{node.attr}", "is not there")

    def call(self, node: ast.Call, scope: Scope) -> None:
        self.visit_all([node.func, *node.args, *node.keywords], scope)
        dotted = self._dotted(node.func, scope)
        if dotted:
            self._hazard(dotted, node.lineno)
        elif isinstance(node.func, ast.Attribute) and is_loop(node.func.value):
            self._hazard(f"*.{node.func.attr}", node.lineno)

    def _hazard(self, dotted: str, line: int) -> None:
        row = self.machine.runtime.behaviour.hazards.get(dotted)
        if row is None or not row.is_deferred or (row.is_client and self.machine.runtime.sockets):
            return
        if not (row.is_excusable and self._is_guarded(OSError)):
            self._add(row.rule, line, dotted, row.outcome)

    def _add(self, rule: Rule, line: int, name: str, outcome: str) -> None:
        if not self.is_silent:
            self.found.append(Use(rule=rule, path=self.path, line=line, name=name, outcome=outcome))

    def _imported(self, module: str, line: int) -> bool:
        """Report a module that does not import; whether it is one."""
        machine, root = self.machine, module.partition(".")[0]
        site = machine.site
        if (
            site.find(module) is not None
            or site.is_opaque(module)
            or root in site.namespaces
            or module in machine.modules
        ):
            return False
        is_missing = machine.runtime.is_standard(module) and machine.runtime.why_missing(module) is not None
        if not is_missing and root not in machine.runtime.removed:
            return False
        if not self._is_guarded(ModuleNotFoundError):
            self._add(Rule.CS302, line, module, "does not import" if is_missing else "is no longer part of Python")
        return True

    def _lacks(self, module: str, name: str) -> bool:
        dotted = f"{module}.{name}"
        if dotted in self.machine.overrides or self.machine.site.find(dotted) is not None:
            return False
        runtime = self.machine.runtime
        return runtime.misses(module, name)

    def _is_guarded(self, error: type[BaseException]) -> bool:
        raised = Raised(_NO_FAILURE, Instance(error))
        return any(matches(raised, guard) for guard in self.guards)

    def _bind(self, name: str, value: object, scope: Scope) -> None:
        if not (self.is_silent and scope.parent is None and name in scope.values):
            scope.values[name] = value

    def _patch(self, target: ast.Attribute, scope: Scope) -> None:
        owner = self._static(target.value, scope)
        if isinstance(owner, Standard) and owner.is_module:
            self.machine.overrides.setdefault(f"{owner.dotted}.{target.attr}", UNKNOWN)

    def _module(self, name: str) -> object:
        if self.machine.runtime.is_standard(name) and self.machine.site.find(name) is None:
            return Standard(name, is_module=True)
        return UNKNOWN

    def _dotted(self, node: ast.expr, scope: Scope) -> str:
        value = self._static(node, scope)
        return value.dotted if isinstance(value, Standard) and not value.is_opaque else ""

    def _static(self, node: ast.expr, scope: Scope) -> object:
        """What a name, an attribute or the result of a call stands for, by its dotted name; else UNKNOWN."""
        match node:
            case ast.Name(id=name):
                return _look_up(name, scope)
            case ast.Attribute(value=value, attr=name):
                owner = self._static(value, scope)
                if not isinstance(owner, Standard) or owner.is_opaque:
                    return UNKNOWN
                dotted = f"{owner.dotted}.{name}"
                return standard_value(self.machine, dotted) if owner.is_module else Standard(dotted)
            case ast.Call(func=function):
                made = self._static(function, scope)
                return Standard(f"{made.dotted}()") if isinstance(made, Standard) and not made.is_module else UNKNOWN
        return UNKNOWN

    def _value(self, node: ast.expr, scope: Scope) -> object:
        return self.machine.peek(lambda: evaluate(self.machine, node, scope))

    def _truth(self, node: ast.expr, scope: Scope) -> bool | None:
        names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        if names and all(_look_up(name, scope) is UNKNOWN for name in names):
            return None
        answer = self.machine.peek(lambda: truth_of(self.machine, evaluate(self.machine, node, scope)))
        return answer if isinstance(answer, bool) else None


def _look_up(name: str, scope: Scope) -> object:
    current: Scope | None = scope
    while current is not None:
        if name in current.values and (current is scope or not current.is_class):
            return current.values[name]
        current = current.parent
    return scope.module.namespace.get(name, UNKNOWN)


_NO_FAILURE = Failure(cause=Cause.RAISED, error="", subject="", detail="", chain=())

_LEAVES = frozenset({ast.Name, ast.Constant, ast.arg, ast.Pass, ast.Break, ast.Continue, ast.Global})

_VISITORS: Mapping[type, Callable[..., None]] = {
    ast.FunctionDef: _Visitor.function,
    ast.AsyncFunctionDef: _Visitor.function,
    ast.ClassDef: _Visitor.class_,
    ast.If: _Visitor.if_,
    ast.IfExp: _Visitor.if_,
    ast.BoolOp: _Visitor.junction,
    ast.Try: _Visitor.try_,
    ast.TryStar: _Visitor.try_,
    ast.With: _Visitor.with_,
    ast.AsyncWith: _Visitor.with_,
    ast.Import: _Visitor.import_,
    ast.ImportFrom: _Visitor.import_from,
    ast.Assign: _Visitor.assign,
    ast.Attribute: _Visitor.attribute,
    ast.Call: _Visitor.call,
}
