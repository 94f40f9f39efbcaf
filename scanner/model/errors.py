"""The errors that compat-scan raises, as one tree.

    ScanError
    ├── SettingsError(path, key, reason)       an option or a configuration file
    ├── SourceError(path, line, reason)        a dependency file that cannot be read
    │   └── OutsideError                       one that lies outside of what is scanned (CS602)
    ├── EditError(path, line, reason)          an edit of a dependency file that is refused
    ├── ReportError(path, key, reason)         a JSON report that cannot be compared
    ├── TableError(path, key, reason)          a table below data/ that does not hold together
    ├── ArtifactError(filename, reason)        a wheel or source distribution that cannot be trusted or read
    └── IndexFailure(url, reason)              a package index that gave no usable answer
        ├── IndexUnreachable                   no answer, or one that says "try later" (CS504)
        │   └── IndexNotAsked                  the scan is offline, and the cache does not have it (CS504)
        └── IndexAnswerError                   an answer that does not parse or breaks its own promise (CS505)

Each has its data as attributes and builds its message in ``__str__``. A project that is missing on an index is not an
error: its listing is ``None``.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import traceback


class ScanError(Exception):
    """The base of every error that compat-scan raises on purpose."""


def describe_unexpected(error: Exception) -> str:
    """One sentence for an error that no code expects, with an id that is the same for the same fault.

    What the error itself says stays out of it, because it may repeat what a stranger wrote. An error that was raised on
    purpose is its own sentence.

    Raises:
        Exception: the error itself, if memory or file descriptors are used up.
    """
    if isinstance(error, ScanError):
        return str(error)
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in (errno.EMFILE, errno.ENFILE):
        raise error
    logging.getLogger("scanner").debug("unexpected error", exc_info=error)
    frames = traceback.extract_tb(error.__traceback__)
    places = "".join(f"{os.path.basename(each.filename)}:{each.name};" for each in frames[-3:])  # noqa: PTH119
    identity = hashlib.sha256(f"{type(error).__name__};{places}".encode()).hexdigest()[:8]
    return f"internal error {identity} ({type(error).__name__}); COMPAT_SCAN_DEBUG=1 shows the traceback"


class SettingsError(ScanError):
    """An option or configuration value that cannot be used; ``path`` is None for the command line."""

    def __init__(self, path: str | None, key: str, reason: str) -> None:
        super().__init__(path, key, reason)
        self.path = path
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.key}: {self.reason}"


class SourceError(ScanError):
    """A dependency file, or a line of it, that cannot be read; ``line`` counts from 1, None for the whole file."""

    def __init__(self, path: str, line: int | None, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


class OutsideError(SourceError):
    """A file that lies outside of what is scanned, so that it is not opened (CS602)."""


class EditError(ScanError):
    """A refused edit of a dependency file; ``line`` counts from 1, None for the file as a whole."""

    def __init__(self, path: str, line: int | None, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: not edited: {self.reason}"


class TableError(ScanError):
    """A table below data/ with a row or key that breaks its rules."""

    def __init__(self, path: str, key: str, reason: str) -> None:
        super().__init__(path, key, reason)
        self.path = path
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.reason}"


class ReportError(ScanError):
    """A file that is no JSON report of compat-scan, or a value in it that breaks the schema."""

    def __init__(self, path: str, key: str, reason: str) -> None:
        super().__init__(path, key, reason)
        self.path = path
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.key}: {self.reason}"


class ArtifactError(ScanError):
    """A wheel or source distribution that fails a guard or cannot be read."""

    def __init__(self, filename: str, reason: str) -> None:
        super().__init__(filename, reason)
        self.filename = filename
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.filename}: {self.reason}"


class IndexFailure(ScanError):  # noqa: N818  # the name in the design
    """A package index without a usable answer; ``url`` never contains credentials."""

    # One is kept for each project without an answer, and there can be a hundred thousand.
    __slots__ = ("reason", "url")

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.url}: {self.reason}"


class IndexUnreachable(IndexFailure):
    """No answer, a refusal, or a request to retry later after all retries."""


class IndexRefused(IndexUnreachable):
    """HTTP 401 or 403: some indexes return this for every missing project."""


class IndexNotAsked(IndexUnreachable):
    """The scan is offline, and the cache has no entry."""


class IndexUndefined(IndexFailure):
    """No request was sent: the project is pinned to an index that no settings define; ``url`` is the project's name."""


class IndexAnswerError(IndexFailure):
    """An invalid answer."""
