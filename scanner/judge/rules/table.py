"""Does the incompatible-library table name it? (CS201, CS202)"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.judge.rules.subject import Subject
from scanner.model.artifact import Origin
from scanner.model.finding import Evidence, Finding, Level, Strength, When
from scanner.model.report import TableMode
from scanner.model.rule import Rule
from scanner.runtime.tables import Effect, IncompatibleRow

_STRENGTHS = {"verified": Strength.DOCUMENTED, "likely": Strength.DOCUMENTED, "uncertain": Strength.GUESSED}

_ADVICE = {
    Effect.CONTAINER: "listed as needing a container",
    Effect.REPLACE: "better replaced on Workers",
    Effect.REMOVE: "not needed on Workers",
    Effect.LIMITS: "runs with limits on Workers",
}


def find_listed(subject: Subject) -> Iterator[Finding]:
    """CS201 where the table decides, CS202 where it only advises; both name the build that exists in spite of it."""
    row = subject.row
    if row is None or (row.pyodide_copy_runs and subject.wheel and subject.wheel.origin is Origin.PYODIDE):
        return
    enforced = row.effect is Effect.CONTAINER and (subject.table is TableMode.ENFORCE or not row.build_lifts)
    build = _describe_build(subject)
    yield Finding(
        rule=Rule.CS201 if enforced else Rule.CS202,
        level=Level.BLOCKER if enforced else Level.CAUTION,
        when=When.INSTALL if enforced else None,
        policy=enforced and row.build_lifts and build is not None,
        message=_enforced_message(row, build) if enforced else _advised_message(row, build),
        evidence=(_row_evidence(row), *_build_evidence(subject, build)),
        remedy=row.use,
    )


def _enforced_message(row: IncompatibleRow, build: str | None) -> str:
    if build and row.build_lifts:
        return f'kept off Workers by policy (compat-scan\'s table); {build}. Allow it: `table = "advise"`'
    return f"listed as incompatible: {row.reason}"


def _advised_message(row: IncompatibleRow, build: str | None) -> str:
    message = f"{_ADVICE[row.effect]}: {row.reason}"
    return f"{message}; {build}" if build and row.effect is Effect.CONTAINER else message


def _describe_build(subject: Subject) -> str | None:
    wheel, chosen = subject.wheel, subject.chosen
    if wheel is None or chosen is None:
        return None
    if wheel.origin is Origin.PYODIDE:
        return f"it would run: Pyodide has {chosen.version}"
    return f"a compatible wheel exists: {wheel.filename}"


def _row_evidence(row: IncompatibleRow) -> Evidence:
    return Evidence(
        fact=f"{row.name}: {row.reason} ({row.provenance.source}, {row.provenance.date})",
        origin=f"data/incompatible.toml: {row.name}",
        strength=_STRENGTHS[row.certainty],
    )


def _build_evidence(subject: Subject, build: str | None) -> tuple[Evidence, ...]:
    if build is None or subject.wheel is None:
        return ()
    return (Evidence(fact=build, origin=subject.wheel.filename, strength=Strength.PROVEN),)
