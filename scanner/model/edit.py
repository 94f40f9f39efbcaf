"""Edits: changes to the user's files that remove blockers."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from scanner.model.rule import Rule


class EditKind(enum.StrEnum):
    """What an edit does."""

    PIN = "pin"
    DROP_EXTRA = "drop-extra"
    ADD_EXTRA = "add-extra"
    REPLACE = "replace"
    REMOVE = "remove"
    MOVE_TO_GROUP = "move-to-group"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One piece of text that is replaced; ``line`` and ``column`` count from 1 in the file as it was read."""

    path: str
    line: int
    column: int
    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolves:
    """A finding that an edit removes."""

    name: str
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """The smallest change that removes one or more blockers."""

    kind: EditKind
    safe: bool
    """Whether the project's code can stay unchanged."""
    changes: tuple[Change, ...] = ()
    command: str | None = None
    """The command to run for a lock file, which is never edited."""
    also_removes: tuple[str, ...] = ()
    """The packages that are no longer installed."""
    resolves: tuple[Resolves, ...] = ()
