"""Inline script metadata (PEP 723): the ``# /// script`` block of a Python file."""

from __future__ import annotations

import re
from dataclasses import replace

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.pyproject.uv import add_uv_sources, read_uv_project
from scanner.inputs.formats.requirement_array import read_requirements
from scanner.inputs.formats.structure.table import parse_toml
from scanner.model.errors import SourceError

_BEGIN = "# /// script"
_END = "# ///"


def parse_script(document: Document) -> Parsed:
    """The declarations of the ``script`` block of a Python file, at the lines and columns of the file itself.

    [tool.uv] in it is read as in a pyproject.toml.

    Raises:
        SourceError: there is no such block, more than one, an unclosed one, or one that is not TOML.
    """
    top = parse_toml(replace(document, text=cut_block(document)))
    uv = read_uv_project(top.table("tool", "uv"))
    entries = add_uv_sources(read_requirements(top, "dependencies"), top.table("tool", "uv"))
    return replace(uv, entries=(*entries, *uv.entries), problems=top.problems)


def cut_block(document: Document) -> str:
    """The block's TOML, every character at its position in the file; everything before it is blank.

    Raises:
        SourceError: there is no such block, more than one, or an unclosed one.
    """
    raw = document.text.split("\n")
    lines = [line.rstrip() for line in raw]
    blocks = _find_blocks(lines)
    if not blocks:
        line = lines.index(_BEGIN) + 1 if _BEGIN in lines else None
        raise SourceError(document.path, line, f'no complete "{_BEGIN}" block found')
    if len(blocks) > 1:
        raise SourceError(document.path, blocks[1][0] + 1, f'more than one "{_BEGIN}" block')
    start, end = blocks[0]
    before = [" " * len(line) for line in raw[: start + 1]]
    block = [re.sub("^# ?", lambda match: " " * len(match[0]), line) for line in raw[start + 1 : end]]
    return "\n".join([*before, *block]).removesuffix("\r")


def _find_blocks(lines: list[str]) -> list[tuple[int, int]]:
    """The first and last line of each block; it ends at the last "# ///" of its comment lines, as in PEP 723."""
    blocks: list[tuple[int, int]] = []
    end = None
    for number in reversed(range(len(lines))):
        line = lines[number]
        if line == _BEGIN and end is not None:
            blocks.append((number, end))
        if line != "#" and not line.startswith("# "):
            end = None
        elif line == _END and end is None:
            end = number
    return blocks[::-1]
