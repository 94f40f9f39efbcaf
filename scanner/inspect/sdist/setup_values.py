"""What expressions in a build script come to on the target, as far as that can be told without running it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Final

from scanner.model.target import Target


class _Unknown:
    """The value of everything that only running the script could tell."""


UNKNOWN: Final = _Unknown()

_MAX_TEXT = 10_000

_COMPARISONS: dict[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_METHODS: dict[str, Callable[..., object]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
}
_CONVERSIONS = frozenset({"bool", "int", "str"})
_ABSENT = (("sys", "pypy_version_info"), ("sys", "getwindowsversion"), ("sys", "winver"))
"""Attributes by which scripts recognise another interpreter or system."""

_ENVIRONMENT_CALLS = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv"})


class Values:
    """The names that a build script has given a known value so far, and what the target says of itself.

    Environment variables are taken as unset and the command line as that of a wheel build: what happens by default.
    """

    def __init__(self, names: Mapping[str, object], calls: Mapping[str, object]) -> None:
        self._names = dict(names)
        self._calls = calls

    def set(self, name: str, value: object) -> None:
        """Remembers what a name stands for from here on."""
        self._names[name] = value

    def copy(self) -> Values:
        """The same values, to be changed apart."""
        return Values(self._names, self._calls)

    def evaluate(self, node: ast.expr) -> object:
        """The value of an expression, or ``UNKNOWN``.

        Raises:
            RecursionError: it is nested deeper than the interpreter can follow.
        """
        result: object = UNKNOWN
        match node:
            case ast.Constant():
                result = node.value
            case ast.Name() | ast.Attribute():
                result = self._names.get(dotted_name(node) or "", UNKNOWN)
            case ast.UnaryOp(op=ast.Not()):
                operand = self.evaluate(node.operand)
                result = UNKNOWN if operand is UNKNOWN else not operand
            case ast.BoolOp():
                result = self._evaluate_bool(node)
            case ast.Compare():
                result = self._evaluate_comparison(node)
            case ast.IfExp():
                test = self.evaluate(node.test)
                result = UNKNOWN if test is UNKNOWN else self.evaluate(node.body if test else node.orelse)
            case ast.Call():
                result = self._evaluate_call(node)
            case ast.Subscript():
                result = self._evaluate_subscript(node)
            case ast.Tuple() | ast.List() | ast.Set():
                elements = tuple(self.evaluate(element) for element in node.elts)
                result = UNKNOWN if UNKNOWN in elements else elements
        return result

    def _evaluate_bool(self, node: ast.BoolOp) -> object:
        """``and`` and ``or`` with their short cuts: one known side can decide."""
        stops_at = isinstance(node.op, ast.Or)
        result: object = not stops_at
        for operand in node.values:
            value = self.evaluate(operand)
            if value is UNKNOWN:
                result = UNKNOWN
            elif bool(value) == stops_at:
                return value
            elif result is not UNKNOWN:
                result = value
        return result

    def _evaluate_comparison(self, node: ast.Compare) -> object:
        left = self.evaluate(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(comparator)
            if UNKNOWN in (left, right):
                return UNKNOWN
            try:
                if not _COMPARISONS[type(op)](left, right):
                    return False
            except TypeError:
                return UNKNOWN
            left = right
        return True

    def _evaluate_call(self, node: ast.Call) -> object:
        name = dotted_name(node.func) or ""
        if name in self._calls:
            return self._calls[name]
        if name in _ENVIRONMENT_CALLS:
            return self.evaluate(node.args[1]) if len(node.args) > 1 else None
        if name == "hasattr" and len(node.args) == 2:
            is_absent = (dotted_name(node.args[0]), self.evaluate(node.args[1])) in _ABSENT
            return False if is_absent else UNKNOWN
        arguments = [self.evaluate(argument) for argument in node.args]
        return UNKNOWN if UNKNOWN in arguments or node.keywords else self._call(node.func, name, arguments)

    def _call(self, func: ast.expr, name: str, arguments: list[object]) -> object:
        if name in _CONVERSIONS and len(arguments) == 1:
            return _convert(name, arguments[0])
        if isinstance(func, ast.Attribute) and func.attr in _METHODS:
            owner = self.evaluate(func.value)
            return _call_method(owner, func.attr, arguments) if isinstance(owner, str) else UNKNOWN
        return UNKNOWN

    def _evaluate_subscript(self, node: ast.Subscript) -> object:
        owner = self.evaluate(node.value)
        if not isinstance(owner, (tuple, str)):
            return UNKNOWN
        if isinstance(node.slice, ast.Slice):
            lower, upper = (
                None if part is None else self.evaluate(part) for part in (node.slice.lower, node.slice.upper)
            )
            if isinstance(lower, int | None) and isinstance(upper, int | None) and node.slice.step is None:
                return owner[lower:upper]
            return UNKNOWN
        index = self.evaluate(node.slice)
        return owner[index] if isinstance(index, int) and -len(owner) <= index < len(owner) else UNKNOWN


def start_values(target: Target) -> Values:
    """What is known on the target before the first line of a script."""
    version = tuple(int(part) for part in target.python.split(".")[:3] if part.isdecimal())
    system = target.markers.get("platform_system", "Emscripten")
    names = {
        "__name__": "__main__",
        "sys.version": f"{target.python} (main)",
        "sys.platform": target.markers.get("sys_platform", "emscripten"),
        "os.name": target.markers.get("os_name", "posix"),
        "sys.version_info": version,
        "sys.version_info.major": version[0],
        "sys.version_info.minor": version[1],
        "sys.maxsize": 2**31 - 1,
        "sys.argv": ("setup.py", "bdist_wheel"),
        "sys.builtin_module_names": (),
        "sys.implementation.name": "cpython",
        "os.environ": (),
        "os.sep": "/",
        "os.path.sep": "/",
    }
    calls = {
        "platform.system": system,
        "platform.machine": target.markers.get("platform_machine", "wasm32"),
        "platform.python_implementation": "CPython",
        "sysconfig.get_platform": f"{system.lower()}-wasm32",
    }
    return Values(names, calls)


def dotted_name(node: ast.expr) -> str | None:
    """``a.b.c`` for such an expression; None for any other."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def _convert(name: str, value: object) -> object:
    if name == "bool":
        return bool(value)
    if not isinstance(value, (str, int)) or (isinstance(value, str) and len(value) > _MAX_TEXT):
        return UNKNOWN
    try:
        return int(value) if name == "int" else str(value)
    except ValueError:
        return UNKNOWN


def _call_method(owner: str, method: str, arguments: list[object]) -> object:
    try:
        return _METHODS[method](owner, *arguments)
    except (TypeError, ValueError):
        return UNKNOWN
