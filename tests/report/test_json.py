from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from jsonschema import Draft202012Validator

from scanner.model.report import Judgement, Report
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

SCHEMA = Path(__file__).resolve().parents[2] / "scanner" / "report" / "schemas" / "report-v1.json"


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.json", render("json", report, context))


def test_the_report_validates_against_its_schema(render: Render, report: Report, context: ReportContext) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(render("json", report, context)))


def test_the_schema_closes_every_object_and_asks_for_every_key() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    objects = [
        schema,
        schema["properties"]["generator"],
        schema["properties"]["target"],
        schema["properties"]["summary"],
    ]
    objects += [part for part in schema["$defs"].values() if part.get("type") == "object"]
    assert len(objects) == 14
    for part in objects:
        assert part["additionalProperties"] is False
        optional = ["bundle"] if part is schema else []
        assert [*part["required"], *optional] == list(part["properties"])


def test_the_keys_stand_in_the_order_of_the_contract(render: Render, report: Report, context: ReportContext) -> None:
    document = json.loads(render("json", report, context))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert list(document) == [*schema["required"], "bundle"]
    assert list(document["dependencies"][0]) == schema["$defs"]["dependency"]["required"]
    assert list(document["dependencies"][3]["findings"][0]) == schema["$defs"]["finding"]["required"]


def test_a_report_without_known_sizes_has_no_bundle_and_is_still_valid(
    render: Render, make_report: Callable[..., Report], context: ReportContext
) -> None:
    document = json.loads(render("json", make_report(), context))
    assert "bundle" not in document
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(document)


def test_texts_are_exact_and_yet_plain_ascii(
    render: Render, make_judgement: Callable[..., Judgement], make_report: Callable[..., Report], context: ReportContext
) -> None:
    requirement = "a\x1b\u202e\x7f ##[error] ::error:: é\nb"
    text = render("json", make_report(make_judgement("a", requirement=requirement)), context)
    assert text.isascii()
    assert "##" not in text
    assert "\x7f" not in text
    assert json.loads(text)["dependencies"][0]["requirement"] == requirement


def test_no_password_stands_in_the_report(render: Render, report: Report, context: ReportContext) -> None:
    text = render("json", report, context)
    assert "s3cret" not in text
    assert "git+https://****@git.example.org/corp/auth.git@v3" in text
