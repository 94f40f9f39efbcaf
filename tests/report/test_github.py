from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from scanner.model.dependency import Location
from scanner.model.finding import Cause, Finding, Level, Problem
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]
Make = Callable[..., Judgement]

_NATIVE = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native wheels only")
_THREADS = Finding(rule=Rule.CS304, level=Level.CAUTION, message="starts threads")


def _levels(text: str) -> list[str]:
    return re.findall(r"^::(\w+) ", text, re.MULTILINE)


def _at(line: int) -> Location:
    return Location(path="requirements.txt", line=line)


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("github.txt", render("github", report, context))


def test_errors_come_first_then_warnings_then_notices(render: Render, report: Report, context: ReportContext) -> None:
    levels = _levels(render("github", report, context))
    assert levels == ["error"] * 4 + ["warning"] * 4 + ["notice"] * 2


def test_data_and_properties_are_escaped_as_documented(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="100% native: a, b")
    place = Location(path="a,b:c/50%.txt", line=2, column=3)
    report = make_report(
        make_judgement("x", version="1", verdict=Verdict.CONTAINER, findings=(finding,), location=place)
    )
    assert render("github", report, context) == (
        "::error file=a%2Cb%3Ac/50%25.txt,line=2,col=3,title=x 1%3A needs a container [CS101]"
        "::x 1 needs a container: 100%25 native: a, b.\n"
    )


@pytest.mark.parametrize("number", [10, 11, 25])
def test_at_most_ten_of_each_level_and_the_rest_is_counted(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext, number: int
) -> None:
    judgements = [
        make_judgement(f"{kind}{line}", verdict=verdict, findings=(finding,), location=_at(line))
        for kind, verdict, finding in (("c", Verdict.CONTAINER, _NATIVE), ("w", Verdict.WORKERS, _THREADS))
        for line in range(1, number + 1)
    ]
    text = render("github", make_report(*judgements), context)
    levels = _levels(text)
    assert levels.count("error") == 10
    assert levels.count("notice") == 10
    if number == 10:
        assert "not shown here" not in text
    else:
        told = re.search(r"::(\d+) more errors? and (\d+) more notices? not shown here", text)
        assert told
        assert (int(told[1]), int(told[2])) == (number - 10, number - 9)


def test_one_error_too_many_costs_a_notice_its_place(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    errors = [
        make_judgement(f"c{n}", verdict=Verdict.CONTAINER, findings=(_NATIVE,), location=_at(n)) for n in range(1, 12)
    ]
    notices = [make_judgement(f"w{n}", findings=(_THREADS,), location=_at(n)) for n in range(1, 11)]
    text = render("github", make_report(*errors, *notices), context)
    assert _levels(text).count("notice") == 10
    assert "1 more error and 1 more notice not shown here" in text


def test_the_cause_that_takes_most_along_comes_first(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    needs = Finding(
        rule=Rule.CS109, level=Level.BLOCKER, message="heir → torch", cause=Cause(name="torch", version="1.0")
    )
    alone = make_judgement("alone", verdict=Verdict.CONTAINER, findings=(_NATIVE,), location=_at(1))
    torch = make_judgement("torch", verdict=Verdict.CONTAINER, findings=(_NATIVE,), location=_at(2))
    heir = make_judgement(
        "heir", verdict=Verdict.CONTAINER, own_verdict=Verdict.WORKERS, findings=(needs,), location=_at(3)
    )
    lines = render("github", make_report(alone, torch, heir), context).splitlines()
    assert [re.search(r"title=(\w+)", line)[1] for line in lines] == ["torch", "alone", "heir"]  # type: ignore[index]
    assert lines[0].endswith(" Also affects: heir.")


def test_what_hangs_on_a_cause_of_the_same_line_is_not_repeated(
    render: Render, report: Report, context: ReportContext
) -> None:
    text = render("github", report, context)
    assert "title=sentence-transformers" not in text
    assert "title=easyocr" in text


def test_a_problem_without_a_place_is_told_without_one(
    render: Render, make_report: Callable[..., Report], context: ReportContext
) -> None:
    report = make_report(problems=(Problem(rule=Rule.CS602, message="base.txt does not exist", location=None),))
    assert render("github", report, context) == (
        "::warning title=An included file is missing or includes itself [CS602]::base.txt does not exist.\n"
    )


def test_standard_input_is_no_file(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    place = Location(path="-", line=2)
    report = make_report(make_judgement("x", verdict=Verdict.CONTAINER, findings=(_NATIVE,), location=place))
    assert render("github", report, context).startswith("::error title=x 1.0")


def test_paths_are_told_from_the_root_of_the_repository(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    folder = PurePosixPath("/work/project")
    rooted = replace(context, working_folder=folder / "api", root=folder)
    report = make_report(make_judgement("x", verdict=Verdict.CONTAINER, findings=(_NATIVE,)))
    assert "file=api/requirements.txt," in render("github", report, rooted)
