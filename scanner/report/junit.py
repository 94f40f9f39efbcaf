"""JUnit XML, within the schema that Jenkins' xUnit plugin publishes as junit-10.xsd (pytest's ``xunit2`` too).

One suite for each project, one test case for each dependency: a container or a deployment problem is a failure, an
unknown verdict or another problem an error; what is not judged, or is accepted, is skipped.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from scanner.model.dependency import Skipped
from scanner.model.finding import Level, Problem
from scanner.model.report import Judgement, ProjectReport, Report, Verdict
from scanner.report.causes import chains_to, deciding_findings, find_remedies
from scanner.report.context import ReportContext
from scanner.report.edits import describe_edit
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import (
    PROJECT_WORDS,
    VERDICT_WORDS,
    describe_chain,
    describe_dependency,
    describe_finding,
    describe_outcome,
    describe_target,
)

_OUTCOMES = {Verdict.CONTAINER: "failure", Verdict.UNKNOWN: "error"}

_Entry = Judgement | Skipped | Problem
_Case = tuple[_Entry, str, int]
"""What a case is about, its file and its line."""
_HERE = "<cases />"
"""Stands for the cases of a suite; in text and attributes no < is left unescaped."""
_AT_ONCE = 500


def write(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one XML document, some cases at a time: all at once would take a multiple of the report's memory."""
    all_places = [Places(project, context) for project in report.projects]
    suites = [_cases(project, places) for project, places in zip(report.projects, all_places, strict=True)]
    if suites:
        suites[0] += [_problem_case_of(problem, all_places[0]) for problem in report.problems]
    outcomes = [Counter(_outcome(entry) for entry, _, _ in cases) for cases in suites]
    root = ET.Element("testsuites", {"name": "compat-scan", **_counts(sum(outcomes, Counter()))})
    root.attrib.pop("skipped")  # the schema knows it for a suite only
    for project, places, counts in zip(report.projects, all_places, outcomes, strict=True):
        suite = _suite(root, project, counts)
        ET.SubElement(suite, "cases")
        _add_output(suite, project, places, report)
    ET.indent(root)
    frame = ET.tostring(root, encoding="unicode").split(_HERE)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n' + frame[0])
    for cases, after in zip(suites, frame[1:], strict=True):
        stream.writelines(_lay_out(cases))
        stream.write(after)
    stream.write("\n")


def _cases(project: ProjectReport, places: Places) -> list[_Case]:
    """Everything of a project, with its file and line."""
    cases: list[_Case] = []
    for judgement in project.dependencies:
        place = places.of(judgement) or places.fallback
        cases.append((judgement, place.path, place.line))
    for skipped in project.skipped:
        place = places.named(skipped.location)
        cases.append((skipped, place.path, place.line))
    cases += [_problem_case_of(problem, places) for problem in project.problems]
    return cases


def _problem_case_of(problem: Problem, places: Places) -> _Case:
    place = places.named(problem.location) if problem.location else places.fallback
    return (problem, place.path, place.line)


def _suite(root: ET.Element, project: ProjectReport, outcomes: Mapping[str | None, int]) -> ET.Element:
    suite = ET.SubElement(
        root, "testsuite", {"name": f"{clean(project.name)} ({clean(project.path)})", **_counts(outcomes)}
    )
    properties = ET.SubElement(suite, "properties")
    values = {
        "target": describe_target(project.target),
        "verdict": PROJECT_WORDS[project.verdict],
        "outcome": " ".join(describe_outcome(project)),
    }
    for name, value in values.items():
        ET.SubElement(properties, "property", {"name": name, "value": value})
    return suite


def _add_output(suite: ET.Element, project: ProjectReport, places: Places, report: Report) -> None:
    """The edits and notes of a project, as the output of its suite."""
    lines = [f"edit: {describe_edit(edit, places)}" for edit in project.edits]
    shared = report.notes if project is report.projects[0] else ()
    lines += [f"note: {clean(note)}" for note in (*project.notes, *shared)]
    if lines:
        ET.SubElement(suite, "system-out").text = "\n".join(lines)


def _counts(outcomes: Mapping[str | None, int]) -> dict[str, str]:
    figures = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    counts = {name: str(outcomes.get(tag, 0)) for name, tag in figures}
    return {"tests": str(sum(outcomes.values())), **counts}


def _outcome(entry: _Entry) -> str | None:
    """The element that says how a case ended; None where it passed."""
    match entry:
        case Skipped():
            return "skipped"
        case Problem():
            if entry.accepted or entry.level is Level.NOTE:
                return "skipped"
            return "failure" if entry.is_deployment_problem else "error"
        case Judgement():
            return "skipped" if entry.is_accepted else _OUTCOMES.get(entry.verdict)


def _lay_out(cases: Sequence[_Case]) -> Iterator[str]:
    """The text of the cases, as deep as it stands in the document, some hundreds at a time."""
    for start in range(0, len(cases), _AT_ONCE):
        suite = ET.Element("suite")
        suite.extend(_case_of(*case) for case in cases[start : start + _AT_ONCE])
        ET.indent(suite, level=1)
        inner = ET.tostring(suite, encoding="unicode").removeprefix("<suite>\n").removesuffix("\n  </suite>")
        yield inner.lstrip() if start == 0 else f"\n{inner}"


def _case_of(entry: _Entry, path: str, line: int) -> ET.Element:
    match entry:
        case Judgement():
            return _dependency_case(entry, path, line)
        case Skipped():
            return _skipped_case(entry, path, line)
        case Problem():
            return _problem_case(entry, path, line)


def _dependency_case(judgement: Judgement, path: str, line: int) -> ET.Element:
    case = _case(describe_dependency(judgement), path)
    findings = deciding_findings(judgement)
    text = "\n".join([f"{clean(path)}:{line}", *_details(judgement)])
    outcome = _outcome(judgement)
    if outcome is not None:
        message = "; ".join(map(describe_finding, findings)) or VERDICT_WORDS[judgement.verdict]
        kind = {} if outcome == "skipped" else {"type": findings[0].rule.code if findings else judgement.verdict.value}
        ET.SubElement(case, outcome, {**kind, "message": message}).text = text
    elif judgement.findings:
        limits = "\nruns, with limits" if judgement.has_cautions else ""
        ET.SubElement(case, "system-out").text = f"{text}{limits}"
    return case


def _details(judgement: Judgement) -> list[str]:
    lines = [f"required as {clean(judgement.requirement)}"] if judgement.requirement else []
    lines += [describe_chain(chain) for chain in chains_to(judgement)]
    for finding in judgement.findings:
        lines.append(describe_finding(finding))
        lines += [f"  {clean(evidence.fact)} [{clean(evidence.origin)}]" for evidence in finding.evidence]
    if judgement.alternative:
        lines.append(f"instead: {clean(judgement.alternative.use)} ({clean(judgement.alternative.url)})")
    lines += [f"remedy: {clean(remedy)}" for remedy in find_remedies(judgement, judgement.findings)]
    return lines


def _skipped_case(skipped: Skipped, path: str, line: int) -> ET.Element:
    case = _case(clean(skipped.text), path)
    ET.SubElement(case, "skipped", {"message": clean(skipped.reason)}).text = f"{clean(path)}:{line}"
    return case


def _problem_case(problem: Problem, path: str, line: int) -> ET.Element:
    case = _case(f"line {line}", path)
    outcome = _outcome(problem) or "error"
    kind = {} if outcome == "skipped" else {"type": problem.rule.code}
    element = ET.SubElement(case, outcome, {**kind, "message": describe_finding(problem)})
    remedy = f"\nremedy: {clean(problem.remedy)}" if problem.remedy else ""
    element.text = f"{clean(path)}:{line}\n{problem.rule.title} [{problem.rule.code}]{remedy}"
    return case


def _case(name: str, path: str) -> ET.Element:
    return ET.Element("testcase", {"name": name, "classname": clean(path)})
