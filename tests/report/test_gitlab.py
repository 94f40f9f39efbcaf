from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from scanner.model.dependency import Location
from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]
Make = Callable[..., Judgement]


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("gitlab.json", render("gitlab", report, context))


def test_every_entry_has_the_documented_fields(render: Render, report: Report, context: ReportContext) -> None:
    entries = json.loads(render("gitlab", report, context))
    assert entries
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert set(entry["location"]) == {"path", "lines"}
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1


def test_fingerprints_are_unique_within_a_report_and_stable_across_lines(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native wheels only")

    def fingerprints(*places: Location) -> list[str]:
        judged = [
            make_judgement("a", verdict=Verdict.CONTAINER, findings=(finding,), location=place) for place in places
        ]
        return [entry["fingerprint"] for entry in json.loads(render("gitlab", make_report(*judged), context))]

    place = Location(path="a.txt", line=1)
    three = fingerprints(place, replace(place, line=2), replace(place, path="b.txt"))
    assert len(set(three)) == 3
    assert fingerprints(replace(place, line=40)) == three[:1]


def test_a_clean_report_is_an_empty_array(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    assert json.loads(render("gitlab", make_report(make_judgement("a")), context)) == []
