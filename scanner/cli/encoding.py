"""Standard output on terminals and in pipes that do not speak Unicode."""

from __future__ import annotations

import codecs
import io
import os
from typing import TextIO

PLAIN = "compat-scan-plain"
"""The name of the error handler that writes what cannot be encoded in plain signs."""

_SIGNS = {
    "✓": "v", "✗": "x", "≠": "/=", "≥": ">=", "≤": "<=", "×": "x", "→": "->", "↳": "->",
    "—": "--", "–": "-", "−": "-", "·": "-", "…": "...", "\N{NO-BREAK SPACE}": " ",
    "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
    "│": "|", "├": "|", "└": "`", "─": "-", "┌": ",", "█": "#", "░": ".", "▏": "|", "●": "*", "○": "o", "✂": "X",
}  # fmt: skip


def fit_encoding(stream: TextIO, *, for_programs: bool) -> None:
    """Makes the stream take every character.

    What programs read is UTF-8, as the formats promise. What people read stays in the terminal's own encoding, with
    plain signs for our marks and an escape for every other character that it lacks.
    """
    if not isinstance(stream, io.TextIOWrapper):
        return
    if for_programs:
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    else:
        codecs.register_error(PLAIN, _write_plainly)
        stream.reconfigure(errors=PLAIN)


def drop_output(stream: TextIO) -> None:
    """Lets go of what a stream that cannot be written still holds; Python would try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write_plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    character = error.object[error.start]
    if character in _SIGNS:
        return _SIGNS[character], error.start + 1
    return codecs.backslashreplace_errors(
        UnicodeEncodeError(error.encoding, error.object, error.start, error.start + 1, error.reason)
    )
