"""Dependency files on disk as documents: the only module of the formats that opens files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanner.inputs.formats.document import Document, Parsed
from scanner.inputs.formats.ignores import InlineIgnore, find_inline_ignores
from scanner.inputs.formats.text import MAX_FILE_BYTES, decode_leniently
from scanner.model.dependency import Location
from scanner.model.errors import OutsideError, SourceError, describe_unexpected
from scanner.model.finding import Problem
from scanner.model.rule import Rule

_OUTSIDE = "not read: it lies outside of"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadFile:
    """One file that was read, or one that could not be read, with the reason among its problems."""

    path: str
    """As the user gave it, or relative to its folder; ``-`` for standard input."""
    format: str | None
    """The name of its format; None if it was not recognised or not readable."""
    parsed: Parsed
    ignores: tuple[InlineIgnore, ...] = ()
    """The comments that accept findings, from this file and the files that it includes."""


class Files:
    """Opens the files of one source, and those that they include, as documents.

    ``problems`` collects encoding errors, ``ignores`` the comments that accept findings. A file that is reached by two
    paths, for example through a symbolic link, keeps the path by which it was opened first, so that parsers detect
    circular includes.
    """

    def __init__(self, expand: Callable[[str], str], path: str, root: str | None = None) -> None:
        """``path`` is the file that is opened first; see ``find_root``."""
        self.problems: list[Problem] = []
        self.ignores: list[InlineIgnore] = []
        self._expand = expand
        self._path_by_real_path: dict[str, str] = {}
        self.path = path
        self.root = find_root(path, root)

    def open(self, path: str) -> Document:
        """The file as a document that opens others relative to its own folder.

        Raises:
            SourceError: the file is missing, not a regular file, not readable or not text.
            OutsideError: it lies outside of the root, itself or by a symbolic link.
        """
        check_inside(path, self.root)
        data = read_file(path)
        return self.make_document(self._path_by_real_path.setdefault(os.path.realpath(path), path), data)

    def make_document(self, path: str, data: bytes) -> Document:
        """The bytes as a document at the path.

        Raises:
            SourceError: the bytes are not text.
        """
        text, problems = decode_leniently(data, path)
        self.problems.extend(problem for problem in problems if problem not in self.problems)
        self.ignores.extend(found for found in find_inline_ignores(path, text) if found not in self.ignores)
        folder = Path(path).parent
        return Document(path=path, text=text, open=lambda other: self.open(_join(folder, other)), expand=self._expand)


def find_root(path: str, root: str | None = None) -> str:
    """The real folder that no file may lie outside of: the repository of a path, else ``root``, else its folder."""
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 (lexical: a link does not move it)
    above = (str(each) for each in (Path(folder), *Path(folder).parents))
    repository = next((each for each in above if os.path.lexists(os.path.join(each, ".git"))), None)  # noqa: PTH118
    return os.path.realpath(repository or root or folder)


def check_inside(path: str, root: str) -> None:
    """Refuses a path that leads out of a real folder.

    Raises:
        OutsideError: it does.
    """
    try:
        is_inside = Path(os.path.realpath(path)).is_relative_to(root)
    except (OSError, ValueError):
        return  # what is no path is not opened either
    if not is_inside:
        raise OutsideError(path, None, f"{_OUTSIDE} {root}; to scan it, name its real path or a folder above both")


def read_file(path: str) -> bytes:
    """The bytes of a regular file; pipes and devices are rejected without reading them.

    Raises:
        SourceError: the file is missing, not a regular file, too large or not readable.
    """
    return _read_regular(path, MAX_FILE_BYTES + 1)


def read_head(path: str, size_bytes: int) -> bytes:
    """The first bytes of a regular file; empty if it cannot be read."""
    try:
        return _read_regular(path, size_bytes)
    except SourceError:
        return b""


def describe_failure(error: Exception, path: str) -> Problem:
    """A file that could not be read at all, as a problem (CS601; CS602 if it lies outside)."""
    if not isinstance(error, SourceError):
        error = SourceError(path, None, describe_unexpected(error))
    location = Location(path=error.path, line=error.line or 1)
    rule = Rule.CS602 if isinstance(error, OutsideError) else Rule.CS601
    return Problem(rule=rule, message=error.reason, location=location)


def _read_regular(path: str, size_bytes: int) -> bytes:
    try:
        # Without O_NONBLOCK opening a named pipe would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return file.read(size_bytes)
            reason = "neither a file nor a folder; use `-` to read standard input"
    except FileNotFoundError:
        reason = "no such file"
    except IsADirectoryError:
        reason = "a folder, not a file"
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise SourceError(path, None, reason)


def _join(folder: Path, path: str) -> str:
    """The path relative to the folder, simplified if that does not change the file."""
    joined = str(folder / path)
    short = os.path.normpath(joined)
    try:
        return short if os.path.realpath(short) == os.path.realpath(joined) else joined
    except (OSError, ValueError):
        return joined
