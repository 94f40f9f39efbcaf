"""What statements do when they are executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from scanner.inspect.code.attributes import find_attribute, get_attribute, set_attribute
from scanner.inspect.code.builtin import is_instance
from scanner.inspect.code.classes import make_class
from scanner.inspect.code.expressions import (
    apply,
    bind_name,
    bind_target,
    compare,
    evaluate,
    get_item,
    make_arguments,
    make_function,
    truth_of,
)
from scanner.inspect.code.failure import Cause, Failure, Left, Raised
from scanner.inspect.code.importer import import_name, load, resolve
from scanner.inspect.code.machine import NORMAL, Catcher, Exit, Machine, Outcomes, join_outcomes
from scanner.inspect.code.plain import call_method, list_items
from scanner.inspect.code.values import (
    ABSENT,
    SYS_MODULES,
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
    Scope,
    Standard,
    SysModules,
    Unknown,
)

MAX_ROUNDS = 100
"""How often the body of a ``while`` is followed."""

_MAX_POSSIBLE = 3
_DONE: Outcomes = (NORMAL,)


def execute(machine: Machine, statements: Sequence[ast.stmt], scope: Scope) -> Outcomes:
    """Execute statements one after the other; the ways in which they end.

    Raises:
        Raised: they end in an exception.
    """
    for place, node in enumerate(statements):
        machine.step()
        machine.enter(scope, node.lineno)
        handler = _HANDLERS.get(type(node))
        ends = handler(machine, node, scope) if handler is not None else _DONE
        if ends is _DONE or (len(ends) == 1 and ends[0] is NORMAL):
            continue
        if NORMAL not in ends:
            return ends
        return _go_on(machine, ends, lambda rest=statements[place + 1 :]: execute(machine, rest, scope))  # type: ignore[misc]
    return _DONE


def _go_on(machine: Machine, ends: Outcomes, rest: Callable[[], Outcomes]) -> Outcomes:
    """What follows something that may have ended the block: the rest is in doubt."""
    left = tuple(end for end in ends if end is not NORMAL)
    return join_outcomes(end for end in (*left, *machine.fork([rest, lambda: left])))


def _expression(machine: Machine, node: ast.Expr, scope: Scope) -> Outcomes:
    evaluate(machine, node.value, scope)
    return _DONE


def _assign(machine: Machine, node: ast.Assign, scope: Scope) -> Outcomes:
    value = evaluate(machine, node.value, scope)
    for target in node.targets:
        bind_target(machine, target, value, scope)
    return _DONE


def _assign_annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> Outcomes:
    if scope.function is None or scope.is_class:
        _annotation(machine, node.annotation, scope)
    if node.value is not None:
        bind_target(machine, node.target, evaluate(machine, node.value, scope), scope)
    return _DONE


def _annotation(machine: Machine, node: ast.expr | None, scope: Scope) -> None:
    """Annotations are evaluated before Python 3.14, unless the module postpones that."""
    if node is None or machine.runtime.python >= (3, 14) or scope.module.postpones_annotations:
        return
    evaluate(machine, node, scope)


def _assign_augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> Outcomes:
    read = ast.copy_location(
        type(node.target)(**{**dict(ast.iter_fields(node.target)), "ctx": ast.Load()}), node.target
    )
    left = evaluate(machine, read, scope)
    right = evaluate(machine, node.value, scope)
    if isinstance(left, List) and isinstance(node.op, ast.Add):
        call_method(machine, left, "__iadd__", Arguments((right,)))
        return _DONE
    bind_target(machine, node.target, apply(machine, type(node.op), left, right), scope)
    return _DONE


def _define(machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Outcomes:
    value: object = make_function(machine, node, scope, node.name)
    for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        _annotation(machine, parameter.annotation, scope)
    _annotation(machine, node.returns, scope)
    bind_name(machine, node.name, _decorated(machine, node.decorator_list, value, scope), scope)
    return _DONE


def _decorated(machine: Machine, decorators: Sequence[ast.expr], value: object, scope: Scope) -> object:
    functions = [(decorator, evaluate(machine, decorator, scope)) for decorator in decorators]
    for decorator, function in reversed(functions):
        machine.enter(scope, decorator.lineno)
        value = machine.call(machine, function, Arguments((value,), line=decorator.lineno))
    return value


def _define_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> Outcomes:
    bases: list[object] = []
    for base in node.bases:
        inner = base.value if isinstance(base, ast.Starred) else base
        value = evaluate(machine, inner, scope)
        bases.extend(list_items(machine, value) or [UNKNOWN] if inner is not base else [value])
    keywords = make_arguments(
        machine, ast.Call(func=ast.Name(""), args=[], keywords=node.keywords, lineno=node.lineno), scope
    )
    namespace = Dict({"__module__": scope.module.name, "__qualname__": node.name})
    inner_scope = Scope(scope.module, namespace, scope, is_class=True, function=scope.function, receiver=scope.receiver)
    execute(machine, node.body, inner_scope)
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
    return _DONE


def _return(machine: Machine, node: ast.Return, scope: Scope) -> Outcomes:
    return (Exit("return", evaluate(machine, node.value, scope) if node.value is not None else None),)


def _break(_machine: Machine, _node: ast.Break, _scope: Scope) -> Outcomes:
    return (Exit("break"),)


def _continue(_machine: Machine, _node: ast.Continue, _scope: Scope) -> Outcomes:
    return (Exit("continue"),)


def _if(machine: Machine, node: ast.If, scope: Scope) -> Outcomes:
    known = truth_of(machine, evaluate(machine, node.test, scope))
    if known is not None:
        return execute(machine, node.body if known else node.orelse, scope)
    return machine.fork([lambda: execute(machine, node.body, scope), lambda: execute(machine, node.orelse, scope)])


def _while(machine: Machine, node: ast.While, scope: Scope) -> Outcomes:
    for _ in range(MAX_ROUNDS):
        known = truth_of(machine, evaluate(machine, node.test, scope))
        if known is False:
            return execute(machine, node.orelse, scope)
        if known is None:
            return machine.fork([lambda: _after(execute(machine, node.body, scope)), lambda: _DONE])
        ends = execute(machine, node.body, scope)
        if ends is _DONE:
            continue
        left, goes_on = _split(ends)
        if not goes_on:
            return left
        if left:
            return join_outcomes(end for end in (*left, NORMAL))  # it ends some time
    return _DONE


def _split(ends: Outcomes) -> tuple[Outcomes, bool]:
    """How a loop is left after one round, and whether it may go on."""
    left = tuple(NORMAL if end.kind == "break" else end for end in ends if end.kind not in ("normal", "continue"))
    return left, any(end.kind in ("normal", "continue") for end in ends)


def _after(ends: Outcomes) -> Outcomes:
    """How a loop ends whose last round ends so."""
    return join_outcomes(NORMAL if end.kind in ("break", "continue") else end for end in ends)


def _for(machine: Machine, node: ast.For | ast.AsyncFor, scope: Scope) -> Outcomes:
    source = evaluate(machine, node.iter, scope)
    if isinstance(source, Generator) and source.values is None:
        return _for_generated(machine, node, source, scope)
    if source is None:
        raise machine.throw(TypeError, "'NoneType' object is not iterable")
    items = list_items(machine, source)
    if items is None:
        return machine.fork([lambda: _after(_round(machine, node, UNKNOWN, scope)), lambda: _DONE])
    return _for_items(machine, node, items, scope)


def _round(machine: Machine, node: ast.For | ast.AsyncFor, item: object, scope: Scope) -> Outcomes:
    bind_target(machine, node.target, item, scope)
    return execute(machine, node.body, scope)


def _for_items(machine: Machine, node: ast.For | ast.AsyncFor, items: Sequence[object], scope: Scope) -> Outcomes:
    for place, item in enumerate(items):
        ends = _round(machine, node, item, scope)
        if ends is _DONE:
            continue
        left, goes_on = _split(ends)
        if not goes_on:
            return left
        if left:
            rest = partial(_for_items, machine, node, items[place + 1 :], scope)
            return join_outcomes(end for end in (*left, *machine.fork([rest, partial(tuple, left)])))
    return execute(machine, node.orelse, scope)


def _for_generated(machine: Machine, node: ast.For | ast.AsyncFor, source: Generator, scope: Scope) -> Outcomes:
    """A loop over a generator: its body runs wherever the generator yields."""
    left: list[Exit] = []

    def give(item: object) -> object:
        if item is UNKNOWN or machine.doubt > depth:
            ends = machine.fork([lambda: _round(machine, node, item, scope), lambda: _DONE])
        else:
            ends = _round(machine, node, item, scope)
        ended, goes_on = _split(ends)
        left.extend(ended)
        if not goes_on:
            raise Left(left)
        return None

    depth = machine.doubt
    state = len(machine.calls), len(machine.trail)
    try:
        source.run(give)
    except Left as ended:
        if ended.owner is not left:
            raise
        del machine.calls[state[0] :], machine.trail[state[1] :]
        return tuple(left)
    rest = execute(machine, node.orelse, scope)
    return join_outcomes(end for end in (*left, *rest))


def _with(machine: Machine, node: ast.With | ast.AsyncWith, scope: Scope) -> Outcomes:
    return _with_items(machine, node.items, node.body, scope)


def _with_items(machine: Machine, items: Sequence[ast.withitem], body: Sequence[ast.stmt], scope: Scope) -> Outcomes:  # noqa: PLR0911 - one case a kind
    if not items:
        return execute(machine, body, scope)
    first, *rest = items
    manager = evaluate(machine, first.context_expr, scope)

    def enter(value: object) -> Outcomes:
        if first.optional_vars is not None:
            bind_target(machine, first.optional_vars, value, scope)
        return _with_items(machine, rest, body, scope)

    match manager:
        case Generator():
            return _with_generator(manager, enter)
        case Standard(dotted="contextlib.suppress()"):
            return enter(UNKNOWN)
        case Instance(cls=Standard(dotted="contextlib.suppress")):
            return _guarded(machine, lambda: enter(UNKNOWN), _suppressing(manager.attributes.get("errors", UNKNOWN)))
        case Instance(cls=Class()):
            return _with_instance(machine, manager, enter)
        case Unknown():
            return _guarded(machine, lambda: enter(UNKNOWN), lambda _: None)
    return enter(manager if isinstance(manager, Standard) else UNKNOWN)


def _suppressing(errors: object) -> Callable[[Raised], bool | None]:
    return lambda raised: matches(raised, errors)


def _guarded(machine: Machine, body: Callable[[], Outcomes], catches: Callable[[Raised], bool | None]) -> Outcomes:
    """A body whose exceptions may be swallowed."""
    machine.catchers.append(Catcher(catches))
    try:
        return body()
    except Raised as raised:
        caught = catches(raised)
        if caught is False:
            raise
        if caught is None:
            _forget(machine, raised)
        return _DONE
    finally:
        machine.catchers.pop()


def _forget(machine: Machine, raised: Raised) -> None:
    """Keep an exception that may or may not be caught as a possibility."""
    if raised.failure.cause is not Cause.RAISED and machine.running:
        machine.possible.append((machine.running[-1], raised.failure))


def _with_generator(manager: Generator, enter: Callable[[object], Outcomes]) -> Outcomes:
    """A context manager made of a generator: the body runs where it yields."""
    ends: list[Outcomes] = []

    def give(value: object) -> object:
        ends.append(_DONE)
        ends[-1] = enter(value)
        return None

    manager.run(give)
    return ends[-1] if ends else _DONE


def _with_instance(machine: Machine, manager: Instance, enter: Callable[[object], Outcomes]) -> Outcomes:
    hook = find_attribute(machine, manager, "__enter__")
    value = machine.call(machine, hook, Arguments()) if hook is not ABSENT else UNKNOWN
    leave = find_attribute(machine, manager, "__exit__")
    try:
        ends = enter(value)
    except Raised as raised:
        if not isinstance(leave, Method) or not isinstance(leave.function, Function):
            raise
        cls = raised.value.cls if isinstance(raised.value, Instance) else UNKNOWN
        answer = truth_of(machine, machine.call(machine, leave, Arguments((cls, raised.value, UNKNOWN))))
        if answer is False:
            raise
        if answer is None:
            _forget(machine, raised)
        return _DONE
    if isinstance(leave, Method):
        machine.call(machine, leave, Arguments((None, None, None)))
    return ends


def _try(machine: Machine, node: ast.Try, scope: Scope) -> Outcomes:
    try:
        ends = _try_handlers(machine, node, scope)
    except Raised:
        last = execute(machine, node.finalbody, scope)
        if NORMAL not in last:
            return last
        raise
    last = execute(machine, node.finalbody, scope)
    if last is _DONE or (len(last) == 1 and last[0] is NORMAL):
        return ends
    return last if NORMAL not in last else join_outcomes(end for end in (*ends, *last))


def _try_handlers(machine: Machine, node: ast.Try, scope: Scope) -> Outcomes:
    catcher = Catcher(lambda raised: _find_handler(machine, node, raised, scope)[1])
    machine.catchers.append(catcher)
    depth = len(machine.catchers), len(machine.calls), len(machine.trail)
    try:
        ends = execute(machine, node.body, scope)
    except Raised as raised:
        del machine.catchers[depth[0] - 1 :], machine.calls[depth[1] :], machine.trail[depth[2] :]
        handler, caught = _find_handler(machine, node, raised, scope)
        if handler is None or caught is False:
            raise
        if caught is None:
            _forget(machine, raised)
        return _handle(machine, handler, raised, scope)
    del machine.catchers[depth[0] - 1 :]
    if catcher.possible:
        return _try_possible(machine, node, catcher.possible, ends, scope)
    return _else(machine, node, ends, scope)


def _else(machine: Machine, node: ast.Try, ends: Outcomes, scope: Scope) -> Outcomes:
    if not node.orelse or NORMAL not in ends:
        return ends
    if len(ends) == 1:
        return execute(machine, node.orelse, scope)
    return _go_on(machine, ends, lambda: execute(machine, node.orelse, scope))


def _try_possible(
    machine: Machine, node: ast.Try, possible: Sequence[Raised], ends: Outcomes, scope: Scope
) -> Outcomes:
    """A try statement whose body may raise something that one of its handlers catches."""
    paths: list[Callable[[], Outcomes]] = [lambda: _else(machine, node, ends, scope)]
    for raised in possible[:_MAX_POSSIBLE]:
        handler, _ = _find_handler(machine, node, raised, scope)
        if handler is not None:
            paths.append(lambda handler=handler, raised=raised: _handle(machine, handler, raised, scope))  # type: ignore[misc]
    return machine.fork(paths)


def _find_handler(
    machine: Machine, node: ast.Try, raised: Raised, scope: Scope
) -> tuple[ast.ExceptHandler | None, bool | None]:
    """The handler that catches an exception, and whether it certainly does."""
    for handler in node.handlers:
        if handler.type is None:
            return handler, True
        place = machine.scope, machine.line
        try:
            wanted = evaluate(machine, handler.type, scope)
        except Raised:
            wanted = UNKNOWN
        finally:
            machine.scope, machine.line = place
        caught = matches(raised, wanted)
        if caught is not False:
            return handler, caught
    return None, False


def matches(raised: Raised, wanted: object) -> bool | None:  # noqa: PLR0911 - one case a kind
    """Whether an exception is of a class, or of one of several; None where that is unknown."""
    if isinstance(wanted, tuple):
        answers = [matches(raised, one) for one in wanted]
        return True if True in answers else (None if None in answers else False)
    if wanted is BaseException:
        return True
    value = raised.value
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, Standard):
        same = isinstance(wanted, Standard) and wanted.dotted.rpartition(".")[2] == cls.dotted.rpartition(".")[2]
        return True if same or wanted is Exception else None
    if isinstance(cls, Unknown):
        return True if wanted is Exception else None
    if isinstance(wanted, Standard):
        return None if wanted.is_opaque and not isinstance(cls, type) else False
    if isinstance(wanted, Unknown):
        return None
    return is_instance(cls, wanted)


def _handle(machine: Machine, handler: ast.ExceptHandler, raised: Raised, scope: Scope) -> Outcomes:
    machine.handled.append(raised)
    depth = len(machine.handled)
    try:
        if handler.name:
            bind_name(machine, handler.name, raised.value, scope)
        return execute(machine, handler.body, scope)
    finally:
        del machine.handled[depth - 1 :]
        if handler.name:
            machine.put(scope.outer_names.get(handler.name, scope.values), handler.name, ABSENT)


def _raise(machine: Machine, node: ast.Raise, scope: Scope) -> Outcomes:
    if node.exc is None:
        if machine.handled:
            raise machine.handled[-1]
        raise machine.throw(RuntimeError, "No active exception to reraise")
    value = evaluate(machine, node.exc, scope)
    machine.enter(scope, node.lineno)
    held = next((raised for raised in machine.handled if raised.value is value), None)
    if held is not None:
        raise held
    if isinstance(value, Class | type):
        value = machine.call(machine, value, Arguments())
    elif isinstance(value, Standard):
        value = Instance(Standard(value.dotted.removesuffix("()")), is_open=True)
    raise Raised(_raised_failure(machine, value), value)


def _raised_failure(machine: Machine, value: object) -> Failure:
    """A raise in a handler for what the target lacks is reported as that lack."""
    cls = value.cls if isinstance(value, Instance) else value
    error = cls.name if isinstance(cls, Class) else getattr(cls, "__name__", "") or getattr(cls, "dotted", "")
    root = machine.handled[-1].failure if machine.handled else None
    if root is not None and root.cause is not Cause.RAISED:
        return replace(root, error=str(error))
    text = _message(value)
    said = f"raise {error}" + (f": {text}" if text else "")
    return Failure(cause=Cause.RAISED, error=str(error), subject=str(error), detail=text, chain=machine.chain(said))


def _message(value: object) -> str:
    arguments = value.attributes.get("args") if isinstance(value, Instance) else None
    first = arguments[0] if isinstance(arguments, tuple) and arguments else ""
    return " ".join(first.split())[:160] if isinstance(first, str) else ""


def _assert(machine: Machine, node: ast.Assert, scope: Scope) -> Outcomes:
    if truth_of(machine, evaluate(machine, node.test, scope)) is False:
        raise machine.stop(Cause.RAISED, AssertionError, "AssertionError", "", "raise AssertionError")
    return _DONE


def _import(machine: Machine, node: ast.Import, scope: Scope) -> Outcomes:
    for alias in node.names:
        machine.enter(scope, node.lineno)
        with machine.at(f"import {alias.name}"):
            loaded = load(machine, alias.name)
            root = alias.name.partition(".")[0]
            if alias.asname is None and root != alias.name:
                loaded = load(machine, root)
        bind_name(machine, alias.asname or root, loaded, scope)
    return _DONE


def _import_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> Outcomes:
    if node.module == "__future__":
        scope.module.postpones_annotations |= any(alias.name == "annotations" for alias in node.names)
        return _DONE
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
    return _DONE


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


def _delete(machine: Machine, node: ast.Delete, scope: Scope) -> Outcomes:
    for target in node.targets:
        match target:
            case ast.Name(id=name):
                machine.put(scope.outer_names.get(name, scope.values), name, ABSENT)
            case ast.Subscript(value=owner, slice=index):
                held = evaluate(machine, owner, scope)
                if isinstance(held, Dict | SysModules):
                    call_method(machine, held, "pop", Arguments((evaluate(machine, index, scope), None)))
            case ast.Attribute(value=owner, attr=name):
                held = evaluate(machine, owner, scope)
                if isinstance(held, Module | Class | Instance):
                    set_attribute(machine, held, name, ABSENT)
    return _DONE


def _global(machine: Machine, node: ast.Global, scope: Scope) -> Outcomes:
    del machine
    scope.outer_names.update(dict.fromkeys(node.names, scope.module.namespace))
    return _DONE


def _nonlocal(machine: Machine, node: ast.Nonlocal, scope: Scope) -> Outcomes:
    del machine
    for name in node.names:
        outer = scope.parent
        while outer is not None and name not in outer.values:
            outer = outer.parent
        if outer is not None:
            scope.outer_names[name] = outer.values
    return _DONE


def _match(machine: Machine, node: ast.Match, scope: Scope) -> Outcomes:
    return _cases(machine, evaluate(machine, node.subject, scope), node.cases, scope)


def _cases(machine: Machine, subject: object, cases: Sequence[ast.match_case], scope: Scope) -> Outcomes:
    for place, case in enumerate(cases):
        fits = _fits(machine, case.pattern, subject, scope)
        if fits and case.guard is not None:
            fits = truth_of(machine, evaluate(machine, case.guard, scope))
        if fits:
            return execute(machine, case.body, scope)
        if fits is None:
            rest = partial(_cases, machine, subject, cases[place + 1 :], scope)
            return machine.fork([partial(execute, machine, case.body, scope), rest])
    return _DONE


def _fits(machine: Machine, pattern: ast.pattern, subject: object, scope: Scope) -> bool | None:
    match pattern:
        case ast.MatchValue(value=value):
            return compare(machine, ast.Eq, subject, evaluate(machine, value, scope))
        case ast.MatchSingleton(value=value):
            return compare(machine, ast.Is, subject, value)
        case ast.MatchAs(pattern=inner, name=name):
            fits = True if inner is None else _fits(machine, inner, subject, scope)
            if name is not None and fits is not False:
                bind_name(machine, name, subject, scope)
            return fits
        case ast.MatchOr(patterns=patterns):
            answers = [_fits(machine, one, subject, scope) for one in patterns]
            return True if True in answers else (None if None in answers else False)
        case ast.MatchSequence(patterns=patterns) if isinstance(subject, tuple) and len(subject) == len(patterns):
            parts = [_fits(machine, one, item, scope) for one, item in zip(patterns, subject, strict=True)]
            return False if False in parts else (None if None in parts else True)
    return None


def _type_alias(machine: Machine, node: ast.stmt, scope: Scope) -> Outcomes:
    name = getattr(node, "name", None)
    if isinstance(name, ast.Name):
        bind_name(machine, name.id, UNKNOWN, scope)
    return _DONE


_HANDLERS: Mapping[type, Callable[[Machine, Any, Scope], Outcomes]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _assign_annotated,
    ast.AugAssign: _assign_augmented,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define_class,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.While: _while,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Delete: _delete,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Match: _match,
    **({ast.TypeAlias: _type_alias} if hasattr(ast, "TypeAlias") else {}),
}

__all__ = ["SYS_MODULES", "Descriptor", "execute", "get_attribute", "get_item"]
