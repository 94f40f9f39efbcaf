"""Is there only a source distribution, and what would building it take? (CS102, CS103, CS503)"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.checks.subject import Subject
from scanner.model import ArtifactKind, Evidence, Finding, Level, Rule, Strength
from scanner.target import takes_python


def find_source_only(subject: Subject) -> Iterator[Finding]:
    """CS503 where there is no wheel at all and the source was not looked into."""
    chosen = subject.chosen
    if chosen is None or chosen.wheel is not None:
        return
    sources = [
        artifact
        for artifact in chosen.release.artifacts
        if artifact.kind is ArtifactKind.SDIST and takes_python(artifact.requires_python, subject.target)
    ]
    has_wheels = any(artifact.kind is ArtifactKind.WHEEL for artifact in chosen.release.artifacts)
    if has_wheels or not sources:
        return
    yield Finding(
        rule=Rule.CS503,
        level=Level.CAUTION,
        message=f"{subject.title} ships only source, which was not looked into: whether it compiles is not known",
        evidence=(
            Evidence(fact=f"{sources[0].filename} and no wheel", origin=sources[0].filename, strength=Strength.PROVEN),
        ),
        remedy="scan without --no-inspect, or ask the project for a wheel",
    )
