"""What every reader takes and gives: a document in, what it declares out."""

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
    """One file as text; readers never touch the file system themselves.

    ``path`` is as the user named it (or as the including file's folder makes it) and goes into every location.
    ``open`` gives another document by a path that stands in this one, relative to this one's folder; it raises
    ``SourceError`` where that file is missing or unreadable.
    """

    path: str
    text: str
    open: Callable[[str], Document]
    expand: Callable[[str], str] = str
    """Gives a requirement or an address with ``${NAME}`` replaced by environment variables, where it may use them."""

    def location(self, line: int, column: int = 1) -> Location:
        """The place in this document; both count from 1."""
        return Location(path=self.path, line=line, column=column)

    def index_location(
        self, text: str, *, name: str | None = None, is_explicit: bool = False, is_flat: bool = False
    ) -> IndexLocation:
        """The index that an address or a path in this document names; a path is relative to the document's folder."""
        return self.place.location(self.expand(text), "index", name=name, is_explicit=is_explicit, is_flat=is_flat)

    @property
    def place(self) -> Place:
        """This document as a place of settings."""
        return Place(label=self.path, directory=Path(self.path).parent.absolute(), is_own=False)

    def problem(self, message: str, line: int | None, *, rule: Rule = Rule.CS601) -> Problem:
        """A located problem of this document; ``line`` None means the file as a whole (reported at line 1)."""
        return Problem(rule=rule, message=message, location=self.location(line or 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """Everything that stands in a document: each declaration is an entry, or a problem says why not."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    constraints: tuple[Entry, ...] = ()
    """What ``-c``, uv's constraint-dependencies and the like narrow; never judged for themselves."""
    overrides: tuple[Entry, ...] = ()
    """What replaces every requirement of the same name (uv's override-dependencies)."""
    index: IndexSettings = field(default_factory=IndexSettings)
    is_lock: bool = False
    """Whether versions are taken as they are and nothing is resolved."""
    locks: tuple[str, ...] = ()
    """For a lock file: the paths of the manifests it locks, where they can stand (beside it)."""
    notes: tuple[str, ...] = ()
    is_project: bool = False
    """For a pyproject.toml: whether it describes a project, so that no older file has to."""
    name: str | None = None
    """The name of the project that a manifest describes."""
    environments: tuple[Marker, ...] = ()
    """For a lock file: the environments that it is for, of which one must apply; none where it is for all."""
    members: tuple[str, ...] = ()
    """For a uv.lock: the folders of its projects as seen from the lock; "." is its own."""

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
