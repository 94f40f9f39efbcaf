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
    """When a finding takes effect; this only explains, the level decides."""

    INSTALL = "install"
    """pywrangler cannot install or upload it."""
    IMPORT = "import"
    """Importing it fails on the target."""
    STARTUP = "startup"
    """It works during a request and fails at the top level of the Worker."""
    CALL = "call"
    """Some function fails when it is called."""


class Strength(enum.StrEnum):
    """The strength of evidence: found in the files themselves, documented, or inferred."""

    PROVEN = "proven"
    DOCUMENTED = "documented"
    GUESSED = "guessed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The acceptance of a finding, which then does not affect the exit code."""

    by: str
    """The location of the ignore, ``baseline``, or the option."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A fault in a file or a configuration."""

    rule: Rule
    message: str
    location: Location | None
    level: Level = Level.CAUTION
    """A blocker is a deployment problem: the deployment fails, but a container is not required."""
    when: When | None = None
    remedy: str | None = None
    accepted: Accepted | None = None

    @property
    def is_deployment_problem(self) -> bool:
        """Whether the deployment fails without changes."""
        return self.level is Level.BLOCKER


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One fact that supports a finding; ``origin`` is a file name, a table row or a URL."""

    fact: str
    origin: str
    strength: Strength


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """The package that causes a finding."""

    name: str
    version: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The result of a rule for one release."""

    rule: Rule
    level: Level
    message: str
    when: When | None = None
    """None if it takes effect when its cause does, or does not concern running."""
    cause: Cause | None = None
    """The dependency that causes it; None for the release itself."""
    policy: bool = False
    """Whether only the table decides, because a WebAssembly build exists."""
    evidence: tuple[Evidence, ...] = ()
    remedy: str | None = None
    url: str | None = None
    """The page that documents the remedy."""
    accepted: Accepted | None = None

    @property
    def leaves_unknown(self) -> bool:
        """Whether it makes the verdict unknown; CS109 inherits this from its cause."""
        return self.rule.leaves_unknown or (
            self.rule is Rule.CS109 and self.level is Level.CAUTION and self.when is None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternative:
    """The alternative on Workers, with the page that documents it."""

    use: str
    url: str


def fingerprint(rule: Rule, project_path: str, name: str) -> str:
    """A stable identity of one finding, as 64 hexadecimal digits: rule, project path and name; no lines, no versions.

    ``name`` is the dependency's; for a problem it is the message, which distinguishes it from others of its rule.
    """
    identity = f"compat-scan/2\0{rule.code}\0{project_path}\0{name}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
