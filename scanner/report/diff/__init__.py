"""Two reports compared: new and fallen blockers, changed versions, and entries that accept what is no longer found.

Findings are matched by fingerprint: rule, project path and name.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.report.diff.reading import BASELINE, ReadReport, Row

_ACCEPT_OPTION = "--accept"


class State(enum.StrEnum):
    """What the other report says about the package of a blocker."""

    ABSENT = "absent"
    RUNS = "runs"
    CONTAINER = "container"
    UNKNOWN = "unknown"


_STATES = {"container": State.CONTAINER, "unknown": State.UNKNOWN, "workers": State.RUNS}
"""The states of verdicts, the worst first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A blocker that only one of the reports has."""

    row: Row
    other: State
    """What the other report says about its package."""
    drop: str | None = None
    """The ignore or baseline that accepted a fallen blocker and accepts nothing else of the package."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A package of both reports in other versions."""

    project: str
    name: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stale:
    """An ignore of the new report, or a baseline row of the old one, that accepts nothing now."""

    place: str
    """The place of the ignore, or ``baseline``."""
    expired: bool = False
    row: Row | None = None
    """The finding of a baseline row; None for an ignore."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """What changed between two reports."""

    old: ReadReport
    new: ReadReport
    new_blockers: tuple[Change, ...]
    """Blockers that nobody accepted and that the old report does not have."""
    fallen_blockers: tuple[Change, ...]
    undetermined: tuple[Change, ...]
    """Blockers of the old report about which the new one cannot say anything."""
    changed_versions: tuple[Moved, ...]
    stale: tuple[Stale, ...]


def compare_reports(old: ReadReport, new: ReadReport) -> Diff:
    """What changed, in the order of the reports."""
    before, after = _find_blockers(old), _find_blockers(new)
    earlier, now = _Side(old, new), _Side(new, old)
    gone = [now.fall(row) for identity, row in before.items() if identity not in after]
    return Diff(
        old=old,
        new=new,
        new_blockers=tuple(
            Change(row=row, other=earlier.find_state(row))
            for identity, row in after.items()
            if identity not in before and row.accepted_by is None
        ),
        fallen_blockers=tuple(change for change in gone if change.other is not State.UNKNOWN),
        undetermined=tuple(change for change in gone if change.other is State.UNKNOWN),
        changed_versions=tuple(_find_moved(old, new)),
        stale=(*_find_stale_ignores(new), *now.find_stale_rows(old)),
    )


def group_by_cause(changes: tuple[Change, ...]) -> list[tuple[Change, list[Change]]]:
    """Each blocker with those that are inherited from its package; an inherited one without its cause stays alone."""
    grouped: dict[tuple[str, str | None], tuple[Change, list[Change]]] = {}
    alone: list[tuple[Change, list[Change]]] = []
    for change in sorted(changes, key=lambda change: change.row.cause is not None):
        row = change.row
        known = grouped.get((row.project, row.cause))
        if row.cause is not None and known:
            known[1].append(change)
        elif row.cause is None and row.name is not None and (row.project, row.name) not in grouped:
            grouped[row.project, row.name] = (change, [])
        else:
            alone.append((change, []))
    return [*grouped.values(), *alone]


def _find_blockers(report: ReadReport) -> dict[str, Row]:
    """The blockers by fingerprint; of several declarations, one that is not accepted."""
    rows = [row for row in report.rows if row.level == "blocker"]
    return {row.fingerprint: row for row in sorted(rows, key=lambda row: row.accepted_by is None)}


class _Side:
    """One of the reports, with what it says about the findings of the other."""

    def __init__(self, report: ReadReport, other: ReadReport) -> None:
        known = {row.fingerprint for row in other.rows}
        self._report = report
        self._fingerprints = {row.fingerprint for row in report.rows}
        self._accepted = {(row.project, row.name) for row in report.rows if row.accepted_by}
        # What is unknown here alone may hide what is listed there: it is then not known to be absent.
        self._partial = {row.project for row in report.rows if row.leaves_unknown and row.fingerprint not in known}

    def find_state(self, row: Row) -> State:
        """What this report says about the package of a row of the other one."""
        packages = self._report.packages.get((row.project, row.name or ""), ())
        verdicts = {package.verdict for package in packages}
        absent = State.UNKNOWN if self._partial & {row.project, ""} else State.ABSENT
        return next((state for verdict, state in _STATES.items() if verdict in verdicts), absent)

    def fall(self, row: Row) -> Change:
        """The blocker of the other report, with what accepts it needlessly from now on."""
        is_needed = (row.project, row.name) in self._accepted
        return Change(row=row, other=self.find_state(row), drop=None if is_needed else row.accepted_by)

    def find_stale_rows(self, old: ReadReport) -> Iterator[Stale]:
        """The baseline rows of the old report that match nothing here."""
        listed = {row.fingerprint: row for row in old.rows if row.accepted_by == BASELINE}
        for identity, row in listed.items():
            if identity not in self._fingerprints and self.find_state(row) is not State.UNKNOWN:
                yield Stale(place=BASELINE, row=row)


def _find_moved(old: ReadReport, new: ReadReport) -> Iterator[Moved]:
    for key in new.packages:
        before, after = _list_versions(old, key), _list_versions(new, key)
        if before and after and before != after:
            yield Moved(project=key[0], name=key[1], old=before, new=after)


def _list_versions(report: ReadReport, key: tuple[str, str]) -> tuple[str, ...]:
    return tuple(sorted({package.version for package in report.packages.get(key, ()) if package.version is not None}))


def _find_stale_ignores(report: ReadReport) -> Iterator[Stale]:
    """Those that expired and, if the report is complete, those that no project used."""
    used = {use.place for use in report.ignores if use.used}
    expired = {use.place for use in report.ignores if use.expired}
    for place in dict.fromkeys(use.place for use in report.ignores):
        is_unused = place not in used and report.complete
        if place != _ACCEPT_OPTION and (place in expired or is_unused):
            yield Stale(place=place, expired=place in expired)
