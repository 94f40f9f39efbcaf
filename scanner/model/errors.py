"""The errors that compat-scan raises, as one tree.

    ScanError
    ├── SettingsError(path, key, reason)       an option or a configuration file
    ├── SourceError(path, line, reason)        a dependency file that cannot be read
    ├── EditError(path, line, reason)          an edit of a dependency file that is refused
    ├── TableError(path, key, reason)          an invalid table below data/
    ├── ArtifactError(filename, reason)        an unsafe or unreadable wheel or source distribution
    └── IndexFailure(url, reason)              a package index without a usable answer
        ├── IndexUnreachable                   no answer, or a request to retry later (CS504)
        │   └── IndexNotAsked                  the scan is offline, and the cache has no entry (CS504)
        └── IndexAnswerError                   an invalid answer (CS505)

Each has its data as attributes and builds its message in ``__str__``. A project that is missing on an index is not an
error: its listing is ``None``.
"""

from __future__ import annotations


class ScanError(Exception):
    """The base of every error that compat-scan raises on purpose."""


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
