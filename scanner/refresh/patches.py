"""The modules that workers-runtime-sdk patches, and those that the runtime injects, read from its source."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.model.errors import ArtifactError
from scanner.refresh.syntax import called_name, parse_source, read_constant
from scanner.runtime.tables import Patch, PatchKind

ENTROPY = "_workers_sdk_entropy_import_context.py"
BEHAVIOUR = "_workers_sdk_package_patches.py"
_KINDS = {ENTROPY: PatchKind.ENTROPY, BEHAVIOUR: PatchKind.BEHAVIOUR}
_REGISTERS = ("register_exec_patch", "register_create_patch")
_VERSIONED = "allow_bad_entropy_calls_for_version"
_ALWAYS_INJECTED = frozenset({"_cloudflare", "_pyodide_entrypoint_helper", "js", "pyodide", "pyodide_js"})
"""Also if no module of the SDK imports them any more."""


class Sdk(NamedTuple):
    """What one release of workers-runtime-sdk says about modules."""

    patches: tuple[Patch, ...]
    provided: frozenset[str]
    injected: frozenset[str]


def parse_sdk(sources: Mapping[str, bytes]) -> Sdk:
    """The patched, contained and injected modules; ``sources`` has the Python files of the wheel by path.

    Raises:
        ArtifactError: a module is missing, does not parse, or patches nothing.
    """
    trees = {path: parse_source(source, path) for path, source in sources.items() if path.endswith(".py")}
    patches: dict[str, Patch] = {}
    for path, kind in _KINDS.items():
        if path not in trees:
            raise ArtifactError(path, "is missing")
        patches |= {patch.module: patch for patch in _find_patches(trees[path], kind)}
    if not patches:
        raise ArtifactError(ENTROPY, "patches no module")
    provided = {path.partition("/")[0].removesuffix(".py") for path in trees}
    stubs = {path.removesuffix(".pyi") for path in sources if path.endswith(".pyi") and "/" not in path}
    imported = {name for tree in trees.values() for name in _find_imports(tree)}
    foreign = imported - provided - sys.stdlib_module_names
    return Sdk(
        patches=tuple(patches[module] for module in sorted(patches)),
        provided=frozenset(provided),
        injected=_ALWAYS_INJECTED | (stubs - provided) | {name for name in foreign if name.startswith("_cloudflare")},
    )


def _find_patches(tree: ast.Module, kind: PatchKind) -> Iterator[Patch]:
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        distribution, minimum = _find_condition(function)
        for decorator in function.decorator_list:
            if called_name(decorator) not in _REGISTERS or not isinstance(decorator, ast.Call):
                continue
            module = read_constant(decorator.args[0]) if decorator.args else None
            if not isinstance(module, str):
                raise ArtifactError(_path(kind), f"line {decorator.lineno}: a patch without a module name")
            yield Patch(
                module=module,
                kind=kind,
                distribution=canonicalize_name(distribution) if distribution else None,
                minimum_version=minimum,
            )


def _find_condition(function: ast.FunctionDef) -> tuple[str | None, Version | None]:
    """The distribution and its first version that the patch applies to; (None, None) if it always does."""
    for node in ast.walk(function):
        if called_name(node) != _VERSIONED or not isinstance(node, ast.Call):
            continue
        match [read_constant(item) for item in node.args]:
            case [str(distribution), _, tuple(parts)] if (
                parts and not node.keywords and all(isinstance(part, int) for part in parts)
            ):
                return distribution, Version(".".join(str(part) for part in parts))
        raise ArtifactError(ENTROPY, f"line {node.lineno}: a condition of an unexpected form")
    return None, None


def _find_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]


def _path(kind: PatchKind) -> str:
    return next(path for path, known in _KINDS.items() if known is kind)
