"""Could it be looked at at all? (CS501, CS503, CS504, CS505)"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from scanner.judge.rules.subject import Subject
from scanner.model.errors import IndexAnswerError, IndexFailure, IndexNotAsked, IndexUndefined
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule


def find_lookup(subject: Subject) -> Iterator[Finding]:
    """What kept the release from being looked at; each of these leaves the verdict unknown."""
    failure = subject.failure
    if failure is not None:
        rule = Rule.CS505 if isinstance(failure, IndexAnswerError) else Rule.CS504
        yield _failed(rule, failure.url, failure.reason, _retry_remedy(failure))
    elif subject.chosen is not None:
        return
    elif subject.dependency.url is not None:
        yield _not_inspectable(subject)
    elif subject.candidates is not None and not subject.candidates.exists:
        yield _not_found(f"no index has a project named {subject.dependency.name}", subject, "check the spelling")
    elif subject.candidates is not None and not subject.contradicting:  # else CS502 says why there is none
        yield _no_version(subject)


@lru_cache(maxsize=64)
def _failed(rule: Rule, url: str, reason: str, remedy: str | None) -> Finding:
    # The same for all that is asked of an index that is not there.
    return Finding(
        rule=rule,
        level=Level.CAUTION,
        message=reason,
        evidence=(Evidence(fact=reason, origin=url, strength=Strength.PROVEN),),
        remedy=remedy,
    )


def _retry_remedy(failure: IndexFailure) -> str | None:
    match failure:
        case IndexNotAsked():
            return "scan once without --offline to fill the cache"
        case IndexAnswerError():
            return None
        case IndexUndefined():
            return "define the index in the file that ties the package to it, or correct its name there"
    return "scan again when the index answers"


def _not_inspectable(subject: Subject) -> Finding:
    url = subject.dependency.url or ""
    kind = "version control" if "+" in url.partition("://")[0] else "a direct URL" if "://" in url else "a local path"
    return Finding(
        rule=Rule.CS503,
        level=Level.CAUTION,
        message=f"installed from {kind}; only packages from an index can be checked",
        evidence=(
            Evidence(fact=f"declared as {url}", origin=subject.dependency.location.path, strength=Strength.PROVEN),
        ),
        remedy="depend on a wheel file, or on a release on the index",
    )


def _no_version(subject: Subject) -> Finding:
    candidates = subject.candidates
    assert candidates is not None  # noqa: S101  # the caller looked
    versions = [version for version in candidates.versions if not version.is_prerelease] or list(candidates.versions)
    newest = f"; the newest is {versions[0]}" if versions else ""
    wanted = f"{subject.dependency.name}{subject.dependency.specifier}"
    if not subject.satisfying:
        return _not_found(f"no version satisfies {wanted}{newest}", subject, _nearest_remedy(subject, newest))
    return _not_found(f"no version of {wanted} has an installable file", subject, None)


def _nearest_remedy(subject: Subject, newest: str) -> str | None:
    return f"correct the version of {subject.dependency.name}" if newest else None


def _not_found(message: str, subject: Subject, remedy: str | None) -> Finding:
    origin = getattr(subject.candidates.listing, "url", None) if subject.candidates else None
    return Finding(
        rule=Rule.CS501,
        level=Level.CAUTION,
        message=message,
        evidence=(Evidence(fact=message, origin=origin or "the configured indexes", strength=Strength.PROVEN),),
        remedy=remedy,
    )
