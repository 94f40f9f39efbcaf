"""JSON as every JSON-like reporter writes it: plain ASCII that is safe to print anywhere."""

from __future__ import annotations

import json
from typing import TextIO


def write_json(value: object, stream: TextIO) -> None:
    """Writes the value indented and with a final line break.

    Everything outside printable ASCII is escaped, so that no control or bidirectional character reaches a terminal,
    and so is ``##[``, which some continuous-integration runners take for a command wherever it stands. Both keep
    the exact value. Text must have been through ``exact`` or ``clean`` before.
    """
    text = json.dumps(value, ensure_ascii=True, indent=2)
    # Both can only stand inside strings; json itself leaves DEL alone, as the standard allows.
    text = text.replace("\x7f", "\\u007f").replace("##", "#\\u0023")
    stream.write(text + "\n")
