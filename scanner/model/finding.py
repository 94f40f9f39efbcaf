"""Findings about releases, problems of files, and the evidence for them."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass

from scanner.model.dependency import Location
from scanner.model.rule import Level, Rule

__all__ = [
    "Accepted", "Alternative", "Cause", "Evidence", "Finding", "Level", "Problem", "Strength", "When", "fingerprint",
]  # fmt: skip


class When(enum.StrEnum):
    """When a finding takes effect; it explains, the level decides."""

    INSTALL = "install"
    """pywrangler cannot install or upload it."""
    IMPORT = "import"
    """Importing it fails on the target."""
    STARTUP = "startup"
    """It works in a request and fails at the top level of a Worker."""
    CALL = "call"
    """Some function cannot work there."""


class Strength(enum.StrEnum):
    """How sure a piece of evidence is: seen in the files themselves, read in documentation, or inferred."""

    PROVEN = "proven"
    DOCUMENTED = "documented"
    GUESSED = "guessed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """Who accepted a finding, so that it does not count for the exit code."""

    by: str
    """The place of the ignore, ``baseline``, or the option."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong with a file or a configuration."""

    rule: Rule
    message: str
    location: Location | None
    level: Level = Level.CAUTION
    """A blocker is a deployment problem: the deployment fails, although nothing needs a container."""
    when: When | None = None
    remedy: str | None = None
    accepted: Accepted | None = None

    @property
    def is_deployment_problem(self) -> bool:
        """Whether the deployment fails as it stands."""
        return self.level is Level.BLOCKER


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One fact that a finding rests on; ``origin`` is a file name, a table row or a URL."""

    fact: str
    origin: str
    strength: Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """The package that a finding comes from."""

    name: str
    version: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check found about one release."""

    rule: Rule
    level: Level
    message: str
    when: When | None = None
    """None where it takes effect as its cause does, or does not concern running."""
    cause: Cause | None = None
    """The dependency that it comes from; None for the release itself."""
    policy: bool = False
    """Whether only the table decides: a WebAssembly build exists."""
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None
    url: str | None = None
    """The page that documents the remedy."""
    accepted: Accepted | None = None

    @property
    def leaves_unknown(self) -> bool:
        """Whether no verdict could be reached because of it; CS109 takes that from its cause."""
        return self.rule.leaves_unknown or (
            self.rule is Rule.CS109 and self.level is Level.CAUTION and self.when is None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """What to use on Workers instead, with the page that documents it."""

    use: str
    url: str


def fingerprint(rule: Rule, project_path: str, name: str) -> str:
    """A stable identity of one finding, as 64 hexadecimal digits: rule, project path and name; no lines, no versions.

    ``name`` is the dependency's; for a problem it is the message, which tells it from another of its rule.
    """
    identity = f"compat-scan/2\0{rule.code}\0{project_path}\0{name}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
