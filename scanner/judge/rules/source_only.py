"""Is there only a source distribution, and what would building it take? (CS102, CS103, CS503)"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.judge.rules.sdist import find_build
from scanner.judge.rules.subject import Subject
from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule
from scanner.runtime.target import takes_python


def find_source_only(subject: Subject) -> Iterator[Finding]:
    """CS102, CS103 or CS503 if only a source distribution can be used: what the source says, if it was looked into."""
    chosen = subject.chosen
    if chosen is None or chosen.wheel is not None:
        return
    sources = [
        artifact
        for artifact in chosen.release.artifacts
        if artifact.kind is ArtifactKind.SDIST and takes_python(artifact.requires_python, subject.target)
    ]
    if not chosen.is_source_only or not sources:
        return
    if subject.sdist is not None:
        yield from find_build(subject.sdist, subject.target)
    elif subject.inspect_failure is None:
        yield _not_looked_into(subject, sources[0])


def _not_looked_into(subject: Subject, source: Artifact) -> Finding:
    return Finding(
        rule=Rule.CS503,
        level=Level.CAUTION,
        message=f"{subject.title} has only a source distribution, which was not opened: it may compile native code",
        evidence=(Evidence(fact=f"{source.filename} and no wheel", origin=source.filename, strength=Strength.PROVEN),),
        remedy="scan without --no-inspect",
    )
