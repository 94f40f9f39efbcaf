"""Rewritten files on disk: all of them are written, or none."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scanner.inputs.formats.reading import read_file
from scanner.inputs.rewriting import Rewritten
from scanner.model.errors import EditError, SourceError


def write_files(files: Sequence[Rewritten], root: Path) -> None:
    """Replaces all files by their new bytes, each at one moment and with its old permissions.

    If one of them cannot be written, those before it get their old bytes back.

    Raises:
        EditError: a file lies outside ``root``, has changed since it was read, or cannot be written.
    """
    with ExitStack() as temporaries, ExitStack() as rollback:
        prepared = [(file, _find_target(file.path, root)) for file in files]
        new = [temporaries.enter_context(_open_beside(target, file.after, file)) for file, target in prepared]
        for (file, target), temporary in zip(prepared, new, strict=True):
            _replace(target, temporary, file)
            rollback.callback(_restore, file, target)
        rollback.pop_all()


def _find_target(path: str, root: Path) -> Path:
    """The file itself, behind all symbolic links."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(root)):
        raise EditError(path, None, "it lies outside the repository")
    return target


def _replace(target: Path, temporary: Path, file: Rewritten) -> None:
    try:
        if read_file(str(target)) != file.before:
            raise EditError(file.path, None, "it has changed since it was read")
        temporary.replace(target)
    except SourceError as error:
        raise EditError(file.path, None, error.reason) from error
    except OSError as error:
        raise _refuse_writing(file, error) from error


def _restore(file: Rewritten, target: Path) -> None:
    with _open_beside(target, file.before, file) as temporary:
        temporary.replace(target)


@contextmanager
def _open_beside(target: Path, data: bytes, file: Rewritten) -> Iterator[Path]:
    """A new file with these bytes in the folder of another and with its permissions; removed at the end if left."""
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise _refuse_writing(file, error) from error
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _refuse_writing(file: Rewritten, error: OSError) -> EditError:
    return EditError(file.path, None, f"it cannot be written: {error.strerror or error}")
