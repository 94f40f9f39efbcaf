"""JSON as every JSON-like reporter writes it: plain ASCII that is safe to print anywhere."""

from __future__ import annotations

import json
from itertools import islice
from typing import TextIO

# Written by parts: as one text, a report of a hundred thousand entries would take several times its own memory.
_PARTS_AT_ONCE = 20_000


def write_json(value: object, stream: TextIO) -> None:
    """Writes the value indented and with a final line break.

    Everything outside printable ASCII is escaped, so that no control or bidirectional character reaches a terminal,
    and so is ``##[``, which some continuous-integration runners take for a command wherever it stands. Both keep
    the exact value. Text must have been through ``exact`` or ``clean`` before.
    """
    parts = json.JSONEncoder(ensure_ascii=True, indent=2).iterencode(value)
    # A string is always one part, and both can only stand inside strings; json itself leaves DEL alone, as the
    # standard allows.
    while text := "".join(islice(parts, _PARTS_AT_ONCE)):
        stream.write(text.replace("\x7f", "\\u007f").replace("##", "#\\u0023"))
    stream.write("\n")
