"""Signs in a build script that qualify what it compiles: optional builds, switches, programs it starts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeVar

from scanner.inspect.sdist.setup_values import dotted_name

_Node = TypeVar("_Node", bound=ast.AST)

_PLATFORM_ANSWERS = {"has_ext_modules": True, "is_pure": False}
"""Methods of a distribution with the answer that binds its wheel to a platform."""

_MOST_SHOWN = 80
"""Characters of an answer that are told."""

_BUILD_METHODS = frozenset({"run", "build_extension", "build_extensions"})
_ENVIRONMENT_CALLS = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv", "os.environ.pop"})
_SWITCH_WORDS = frozenset({
    "EXT", "EXTS", "CEXT", "CEXTS", "EXTENSION", "EXTENSIONS", "CEXTENSION", "CEXTENSIONS", "PURE", "PUREPYTHON",
    "CYTHON", "NATIVE", "SPEEDUP", "SPEEDUPS", "COMPILE", "COMPILED", "BINARY", "ACCELERATION", "RUST", "MYPYC",
})  # fmt: skip
_FORCE_WORDS = frozenset({"FORCE", "REQUIRE", "USE", "WITH"})
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit"})


def find_optional_build(tree: ast.Module) -> str | None:
    """Why the build goes on where the compiler fails, in words; None where it does not.

    That is a ``build_ext`` of the script's own which catches what the compiler raises, and either goes on or raises
    something else that the script catches in turn.
    """
    caught = {name for handler in _walk(tree, ast.ExceptHandler) for name in _handled_names(handler)}
    for node in _walk(tree, ast.ClassDef):
        if not any("buildext" in (dotted_name(base) or "").replace("_", "").lower() for base in node.bases):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name in _BUILD_METHODS:
                for handler in _walk(method, ast.ExceptHandler):
                    if _goes_on(handler, caught):
                        return f"its build_ext (line {handler.lineno}) goes on where the compiler fails"
    return None


def find_platform_marks(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines, with what they say, that mark the wheel as bound to a platform whatever is compiled."""
    for node in _walk(tree, ast.FunctionDef):
        last = node.body[-1]
        if node.name in _PLATFORM_ANSWERS and isinstance(last, ast.Return):
            answer = last.value or ast.Constant(None)
            if _binds_to_platform(answer, is_bound=_PLATFORM_ANSWERS[node.name]):
                yield node.lineno, f"{node.name}() returns {ast.unparse(answer)[:_MOST_SHOWN]}"
    for assign in _walk(tree, ast.Assign):
        for target in assign.targets:
            is_false = isinstance(assign.value, ast.Constant) and assign.value.value is False
            if isinstance(target, ast.Attribute) and target.attr == "root_is_pure" and is_false:
                yield assign.lineno, "root_is_pure = False"


def _binds_to_platform(answer: ast.expr, *, is_bound: bool) -> bool:
    """Whether an overridden method answers so; one that looks at the distribution's own modules adds nothing."""
    if isinstance(answer, ast.Constant):
        return bool(answer.value) is is_bound
    return not any(isinstance(node, ast.Name) and node.id == "self" for node in ast.walk(answer))


def calls_setup(tree: ast.Module) -> bool:
    """Whether a function named ``setup`` is called, whoever it belongs to."""
    return any(_setup_calls(tree))


def passes_keywords(tree: ast.Module, text: str, names: Iterable[str]) -> bool:
    """Whether ``setup()`` may be given one of these keywords, in whatever way: the script speaks of one, or unpacks."""
    if any(name in text for name in names):
        return True
    return any(keyword.arg is None for node in _setup_calls(tree) for keyword in node.keywords)


def _setup_calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in _walk(tree, ast.Call) if (dotted_name(node.func) or "").rpartition(".")[2] == "setup")


def find_switches(tree: ast.Module) -> Iterator[str]:
    """Environment variables whose names sound as if they could switch compiling off, each once, in order."""
    seen: set[str] = set()
    for node in ast.walk(tree):
        name = _environment_name(node)
        words = frozenset((name or "").upper().split("_"))
        if name is not None and name not in seen and words & _SWITCH_WORDS and not words & _FORCE_WORDS:
            seen.add(name)
            yield name


def find_processes(tree: ast.Module) -> Iterator[int]:
    """The lines that start a program, git left out: it only tells the version."""
    for node in _walk(tree, ast.Call):
        name = dotted_name(node.func) or ""
        starts = name.startswith("subprocess.") or name in (
            "os.system",
            "os.popen",
            "self.spawn",
            "check_call",
            "Popen",
        )
        if starts and not any(isinstance(part, ast.Constant) and part.value == "git" for part in ast.walk(node)):
            yield node.lineno


def _goes_on(handler: ast.ExceptHandler, caught: set[str]) -> bool:
    for node in ast.walk(handler):
        if isinstance(node, ast.Call) and dotted_name(node.func) in _EXITS:
            return False
        if isinstance(node, ast.Raise):
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            return raised is not None and dotted_name(raised) in caught
    return True


def _handled_names(handler: ast.ExceptHandler) -> Iterator[str]:
    """The exceptions that a handler names."""
    if handler.type is not None:
        for node in ast.walk(handler.type):
            if isinstance(node, (ast.Name, ast.Attribute)):
                yield dotted_name(node) or ""


def _environment_name(node: ast.AST) -> str | None:
    """The variable that an expression looks up in the environment."""
    name: ast.expr | None = None
    match node:
        case ast.Call(func=func, args=[first, *_]) if dotted_name(func) in _ENVIRONMENT_CALLS:
            name = first
        case ast.Subscript(value=value, slice=key) if dotted_name(value) in ("os.environ", "environ"):
            name = key
        case ast.Compare(left=left, comparators=[right]) if dotted_name(right) in ("os.environ", "environ"):
            name = left
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else None


def _walk(tree: ast.AST, kind: type[_Node]) -> Iterator[_Node]:
    return (node for node in ast.walk(tree) if isinstance(node, kind))
