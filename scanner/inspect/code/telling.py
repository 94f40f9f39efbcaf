"""Which functions of a module can run into something: all others are left unread, which saves most of the work.

A function is known by the words in its source. One without a telling word, which calls none that has one, can neither
fail on the target nor return anything that platforms are told apart by, so that ``pruning`` would drop it anyway.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from scanner.inspect.code.hazards import HAZARDS
from scanner.inspect.code.names import FunctionNode, Names, inner_statements
from scanner.inspect.code.words import list_words

_LEAVING = frozenset({b"exit", b"quit", b"_exit", b"abort", b"assert"})
_PLATFORM = frozenset({b"sys", b"os", b"ctypes", b"platform"})
_MAKERS = frozenset({"__new__", "__init__", "__post_init__"})
_CALLED = re.compile(rb"(?<![\w.])(?:(?:self|cls)\.)?(\w+)\s*\(")


def _list_beginnings(names: Iterable[str]) -> dict[str, frozenset[bytes]]:
    """By every beginning of a dotted name the last words of the names that begin so; ``X()`` is X here."""
    beginnings: dict[str, set[bytes]] = {}
    for name in names:
        parts = name.replace("()", "").split(".")
        for count in range(1, len(parts)):
            beginnings.setdefault(".".join(parts[:count]), set()).add(parts[-1].encode())
    return {name: frozenset(words) for name, words in beginnings.items()}


_FUNCTIONS = _list_beginnings(name for name in HAZARDS if "()." not in name)
_METHODS = _list_beginnings(name for name in HAZARDS if "()." in name)
"""What is called on an instance, which another function of the module may have made."""


@dataclass(frozen=True, slots=True)
class _Function:
    node: FunctionNode
    owner: str
    """The class that it is a method of; empty for a function."""
    source: bytes
    words: frozenset[bytes]


def find_idle_functions(tree: ast.Module, data: bytes, names: Names, known: frozenset[bytes]) -> frozenset[ast.stmt]:
    """The functions and methods of a module that need not be read, with what is inside them; ``names`` are its own.

    ``known`` are the words that tell in every module, and those that tell in this one.
    """
    lines = data.splitlines(keepends=True)
    outer = _outer_functions(tree.body)
    sources = ((node, owner, b"".join(lines[node.lineno - 1 : node.end_lineno])) for node, owner in outer)
    waiting = [_Function(node, owner, source, frozenset(list_words(source))) for node, owner, source in sources]
    telling, pairs = _words_of_names(names)
    telling |= known | _LEAVING
    called, waiting = _part(waiting, partial(_tells, telling=telling, pairs=pairs))
    heirs = _list_heirs(tree) if called else {}
    while called and waiting:
        found = frozenset(name.encode() for function in called for name in _called_by(function, heirs))
        called, waiting = _part(waiting, partial(_calls, names=found))
    return frozenset(function.node for function in waiting)


def _part(
    functions: Iterable[_Function], is_wanted: Callable[[_Function], bool]
) -> tuple[list[_Function], list[_Function]]:
    wanted: list[_Function] = []
    others: list[_Function] = []
    for function in functions:
        (wanted if is_wanted(function) else others).append(function)
    return wanted, others


def _outer_functions(body: Iterable[ast.stmt]) -> Iterator[tuple[FunctionNode, str]]:
    """The functions of a module and the methods of its classes, each with the class; none from inside a function."""
    waiting = [(node, "") for node in body]
    while waiting:
        node, owner = waiting.pop()
        if isinstance(node, FunctionNode):
            yield node, owner
        elif isinstance(node, ast.ClassDef):
            waiting += [(inner, node.name) for inner in node.body]
        else:
            waiting += [(inner, owner) for inner in inner_statements(node)]


def _words_of_names(names: Names) -> tuple[frozenset[bytes], dict[bytes, frozenset[bytes]]]:
    """Words that tell with these names, and the names of what has hazards in it, each with the words for those."""
    telling: set[bytes] = set()
    pairs: dict[bytes, frozenset[bytes]] = {}
    for name, dotted in names.aliases.items():
        plain = dotted.replace("()", "")
        telling |= _METHODS.get(plain, frozenset())
        if dotted in HAZARDS:
            telling.add(name.encode())
        elif plain in _FUNCTIONS:
            pairs[name.encode()] = _FUNCTIONS[plain]
    return frozenset(telling), pairs


def _tells(function: _Function, telling: frozenset[bytes], pairs: Mapping[bytes, frozenset[bytes]]) -> bool:
    """Whether a function can matter by itself: by what it calls, by what it returns, or because it always raises."""
    words, arguments = function.words, function.node.args
    if not telling.isdisjoint(words):
        return True
    if any(not pairs[name].isdisjoint(words) for name in pairs.keys() & words):
        return True
    takes_nothing = not (arguments.args or arguments.posonlyargs or arguments.kwonlyargs)
    if b"return" in words and (takes_nothing or not _PLATFORM.isdisjoint(words)):
        return True
    return b"raise" in words and _raises(function.node.body, _parameters(arguments))


def _calls(function: _Function, names: frozenset[bytes]) -> bool:
    """Whether a function calls one of these; the definition's own name is no call."""
    if names.isdisjoint(function.words):
        return False
    return not names.isdisjoint(_CALLED.findall(function.source, function.source.find(b"(") + 1))


def _raises(body: Iterable[ast.stmt], own: frozenset[str]) -> bool:
    """Whether a raise is reached under conditions that do not name a parameter."""
    for node in body:
        match node:
            case ast.Raise():
                return True
            case ast.If(test=test) if own.isdisjoint(_names_in(test)):
                if _raises(inner_statements(node), own):
                    return True
            case ast.With() | ast.AsyncWith() | ast.Match():
                if _raises(inner_statements(node), own):
                    return True
            case ast.For() | ast.AsyncFor() | ast.While():
                if _raises(node.orelse, own):
                    return True
    return False


def _parameters(arguments: ast.arguments) -> frozenset[str]:
    return frozenset(argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def _names_in(test: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(test) if isinstance(node, ast.Name))


def _list_heirs(tree: ast.Module) -> dict[str, list[str]]:
    """By the last name of a base the classes of the module that have it."""
    heirs: dict[str, list[str]] = {}
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef):
            waiting += node.body
            for base in node.bases:
                if isinstance(base, ast.Name | ast.Attribute):
                    heirs.setdefault(base.id if isinstance(base, ast.Name) else base.attr, []).append(node.name)
        elif not isinstance(node, FunctionNode):
            waiting += inner_statements(node)
    return heirs


def _called_by(function: _Function, heirs: dict[str, list[str]]) -> Iterator[str]:
    """The names that a call of a function can use: its own, and for what makes an instance those of the classes."""
    yield function.node.name
    if function.owner and function.node.name in _MAKERS:
        waiting, seen = [function.owner], {function.owner}
        while waiting:
            owner = waiting.pop()
            yield owner
            new = [heir for heir in heirs.get(owner, ()) if heir not in seen]
            seen.update(new)
            waiting += new
