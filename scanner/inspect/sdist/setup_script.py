"""What a setup.py would compile, read from its syntax tree; it is never run."""

from __future__ import annotations

import ast
import enum
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scanner.inspect.sdist.setup_signs import (
    calls_setup,
    find_optional_build,
    find_platform_marks,
    find_processes,
    find_switches,
    passes_keywords,
)
from scanner.inspect.sdist.setup_values import UNKNOWN, Values, dotted_name, start_values
from scanner.model.target import Target

_MAKER = re.compile(r"\w*Extension|cythonize|mypycify|RustBin")
"""Calls that make an extension module: setuptools, Cython, mypyc, pybind11, CUDA, CMake and Rust name them so."""

_KEYWORDS = frozenset({"ext_modules", "rust_extensions", "cffi_modules", "zig_extensions"})
"""Keywords of ``setup()``, and keys of dictionaries that become its keywords."""

_MAX_SCRIPT = 256 * 1024
"""The longest script that is looked into, in characters; the longest real ones have some 60,000."""

_MAX_TEXT = 60


class Certainty(enum.Enum):
    """How sure it is that something is compiled when the target builds it."""

    CERTAIN = "certain"
    OPTIONAL = "optional"
    """The script goes on where the compiler fails or is missing."""
    CONDITIONAL = "conditional"
    """It depends on what cannot be told without running the script."""
    ELSEWHERE = "elsewhere"
    """The script passes on extension modules that another module of the distribution makes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiled:
    """One thing that a build script compiles."""

    text: str
    line: int
    certainty: Certainty = Certainty.CERTAIN
    why: str = ""
    """What it depends on, in words; empty where it is certain."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetupScript:
    """What was read in a build script."""

    compiled: tuple[Compiled, ...] = ()
    switches: tuple[str, ...] = ()
    """Environment variables that the script looks at and that sound as if they could switch compiling off."""
    calls_setup: bool = False
    process_lines: tuple[int, ...] = ()
    """The lines that start programs, git left out."""
    unreadable: str | None = None
    """Why the script could not be parsed; then everything else is empty."""


def parse_setup_script(text: str, target: Target) -> SetupScript:
    """What a build script compiles on the target, by default; never raises, whatever the text is."""
    if len(text) > _MAX_SCRIPT:
        return SetupScript(unreadable="it is too long to be looked into")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in somebody's setup.py is no concern of the user
            tree = ast.parse(text)
        is_passed_on = not calls_setup(tree) or passes_keywords(tree, text, _KEYWORDS)
        reader = _Reader(start_values(target), counts_makers=is_passed_on)
        compiled = reader.read_block(tree.body) or reader.unresolved
        compiled += [Compiled(text=text, line=line) for line, text in find_platform_marks(tree)]
        optional = find_optional_build(tree)
        return SetupScript(
            compiled=tuple(_soften(item, Certainty.OPTIONAL, optional) if optional else item for item in compiled),
            switches=tuple(find_switches(tree)),
            calls_setup=calls_setup(tree),
            process_lines=tuple(find_processes(tree)),
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return SetupScript(unreadable=f"it does not parse as Python 3 ({type(error).__name__})")


class _Reader:
    """Follows a script from top to bottom, leaving out the branches that the target does not take."""

    def __init__(self, values: Values, *, counts_makers: bool) -> None:
        """``counts_makers`` says whether an extension module that is made can reach ``setup()``."""
        self._values = values
        self._counts_makers = counts_makers
        self.unresolved: list[Compiled] = []
        """Keywords whose value comes from elsewhere; they matter where nothing else was found."""

    def read_block(self, statements: Sequence[ast.stmt]) -> list[Compiled]:
        found: list[Compiled] = []
        for index, statement in enumerate(statements):
            found += self._read_statement(statement)
            if isinstance(statement, ast.If) and (leaving := self._leaving(statement)):
                if leaving is not True:
                    rest = self.read_block(statements[index + 1 :])
                    found += [_soften(item, Certainty.CONDITIONAL, leaving) for item in rest]
                break
        return found

    def _leaving(self, node: ast.If) -> str | bool:
        """True where the block ends here, the condition in words where it may, False where it goes on.

        A script that may stop altogether builds nothing then, so only what may return counts.
        """
        value = self._values.evaluate(node.test)
        if value is not UNKNOWN:
            return _leaves(node.body if value else node.orelse)
        returns = [bool(block) and isinstance(block[-1], ast.Return) for block in (node.body, node.orelse)]
        return _quote(node.test) if any(returns) and not all(returns) else all(returns)

    def _read_statement(self, node: ast.stmt) -> list[Compiled]:
        match node:
            case ast.If():
                found = self._read_if(node)
            case ast.Try():
                found = self._read_try(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found = self._read_function(node)
            case ast.ClassDef() | ast.With():
                found = self.read_block(node.body)
            case ast.For() | ast.While():
                found = list(self._read_expressions(node))
                self._forget(node)
                found += self.read_block([*node.body, *node.orelse])
            case ast.ImportFrom(module="skbuild"):
                found = [Compiled(text="scikit-build runs CMake", line=node.lineno)]
            case _:
                found = self._read_simple(node)
        return found

    def _read_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Compiled]:
        """What its body compiles, with open parameters; it changes no value outside but those it declares global."""
        outside, self._values = self._values, self._values.copy()
        for parameter in (child for child in ast.walk(node.args) if isinstance(child, ast.arg)):
            self._values.set(parameter.arg, UNKNOWN)
        found = self.read_block(node.body)
        self._values = outside
        for statement in ast.walk(node):
            for name in statement.names if isinstance(statement, ast.Global) else ():
                self._values.set(name, UNKNOWN)
        return found

    def _read_simple(self, node: ast.stmt) -> list[Compiled]:
        found = list(self._read_expressions(node))
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self._remember(target, self._values.evaluate(node.value))
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    found += self._read_keyword(target.slice.value, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
            self._remember(node.target, UNKNOWN)
        return found

    def _remember(self, target: ast.expr, value: object) -> None:
        name = dotted_name(target)
        if name is not None:
            self._values.set(name, value)

    def _forget(self, node: ast.AST) -> None:
        """What may or may not have been assigned is not known any more."""
        for child in ast.walk(node):
            if isinstance(child, (ast.Name, ast.Attribute)) and isinstance(child.ctx, ast.Store):
                self._remember(child, UNKNOWN)

    def _read_if(self, node: ast.If) -> list[Compiled]:
        value = self._values.evaluate(node.test)
        if value is not UNKNOWN:
            return self.read_block(node.body if value else node.orelse)
        body, orelse = self.read_block(node.body), self.read_block(node.orelse)
        self._forget(node)
        return _merge(body, orelse, _quote(node.test))

    def _read_try(self, node: ast.Try) -> list[Compiled]:
        body = self.read_block([*node.body, *node.orelse])
        handlers = [handler.body for handler in node.handlers if not _leaves(handler.body)]
        rescued = [self.read_block(handler) for handler in handlers]
        self._forget(node)
        final = self.read_block(node.finalbody)
        if body and handlers and not all(rescued):
            body = [_soften(item, Certainty.OPTIONAL, "it is tried, and left out where that fails") for item in body]
        elif not body:
            body = [
                _soften(item, Certainty.CONDITIONAL, "something else failed") for block in rescued for item in block
            ]
        return body + final

    def _read_expressions(self, node: ast.AST) -> Iterator[Compiled]:
        """What the expressions directly below a node make; statements below it are left to their readers."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from self._read_expression(child)
            elif isinstance(child, (ast.keyword, ast.comprehension)):
                yield from self._read_expressions(child)

    def _read_expression(self, node: ast.expr) -> Iterator[Compiled]:
        match node:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                value = self._values.evaluate(test)
                if value is UNKNOWN:
                    both = [list(self._read_expression(part)) for part in (body, orelse)]
                    yield from _merge(both[0], both[1], _quote(test))
                else:
                    yield from self._read_expression(body if value else orelse)
            case ast.Call(func=func) if self._counts_makers and _is_maker(func):
                optional = any(keyword.arg == "optional" for keyword in _all_keywords(node))
                made = Compiled(text=_shorten(ast.unparse(node)), line=node.lineno)
                yield _soften(made, Certainty.OPTIONAL, "it is marked as optional") if optional else made
            case ast.Call(keywords=keywords):
                yield from self._read_expressions(node)
                for keyword in keywords:
                    yield from self._read_keyword(keyword.arg, keyword.value)
            case ast.Dict(keys=keys, values=values):
                yield from self._read_expressions(node)
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant):
                        yield from self._read_keyword(key.value, value)
            case _:
                yield from self._read_expressions(node)

    def _read_keyword(self, name: object, value: ast.expr) -> list[Compiled]:
        """What a keyword of ``setup()`` compiles besides the calls inside its value."""
        if name not in _KEYWORDS or any(
            isinstance(node, ast.Call) and _is_maker(node.func) for node in ast.walk(value)
        ):
            return []
        known = self._values.evaluate(value)
        item = Compiled(text=f"{name}={_shorten(ast.unparse(value))}", line=value.lineno)
        if known is UNKNOWN and not (isinstance(value, (ast.List, ast.Tuple)) and value.elts):
            if not isinstance(value, (ast.List, ast.Tuple, ast.Dict)):
                why = f"«{_shorten(ast.unparse(value))}» is computed elsewhere"
                self.unresolved.append(_soften(item, Certainty.ELSEWHERE, why))
            return []
        return [item] if known else []


def _is_maker(func: ast.expr) -> bool:
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return _MAKER.fullmatch(name) is not None


def _all_keywords(node: ast.Call) -> Iterator[ast.keyword]:
    for child in ast.walk(node):
        if isinstance(child, ast.keyword) and not (isinstance(child.value, ast.Constant) and not child.value.value):
            yield child


def _leaves(block: Sequence[ast.stmt]) -> bool:
    """Whether a block ends the function or the script around it."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return dotted_name(last.value.func) in ("sys.exit", "exit", "os._exit", "quit")
    return isinstance(last, (ast.Return, ast.Raise))


def _merge(body: list[Compiled], orelse: list[Compiled], why: str) -> list[Compiled]:
    """Both branches of an open condition: certain only where each compiles something."""
    if body and orelse:
        return body
    return [_soften(item, Certainty.CONDITIONAL, why) for item in [*body, *orelse]]


def _soften(item: Compiled, certainty: Certainty, why: str) -> Compiled:
    return replace(item, certainty=certainty, why=why) if item.certainty is Certainty.CERTAIN else item


def _quote(node: ast.expr) -> str:
    return f"it depends on «{_shorten(ast.unparse(node))}»"


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
