"""Definitions of functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from scanner.inspect.code.builtin.items import list_items
from scanner.inspect.code.expressions.evaluate import make_arguments, make_function
from scanner.inspect.code.expressions.names import bind_name
from scanner.inspect.code.names.classes import make_class
from scanner.inspect.code.state.journal import Outcomes
from scanner.inspect.code.state.machine import Machine
from scanner.inspect.code.state.values import UNKNOWN, Arguments, Class, Dict, Scope
from scanner.inspect.code.statements.flow import DONE


def annotation(machine: Machine, node: ast.expr | None, scope: Scope) -> None:
    """Annotations are evaluated before Python 3.14, unless the module postpones that."""
    if node is None or machine.runtime.python >= (3, 14) or scope.module.postpones_annotations:
        return
    machine.evaluate(machine, node, scope)


def define(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Outcomes:
    """A function definition: its defaults, annotations and decorators run."""
    value: object = make_function(machine, node, scope, node.name)
    for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        annotation(machine, parameter.annotation, scope)
    annotation(machine, node.returns, scope)
    bind_name(machine, node.name, _decorated(machine, node.decorator_list, value, scope), scope)
    return DONE


def _decorated(machine: Machine, decorators: Sequence[ast.expr], value: object, scope: Scope) -> object:
    functions = [(decorator, machine.evaluate(machine, decorator, scope)) for decorator in decorators]
    for decorator, function in reversed(functions):
        machine.enter(scope, decorator.lineno)
        value = machine.call(machine, function, Arguments((value,), line=decorator.lineno))
    return value


def define_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> Outcomes:
    """A class definition: its body runs, then what makes the class."""
    bases: list[object] = []
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Starred) else base
        value = machine.evaluate(machine, inner, scope)
        bases.extend(list_items(machine, value) or [UNKNOWN] if inner is not base else [value])
    keywords = make_arguments(
        machine, ast.Call(func=ast.Name(""), args=[], keywords=node.keywords, lineno=node.lineno), scope
    )
    namespace = Dict({"__module__": scope.module.name, "__qualname__": node.name})
    inner_scope = Scope(scope.module, namespace, scope, is_class=True, function=scope.function, receiver=scope.receiver)
    machine.execute(machine, node.body, inner_scope)
    machine.enter(scope, node.lineno)
    made = make_class(machine, node.name, bases, namespace, dict(keywords.named))
    if isinstance(made, Class):
        own = [
            item.target.id
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        ]
        made.fields = tuple(dict.fromkeys((*made.fields, *own)))
    bind_name(machine, node.name, _decorated(machine, node.decorator_list, made, scope), scope)
    return DONE
