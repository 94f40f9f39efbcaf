"""Findings about releases, problems of files, and the evidence for them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.rule import Rule


class Level(enum.StrEnum):
    """What a finding does to a verdict: a blocker decides it, a caution limits it, a note only informs."""

    BLOCKER = "blocker"
    CAUTION = "caution"
    NOTE = "note"


class Strength(enum.StrEnum):
    """How sure a piece of evidence is: seen in the files themselves, read in documentation, or inferred."""

    PROVEN = "proven"
    DOCUMENTED = "documented"
    GUESSED = "guessed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something in a file that could not be understood (CS601) or followed (CS602)."""

    rule: Rule
    message: str
    location: Location | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One fact that a finding rests on; ``origin`` is a file name, a table row or a URL."""

    fact: str
    origin: str
    strength: Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check has to say of one release."""

    rule: Rule
    level: Level
    message: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """What to use on Workers instead, with the page that documents it."""

    use: str
    url: str
