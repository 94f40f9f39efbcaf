"""A module's syntax tree to its facts: what it does when it is imported, and what its functions would do."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from scanner.checks.code.events import Place, read_expression
from scanner.checks.code.expression import OPAQUE, Comparison, Const, Expression, Row, parse_expression
from scanner.checks.code.hazards import SUBCLASSED
from scanner.checks.code.lazy import find_lazy_names
from scanner.checks.code.names import FunctionNode, Names, absolute_name, add_parameters, collect_names, method_names
from scanner.checks.code.pruning import prune_facts
from scanner.checks.code.runtime import Runtime
from scanner.checks.code.source import Unread, parse_source
from scanner.checks.code.steps import (
    Bind,
    Block,
    Branch,
    Class,
    FromImport,
    Function,
    Handler,
    Hazard,
    Import,
    Leave,
    Loop,
    ModuleFacts,
    Raise,
    Step,
    Try,
)


def read_facts(data: bytes, *, name: str, path: str, is_package: bool, runtime: Runtime) -> ModuleFacts:
    """The facts of a module; where it cannot be read they only say why. Never raises."""
    tree = parse_source(data, runtime.python)
    if isinstance(tree, Unread):
        return ModuleFacts(name, path, is_package, unread=tree.reason, unread_fails=tree.fails)
    try:
        return _collect(tree, name, path, is_package=is_package, runtime=runtime)
    except (RecursionError, MemoryError):
        return ModuleFacts(name, path, is_package, unread="it is nested too deeply")


def _collect(tree: ast.Module, name: str, path: str, *, is_package: bool, runtime: Runtime) -> ModuleFacts:
    package = name if is_package else name.rpartition(".")[0]
    names = collect_names(tree.body, package)
    place = Place(module=name, package=package, runtime=runtime, names=names)
    body = _block(tree.body, place)
    is_lazy = "__getattr__" in names.definitions or _attaches(tree)
    facts = ModuleFacts(
        name,
        path,
        is_package,
        body=body,
        functions=tuple(place.functions),
        classes=tuple(place.classes),
        names=tuple(sorted({*names.definitions, *names.assigned, *names.aliases})) if is_package or is_lazy else (),
        lazy=find_lazy_names(tree, package) if is_lazy else (),
        is_dynamic=_is_dynamic(tree),
    )
    return prune_facts(facts)


def _attaches(tree: ast.Module) -> bool:
    """Whether ``__getattr__`` comes out of a call, as lazy_loader's ``attach`` does it."""
    return any(
        isinstance(target, ast.Name) and target.id == "__getattr__"
        for node in tree.body
        if isinstance(node, ast.Assign)
        for item in node.targets
        for target in ast.walk(item)
    )


def _is_dynamic(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in ("modules", "meta_path") for node in ast.walk(tree))


def _block(statements: Iterable[ast.stmt], place: Place) -> Block:
    steps: list[Step] = []
    for node in statements:
        for step in _statement(node, place):
            steps.append(step)
            if isinstance(step, Leave | Raise):
                return tuple(steps)
    return tuple(steps)


def _expression(node: ast.expr | None, place: Place) -> Block:
    return read_expression(node, place, _add_lambda)


def _statement(node: ast.stmt, place: Place) -> Iterator[Step]:  # noqa: C901, PLR0912 (one case a statement)
    match node:
        case ast.Import() | ast.ImportFrom():
            yield from _import(node, place)
        case ast.If():
            yield from _if(node, place)
        case ast.Try() | ast.TryStar():
            yield _try(node, place)
        case ast.With() | ast.AsyncWith():
            yield from _with(node, place)
        case ast.For() | ast.AsyncFor() | ast.While():
            yield from _loop(node, place)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _function(node, place)
        case ast.ClassDef():
            yield from _class(node, place)
        case ast.Raise():
            yield from _raise(node, place)
        case ast.Return(value=value):
            yield from _expression(value, place)
            yield Leave(is_return=True)
        case ast.Break() | ast.Continue():
            yield Leave(is_return=False)
        case ast.Assert(test=test):
            if place.truth(test) is False:
                yield Raise(node.lineno, "AssertionError", "")
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            yield from _assign(node, place)
        case ast.Match():
            yield from _match(node, place)
        case ast.Expr(value=value):
            yield from _expression(value, place)


def _import(node: ast.Import | ast.ImportFrom, place: Place) -> Iterator[Step]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            yield Import(node.lineno, alias.name, bound, is_whole=alias.asname is not None)
        return
    module = absolute_name(node, place.package)
    if module is not None and module != "__future__":
        yield FromImport(node.lineno, module, tuple((alias.name, alias.asname or alias.name) for alias in node.names))


def _if(node: ast.If, place: Place) -> Iterator[Step]:
    """The branch, with those that the target alone decides already taken; long elif chains without recursion."""
    chain: list[tuple[Expression, Block, Block]] = []
    otherwise: Block = ()
    current: ast.If | None = node
    while current is not None:
        truth = place.truth(current.test)
        if truth is True:
            otherwise = (*_expression(current.test, place), *_block(current.body, place))
            break
        if truth is None:
            before = _expression(current.test, place)
            chain.append((parse_expression(current.test), before, _block(current.body, place)))
        match current.orelse:
            case [ast.If() as following]:
                current = following
            case rest:
                otherwise = _block(rest, place)
                current = None
    for test, before, body in reversed(chain):
        otherwise = (*before, Branch(test, body, otherwise))
    yield from otherwise


def _try(node: ast.Try | ast.TryStar, place: Place) -> Try:
    handlers = tuple(Handler(_caught(handler.type), _block(handler.body, place)) for handler in node.handlers)
    return Try(
        _block(node.body, place),
        handlers,
        _block(node.orelse, place),
        _block(node.finalbody, place),
        is_risky=any(isinstance(inner, ast.Call | ast.Subscript) for part in node.body for inner in ast.walk(part)),
    )


def _caught(node: ast.expr | None) -> tuple[str, ...]:
    match node:
        case None:
            return ()
        case ast.Tuple(elts=items):
            return tuple(_last_name(item) for item in items)
    return (_last_name(node),)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return "?"


def _with(node: ast.With | ast.AsyncWith, place: Place) -> Iterator[Step]:
    suppressed: list[str] = []
    for item in node.items:
        yield from _expression(item.context_expr, place)
        match item.context_expr:
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=errors) if errors:
                suppressed.extend(_last_name(error) for error in errors)
    body = _block(node.body, place)
    if suppressed:
        yield Try(body, (Handler(tuple(suppressed), ()),), (), (), is_risky=False)
    else:
        yield from body


def _loop(node: ast.For | ast.AsyncFor | ast.While, place: Place) -> Iterator[Step]:
    if isinstance(node, ast.While):
        truth = place.truth(node.test)
        yield from _expression(node.test, place)
        is_entered = truth is True
        if truth is not False:
            yield Loop(is_entered, _block(node.body, place))
    else:
        yield from _expression(node.iter, place)
        is_entered = isinstance(node.iter, ast.Tuple | ast.List) and bool(node.iter.elts)
        yield Loop(is_entered, _block(node.body, place))
    yield from _block(node.orelse, place) if not is_entered else ()


def _function(node: FunctionNode, place: Place) -> Iterator[Step]:
    for decorator in node.decorator_list:
        yield from _decorator(decorator, place)
    arguments = node.args
    for default in (*arguments.defaults, *arguments.kw_defaults):
        yield from _expression(default, place)
    _add_function(node, place)


def _decorator(node: ast.expr, place: Place) -> Block:
    """A plain decorator is a call of it; one with arguments is a call already."""
    if isinstance(node, ast.Name | ast.Attribute):
        call = ast.Call(func=node, args=[], keywords=[])
        ast.copy_location(call, node)
        return _expression(call, place)
    return _expression(node, place)


def _add_function(node: FunctionNode, place: Place) -> None:
    qualified = f"{place.prefix}{node.name}"
    names = collect_names(node.body, place.package, _enclosing(place.names), prefix=f"{qualified}.")
    names.owner, names.members = place.names.owner, place.names.members
    add_parameters(names, node.args)
    inner = Place(
        place.module, place.package, place.runtime, names, f"{qualified}.", True, place.functions, place.classes
    )  # fmt: skip
    match [part for part in node.body if not _is_docstring(part)]:
        case [ast.Return(value=value)]:
            returns = parse_expression(value)
        case _:
            returns = OPAQUE
    own = (*(argument.arg for argument in node.args.args), *sorted(names.assigned))
    place.functions.append(
        Function(
            qualified,
            tuple(dict.fromkeys(own)),
            _block(node.body, inner),
            is_deferred=isinstance(node, ast.AsyncFunctionDef) or _yields(node),
            returns=returns,
        )
    )


def _add_lambda(node: ast.Lambda, place: Place) -> None:
    qualified = f"{place.prefix}<lambda>"
    names = collect_names((), place.package, place.names)
    names.owner, names.members = place.names.owner, place.names.members
    add_parameters(names, node.args)
    inner = Place(
        place.module, place.package, place.runtime, names, f"{qualified}.", True, place.functions, place.classes
    )  # fmt: skip
    body = read_expression(node.body, inner, _add_lambda)
    if body:
        place.functions.append(Function(qualified, tuple(sorted(names.assigned)), body, True, OPAQUE))


def _enclosing(names: Names) -> Names:
    """The scope that the body of a function sees: a class body is skipped."""
    while names.is_class and names.parent is not None:
        names = names.parent
    return names


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _yields(node: FunctionNode) -> bool:
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(current, FunctionNode | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(current))
    return False


def _class(node: ast.ClassDef, place: Place) -> Iterator[Step]:
    for decorator in node.decorator_list:
        yield from _decorator(decorator, place)
    for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
        yield from _expression(base, place)
    qualified = f"{place.prefix}{node.name}"
    bases = tuple(_base(base, place) for base in node.bases)
    place.classes.append(Class(qualified, bases))
    hazards = tuple(Hazard(node.lineno, base, OPAQUE) for base in bases if base in SUBCLASSED)
    if hazards:
        place.functions.append(Function(f"{qualified}.<class>", (), hazards, True, OPAQUE))
    names = collect_names(node.body, place.package, place.names, prefix=f"{qualified}.")
    names.is_class, names.owner = True, qualified
    names.members = method_names(node, place.package, names)
    inner = Place(
        place.module, place.package, place.runtime, names, f"{qualified}.", place.is_function,
        place.functions, place.classes,
    )  # fmt: skip
    yield from (step for step in _block(node.body, inner) if not isinstance(step, Bind))


def _base(node: ast.expr, place: Place) -> str:
    dotted = place.names.dotted(node)
    if dotted is not None:
        return dotted
    match node:
        case ast.Name(id=name):
            return f".{place.names.definition(name) or name}"
    return "?"


def _raise(node: ast.Raise, place: Place) -> Iterator[Step]:
    yield from _expression(node.exc, place)
    match node.exc:
        case None:
            yield Raise(node.lineno, "", "")
        case ast.Call(func=function, args=arguments):
            yield Raise(node.lineno, _last_name(function), _text(arguments))
        case error:
            yield Raise(node.lineno, _last_name(error), "")


def _text(arguments: list[ast.expr]) -> str:
    match arguments:
        case [ast.Constant(value=str() as text), *_]:
            return " ".join(text.split())[:160]
        case [ast.JoinedStr(values=values), *_]:
            return " ".join("".join(_text([part]) if isinstance(part, ast.Constant) else "…" for part in values).split())[:160]
        case [ast.BinOp(left=left), *_]:
            return _text([left])
    return ""


def _assign(node: ast.Assign | ast.AnnAssign | ast.AugAssign, place: Place) -> Iterator[Step]:
    yield from _expression(node.value, place)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        match target:
            case ast.Name(id=name) if node.value is not None:
                plain = not isinstance(node, ast.AugAssign)
                yield Bind(name, parse_expression(node.value) if plain else OPAQUE)
            case ast.Tuple(elts=items) | ast.List(elts=items):
                yield from (Bind(item.id, OPAQUE) for item in items if isinstance(item, ast.Name))
            case _:
                yield from _expression(target, place)


def _match(node: ast.Match, place: Place) -> Iterator[Step]:
    """A match statement as branches; patterns other than literals cannot be told."""
    yield from _expression(node.subject, place)
    subject = parse_expression(node.subject)
    otherwise: Block = ()
    for case in reversed(node.cases):
        test = _pattern_test(case.pattern, subject) if case.guard is None else OPAQUE
        body = _block(case.body, place)
        otherwise = body if test is None else (Branch(test, body, otherwise),)
    yield from otherwise


def _pattern_test(pattern: ast.pattern, subject: Expression) -> Expression | None:
    """The condition under which a pattern matches; None where it always does."""
    match pattern:
        case ast.MatchAs(pattern=None):
            return None
        case ast.MatchValue(value=value):
            return Comparison("==", subject, parse_expression(value))
        case ast.MatchOr(patterns=patterns) if all(isinstance(item, ast.MatchValue) for item in patterns):
            values = (item.value for item in patterns if isinstance(item, ast.MatchValue))
            return Comparison("in", subject, Row(tuple(parse_expression(value) for value in values)))
        case ast.MatchSingleton(value=value):
            return Comparison("is", subject, Const(value))
    return OPAQUE
