"""What every reader takes and gives: a document in, what it declares out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from packaging.markers import Marker

from scanner.model.dependency import Entry, Location
from scanner.model.finding import Problem
from scanner.model.report import IndexPin
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
    environ: Mapping[str, str] = field(default_factory=dict)
    """The environment variables that ``${NAME}`` in requirements files stands for."""

    def location(self, line: int, column: int = 1) -> Location:
        """The place in this document; both count from 1."""
        return Location(path=self.path, line=line, column=column)

    def problem(self, message: str, line: int | None, *, rule: Rule = Rule.CS601) -> Problem:
        """A located problem of this document; ``line`` None means the file as a whole (reported at line 1)."""
        return Problem(rule=rule, message=message, location=self.location(line or 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexOptions:
    """The index settings that a dependency file itself carries."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    pins: tuple[IndexPin, ...] = ()
    """Packages that come from one index only; an index that is only for them stands nowhere else."""
    prereleases: bool = False

    def merge(self, other: IndexOptions) -> IndexOptions:
        """Both together; the later ``index_url`` wins, as in pip."""
        return IndexOptions(
            index_url=other.index_url or self.index_url,
            extra_index_urls=tuple(dict.fromkeys(self.extra_index_urls + other.extra_index_urls)),
            find_links=tuple(dict.fromkeys(self.find_links + other.find_links)),
            no_index=self.no_index or other.no_index,
            pins=tuple(dict.fromkeys(self.pins + other.pins)),
            prereleases=self.prereleases or other.prereleases,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """Everything that stands in a document: each declaration is an entry, or a problem says why not."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    constraints: tuple[Entry, ...] = ()
    """What ``-c``, uv's constraint-dependencies and the like narrow; never judged for themselves."""
    overrides: tuple[Entry, ...] = ()
    """What replaces every requirement of the same name (uv's override-dependencies)."""
    index: IndexOptions = IndexOptions()
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
