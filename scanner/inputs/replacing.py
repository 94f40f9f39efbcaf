"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def open_replacing(path: Path) -> Iterator[TextIO]:
    """A new file in UTF-8 that takes the place of ``path`` in the end; nothing is left behind if that fails.

    Its name is random and is never followed if it is a link. A link at ``path`` is replaced, not what it leads to.

    Raises:
        OSError: the file cannot be written.
    """
    unfinished = path.with_name(f".{secrets.token_hex(8)}.unfinished")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(unfinished, flags, 0o666), "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123
        try:
            yield stream
            stream.close()
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
