"""The input and output of every parser: a document, and what it declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from packaging.markers import Marker

from scanner.model.dependency import Entry, Location
from scanner.model.finding import Problem
from scanner.model.index_settings import IndexLocation, IndexSettings, Place
from scanner.model.rule import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One file as text; parsers never access the file system themselves.

    ``path`` is as the user gave it (or relative to the including file's folder) and is part of every location.
    ``open`` returns another document by a path in this one, relative to this one's folder; it raises
    ``SourceError`` if that file is missing or unreadable.
    """

    path: str
    text: str
    open: Callable[[str], Document]
    expand: Callable[[str], str] = str
    """Replaces ``${NAME}`` in a requirement or URL by environment variables, if the text may use them."""

    def location(self, line: int, column: int = 1) -> Location:
        """The location in this document; both count from 1."""
        return Location(path=self.path, line=line, column=column)

    def index_location(
        self, text: str, *, name: str | None = None, is_explicit: bool = False, is_flat: bool = False
    ) -> IndexLocation:
        """The index at a URL or path in this document; a path is relative to the document's folder."""
        return self.place.location(self.expand(text), "index", name=name, is_explicit=is_explicit, is_flat=is_flat)

    @property
    def place(self) -> Place:
        """This document as a source of settings."""
        return Place(label=self.path, directory=Path(self.path).parent.absolute(), is_own=False)

    def problem(self, message: str, line: int | None, *, rule: Rule = Rule.CS601) -> Problem:
        """A located problem of this document; ``line`` None means the file as a whole (reported at line 1)."""
        return Problem(rule=rule, message=message, location=self.location(line or 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """Everything in a document: each declaration is an entry, or a problem gives the reason why not."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    constraints: tuple[Entry, ...] = ()
    """Constraints from ``-c``, uv's constraint-dependencies and the like; not checked themselves."""
    overrides: tuple[Entry, ...] = ()
    """Requirements that replace every requirement of the same name (uv's override-dependencies)."""
    index: IndexSettings = field(default_factory=IndexSettings)
    is_lock: bool = False
    """Whether versions are used as they are and nothing is resolved."""
    locks: tuple[str, ...] = ()
    """For a lock file: the possible paths of the manifests it locks (in the same folder)."""
    notes: tuple[str, ...] = ()
    is_project: bool = False
    """For a pyproject.toml: whether it describes a project, so that older files are not required."""
    name: str | None = None
    """The name of the project that a manifest describes."""
    environments: tuple[Marker, ...] = ()
    """For a lock file: the environments that it is for, of which one must match; empty if it is for all."""
    members: tuple[str, ...] = ()
    """For a uv.lock: the folders of its projects relative to the lock; "." is its own."""

    def merge(self, other: Parsed) -> Parsed:
        """Both together, in order."""
        return Parsed(
            entries=self.entries + other.entries,
            problems=self.problems + other.problems,
            constraints=self.constraints + other.constraints,
            overrides=self.overrides + other.overrides,
            index=self.index.merge(other.index),
            is_lock=self.is_lock or other.is_lock,
            locks=self.locks + other.locks,
            notes=self.notes + other.notes,
            is_project=self.is_project or other.is_project,
            name=self.name or other.name,
            environments=self.environments + other.environments,
            members=self.members + other.members,
        )
