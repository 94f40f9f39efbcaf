"""JUnit XML, within the schema that Jenkins' xUnit plugin publishes as junit-10.xsd (pytest's ``xunit2`` too).

One suite for each file, one test case for each dependency: a container is a failure, an unknown verdict or a problem
an error, an entry that is not judged is skipped.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TextIO

from scanner.acceptance import is_accepted
from scanner.model import Judgement, Problem, Report, Skipped, Verdict
from scanner.reporters.causes import chains_to, deciding_findings, find_remedies
from scanner.reporters.context import ReportContext
from scanner.reporters.escape import clean
from scanner.reporters.places import Places
from scanner.reporters.wording import (
    PROJECT_WORDS,
    VERDICT_WORDS,
    describe_chain,
    describe_dependency,
    describe_finding,
    describe_target,
)

_OUTCOMES = {Verdict.CONTAINER: "failure", Verdict.UNKNOWN: "error"}


def write_junit(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one XML document."""
    places = Places(report, context)
    suites: dict[str, list[ET.Element]] = {}
    for judgement in report.dependencies:
        place = places.of(judgement) or places.fallback
        suites.setdefault(place.path, []).append(_dependency_case(judgement, place.path, place.line))
    for skipped in report.skipped:
        place = places.named(skipped.location)
        suites.setdefault(place.path, []).append(_skipped_case(skipped, place.path, place.line))
    for problem in report.problems:
        place = places.named(problem.location) if problem.location else places.fallback
        suites.setdefault(place.path, []).append(_problem_case(problem, place.path, place.line))
    root = ET.Element(
        "testsuites", {"name": "compat-scan", **_counts([case for cases in suites.values() for case in cases])}
    )
    root.attrib.pop("skipped")  # the schema knows it for a suite only
    root.extend(_suite(path, cases, report) for path, cases in suites.items())
    ET.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n")


def _suite(path: str, cases: list[ET.Element], report: Report) -> ET.Element:
    suite = ET.Element("testsuite", {"name": clean(path), **_counts(cases)})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("target", describe_target(report)), ("verdict", PROJECT_WORDS[report.verdict])):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    suite.extend(cases)
    return suite


def _counts(cases: list[ET.Element]) -> dict[str, str]:
    def number(tag: str) -> str:
        return str(sum(1 for case in cases if case.find(tag) is not None))

    return {
        "tests": str(len(cases)),
        "failures": number("failure"),
        "errors": number("error"),
        "skipped": number("skipped"),
    }


def _dependency_case(judgement: Judgement, path: str, line: int) -> ET.Element:
    case = _case(describe_dependency(judgement), path)
    findings = deciding_findings(judgement)
    text = "\n".join([f"{clean(path)}:{line}", *_details(judgement)])
    outcome = _OUTCOMES.get(judgement.verdict)
    if is_accepted(judgement):
        reason = "; ".join(describe_finding(finding) for finding in findings)
        ET.SubElement(case, "skipped", {"message": reason}).text = text
    elif outcome is not None:
        message = "; ".join(describe_finding(finding) for finding in findings)
        kind = findings[0].rule.code if findings else judgement.verdict.value
        ET.SubElement(case, outcome, {"type": kind, "message": message or VERDICT_WORDS[judgement.verdict]}).text = text
    elif findings:
        ET.SubElement(case, "system-out").text = f"{text}\nruns, with limits"
    return case


def _details(judgement: Judgement) -> list[str]:
    lines = [f"asked for as {clean(judgement.requirement)}"] if judgement.requirement else []
    lines += [describe_chain(chain) for chain in chains_to(judgement)]
    for finding in deciding_findings(judgement):
        lines.append(describe_finding(finding))
        lines += [f"  {clean(evidence.fact)} [{clean(evidence.origin)}]" for evidence in finding.evidence]
    if judgement.alternative:
        lines.append(f"instead: {clean(judgement.alternative.use)} ({clean(judgement.alternative.url)})")
    lines += [f"remedy: {clean(remedy)}" for remedy in find_remedies(judgement, deciding_findings(judgement))]
    return lines


def _skipped_case(skipped: Skipped, path: str, line: int) -> ET.Element:
    case = _case(clean(skipped.text), path)
    ET.SubElement(case, "skipped", {"message": clean(skipped.reason)}).text = f"{clean(path)}:{line}"
    return case


def _problem_case(problem: Problem, path: str, line: int) -> ET.Element:
    case = _case(f"line {line}", path)
    element = ET.SubElement(case, "error", {"type": problem.rule.code, "message": clean(problem.message)})
    element.text = f"{clean(path)}:{line}\n{problem.rule.title} ({problem.rule.code})"
    return case


def _case(name: str, path: str) -> ET.Element:
    return ET.Element("testcase", {"name": name, "classname": clean(path)})
