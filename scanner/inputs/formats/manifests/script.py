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
    """What the ``script`` block of a Python file declares, at the lines and columns of the file itself.

    [tool.uv] in it is read as in a pyproject.toml.

    Raises:
        SourceError: there is no such block, more than one, one without an end, or one that is not TOML.
    """
    top = parse_toml(replace(document, text=_cut_block(document)))
    uv = read_uv_project(top.table("tool", "uv"))
    entries = add_uv_sources(read_requirements(top, "dependencies"), top.table("tool", "uv"))
    return replace(uv, entries=(*entries, *uv.entries), problems=top.problems)


def _cut_block(document: Document) -> str:
    """The block's TOML, every character at the place that it has in the file."""
    lines = [line.rstrip() for line in document.text.split("\n")]
    starts = [number for number, line in enumerate(lines) if line == _BEGIN]
    blocks = [(start, _find_end(lines, start)) for start in starts]
    closed = [(start, end) for start, end in blocks if end is not None]
    if not closed:
        line = starts[0] + 1 if starts else None
        raise SourceError(document.path, line, "there is no complete «# /// script» block in it")
    if len(closed) > 1:
        raise SourceError(document.path, closed[1][0] + 1, "a second «# /// script» block")
    start, end = closed[0]
    return "\n" * (start + 1) + "\n".join(
        re.sub("^# ?", lambda m: " " * len(m[0]), line) for line in lines[start + 1 : end]
    )


def _find_end(lines: list[str], start: int) -> int | None:
    """The last «# ///» among the comment lines that follow, as PEP 723 has it; None where there is none."""
    end = None
    for number in range(start + 1, len(lines)):
        if lines[number] != "#" and not lines[number].startswith("# "):
            break
        if lines[number] == _END:
            end = number
    return end
