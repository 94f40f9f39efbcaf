from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from scanner.model.finding import Accepted, Finding, Level
from scanner.model.report import Judgement, ProjectVerdict, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None], width: int
) -> None:
    golden(f"terminal-{width}.txt", render("terminal", report, replace(context, width=width)))


def test_the_verbose_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("terminal-verbose.txt", render("terminal", report, replace(context, verbose=2)))


def test_colours_add_nothing_but_colours(render: Render, report: Report, context: ReportContext) -> None:
    colored = render("terminal", report, replace(context, color=True))
    assert "\x1b[" in colored
    assert _ANSI.sub("", colored) == render("terminal", report, context)


def test_quiet_prints_the_summary_line_only(render: Render, report: Report, context: ReportContext) -> None:
    text = render("terminal", report, replace(context, quiet=True))
    assert text == (
        "Needs a container beside the Worker. 3 of 9 requirements run on Workers; 4 need a container; 2 are unknown.\n"
    )


@pytest.mark.parametrize("width", [60, 73, 100, 200])
def test_no_line_is_wider_than_the_terminal(render: Render, report: Report, context: ReportContext, width: int) -> None:
    text = render("terminal", report, replace(context, width=width, verbose=2))
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("width", [1, 20, 60])
def test_a_narrow_terminal_loses_no_word(render: Render, report: Report, context: ReportContext, width: int) -> None:
    wide = render("terminal", report, replace(context, width=2000, verbose=2))
    narrow = render("terminal", report, replace(context, width=width, verbose=2))
    assert "".join(narrow.split()) == "".join(wide.split())


def test_a_name_longer_than_the_line_is_folded_whole(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    name = "x" * 500
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native")
    report = make_report(make_judgement(name, verdict=Verdict.CONTAINER, findings=(finding,)))
    text = render("terminal", report, replace(context, width=60))
    assert name in "".join(text.split())


def test_a_root_cause_is_told_once_with_all_that_hangs_on_it(
    render: Render, report: Report, context: ReportContext
) -> None:
    text = render("terminal", report, replace(context, width=200))
    assert text.count("28 wheels, all native") == 1
    assert "also affects: sentence-transformers 5.1.2 (requirements.txt:5), easyocr 1.7.2 (requirements.txt:6)" in text


def test_a_limit_takes_two_lines_of_reason_and_all_of_it_with_v(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    deferred = Finding(rule=Rule.CS304, level=Level.CAUTION, message="starts threads")
    imports = Finding(rule=Rule.CS301, level=Level.CAUTION, message="importing it may fail " * 20 + "at last")
    report = make_report(make_judgement("alpha", findings=(deferred, imports)))
    lines = render("terminal", report, context).splitlines()
    start = lines.index("Runs, with limits (1)")
    assert lines[start + 2].startswith("    limit    importing it may fail ")
    assert lines[start + 3].endswith(" …")
    assert lines[start + 4] == ""
    assert "at last" in render("terminal", report, replace(context, verbose=1))


def test_transitive_dependencies_with_limits_take_one_line(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    def caution(rule: Rule) -> Finding:
        return Finding(rule=rule, level=Level.CAUTION, message=f"about {rule.code}")

    report = make_report(
        make_judgement("asked", findings=(caution(Rule.CS304),)),
        make_judgement("first", direct=False, findings=(caution(Rule.CS304), caution(Rule.CS105))),
        make_judgement("second", direct=False, findings=(caution(Rule.CS105),)),
    )
    text = render("terminal", report, context)
    assert "  ! asked 1.0" in text
    assert "  ! 2 transitive dependencies: first 1.0, second 1.0\n" in text
    assert "about CS105" not in text
    assert "about CS105" in render("terminal", report, replace(context, verbose=1))


def test_what_is_not_allowed_at_the_top_level_is_never_folded(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    startup = Finding(rule=Rule.CS307, level=Level.CAUTION, message="calls os.urandom() at import time")
    rows = [make_judgement(f"p{number}", direct=False, findings=(startup,)) for number in range(8)]
    text = render("terminal", make_report(*rows), context)
    assert "At the top level of the Worker (8)" in text
    assert text.count("calls os.urandom() at import time [CS307]") == 8
    assert "Runs, with limits" not in text


def test_several_projects_begin_with_a_table_and_edits_stand_below_the_outcome(
    render: Render, full_report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    text = render("terminal", full_report, context)
    golden("terminal-projects.txt", text)
    assert text.startswith("project  runtime ")
    assert "fastapi[standard]>=0.115 → fastapi>=0.115" in text


@pytest.mark.parametrize(("height", "times"), [(24, 2), (1000, 1), (None, 1)])
def test_a_report_taller_than_the_screen_ends_with_its_verdict(
    render: Render, report: Report, context: ReportContext, height: int | None, times: int
) -> None:
    text = render("terminal", report, replace(context, width=200, height=height))
    assert text.count("Needs a container beside the Worker.") == times


def test_accepted_causes_are_only_counted(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    accepted = Accepted(by="requirements.txt:1", reason="runs in the sidecar")
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native", accepted=accepted)
    report = make_report(make_judgement("alpha", verdict=Verdict.CONTAINER, findings=(finding,)))
    text = render("terminal", report, context)
    assert "1 accepted." in " ".join(text.split())
    assert "native" not in text
    assert "native [CS101] (accepted: runs in the sidecar)" in render("terminal", report, replace(context, verbose=1))


def test_many_that_are_unknown_by_one_rule_are_told_together_with_what_to_do(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS504, level=Level.CAUTION, message="offline", remedy="scan without --offline")
    lost = [make_judgement(f"p{number}", verdict=Verdict.UNKNOWN, findings=(finding,)) for number in range(9)]
    report = make_report(*lost, verdict=ProjectVerdict.UNKNOWN)
    text = render("terminal", report, context)
    assert "  ? 9 packages: the index could not be reached [CS504]\n" in text
    assert "these    p0 1.0, p1 1.0, p2 1.0, p3 1.0, p4 1.0, p5 1.0 and 3 more" in text
    assert text.count("remedy   scan without --offline") == 1
    assert "p8" not in text
    verbose = render("terminal", report, replace(context, verbose=1))
    assert all(f"  ? p{number} 1.0" in verbose for number in range(9))


def test_a_few_unknowns_are_told_one_by_one_each_with_what_to_do(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS501, level=Level.CAUTION, message="no index has it")
    report = make_report(
        make_judgement("alpha", verdict=Verdict.UNKNOWN, findings=(finding,)), verdict=ProjectVerdict.UNKNOWN
    )
    assert "    remedy   Check the name and the version, and add the index" in render("terminal", report, context)


def test_the_end_says_what_to_do_next(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native")
    report = make_report(make_judgement("alpha", verdict=Verdict.CONTAINER, findings=(finding,)))
    last = render("terminal", report, replace(context, width=200)).splitlines()[-1]
    assert (
        last == "Next: `compat-scan plan requirements.txt`, `compat-scan explain NAME`, -v for the evidence and links."
    )
    assert "Next:" not in render("terminal", report, replace(context, verbose=1))


def test_a_clean_report_is_two_lines_and_a_count(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    report = make_report(make_judgement("requests"), verdict=ProjectVerdict.WORKERS)
    lines = render("terminal", report, context).splitlines()
    assert lines[0] == "Runs on Python Workers. The one requirement runs."
    assert lines[-1] == "1 package runs without limits: -v lists them."


def test_an_empty_report_is_no_clean_bill(
    render: Render, make_report: Callable[..., Report], context: ReportContext
) -> None:
    text = render("terminal", make_report(verdict=ProjectVerdict.UNKNOWN), context)
    assert text.splitlines()[0] == "Unknown."


def test_a_word_that_wraps_into_a_workflow_command_is_broken_up(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="x" * 47 + "::error::y")
    report = make_report(make_judgement("a", verdict=Verdict.CONTAINER, findings=(finding,)))
    text = render("terminal", report, replace(context, width=60))
    assert "y" in text
    assert not re.search(r"^\s*::", text, re.MULTILINE)
