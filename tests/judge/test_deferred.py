"""Who runs into an import that fails, and who only later."""

from __future__ import annotations

import pytest

from scanner.inspect.import_report import ImportReport
from scanner.judge.deferred import Deferred, downgrade, find_cautions, find_deferred
from scanner.model.finding import Cause, Evidence, Finding, Level, Strength
from scanner.model.rule import Rule

FILE = "trio-1-py3-none-any.whl"
CAUSES = {"trio": Cause(name="trio", version="1")}
EDGES = {"app": ["session", "trio"], "session": ["trio"], "trio": []}


def _finding(level: Level = Level.BLOCKER, rule: Rule = Rule.CS301) -> Finding:
    place = Evidence(fact="raise OSError", origin=f"{FILE}: trio.py:1", strength=Strength.PROVEN)
    return Finding(
        rule=rule, level=level, message="importing trio fails on the target", cause=CAUSES["trio"], evidence=(place,)
    )


QUIET = ImportReport(findings=())
FAILS = ImportReport(findings=(_finding(),))
REACHES = ImportReport(findings=(), inherited=(_finding(),))
OPEN = ImportReport(findings=(_finding(Level.CAUTION, Rule.CS505),))


def _deferred(app: ImportReport | None, session: ImportReport | None, roots: tuple[str, ...] = ("app",)) -> Deferred:
    reports = {"app": app, "session": session, "trio": FAILS}
    return find_deferred({"trio": "trio"}, {key: one for key, one in reports.items() if one is not None}, EDGES, roots)


@pytest.mark.parametrize(
    ("app", "session", "roots", "exempt", "passes"),
    [
        (QUIET, QUIET, ("app",), {"trio"}, {"app", "session"}),
        (QUIET, REACHES, ("app",), {"trio"}, {"app", "session"}),
        (REACHES, REACHES, ("app",), set(), set()),
        (REACHES, QUIET, ("app",), set(), {"session"}),
        (QUIET, QUIET, ("app", "trio"), set(), {"app", "session"}),
        (QUIET, REACHES, ("app", "session"), set(), {"app"}),
        (None, QUIET, ("app",), set(), {"session"}),
        (OPEN, QUIET, ("app",), set(), {"session"}),
        (QUIET, None, ("app",), set(), set()),
    ],
    ids=[
        "nothing reaches it",
        "only something that nothing reaches",
        "the direct dependency does",
        "the direct dependency alone does",
        "it is a direct dependency",
        "another direct dependency does",
        "the direct dependency was not followed",
        "the direct dependency was not followed to the end",
        "something between was not followed",
    ],
)
def test_an_import_that_fails_counts_where_it_is_reached_at_once(
    app: ImportReport | None,
    session: ImportReport | None,
    roots: tuple[str, ...],
    exempt: set[str],
    passes: set[str],
) -> None:
    deferred = _deferred(app, session, roots)
    assert deferred.exempt == exempt
    assert deferred.passes == {(key, "trio") for key in passes}


def test_the_caution_names_the_place() -> None:
    report = ImportReport(findings=(), later=(("trio", "app/bidi.py:12"),))
    (caution,) = find_cautions("app", _deferred(report, QUIET), EDGES, report, CAUSES)
    assert (caution.rule, caution.level, caution.cause) == (Rule.CS109, Level.CAUTION, CAUSES["trio"])
    assert caution.message.endswith("it imports it only later, first at app/bidi.py:12")


def test_what_fails_itself_is_told_so() -> None:
    (caution,) = find_cautions("session", _deferred(QUIET, REACHES), EDGES, REACHES, CAUSES)
    assert caution.message.startswith("fails to import on Workers, because it imports trio")


def test_only_blockers_are_downgraded() -> None:
    assert downgrade(_finding()).level is Level.CAUTION
    note = _finding(Level.NOTE)
    assert downgrade(note) is note
