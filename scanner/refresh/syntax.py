"""Python sources as syntax trees; they come from a registry, and nothing of them is run."""

from __future__ import annotations

import ast

from scanner.model.errors import ArtifactError


def parse_source(source: bytes, path: str) -> ast.Module:
    """The syntax tree of a module.

    Raises:
        ArtifactError: it does not parse.
    """
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArtifactError(path, f"is no Python source that can be read: {error}") from error


def read_constant(node: ast.expr | None) -> object:
    """The value of a literal, containers included; None for anything else."""
    try:
        return ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def called_name(node: ast.AST) -> str:
    """The last part of the name that a call calls; empty for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""
