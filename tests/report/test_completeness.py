"""Every finding, problem and edit of a report stands in every output."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from scanner.model.finding import Finding
from scanner.model.report import Judgement, ProjectReport, Report
from scanner.model.rule import Rule
from scanner.report import REPORTERS
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]


def _plain(text: str) -> str:
    """The output without its own syntax: unescaped, and without line breaks and marks."""
    for escaped, sign in (("%25", "%"), ("%0A", " "), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(escaped, sign)
    text = html.unescape(text.replace("<code>", "").replace("</code>", ""))
    return "".join(text.replace("`", "").split())


def _readable(name: str, output: str) -> str:
    """JSON without its escapes."""
    return json.dumps(json.loads(output), ensure_ascii=False).replace('\\"', '"') if name in _JSON else output


_JSON = {"json", "sarif", "gitlab"}


def _findings(report: Report) -> Iterator[tuple[ProjectReport, Judgement, Finding]]:
    for project in report.projects:
        for judgement in project.dependencies:
            for finding in judgement.findings:
                yield project, judgement, finding


@pytest.fixture
def outputs(render: Render, full_report: Report, context: ReportContext) -> Callable[[str], str]:
    def make(name: str) -> str:
        output = render(name, full_report, replace(context, verbose=2, width=4000))
        return _plain(_readable(name, output).replace('""', '"'))

    return make


@pytest.mark.parametrize("name", REPORTERS)
def test_every_finding_stands_in_every_output(outputs: Callable[[str], str], full_report: Report, name: str) -> None:
    output = outputs(name)
    for _, judgement, finding in _findings(full_report):
        assert judgement.name in output
        message = finding.message.replace("deploy:s3cret@", "****@")
        # An inherited verdict on the line of its cause is named with the cause.
        if finding.rule is not Rule.CS109:
            assert finding.rule.code in output
            assert _plain(message) in output, (judgement.name, finding.rule.code)


@pytest.mark.parametrize("name", REPORTERS)
def test_every_problem_stands_in_every_output(outputs: Callable[[str], str], full_report: Report, name: str) -> None:
    output = outputs(name)
    for problem in full_report.all_problems():
        assert problem.rule.code in output
        assert _plain(problem.message) in output
        assert _plain(problem.remedy or "") in output


@pytest.mark.parametrize("name", REPORTERS)
def test_every_edit_stands_in_every_output(outputs: Callable[[str], str], full_report: Report, name: str) -> None:
    output = outputs(name)
    edits = [edit for project in full_report.projects for edit in project.edits]
    assert len(edits) == 3
    for edit in edits:
        for change in edit.changes:
            assert _plain(change.old) in output
            assert _plain(change.new) in output
        assert _plain(edit.command or "") in output
        assert all(removed in output for removed in edit.also_removes)


@pytest.mark.parametrize("name", REPORTERS)
def test_every_project_and_what_is_accepted_stand_in_every_output(
    outputs: Callable[[str], str], full_report: Report, name: str
) -> None:
    output = outputs(name)
    assert _plain("runs in the sidecar") in output
    if name not in {"github", "gitlab"}:  # which show single findings, none of an empty project
        assert all(project.name in output for project in full_report.projects)
