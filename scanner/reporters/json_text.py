"""JSON as every JSON-like reporter writes it: plain ASCII that is safe to print anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TextIO

_encode_scalar = json.JSONEncoder(ensure_ascii=True).encode


def write_json(value: object, stream: TextIO, *, depth: int = 2) -> None:
    """Writes the value indented and with a final line break.

    What lies ``depth`` levels deep is written one by one: as one text, a report of a hundred thousand entries would
    take several times its own memory.

    Everything outside printable ASCII is escaped, so that no control or bidirectional character reaches a terminal,
    and so is ``##[``, which some continuous-integration runners take for a command wherever it stands. Both keep
    the exact value. Text must have been through ``exact`` or ``clean`` before.
    """
    # A string is always in one part, and both can only stand inside strings; json itself leaves DEL alone, as the
    # standard allows.
    parts = _find_parts(value, "\n", depth)
    stream.writelines(part.replace("\x7f", "\\u007f").replace("##", "#\\u0023") for part in parts)
    stream.write("\n")


def _find_parts(value: object, line_break: str, depth: int) -> Iterator[str]:
    """The text of a value in pieces; down to ``depth`` levels a piece of its own for each member."""
    if not depth or not value or not isinstance(value, Mapping | list | tuple):
        yield _lay_out(value, line_break)
        return
    inner = line_break + "  "
    is_object = isinstance(value, Mapping)
    separator = "{" if is_object else "["
    for key in value:
        yield separator + inner
        if is_object:
            yield f"{_encode_scalar(key)}: "
        yield from _find_parts(value[key] if isinstance(value, Mapping) else key, inner, depth - 1)
        separator = ","
    yield line_break + ("}" if is_object else "]")


def _lay_out(value: object, line_break: str) -> str:
    """The text that ``json.dumps(value, indent=2)`` gives, in a third of its time."""
    if isinstance(value, str) or not isinstance(value, Mapping | list | tuple):
        return _encode_scalar(value)
    inner = line_break + "  "
    if isinstance(value, Mapping):
        members = f",{inner}".join(f"{_encode_scalar(key)}: {_lay_out(one, inner)}" for key, one in value.items())
        return f"{{{inner}{members}{line_break}}}" if members else "{}"
    members = f",{inner}".join(_lay_out(one, inner) for one in value)
    return f"[{inner}{members}{line_break}]" if members else "[]"
