"""JUnit XML, within the schema that Jenkins' xUnit plugin publishes as junit-10.xsd (pytest's ``xunit2`` too).

One suite for each file, one test case for each dependency: a container is a failure, an unknown verdict or a problem
an error, an entry that is not judged is skipped.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from scanner.model.acceptance import is_accepted
from scanner.model.dependency import Skipped
from scanner.model.finding import Problem
from scanner.model.report import Judgement, Report, Verdict
from scanner.report.causes import chains_to, deciding_findings, find_remedies
from scanner.report.context import ReportContext
from scanner.report.escape import clean
from scanner.report.places import Places
from scanner.report.wording import (
    PROJECT_WORDS,
    VERDICT_WORDS,
    describe_chain,
    describe_dependency,
    describe_finding,
    describe_target,
)

_OUTCOMES = {Verdict.CONTAINER: "failure", Verdict.UNKNOWN: "error"}


_Told = Judgement | Skipped | Problem
_HERE = "<cases />"
"""Stands for the cases of a suite; in text and attributes no < is left unescaped."""
_AT_ONCE = 500


def write_junit(report: Report, stream: TextIO, context: ReportContext) -> None:
    """Writes one XML document, some cases at a time: all at once would take a multiple of the report's memory."""
    suites = _group(report, Places(report, context))
    outcomes = [Counter(_outcome(told) for told, _ in cases) for cases in suites.values()]
    root = ET.Element("testsuites", {"name": "compat-scan", **_counts(sum(outcomes, Counter()))})
    root.attrib.pop("skipped")  # the schema knows it for a suite only
    for path, counted in zip(suites, outcomes, strict=True):
        ET.SubElement(_suite(root, path, counted, report), "cases")
    ET.indent(root)
    frame = ET.tostring(root, encoding="unicode").split(_HERE)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n' + frame[0])
    for (path, cases), after in zip(suites.items(), frame[1:], strict=True):
        stream.writelines(_lay_out(path, cases))
        stream.write(after)
    stream.write("\n")


def _group(report: Report, places: Places) -> dict[str, list[tuple[_Told, int]]]:
    """What is told of each file, with its line."""
    suites: dict[str, list[tuple[_Told, int]]] = {}
    for judgement in report.dependencies:
        place = places.of(judgement) or places.fallback
        suites.setdefault(place.path, []).append((judgement, place.line))
    for skipped in report.skipped:
        place = places.named(skipped.location)
        suites.setdefault(place.path, []).append((skipped, place.line))
    for problem in report.problems:
        place = places.named(problem.location) if problem.location else places.fallback
        suites.setdefault(place.path, []).append((problem, place.line))
    return suites


def _suite(root: ET.Element, path: str, outcomes: Mapping[str | None, int], report: Report) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", {"name": clean(path), **_counts(outcomes)})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("target", describe_target(report)), ("verdict", PROJECT_WORDS[report.verdict])):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    return suite


def _counts(outcomes: Mapping[str | None, int]) -> dict[str, str]:
    figures = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    told = {name: str(outcomes.get(tag, 0)) for name, tag in figures}
    return {"tests": str(sum(outcomes.values())), **told}


def _outcome(told: _Told) -> str | None:
    """The element that says how a case ended; None where it passed."""
    match told:
        case Skipped():
            return "skipped"
        case Problem():
            return "error"
        case Judgement():
            return "skipped" if is_accepted(told) else _OUTCOMES.get(told.verdict)


def _lay_out(path: str, cases: Sequence[tuple[_Told, int]]) -> Iterator[str]:
    """The text of the cases, as deep as it stands in the document, some hundreds at a time."""
    for start in range(0, len(cases), _AT_ONCE):
        suite = ET.Element("suite")
        suite.extend(_case_of(told, path, line) for told, line in cases[start : start + _AT_ONCE])
        ET.indent(suite, level=1)
        inner = ET.tostring(suite, encoding="unicode").removeprefix("<suite>\n").removesuffix("\n  </suite>")
        yield inner.lstrip() if start == 0 else f"\n{inner}"


def _case_of(told: _Told, path: str, line: int) -> ET.Element:
    match told:
        case Judgement():
            return _dependency_case(told, path, line)
        case Skipped():
            return _skipped_case(told, path, line)
        case Problem():
            return _problem_case(told, path, line)


def _dependency_case(judgement: Judgement, path: str, line: int) -> ET.Element:
    case = _case(describe_dependency(judgement), path)
    findings = deciding_findings(judgement)
    text = "\n".join([f"{clean(path)}:{line}", *_details(judgement)])
    outcome = _outcome(judgement)
    if outcome == "skipped":
        reason = "; ".join(describe_finding(finding) for finding in findings)
        ET.SubElement(case, outcome, {"message": reason}).text = text
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
