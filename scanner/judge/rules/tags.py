"""Does a wheel fit the target, and if not, what is shipped instead? (CS101, CS105, CS106, CS107, CS108)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from scanner.judge.rules.outdated import find_overtaking
from scanner.judge.rules.subject import Subject
from scanner.model.artifact import Artifact, ArtifactKind, Origin
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.rule import Rule
from scanner.runtime.candidates import Candidate
from scanner.runtime.target import excludes_newer_python, rank_artifact, takes_python

_LONG_AGO = timedelta(days=365)

_SYSTEMS = (
    ("manylinux", "Linux"),
    ("musllinux", "Linux"),
    ("linux", "Linux"),
    ("macosx", "macOS"),
    ("win", "Windows"),
    ("android", "Android"),
    ("ios", "iOS"),
)


def find_native_wheels(subject: Subject) -> Iterator[Finding]:
    """CS101 where wheels exist but none of them fits, with CS107 where a pin is to blame."""
    chosen = subject.chosen
    if chosen is None or chosen.wheel is not None or chosen.is_source_only:
        return
    wheels = [artifact for artifact in chosen.release.artifacts if artifact.kind is ArtifactKind.WHEEL]
    if not wheels or any(rank_artifact(wheel, subject.target) is not None for wheel in wheels):
        return
    other = _newest_fitting(subject)
    yield Finding(
        rule=Rule.CS101,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=f"{subject.title} has wheels for {_platforms(wheels)}, none for {_target_name(subject)}",
        evidence=(_wheels_evidence(wheels, subject),),
        remedy=_remedy(subject, other),
    )
    if other is not None and _is_own_pin(subject):
        yield _pin_finding(subject, other)


def find_excluded_python(subject: Subject) -> Iterator[Finding]:
    """CS106 where files would fit but their Requires-Python excludes the target; a caution where only its cap does."""
    chosen = subject.chosen
    if chosen is None:
        return
    if chosen.wheel is not None:
        yield from _find_python_cap(subject, chosen.wheel)
        return
    excluded = [
        artifact
        for artifact in chosen.release.artifacts
        if not takes_python(artifact.requires_python, subject.target)
        and (artifact.kind is ArtifactKind.SDIST or rank_artifact(artifact, subject.target) is not None)
    ]
    if not excluded:
        return
    first = excluded[0]
    other = _newest_fitting(subject)
    yield Finding(
        rule=Rule.CS106,
        level=Level.BLOCKER,
        when=When.INSTALL,
        message=f"{subject.title} requires Python {first.requires_python}; Workers run {subject.target.python}",
        evidence=(
            Evidence(fact=f"Requires-Python: {first.requires_python}", origin=first.filename, strength=Strength.PROVEN),
        ),
        remedy=_remedy(subject, other),
    )
    if other is not None and _is_own_pin(subject):
        yield _pin_finding(subject, other)


def _find_python_cap(subject: Subject, wheel: Artifact) -> Iterator[Finding]:
    if not excludes_newer_python(wheel.requires_python, subject.target):
        return
    yield Finding(
        rule=Rule.CS106,
        level=Level.CAUTION,
        message=(
            f"{subject.title} declares Python {wheel.requires_python}; Workers run {subject.target.python}."
            " Installers ignore the upper bound"
        ),
        evidence=(
            Evidence(fact=f"Requires-Python: {wheel.requires_python}", origin=wheel.filename, strength=Strength.PROVEN),
        ),
        remedy="test it on this Python, or move to a release that declares it",
    )


def find_older_choice(subject: Subject) -> Iterator[Finding]:
    """CS105 where a newer release satisfies too but has nothing for the target."""
    chosen = subject.chosen
    if chosen is None or chosen.wheel is None or subject.candidates is None or subject.dependency.pin is not None:
        return
    newest = subject.candidates.newest(subject.satisfying)
    if newest is None or newest.version <= chosen.version or newest.wheel is not None:
        return
    installable = [artifact for artifact in newest.release.artifacts if artifact.yanked is None]
    if not installable or find_overtaking(subject):
        return
    python_only = all(not takes_python(artifact.requires_python, subject.target) for artifact in installable)
    why = (
        f"requires Python {installable[0].requires_python}"
        if python_only
        else f"has no wheel for {_target_name(subject)}"
    )
    yield Finding(
        rule=Rule.CS105,
        level=Level.CAUTION,
        message=f"runs as {chosen.version}: the newest release {newest.version} {why}",
        evidence=(
            _file_evidence(chosen.wheel, "fits the target"),
            _file_evidence(installable[0], f"of {newest.version} does not"),
        ),
        remedy=say_pin(subject, newest),
    )


def say_pin(subject: Subject, newest: Candidate | None) -> str:
    """To pin what was chosen; where it is a year older than the newest release, and of another series, that it is."""
    chosen = subject.chosen
    assert chosen is not None  # noqa: S101  # there is nothing to pin otherwise
    pin = f"pin {subject.dependency.name}=={chosen.version}"
    if newest is None or newest.released is None or chosen.released is None:
        return f"{pin} so that every installer selects it"
    is_same_series = newest.version.release[:2] == chosen.version.release[:2]
    if is_same_series or newest.released - chosen.released < _LONG_AGO:
        return f"{pin} so that every installer selects it"
    return f"{pin}, a release of {chosen.released}, or move what requires it into a container"


def find_yanked(subject: Subject) -> Iterator[Finding]:
    """CS108 where the chosen file was yanked by its maintainers (PEP 592)."""
    chosen = subject.chosen
    if chosen is None:
        return
    artifact = chosen.wheel or next(iter(chosen.release.artifacts), None)
    if artifact is None or artifact.yanked is None:
        return
    reason = f": {artifact.yanked}" if artifact.yanked else ""
    yield Finding(
        rule=Rule.CS108,
        level=Level.CAUTION,
        message=f"{subject.title} is yanked{reason}",
        evidence=(_file_evidence(artifact, "is yanked"),),
        remedy="move to a release that is not yanked",
    )


def _pin_finding(subject: Subject, other: Candidate) -> Finding:
    wheel = other.wheel
    assert wheel is not None  # noqa: S101  # a fitting candidate has one
    return Finding(
        rule=Rule.CS107,
        level=Level.NOTE,
        when=When.INSTALL,
        message=f"only the pin =={subject.dependency.pin} blocks this: {other.version} has a compatible wheel",
        evidence=(_file_evidence(wheel, "fits the target"),),
        remedy=_remedy(subject, other),
    )


def _remedy(subject: Subject, other: Candidate | None) -> str | None:
    if other is None:
        return None
    name, age = subject.dependency.name, _say_age(subject, other)
    if subject.required_by is not None:
        wanted = f"{name}{subject.dependency.specifier}"
        return f"{name} {other.version}{age} has {_where(other)}, but {subject.required_by} requires {wanted}"
    verb = "pin" if _is_own_pin(subject) else "allow"
    return f"{verb} {name}=={other.version}{age or ','} which has {_where(other)}"


def _say_age(subject: Subject, other: Candidate) -> str:
    """That a version is older than the one that was asked for, and from when; empty for a newer one."""
    if subject.chosen is None or other.version > subject.chosen.version:
        return ""
    return f" (an older release{f', of {other.released}' if other.released else ''})"


def _is_own_pin(subject: Subject) -> bool:
    return subject.dependency.pin is not None and subject.required_by is None


def _where(candidate: Candidate) -> str:
    wheel = candidate.wheel
    if wheel is not None and wheel.origin is Origin.PYODIDE:
        return "a wheel in Pyodide"
    return "a compatible wheel on the index"


def _newest_fitting(subject: Subject) -> Candidate | None:
    """The newest fitting version that others admit too, one after the chosen one before an older one.

    Never a prerelease: one from before a project had native code fits, and is no way out. Where it is the others who
    ask for what does not fit, what they admit is no bound.
    """
    candidates, chosen = subject.candidates, subject.chosen
    if candidates is None or chosen is None:
        return None
    versions = [version for version in candidates.possible_versions if not version.is_prerelease]
    if subject.required_by is None:
        versions = list(subject.others_ask.filter(versions, prereleases=True))
    newer = (version for version in versions if version > chosen.version)
    older = (version for version in versions if version < chosen.version)
    return next(candidates.fitting((*newer, *older)), None)


def _platforms(wheels: Iterable[Artifact]) -> str:
    names: dict[str, None] = {}
    for wheel in wheels:
        for tag in sorted(wheel.tags, key=str):
            names[_platform_name(tag.platform, tag.interpreter)] = None
    return ", ".join(sorted(names))


def _platform_name(platform: str, interpreter: str) -> str:
    for prefix, system in _SYSTEMS:
        if platform.startswith(prefix):
            return system
    if platform == "any":
        return f"{interpreter} only"
    return platform


def _target_name(subject: Subject) -> str:
    native = next((tag.platform for tag in subject.target.tags if tag.platform != "any"), "any")
    return f"Python {subject.target.python.rpartition('.')[0]} on {native}"


def _wheels_evidence(wheels: list[Artifact], subject: Subject) -> Evidence:
    listing = getattr(subject.candidates.listing, "url", None) if subject.candidates else None
    more = f" and {len(wheels) - 1} more wheels" if len(wheels) > 1 else ""
    return Evidence(
        fact=f"{wheels[0].filename}{more}, no wheel with the target's tags",
        origin=listing or wheels[0].filename,
        strength=Strength.PROVEN,
    )


def _file_evidence(artifact: Artifact, fact: str) -> Evidence:
    return Evidence(fact=f"{artifact.filename} {fact}", origin=artifact.filename, strength=Strength.PROVEN)
