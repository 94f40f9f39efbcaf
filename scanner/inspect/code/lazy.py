"""The names that a package imports only when they are asked for, by a module-level ``__getattr__`` (PEP 562)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_MAX_NAMES = 5000


def find_lazy_names(tree: ast.Module, package: str) -> tuple[tuple[str, str], ...]:
    """Names with the absolute module that each seems to come from, read from the tables beside ``__getattr__``.

    Two shapes are usual: ``{"Name": "module"}`` (or a tuple that holds the module) and ``{"module": ["Name", …]}``.
    A pair is only a candidate: the reader checks whether there is such a module.
    """
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for name, module in _pairs(node):
                found.setdefault(name, _absolute(module, package))
        if len(found) > _MAX_NAMES:
            break
    return tuple(sorted(found.items()))


def _pairs(node: ast.Dict) -> Iterator[tuple[str, str]]:
    for key, value in zip(node.keys, node.values, strict=True):
        match key, value:
            case ast.Constant(value=str() as name), ast.Constant(value=str() as module):
                yield name, module
            case ast.Constant(value=str() as name), ast.Tuple(elts=[ast.Constant(value=str() as module), *_]):
                yield name, module
            case ast.Constant(value=str() as module), ast.List(elts=names) | ast.Set(elts=names):
                yield from ((item.value, module) for item in names if _is_text(item))  # type: ignore[attr-defined]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _absolute(module: str, package: str) -> str:
    if module.startswith(f"{package}.") or module == package:
        return module
    return f"{package}.{module.lstrip('.')}"
