"""The project's own modules as far as their syntax tells: what they import, and what fails on the target."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.inputs.formats.discover import find_files
from scanner.inputs.formats.reading import check_inside, find_root, read_file
from scanner.inspect.code.engine import make_machine
from scanner.inspect.code.site import Kind, Site, SourceFile, WheelCode
from scanner.inspect.code.source import Unread, read_module
from scanner.inspect.code.visitor import find_module_uses
from scanner.inspect.imports import load_runtime
from scanner.model.dependency import Location
from scanner.model.errors import ArtifactError, SourceError
from scanner.model.finding import Problem
from scanner.model.own_code import ModuleImport, ModuleUse, OwnCode, OwnModule
from scanner.model.rule import Rule
from scanner.model.target import Target

MAX_MODULES = 20_000
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MISSING_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def read_own_code(folder: str, target: Target) -> OwnCode:
    """The modules below a folder; nothing is imported or run.

    Hidden folders, virtual environments and what .gitignore excludes are left out, tests are not.
    """
    paths = list(find_files(folder, lambda path: path.endswith(".py")))
    problems: list[Problem] = []
    if len(paths) > MAX_MODULES:
        problems.append(report_unread(folder, 1, f"only the first {MAX_MODULES} of {len(paths)} modules are read"))
        paths = paths[:MAX_MODULES]
    code = OwnReader(folder, paths, target)
    modules = [module for path in paths for module in code.read(path)]
    problems += code.problems
    return OwnCode(
        folder=folder, modules=tuple(sorted(modules, key=lambda module: module.name)), problems=tuple(problems)
    )


class OwnReader:
    """Reads the modules of one folder, each once."""

    def __init__(self, folder: str, paths: Iterable[str], target: Target) -> None:
        self.problems: list[Problem] = []
        self._root = find_root(f"{folder}/.", folder)
        self._wheel = WheelCode(filename=folder, members=(), read=self._read_bytes)
        self.files = {path: _source_file(path, folder, self._wheel) for path in paths}
        site = Site(modules={file.module: file for file in self.files.values()})
        self._names = frozenset(site.modules)
        self.tops = frozenset(name.partition(".")[0] for name in self._names)
        self._package = Path(folder).absolute().name
        self.machine = make_machine(load_runtime(target), site)

    def read(self, path: str) -> Iterator[OwnModule]:
        """The module of a path; nothing where it cannot be read, which is a problem."""
        file = self.files[path]
        parts = read_module(file, self.machine.runtime.python)
        if isinstance(parts, Unread):
            self.problems.append(report_unread(path, parts.line, f"cannot be read: {parts.reason}"))
            return
        tree = ast.Module([node for part in parts.statements for node in part], [])
        yield OwnModule(
            name=file.module,
            path=path,
            imports=tuple(self._find_imports(tree, file)),
            uses=tuple(self._find_uses(tree, file)),
        )

    def read_reached(self, main: str) -> list[OwnModule]:
        """The module of a path and all that it reaches by imports, wherever those stand."""
        by_name = {file.module: path for path, file in self.files.items()}
        pending, seen, reached = [main], {main}, list[OwnModule]()
        while pending:
            for module in self.read(pending.pop()):
                reached.append(module)
                names = {name for each in module.imports for name in _with_parents(each.module)}
                found = {by_name[name] for name in names if name in by_name} - seen
                seen |= found
                pending += sorted(found)
        return reached

    def _find_imports(self, tree: ast.Module, file: SourceFile) -> Iterator[ModuleImport]:
        """The modules that are imported, but those that only a type checker reads, each once a line."""
        seen: set[tuple[str, int]] = set()
        for found in _statements(tree):
            line = found.node.lineno
            for module in self._imported(found.node, file):
                if module and (module, line) not in seen:
                    seen.add((module, line))
                    yield ModuleImport(
                        module=module, line=line, is_deferred=found.is_deferred, is_guarded=found.is_guarded
                    )

    def _imported(self, node: ast.Import | ast.ImportFrom | ast.Call, file: SourceFile) -> Iterator[str]:
        match node:
            case ast.Import():
                yield from (self._localize(alias.name) for alias in node.names)
            case ast.Call(args=[ast.Constant(value=str(name)), *_]):
                yield self._localize(name) if not name.startswith(".") else ""
            case ast.ImportFrom():
                base = _absolute(node, file) if node.level else self._localize(node.module or "")
                dotted = (f"{base}.{alias.name}" if base else alias.name for alias in node.names)
                below = [name for name in dotted if name in self._names]
                yield from below
                if len(below) < len(node.names):
                    yield base

    def _localize(self, dotted: str) -> str:
        """The name below the folder where code names the folder itself as its package (``app.media`` in ``app``)."""
        first, _, rest = dotted.partition(".")
        return rest if first == self._package and first not in self.tops else dotted

    def _find_uses(self, tree: ast.Module, file: SourceFile) -> list[ModuleUse]:
        found = {(use.line, use.name): use for use in find_module_uses(self.machine, file, tree.body)}
        return [
            ModuleUse(rule=use.rule.code, name=use.name, outcome=use.outcome, line=use.line)
            for _, use in sorted(found.items())
        ]

    def _read_bytes(self, path: str) -> bytes:
        try:
            check_inside(path, self._root)
            return read_file(path)
        except SourceError as error:
            raise ArtifactError(path, error.reason) from error


def _with_parents(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _source_file(path: str, folder: str, wheel: WheelCode) -> SourceFile:
    parts = list(Path(path).relative_to(folder).with_suffix("").parts)
    if len(parts) > 1 and parts[0] == "src" and not (Path(folder) / "src" / "__init__.py").exists():
        parts = parts[1:]
    is_package = parts[-1] == "__init__" and len(parts) > 1
    return SourceFile(".".join(parts[:-1] if is_package else parts), path, is_package, Kind.SOURCE, wheel)


@dataclass(frozen=True, slots=True)
class _Found:
    """A node, with what stands around it."""

    node: ast.AST
    is_deferred: bool = False
    is_guarded: bool = False


@dataclass(frozen=True, slots=True)
class _FoundImport(_Found):
    """An import, also by name."""

    node: ast.Import | ast.ImportFrom | ast.Call


def _statements(tree: ast.Module) -> Iterator[_FoundImport]:
    """Every import in order; with a stack of its own, since code can be nested deeply."""
    pending: list[_Found] = [_Found(tree)]
    while pending:
        found = pending.pop()
        node = found.node
        if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.Call) and _is_import(node.func)):
            yield _FoundImport(node, found.is_deferred, found.is_guarded)
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            pending.extend(replace(found, node=child) for child in reversed(node.orelse))
        elif isinstance(node, ast.Try) and any(map(_catches_missing, node.handlers)):
            rest = (*node.handlers, *node.orelse, *node.finalbody)
            pending.extend(replace(found, node=child) for child in reversed(rest))
            pending.extend(replace(found, node=child, is_guarded=True) for child in reversed(node.body))
        else:
            inner = replace(found, is_deferred=found.is_deferred or isinstance(node, _FUNCTIONS))
            pending.extend(replace(inner, node=child) for child in reversed(list(ast.iter_child_nodes(node))))


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches ModuleNotFoundError."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _MISSING_ERRORS) for kind in kinds)


def _is_import(function: ast.expr) -> bool:
    match function:
        case (
            ast.Name(id="__import__" | "import_module")
            | ast.Attribute(value=ast.Name(id="importlib"), attr="import_module")
        ):
            return True
    return False


def _absolute(node: ast.ImportFrom, file: SourceFile) -> str:
    """The name that a relative import stands for."""
    parts = file.module.split(".")
    kept = len(parts) - node.level + (1 if file.is_package else 0)
    return ".".join([*parts[: max(0, kept)], *([node.module] if node.module else [])])


def _is_type_checking(test: ast.expr) -> bool:
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False


def report_unread(path: str, line: int, message: str) -> Problem:
    """A module that cannot be read, or not to its end, as a problem (CS601)."""
    return Problem(rule=Rule.CS601, message=message, location=Location(path=path, line=line))
