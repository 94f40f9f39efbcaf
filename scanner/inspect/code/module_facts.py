"""A module's bytes to its facts: what it does when it is imported, and what its functions would do."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from scanner.inspect.code.definitions import add_lambda
from scanner.inspect.code.lazy import find_lazy_names
from scanner.inspect.code.names import Names, collect_names
from scanner.inspect.code.pruning import prune_facts
from scanner.inspect.code.runtime import Runtime
from scanner.inspect.code.scopes import ModuleScope, Place
from scanner.inspect.code.source import Unread, parse_source
from scanner.inspect.code.statements import read_block
from scanner.inspect.code.steps import ModuleFacts
from scanner.inspect.code.telling import find_idle_functions
from scanner.inspect.code.words import Words, find_removed, find_words, has_telling_functions

_MAKING = re.compile(
    rb"(?:globals|locals|vars)\(\)\s*(?:\[|\.\s*(?:update|setdefault|__setitem__))"
    rb"|\b(?:setattr|exec|eval)\s*\(|__dict__|__path__|\bglobal\s|:="
)
"""How a package can come by names that none of its statements binds."""


def read_facts(
    data: bytes, *, name: str, path: str, is_package: bool, runtime: Runtime, words: Words | None = None
) -> ModuleFacts:
    """The facts of a module; where it cannot be read they only say why. Never raises.

    ``words`` are those of ``words.collect_words``: functions that hold none of them are skipped; None reads them all.
    """
    tree = parse_source(data, runtime.python, words.suspicious if words else None)
    if isinstance(tree, Unread):
        return ModuleFacts(name, path, is_package, unread=tree.reason, unread_fails=tree.fails)
    package = name if is_package else name.rpartition(".")[0]
    try:
        names = collect_names(tree.body, package)
        found = find_words(data, words) if words else frozenset[bytes]()
        removed = find_removed(data, found, words) if words else frozenset[bytes]()
        reads_functions = words is None or bool(removed) or has_telling_functions(data, words.suspicious, found)
        module = ModuleScope(
            name=name,
            package=package,
            runtime=runtime,
            postpones_annotations=_postpones_annotations(tree),
            reads_functions=reads_functions,
            idle=find_idle_functions(tree, data, names, words.telling | removed)
            if words and reads_functions
            else frozenset(),
            yield_lines=_list_yield_lines(data) if reads_functions else (),
        )
        place = Place(module, names, read_block=read_block, add_lambda=add_lambda)
        facts = _collect(tree, place, path, is_package=is_package)
        is_dynamic = b"sys.modules" in data or b"meta_path" in data
        makes_names = is_dynamic or (is_package and _MAKING.search(data) is not None)
        return prune_facts(replace(facts, is_dynamic=is_dynamic, makes_names=makes_names), runtime)
    except (RecursionError, MemoryError):
        return ModuleFacts(name, path, is_package, unread="it is nested too deeply")


def _collect(tree: ast.Module, place: Place, path: str, *, is_package: bool) -> ModuleFacts:
    names, module = place.names, place.module
    is_lazy = "__getattr__" in names.definitions or "__getattr__" in names.assigned
    keeps_names = is_package or is_lazy
    return ModuleFacts(
        module.name,
        path,
        is_package,
        body=read_block(tree.body, place),
        functions=tuple(module.functions),
        classes=tuple(module.classes),
        names=tuple(sorted(_bound_names(names, module.package))) if keeps_names else (),
        lazy=find_lazy_names(tree, module.package) if is_lazy else (),
    )


def _list_yield_lines(data: bytes) -> tuple[int, ...]:
    if b"yield" not in data:
        return ()
    return tuple([number for number, line in enumerate(data.splitlines(), start=1) if b"yield" in line])


def _bound_names(names: Names, package: str) -> set[str]:
    """The names that statements bind, without the package's own submodules: importing those is what binds them."""
    imported = {name for name, dotted in names.aliases.items() if dotted != f"{package}.{name}"}
    return {*names.definitions, *names.assigned, *imported}


def _postpones_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )
