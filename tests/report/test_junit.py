from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable

from scanner.model.report import Report
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

# What junit-10.xsd of Jenkins' xUnit plugin allows, element by element: attributes, children.
_ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    "skipped": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "failure": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("junit.xml", render("junit", report, context))


def test_elements_and_attributes_are_those_of_the_schema(
    render: Render, report: Report, context: ReportContext
) -> None:
    for element in ET.fromstring(render("junit", report, context)).iter():  # noqa: S314 - our own output
        attributes, children = _ALLOWED[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children


def test_the_figures_agree_with_the_cases(render: Render, report: Report, context: ReportContext) -> None:
    root = ET.fromstring(render("junit", report, context))  # noqa: S314 - our own output
    for suite in [root, *root.findall("testsuite")]:
        cases = list(suite.iter("testcase"))
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.attrib["errors"]) == sum(case.find("error") is not None for case in cases)
    assert root.attrib == {"name": "compat-scan", "tests": "15", "failures": "5", "errors": "4"}


def test_there_is_a_suite_for_each_project(render: Render, full_report: Report, context: ReportContext) -> None:
    root = ET.fromstring(render("junit", full_report, context))  # noqa: S314 - our own output
    assert [suite.attrib["name"] for suite in root] == ["app (.)", "api (services/api)", "static (services/static)"]
