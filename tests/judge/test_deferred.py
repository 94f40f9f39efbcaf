"""Who runs into an import that fails, and who only later."""

from __future__ import annotations

import pytest

from scanner.inspect.import_report import ImportReport
from scanner.judge.deferred import Late, find_cautions, find_late, soften
from scanner.model.finding import Evidence, Finding, Level, Strength
from scanner.model.rule import Rule

FILE = "trio-1-py3-none-any.whl"
EDGES = {"app": ["session", "trio"], "session": ["trio"], "trio": []}


def _finding(level: Level = Level.BLOCKER, rule: Rule = Rule.CS301) -> Finding:
    place = Evidence(fact="raise OSError", origin=f"{FILE}: trio.py:1", strength=Strength.PROVEN)
    return Finding(rule=rule, level=level, message="importing trio fails on the target", evidence=(place,))


QUIET = ImportReport(findings=())
FAILS = ImportReport(findings=(_finding(),))
REACHES = ImportReport(findings=(), inherited=(_finding(),))
OPEN = ImportReport(findings=(_finding(Level.CAUTION, Rule.CS505),))


def _late(app: ImportReport | None, session: ImportReport | None, roots: tuple[str, ...] = ("app",)) -> Late:
    reports = {"app": app, "session": session, "trio": FAILS}
    return find_late({"trio": FILE}, {key: one for key, one in reports.items() if one is not None}, EDGES, roots)


@pytest.mark.parametrize(
    ("app", "session", "roots", "spared", "passes"),
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
    spared: set[str],
    passes: set[str],
) -> None:
    late = _late(app, session, roots)
    assert late.spared == spared
    assert late.passes == {(key, "trio") for key in passes}


def test_the_caution_names_the_place() -> None:
    report = ImportReport(findings=(), later=(("trio", "app/bidi.py:12"),))
    (caution,) = find_cautions("app", _late(report, QUIET), EDGES, report)
    assert (caution.rule, caution.level) == (Rule.CS109, Level.CAUTION)
    assert caution.message.endswith("it imports it only later, first at app/bidi.py:12")


def test_what_fails_itself_is_told_so() -> None:
    (caution,) = find_cautions("session", _late(QUIET, REACHES), EDGES, REACHES)
    assert caution.message.startswith("importing it fails on the target, for it imports trio")


def test_only_blockers_are_softened() -> None:
    assert soften(_finding()).level is Level.CAUTION
    note = _finding(Level.NOTE)
    assert soften(note) is note
