"""Two reports made of values, compared: the formats as recorded, hostile text, and what one report cannot say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.model.finding import Accepted, Cause, Finding, Level, Problem
from scanner.model.report import IgnoreUse, Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report import json as report_json
from scanner.report.context import ReportContext
from scanner.report.diff import Diff, compare_reports
from scanner.report.diff.reading import ReadReport, parse_report
from scanner.report.diff.writing import write_diff

SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "diff-v1.json"
FORMATS = ("terminal", "json", "markdown")
HOSTILE = "x\x1b[31m\u202e`|<b>@all \n::error::\n##[error]"

Make = Callable[..., Judgement]
MakeReport = Callable[..., Report]


def _finding(rule: Rule = Rule.CS101, message: str = "3 wheels, all native", **values: Any) -> Finding:
    return Finding(rule=rule, level=values.pop("level", Level.BLOCKER), message=message, **values)


def _blocked(make: Make, name: str, *findings: Finding, **values: Any) -> Judgement:
    return make(name, verdict=Verdict.CONTAINER, findings=findings or (_finding(),), **values)


def _read(report: Report, path: str | None, context: ReportContext) -> ReadReport:
    stream = StringIO()
    report_json.write(report, stream, context)
    return parse_report(stream.getvalue().encode(), path)


def _render(diff: Diff, form: str, context: ReportContext) -> str:
    stream = StringIO()
    write_diff(diff, form, stream, context)
    return stream.getvalue()


@pytest.fixture
def diff(make_judgement: Make, make_report: MakeReport, context: ReportContext) -> Diff:
    """A comparison with something of everything."""
    accepted = Accepted(by="requirements.txt:2", reason="until autumn")
    known = Accepted(by="baseline", reason="in the baseline")
    unreachable = _finding(Rule.CS504, "the index gave no answer", level=Level.CAUTION)
    inherited = _finding(Rule.CS109, "requires torch", cause=Cause(name="torch", version="2.9.1"))
    old = make_report(
        _blocked(make_judgement, "pandas", _finding(accepted=accepted), version="2.2.3"),
        _blocked(make_judgement, "mysqlclient", _finding(accepted=known)),
        _blocked(make_judgement, "lxml", _finding(Rule.CS301, "imports fcntl")),
        make_judgement("requests"),
    )
    new = make_report(
        make_judgement("pandas", version="2.3.3"),
        make_judgement("mysqlclient"),
        make_judgement("lxml", verdict=Verdict.UNKNOWN, findings=(unreachable,)),
        make_judgement("requests"),
        _blocked(make_judgement, "torch", _finding(remedy="use Workers AI"), version="2.9.1"),
        _blocked(make_judgement, "easyocr", inherited),
        problems=(Problem(rule=Rule.CS717, message="pywrangler refuses it", location=None, level=Level.BLOCKER),),
        ignores=(IgnoreUse(place="requirements.txt:2", used=False, expired=True),),
    )
    return compare_reports(_read(old, "old.json", context), _read(new, "new.json", context))


@pytest.mark.parametrize(("form", "name"), [("terminal", "diff.txt"), ("json", "diff.json"), ("markdown", "diff.md")])
def test_the_whole_comparison_is_as_recorded(
    form: str, name: str, diff: Diff, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden(name, _render(diff, form, context))


def test_the_json_has_the_keys_of_its_schema_in_order(diff: Diff, context: ReportContext) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    document = json.loads(_render(diff, "json", context))
    Draft202012Validator(schema).validate(document)
    assert list(document) == schema["required"] == list(schema["properties"])
    parts = {
        "side": document["old"],
        "change": document["new_blockers"][0],
        "moved": document["changed_versions"][0],
        "stale": document["stale"][0],
    }
    for name, part in parts.items():
        assert list(part) == schema["$defs"][name]["required"], name


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_of_a_report_is_escaped(
    form: str, make_judgement: Make, make_report: MakeReport, context: ReportContext
) -> None:
    finding = _finding(message=HOSTILE, remedy=HOSTILE)
    accepted = replace(finding, accepted=Accepted(by=HOSTILE, reason=HOSTILE))
    old = make_report(_blocked(make_judgement, HOSTILE, accepted), make_judgement("moved", version=HOSTILE))
    new = make_report(
        make_judgement(HOSTILE),
        _blocked(make_judgement, f"{HOSTILE}2", finding, version=HOSTILE),
        make_judgement("moved"),
        ignores=(IgnoreUse(place=HOSTILE, used=False, expired=False),),
        path=HOSTILE,
    )
    for before, after in ((old, new), (new, old)):
        told = _render(compare_reports(_read(before, HOSTILE, context), _read(after, HOSTILE, context)), form, context)
        assert not {"\x1b", "\u202e"} & set(told)
        assert "##[" not in told
        assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
        assert form != "markdown" or "<b>" not in re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", told)


def test_without_a_difference_the_outcome_is_all(
    make_judgement: Make, make_report: MakeReport, context: ReportContext
) -> None:
    report = _read(make_report(_blocked(make_judgement, "torch")), "old.json", context)
    diff = compare_reports(report, report)
    assert _render(diff, "terminal", context).startswith("No new blockers.\nold: old.json, hybrid")
    assert _render(diff, "terminal", replace(context, quiet=True)) == "No new blockers.\n"


def test_what_both_reports_cannot_inspect_leaves_the_rest_known(
    make_judgement: Make, make_report: MakeReport, context: ReportContext
) -> None:
    unseen = make_judgement("own", verdict=Verdict.UNKNOWN, findings=(_finding(Rule.CS503, level=Level.CAUTION),))
    old = _read(make_report(_blocked(make_judgement, "torch"), unseen), "old.json", context)
    new = _read(make_report(unseen), "new.json", context)
    assert [change.other.value for change in compare_reports(old, new).fallen_blockers] == ["absent"]
    elsewhere = _read(make_report(unseen, path="other"), "new.json", context)
    assert [change.row.name for change in compare_reports(old, elsewhere).fallen_blockers] == ["torch"]


def test_a_comment_stays_below_its_size(make_judgement: Make, make_report: MakeReport, context: ReportContext) -> None:
    old = _read(make_report(), "old.json", context)
    new = _read(make_report(*(_blocked(make_judgement, f"p{number}") for number in range(500))), None, context)
    told = _render(compare_reports(old, new), "markdown", replace(context, markdown_bytes=4_000))
    assert len(told.encode()) <= 4_000
    assert "more, which do not fit here" in told
