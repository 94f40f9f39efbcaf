"""Does the release fit into the tree? (CS502, CS105, and CS503 if its dependencies cannot be determined)"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.judge.rules.outdated import find_overtaking
from scanner.judge.rules.subject import Subject
from scanner.judge.rules.tags import say_pin
from scanner.model.artifact import Origin
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule


def find_conflict(subject: Subject) -> Iterator[Finding]:
    """CS502 where two requirements on this project contradict each other."""
    if not subject.contradicting:
        return
    told = " and ".join(subject.contradicting)
    yield Finding(
        rule=Rule.CS502,
        level=Level.CAUTION,
        message=f"no version of {subject.dependency.name} satisfies {told}",
        evidence=tuple(
            Evidence(fact=want, origin=subject.dependency.location.path, strength=Strength.PROVEN)
            for want in subject.contradicting
        ),
        remedy="loosen one of the two, so that an installer can choose",
    )


def find_passed_over(subject: Subject) -> Iterator[Finding]:
    """CS105 where a newer release fits by itself but needs something that does not."""
    passed_over, chosen = subject.passed_over, subject.chosen
    if passed_over is None or chosen is None or subject.dependency.pin is not None or find_overtaking(subject):
        return
    name, misfit = subject.dependency.name, passed_over.chain[-1]
    chain = " → ".join(passed_over.chain)
    yield Finding(
        rule=Rule.CS105,
        level=Level.CAUTION,
        message=(
            f"runs as {chosen.version}: {name} {passed_over.version} requires"
            f" {misfit} {passed_over.misfit_version}, which has no compatible wheel ({chain})"
        ),
        evidence=(
            Evidence(
                fact=f"{name} {passed_over.version} requires {misfit}: {chain}",
                origin=f"the tree of {name} {passed_over.version}",
                strength=Strength.PROVEN,
            ),
        ),
        remedy=say_pin(subject, subject.candidates.candidate(passed_over.version) if subject.candidates else None),
    )


def find_unknown_requires(subject: Subject) -> Iterator[Finding]:
    """CS503 where what comes along cannot be told without building; the tree below is then not known."""
    if subject.requires_unknown is None or subject.failure is not None or subject.chosen is None:
        return
    if subject.inspect_failure is not None and subject.wheel is not None and subject.wheel.origin is Origin.URL:
        return  # the same failure, which is reported
    origin = subject.chosen.wheel or subject.chosen.release.artifacts[0]
    yield Finding(
        rule=Rule.CS505 if subject.requires_unusable else Rule.CS503,
        level=Level.CAUTION,
        message=f"cannot determine the dependencies of {subject.title}: {subject.requires_unknown}",
        evidence=(Evidence(fact=subject.requires_unknown, origin=origin.filename, strength=Strength.PROVEN),),
    )
