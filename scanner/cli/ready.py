"""Answers that stand ready: `--help` of every command and `--version`, told without loading the command line library.

Importing click alone takes several times what starting Python takes. The texts are what click prints, written ahead by
`tools/update_ready_texts.py`; whatever else is asked, or asked where click would print them otherwise, click answers.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence

PROGRAM = "compat-scan"
WIDTHS = (80, 100)
"""The columns that texts stand ready for: without a terminal, and on one that has as many as the help takes or more."""
FOLDER = os.path.join(os.path.dirname(__file__), "texts")  # noqa: PTH118, PTH120  # pathlib takes longer to load
_HELP, _VERSION = ("--help", "-h"), ("--version", "-V")
_COMPLETION = "_COMPAT_SCAN_COMPLETE"
_STOPPED_HELP, _STOPPED_VERSION, _UNWRITABLE = 1, 130, 2


def tell_ready(words: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Prints the answer to a command line where one stands ready; whether it did.

    Raises:
        SystemExit: whoever reads has enough of it, or standard output cannot be written.
    """
    key = find_key(words)
    if key is None or environ.get(_COMPLETION):
        return False
    # Of a stream in another encoding click makes one that takes every sign.
    if sys.stdout is None or str(sys.stdout.encoding).lower() != "utf-8":
        return False
    text = _read_text(key, WIDTHS[0] if key in _VERSION else find_columns(environ))
    if text is None:
        return False
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        from scanner.cli.encoding import drop_output  # noqa: PLC0415  # only when it goes wrong

        drop_output(sys.stdout)
        if error.errno != errno.EPIPE:
            sys.stderr.write(f"compat-scan: error: standard output: cannot be written: {error.strerror}\n")
            sys.exit(_UNWRITABLE)
        sys.exit(_STOPPED_VERSION if key in _VERSION else _STOPPED_HELP)
    return True


def find_key(words: Sequence[str]) -> str | None:
    """What the answer to a command line is filed under; None where it asks for more than a text."""
    if not words or len(words) > 3 or any(not word.isalpha() for word in words[:-1]):
        return None
    if words[-1] in _HELP:
        return " ".join((*words[:-1], _HELP[0]))
    return _VERSION[0] if len(words) == 1 and words[0] in _VERSION else None


def find_columns(environ: Mapping[str, str]) -> int:
    """How many columns click lays texts out for, found as `shutil.get_terminal_size` does."""
    try:
        columns = int(environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns > 0:
        return columns
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or WIDTHS[0]  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return WIDTHS[0]


def join_texts(texts: Mapping[str, str]) -> str:
    """The file of one width: each text below a line with its key."""
    return "".join(f"\f{key}\n{text}" for key, text in texts.items())


def _read_text(key: str, columns: int) -> str | None:
    width = min(columns, WIDTHS[-1])
    if width not in WIDTHS:
        return None
    try:
        with open(f"{FOLDER}/{width}.txt", encoding="utf-8") as file:  # noqa: PTH123  # as above
            found = file.read().partition(f"\f{key}\n")
    except OSError:
        return None
    return found[2].partition("\f")[0] or None
