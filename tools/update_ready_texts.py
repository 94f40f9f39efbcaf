"""Writes scanner/cli/texts/: what `--help` of every command and `--version` print, for those who cannot wait for click.

python tools/update_ready_texts.py           writes the files
python tools/update_ready_texts.py --check   exits 1 where a file is not what it would write
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

import click

from scanner.cli.group import main as command_line
from scanner.cli.ready import FOLDER, PROGRAM, WIDTHS, join_texts

VERSION = "--version"


def main(arguments: list[str]) -> int:
    """Writes or checks the files; the exit code."""
    folder = Path(FOLDER)
    stale = 0
    for width in WIDTHS:
        path = folder / f"{width}.txt"
        text = render_texts(width)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"scanner/cli/texts/{path.name} is not current: run python tools/update_ready_texts.py")
            stale = 1
    return stale


def render_texts(columns: int) -> str:
    """The file for a width in columns, as click prints its texts."""
    keys = [*(" ".join((*names, "--help")) for names in walk_commands(command_line)), VERSION]
    return join_texts({key: render(key.split(), columns) for key in keys})


def render(words: Sequence[str], columns: int) -> str:
    """What click prints for a command line."""
    told = io.StringIO()
    with patch.dict(os.environ, COLUMNS=str(columns)), redirect_stdout(told):
        command_line.main(list(words), prog_name=PROGRAM, standalone_mode=False)
    return told.getvalue()


def walk_commands(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that name each command, the group itself and the commands of groups included."""
    yield names
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk_commands(inner, (*names, name))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
