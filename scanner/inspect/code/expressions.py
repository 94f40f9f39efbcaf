"""What expressions give, and what evaluating them does."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.inspect.code.attributes import builtin_value, find_attribute, find_raw, get_attribute
from scanner.inspect.code.failure import Raised
from scanner.inspect.code.machine import NORMAL, Exit, Machine, Outcomes
from scanner.inspect.code.plain import (
    call_method,
    contains,
    find_loaded,
    get_from_dict,
    list_items,
    make_list,
    put_item,
)
from scanner.inspect.code.values import (
    ABSENT,
    SYS_MODULES,
    UNKNOWN,
    Arguments,
    Class,
    Dict,
    Function,
    Generator,
    Instance,
    List,
    Method,
    Module,
    Scope,
    Set,
    Standard,
    Super,
    SysModules,
    Unknown,
    is_known,
    is_none,
    is_plain,
    truth,
)

_MAX_TEXT = 1000
_MAX_NUMBER = 2**70
_MAX_ITEMS = 2000


def evaluate(machine: Machine, node: ast.expr, scope: Scope) -> object:
    """What an expression gives.

    Raises:
        Raised: it ends in an exception.
    """
    handler = _EVALUATORS.get(type(node))
    if handler is None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                evaluate(machine, child, scope)
        return UNKNOWN
    return handler(machine, node, scope)


def _constant(_machine: Machine, node: ast.Constant, _scope: Scope) -> object:
    return node.value


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


def _name(machine: Machine, node: ast.Name, scope: Scope) -> object:
    return look_up(machine, node.id, scope)


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> object:
    value = evaluate(machine, node.value, scope)
    machine.enter(scope, node.lineno)
    if isinstance(value, Standard) and value.is_module:
        if value.dotted == "sys" and node.attr in ("modules", "meta_path", "path"):
            return {"modules": SYS_MODULES, "meta_path": machine.meta_path}.get(node.attr, UNKNOWN)
        held = find_attribute(machine, value, node.attr)
        return UNKNOWN if held is ABSENT else held
    return get_attribute(machine, value, node.attr)


def _call(machine: Machine, node: ast.Call, scope: Scope) -> object:
    function = evaluate(machine, node.func, scope)
    arguments = make_arguments(machine, node, scope)
    machine.enter(scope, node.lineno)
    return machine.call(machine, function, arguments)


def make_arguments(machine: Machine, node: ast.Call, scope: Scope) -> Arguments:
    """The arguments of a call."""
    positional: list[object] = []
    named: dict[str, object] = {}
    is_whole = True
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            items = list_items(machine, evaluate(machine, argument.value, scope))
            is_whole = is_whole and items is not None
            positional.extend(items or () if is_whole else ())
        else:
            value = evaluate(machine, argument, scope)
            if is_whole:
                positional.append(value)
    for keyword in node.keywords:
        value = evaluate(machine, keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, Dict) and not value.is_open and all(isinstance(key, str) for key in value):
            named.update(value)  # type: ignore[arg-type]
        else:
            is_whole = False
    return Arguments(tuple(positional), named, is_whole, node.lineno)


def _conditional(machine: Machine, node: ast.IfExp, scope: Scope) -> object:
    known = truth_of(machine, evaluate(machine, node.test, scope))
    if known is not None:
        return evaluate(machine, node.body if known else node.orelse, scope)
    return fork_values(machine, [node.body, node.orelse], scope)


def fork_values(machine: Machine, nodes: list[ast.expr | None], scope: Scope) -> object:
    """What one of several expressions gives; None stands for no expression, of unknown value."""

    def path(node: ast.expr | None) -> Callable[[], Outcomes]:
        return lambda: (Exit("value", evaluate(machine, node, scope) if node is not None else UNKNOWN),)

    return machine.fork([path(node) for node in nodes])[0].value


def _junction(machine: Machine, node: ast.BoolOp, scope: Scope) -> object:
    """``a and b()`` calls b only where a holds."""
    is_and = isinstance(node.op, ast.And)
    value: object = UNKNOWN
    for index, part in enumerate(node.values):
        value = evaluate(machine, part, scope)
        known = truth_of(machine, value)
        if known is (not is_and):
            return value
        rest = node.values[index + 1 :]
        if known is None and rest:
            later = ast.BoolOp(op=node.op, values=rest) if len(rest) > 1 else rest[0]
            fork_values(machine, [later, None], scope)
            return UNKNOWN
    return value


def truth_of(machine: Machine, value: object) -> bool | None:
    """Whether a value counts as true, by its own ``__bool__`` or ``__len__`` if it has one."""
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        for name in ("__bool__", "__len__"):
            hook = find_raw(value.cls, name)
            if isinstance(hook, Function):
                return truth(machine.call(machine, Method(hook, value), Arguments()))
    return truth(value)


def _unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> object:
    value = evaluate(machine, node.operand, scope)
    if isinstance(node.op, ast.Not):
        known = truth_of(machine, value)
        return UNKNOWN if known is None else not known
    if isinstance(value, int | float) and isinstance(node.op, ast.USub | ast.UAdd):
        return -value if isinstance(node.op, ast.USub) else value
    return ~value if isinstance(value, int) and isinstance(node.op, ast.Invert) else UNKNOWN


_OPERATORS: Mapping[type, Callable[[Any, Any], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
    ast.Pow: operator.pow,
}


def _binary(machine: Machine, node: ast.BinOp, scope: Scope) -> object:
    left, right = evaluate(machine, node.left, scope), evaluate(machine, node.right, scope)
    machine.enter(scope, node.lineno)
    return apply(machine, type(node.op), left, right)


def apply(machine: Machine, kind: type, left: object, right: object) -> object:  # noqa: PLR0911 - one case a kind
    """What an operator gives.

    Raises:
        Raised: it ends in an exception.
    """
    if isinstance(left, List) and isinstance(right, List) and kind is ast.Add:
        made = List([*left, *right])
        made.is_open = left.is_open or right.is_open
        return made
    if isinstance(left, Dict) and isinstance(right, Dict) and kind is ast.BitOr:
        merged = Dict({**left, **right})
        merged.is_open = left.is_open or right.is_open
        return merged
    if isinstance(left, Set) and isinstance(right, Set):
        return _combine_sets(kind, left, right)
    if kind is ast.Mod and isinstance(left, str):
        return _format(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and kind is ast.Add:
        return left + right
    if kind not in _OPERATORS or not _is_operand(left) or not _is_operand(right):
        return UNKNOWN
    if kind is ast.Pow and not (
        isinstance(right, int) and isinstance(left, int) and abs(left) < 100 and 0 <= right <= 64
    ):
        return UNKNOWN
    if kind is ast.Mult and not (isinstance(left, int | float) and isinstance(right, int | float)):
        return UNKNOWN
    try:
        made_value = _OPERATORS[kind](left, right)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise machine.throw(type(error), str(error)[:100]) from None
    return made_value if not isinstance(made_value, str) or len(made_value) <= _MAX_TEXT else UNKNOWN


def _combine_sets(kind: object, left: Set, right: Set) -> Set:
    results: dict[object, dict[object, None]] = {
        ast.BitOr: {**left, **right},
        ast.BitAnd: {item: None for item in left if item in right},
        ast.Sub: {item: None for item in left if item not in right},
    }
    kept = results.get(kind)
    made = Set(kept or {})
    made.is_open = kept is None or left.is_open or right.is_open or UNKNOWN in left or UNKNOWN in right
    return made


def _is_operand(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < _MAX_NUMBER
    return isinstance(value, float | str | bytes) or value is None


def _format(text: str, values: object) -> object:
    given = values if isinstance(values, tuple) else (values,)
    plain = text.replace("%s", "").replace("%d", "").replace("%r", "")
    if (
        "%" in plain
        or len(text) > _MAX_TEXT
        or not all(isinstance(v, str | int) and len(str(v)) < _MAX_TEXT for v in given)
    ):
        return UNKNOWN
    try:
        return text % given
    except (TypeError, ValueError):
        return UNKNOWN


def _compare(machine: Machine, node: ast.Compare, scope: Scope) -> object:
    left = evaluate(machine, node.left, scope)
    result: object = True
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(machine, right_node, scope)
        machine.enter(scope, node.lineno)
        known = compare(machine, type(op), left, right)
        if known is False:
            return False
        result = UNKNOWN if known is None else result
        left = right
    return result


_ORDERS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(machine: Machine, kind: type, left: object, right: object) -> bool | None:
    """Whether a comparison holds; None where that is unknown."""
    if kind in (ast.Is, ast.IsNot):
        return _negated(_is_same(left, right), kind is ast.IsNot)
    if kind in (ast.In, ast.NotIn):
        return _negated(contains(machine, right, left), kind is ast.NotIn)
    if kind in (ast.Eq, ast.NotEq):
        return _negated(_equals(left, right), kind is ast.NotEq)
    if not is_known(left) or not is_known(right) or isinstance(left, Set | Dict):
        return None
    try:
        return bool(_ORDERS[kind](left, right))
    except TypeError as error:
        raise machine.throw(TypeError, str(error)[:100]) from None


def _negated(known: bool | None, is_negated: bool) -> bool | None:  # noqa: FBT001
    return known if known is None else known is not is_negated


def _is_same(left: object, right: object) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if left is None or right is None:
        return is_none(left if right is None else right)
    if isinstance(left, bool) or isinstance(right, bool):
        other = right if isinstance(left, bool) else left
        return left is right if isinstance(other, bool) or not isinstance(other, Standard) else None
    if isinstance(left, Standard) or isinstance(right, Standard):
        return True if left == right and not getattr(left, "dotted", "").endswith("()") else None
    if is_plain(left) and is_plain(right):
        return left == right if type(left) is type(right) else False
    return left is right


def _equals(left: object, right: object) -> bool | None:
    if is_known(left) and is_known(right):
        return bool(left == right)
    if isinstance(left, Unknown | Standard | Instance) or isinstance(right, Unknown | Standard | Instance):
        is_same = left is right and isinstance(left, Instance)
        if isinstance(left, Standard) and left == right and "()" not in left.dotted:
            is_same = True
        return True if is_same else None
    if isinstance(left, tuple | List) and isinstance(right, tuple | List):
        return None if type(left) is type(right) else False
    if isinstance(left, Module | Function | Class | type) or isinstance(right, Module | Function | Class | type):
        return left is right
    return None


def _subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> object:
    value = evaluate(machine, node.value, scope)
    if isinstance(node.slice, ast.Slice):
        return _slice(machine, value, node.slice, scope)
    index = evaluate(machine, node.slice, scope)
    machine.enter(scope, node.lineno)
    return get_item(machine, value, index)


def _slice(machine: Machine, value: object, node: ast.Slice, scope: Scope) -> object:
    parts = [None if part is None else evaluate(machine, part, scope) for part in (node.lower, node.upper, node.step)]
    whole = isinstance(value, str | bytes | tuple) or (isinstance(value, List) and not value.is_open)
    if not whole or not all(part is None or isinstance(part, int) for part in parts) or parts[2] == 0:
        return UNKNOWN
    made = value[slice(*parts)]  # type: ignore[index]
    return List(made) if isinstance(value, List) else made


def get_item(machine: Machine, value: object, index: object) -> object:  # noqa: C901, PLR0911 - one case a kind
    """What an index or key gives.

    Raises:
        Raised: there is no such item.
    """
    match value:
        case Dict():
            return get_from_dict(machine, value, index)
        case SysModules():
            found = find_loaded(machine, index) if isinstance(index, str) else UNKNOWN
            if found is ABSENT:
                raise machine.throw(KeyError, repr(index))
            return found
        case str() | bytes() | tuple() | List() | range() if isinstance(index, int):
            if getattr(value, "is_open", False):
                return UNKNOWN
            if -len(value) <= index < len(value):
                return value[index]
            raise machine.throw(IndexError, "index out of range")
        case Standard() if not value.is_module:
            return Standard(value.dotted, is_true=value.is_true, is_opaque=value.is_opaque)
        case Class():
            return _get_class_item(machine, value, index)
        case Instance(cls=Class() as cls):
            hook = find_raw(cls, "__getitem__")
            return (
                machine.call(machine, Method(hook, value), Arguments((index,)))
                if isinstance(hook, Function)
                else UNKNOWN
            )
        case type():
            return value
        case None:
            raise machine.throw(TypeError, "'NoneType' object is not subscriptable")
    return UNKNOWN


def _get_class_item(machine: Machine, cls: Class, index: object) -> object:
    hook = find_attribute(machine, cls, "__class_getitem__")
    if isinstance(hook, Method) and isinstance(hook.function, Function):
        return machine.call(machine, hook, Arguments((index,)))
    own = find_raw(cls, "__class_getitem__")
    if isinstance(own, Function):
        return machine.call(machine, Method(own, cls), Arguments((index,)))
    meta = find_raw(cls.metaclass, "__getitem__") if isinstance(cls.metaclass, Class) else ABSENT
    if isinstance(meta, Function):
        return machine.call(machine, Method(meta, cls), Arguments((index,)))
    return cls if cls.metaclass is ABSENT else UNKNOWN


def _tuple(machine: Machine, node: ast.Tuple, scope: Scope) -> object:
    items = _items(machine, node.elts, scope)
    return tuple(items) if not items.is_open else UNKNOWN


def _items(machine: Machine, nodes: list[ast.expr], scope: Scope) -> List:
    made = List()
    for item in nodes:
        if isinstance(item, ast.Starred):
            more = make_list(machine, evaluate(machine, item.value, scope))
            made.extend(more)
            made.is_open = made.is_open or more.is_open
        else:
            made.append(evaluate(machine, item, scope))
    return made


def _list(machine: Machine, node: ast.List, scope: Scope) -> object:
    return _items(machine, node.elts, scope)


def _set(machine: Machine, node: ast.Set, scope: Scope) -> object:
    made = Set()
    for item in (items := _items(machine, node.elts, scope)):
        try:
            made[item] = None
        except TypeError:
            items.is_open = True
    made.is_open = items.is_open
    return made


def _dict(machine: Machine, node: ast.Dict, scope: Scope) -> object:
    made = Dict()
    for key, value in zip(node.keys, node.values, strict=True):
        held = evaluate(machine, value, scope)
        if key is not None:
            put_item(machine, made, evaluate(machine, key, scope), held)
        elif isinstance(held, Dict):
            made.update(held)
            made.is_open = made.is_open or held.is_open
        else:
            made.is_open = True
    return made


def _comprehension(
    machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope
) -> Iterator[object]:
    """The scopes of a comprehension's elements, each as an item; None where there may be others."""
    source = evaluate(machine, node.generators[0].iter, scope)
    yield from _levels(machine, node.generators, source, Scope(scope.module, Dict(), scope, receiver=scope.receiver))


def _levels(machine: Machine, generators: list[ast.comprehension], source: object, scope: Scope) -> Iterator[object]:
    first, *rest = generators
    items = list_items(machine, source)
    if items is None:
        yield None
        return
    for item in items:
        machine.step()
        inner = Scope(scope.module, Dict(scope.values), scope.parent, receiver=scope.receiver)
        bind_target(machine, first.target, item, inner)
        truths = [truth_of(machine, evaluate(machine, test, inner)) for test in first.ifs]
        if False in truths:
            continue
        if None in truths:
            yield None
        elif rest:
            yield from _levels(machine, rest, evaluate(machine, rest[0].iter, inner), inner)
        else:
            yield inner


def _list_comprehension(machine: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> object:
    made = List()
    for inner in _comprehension(machine, node, scope):
        if isinstance(inner, Scope):
            made.append(evaluate(machine, node.elt, inner))
        else:
            made.is_open = True
    if not isinstance(node, ast.SetComp):
        return made
    united = Set(dict.fromkeys(item for item in made if not isinstance(item, List | Dict | Set)))
    united.is_open = made.is_open
    return united


def _dict_comprehension(machine: Machine, node: ast.DictComp, scope: Scope) -> object:
    made = Dict()
    for inner in _comprehension(machine, node, scope):
        if isinstance(inner, Scope):
            put_item(machine, made, evaluate(machine, node.key, inner), evaluate(machine, node.value, inner))
        else:
            made.is_open = True
    return made


def _generator(machine: Machine, node: ast.GeneratorExp, scope: Scope) -> object:
    def run(give: Callable[[object], object]) -> object:
        for inner in _comprehension(machine, node, scope):
            give(evaluate(machine, node.elt, inner) if isinstance(inner, Scope) else UNKNOWN)
            if not isinstance(inner, Scope) and made.values is not None:
                made.values.is_open = True
        return None

    made = Generator(run)
    return made


def _lambda(machine: Machine, node: ast.Lambda, scope: Scope) -> object:
    return make_function(machine, node, scope, "<lambda>")


def make_function(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, name: str
) -> Function:
    """The function that a definition makes; its defaults are evaluated."""
    defaults: dict[str, object] = {}
    places = [*node.args.posonlyargs, *node.args.args]
    for parameter, default in zip(reversed(places), reversed(node.args.defaults), strict=False):
        defaults[parameter.arg] = evaluate(machine, default, scope)
    for parameter, keyword_default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if keyword_default is not None:
            defaults[parameter.arg] = evaluate(machine, keyword_default, scope)
    return Function(node, scope, defaults, name)


def _joined(machine: Machine, node: ast.JoinedStr, scope: Scope) -> object:
    parts: list[str] = []
    for part in node.values:
        value = (
            evaluate(machine, part.value, scope)
            if isinstance(part, ast.FormattedValue)
            else evaluate(machine, part, scope)
        )
        is_simple = not isinstance(part, ast.FormattedValue) or (part.format_spec is None and part.conversion == -1)
        parts.append(str(value) if is_simple and isinstance(value, str | int) and abs_len(value) < _MAX_TEXT else "\0")
    text = "".join(parts)
    return UNKNOWN if "\0" in text or len(text) > _MAX_TEXT else text


def abs_len(value: str | int) -> int:
    """How many characters the text of a value has, at most."""
    return len(value) if isinstance(value, str) else value.bit_length() // 3 + 2


def _walrus(machine: Machine, node: ast.NamedExpr, scope: Scope) -> object:
    value = evaluate(machine, node.value, scope)
    bind_target(machine, node.target, value, scope)
    return value


def _yield(machine: Machine, node: ast.Yield, scope: Scope) -> object:
    value = evaluate(machine, node.value, scope) if node.value is not None else None
    give = _giver(scope)
    return give(value) if give is not None else UNKNOWN


def _giver(scope: Scope | None) -> Callable[[object], object] | None:
    while scope is not None:
        if scope.give is not None or scope.function is not None:
            return scope.give
        scope = scope.parent
    return None


def _yield_from(machine: Machine, node: ast.YieldFrom, scope: Scope) -> object:
    items = list_items(machine, evaluate(machine, node.value, scope))
    give = _giver(scope)
    for item in items if items is not None else [UNKNOWN]:
        if give is not None:
            give(item)
    return UNKNOWN


def bind_name(machine: Machine, name: str, value: object, scope: Scope) -> None:
    """Bind a name where the scope keeps it."""
    machine.put(scope.outer_names.get(name, scope.values), name, value)


def bind_target(machine: Machine, target: ast.expr, value: object, scope: Scope) -> None:
    """Assign to a target.

    Raises:
        Raised: the value does not fit it.
    """
    from scanner.inspect.code.attributes import set_attribute  # noqa: PLC0415

    match target:
        case ast.Name(id=name):
            bind_name(machine, name, value, scope)
        case ast.Attribute(value=owner, attr=name):
            set_attribute(machine, evaluate(machine, owner, scope), name, value)
        case ast.Subscript(value=owner, slice=index):
            _set_item(machine, evaluate(machine, owner, scope), evaluate(machine, index, scope), value)
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


def _starred(machine: Machine, node: ast.Starred, scope: Scope) -> object:
    evaluate(machine, node.value, scope)
    return UNKNOWN


def _await(machine: Machine, node: ast.Await, scope: Scope) -> object:
    evaluate(machine, node.value, scope)
    return UNKNOWN


_EVALUATORS: Mapping[type, Callable[[Machine, Any, Scope], object]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.IfExp: _conditional,
    ast.BoolOp: _junction,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.Compare: _compare,
    ast.Subscript: _subscript,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.ListComp: _list_comprehension,
    ast.SetComp: _list_comprehension,
    ast.DictComp: _dict_comprehension,
    ast.GeneratorExp: _generator,
    ast.Lambda: _lambda,
    ast.JoinedStr: _joined,
    ast.NamedExpr: _walrus,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
    ast.Await: _await,
}

__all__ = ["NORMAL", "Raised", "bind_name", "bind_target", "compare", "evaluate", "make_function", "truth_of"]
