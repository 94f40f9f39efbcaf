"""Is the release too old to be what the project means? (CS110)"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scanner.judge.rules.subject import Subject
from scanner.model.artifact import Origin
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule
from scanner.runtime.candidates import Candidate, is_pure

_TWO_YEARS = timedelta(days=2 * 365)


def find_outdated(subject: Subject) -> Iterator[Finding]:
    """CS110 if the resolver stepped back to a pure release that is more than two years older than the newest one."""
    newest, chosen = find_overtaking(subject), subject.chosen
    if newest is None or chosen is None or chosen.wheel is None:
        return
    name = subject.dependency.name
    yield Finding(
        rule=Rule.CS110,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=(
            f"only an outdated release fits: {name} {chosen.version} of {chosen.released};"
            f" the newest release {newest.version} is of {newest.released}"
        ),
        evidence=tuple(
            Evidence(
                fact=f"{one.version} was uploaded on {one.released}",
                origin=one.release.artifacts[0].filename,
                strength=Strength.PROVEN,
            )
            for one in (chosen, newest)
        ),
        remedy=f"replace {name}, or move what requires it into a container; pin {name}=={chosen.version} to accept it",
    )


def find_overtaking(subject: Subject) -> Candidate | None:
    """The newest release that satisfies, if the chosen one is outdated in the sense of CS110.

    Pyodide's own copies and WebAssembly wheels are never outdated, nor is what the project chose itself.
    """
    chosen, candidates = subject.chosen, subject.candidates
    if chosen is None or candidates is None or subject.is_own_choice or subject.dependency.pin is not None:
        return None
    wheel = chosen.wheel
    if wheel is None or wheel.origin is not Origin.INDEX or not is_pure(wheel):
        return None
    newest = candidates.newest(subject.satisfying)
    if newest is None or newest.version <= chosen.version or newest.released is None or chosen.released is None:
        return None
    return newest if newest.released - chosen.released > _TWO_YEARS else None
