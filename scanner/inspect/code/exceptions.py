"""Raise statements and except clauses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from scanner.inspect.code.events import read_expression
from scanner.inspect.code.scopes import Place
from scanner.inspect.code.steps import Raise, Step

_MAX_TEXT = 160


def read_raise(node: ast.Raise, place: Place) -> Iterator[Step]:
    """The steps of a raise statement."""
    yield from read_expression(node.exc, place)
    match node.exc:
        case None:
            yield Raise(node.lineno, "", "")
        case ast.Call(func=function, args=arguments):
            yield Raise(node.lineno, last_name(function), _text(arguments))
        case error:
            yield Raise(node.lineno, last_name(error), "")


def _text(arguments: list[ast.expr]) -> str:
    match arguments:
        case [ast.Constant(value=str() as text), *_]:
            return " ".join(text.split())[:_MAX_TEXT]
        case [ast.JoinedStr(values=values), *_]:
            parts = (_text([part]) if isinstance(part, ast.Constant) else "…" for part in values)
            return " ".join("".join(parts).split())[:_MAX_TEXT]
        case [ast.BinOp(left=left), *_]:
            return _text([left])
    return ""


def caught_names(node: ast.expr | None) -> tuple[str, ...]:
    """The classes that an except clause names, by their last parts; none for a bare one."""
    match node:
        case None:
            return ()
        case ast.Tuple(elts=items):
            return tuple(last_name(item) for item in items)
    return (last_name(node),)


def last_name(node: ast.expr) -> str:
    """The last part of a dotted name; ``?`` for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return "?"
