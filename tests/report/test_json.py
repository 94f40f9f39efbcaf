from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from scanner.model.report import Judgement, Report
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "report-v2.json"


def _validate(document: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)


def test_the_whole_report_is_as_recorded(
    render: Render, full_report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.json", render("json", full_report, context))


def test_a_report_validates_against_its_schema_with_unknown_fields_too(
    render: Render, full_report: Report, make_report: Callable[..., Report], context: ReportContext
) -> None:
    for report in (full_report, make_report()):
        document = json.loads(render("json", report, context))
        _validate(document)
        document["later"] = document["projects"][0]["later"] = 1
        _validate(document)


def test_the_keys_stand_in_the_order_of_the_schema_and_none_is_missing(
    render: Render, full_report: Report, context: ReportContext
) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    document = json.loads(render("json", full_report, context))
    project = document["projects"][1]
    dependency = project["dependencies"][0]
    seen = {
        "project": project,
        "edit": project["edits"][0],
        "problem": project["problems"][0],
        "dependency": dependency,
        "finding": dependency["findings"][0],
        "summary": document["summary"],
        "target": project["target"],
    }
    assert list(document) == schema["required"] == list(schema["properties"])
    for name, part in seen.items():
        assert list(part) == schema["$defs"][name]["required"] == list(schema["$defs"][name]["properties"]), name


def _objects(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from _objects(inner)
    if isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


def test_the_schema_allows_more_fields_and_requires_all_that_it_names() -> None:
    objects = list(_objects(json.loads(SCHEMA.read_text(encoding="utf-8"))))
    assert len(objects) > 20
    for part in objects:
        assert part.get("additionalProperties", True) is True
        assert part["required"] == list(part["properties"])


def test_the_summary_counts_each_package_of_a_project_once(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    report = make_report(make_judgement("a"), make_judgement("a"), make_judgement("a", version="2.0"))
    assert json.loads(render("json", report, context))["summary"]["workers"] == 2


def test_without_known_sizes_the_bundle_is_null(
    render: Render, make_report: Callable[..., Report], context: ReportContext
) -> None:
    (project,) = json.loads(render("json", make_report(), context))["projects"]
    assert (project["bundle"], project["bundle_after_edits"]) == (None, None)


def test_texts_are_exact_and_yet_plain_ascii(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    requirement = "a\x1b\u202e\x7f ##[error] ::error:: é\nb"
    text = render("json", make_report(make_judgement("a", requirement=requirement)), context)
    assert text.isascii()
    assert "##" not in text
    assert "\x7f" not in text
    assert json.loads(text)["projects"][0]["dependencies"][0]["requirement"] == requirement


def test_no_password_stands_in_the_report(render: Render, report: Report, context: ReportContext) -> None:
    text = render("json", report, context)
    assert "s3cret" not in text
    assert "git+https://****@git.example.org/corp/auth.git@v3" in text
