"""The same report read back from every output: the same verdicts everywhere."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest

from scanner.model.report import Report
from scanner.report import REPORTERS
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

Told = dict[str, set[str]]
"""The names that need a container, are unknown, and run with limits."""

_NAME = r"([a-z][\w-]*)"


def _terminal(text: str) -> Told:
    blocked = set(re.findall(rf"^  ✗ {_NAME}", text, re.MULTILINE))
    for names in re.findall(r"^ {13}also affects: (.*(?:\n {13}.*)*)", text, re.MULTILINE):
        blocked |= set(re.findall(rf"{_NAME} [0-9.]+", names))
    return {
        "container": blocked,
        "unknown": set(re.findall(rf"^  \? {_NAME}", text, re.MULTILINE)),
        "limits": set(re.findall(rf"^Runs, with limits.*\n  ! {_NAME}", text, re.MULTILINE)),
    }


def _json(text: str) -> Told:
    dependencies = json.loads(text)["projects"][0]["dependencies"]
    return {
        "container": {entry["name"] for entry in dependencies if entry["verdict"] == "container"},
        "unknown": {entry["name"] for entry in dependencies if entry["verdict"] == "unknown"},
        "limits": {
            entry["name"]
            for entry in dependencies
            if entry["verdict"] == "workers" and any(finding["level"] == "caution" for finding in entry["findings"])
        },
    }


def _github(text: str) -> Told:
    told: Told = {"error": set(), "warning": set(), "notice": set()}
    for level, name, message in re.findall(rf"^::(\w+) .*title={_NAME}[^:]*::(.*)", text, re.MULTILINE):
        told[level].add(name)
        for names in re.findall(r"Also affects: ([^.]*)", message):
            told[level] |= set(names.split(", "))
    return {"container": told["error"], "unknown": told["warning"], "limits": told["notice"]}


def _sarif(text: str) -> Told:
    told: Told = {"container": set(), "unknown": set(), "workers": set()}
    for result in json.loads(text)["runs"][0]["results"]:
        properties = result["properties"]
        if "name" in properties:
            told[properties["verdict"]] |= {properties["name"], *properties.get("alsoAffects", ())}
    return {"container": told["container"], "unknown": told["unknown"], "limits": told["workers"]}


def _gitlab(text: str) -> Told:
    told: Told = {"needs a container": set(), "unknown": set(), "runs on Workers, with limits": set()}
    for entry in json.loads(text):
        found = re.match(rf"{_NAME} .*?({'|'.join(told)}):", entry["description"])
        if found:
            told[found[2]].add(found[1])
            for names in re.findall(r"Also affects: ([^.]*)", entry["description"]):
                told[found[2]] |= set(names.split(", "))
    return dict(zip(("container", "unknown", "limits"), told.values(), strict=True))


def _junit(text: str) -> Told:
    told: Told = {"failure": set(), "error": set(), "system-out": set()}
    for case in ET.fromstring(text).iter("testcase"):  # noqa: S314 - our own output
        for tag in told:
            if case.find(tag) is not None and not case.attrib["name"].startswith("line "):
                told[tag].add(case.attrib["name"].split(" ")[0])
    return dict(zip(("container", "unknown", "limits"), told.values(), strict=True))


def _markdown(text: str) -> Told:
    sections = re.split(r"^(?:### |<summary>)", text, flags=re.MULTILINE)
    told: Told = {"Needs a container": set(), "Unknown": set(), "Runs, with limits": set()}
    for section in sections:
        for heading in told:
            if section.startswith(heading):
                told[heading] |= set(re.findall(rf"^- \*\*`{_NAME}", section, re.MULTILINE))
                for names in re.findall(r"^  - Also affects .*: (`.*)", section, re.MULTILINE):
                    told[heading] |= set(re.findall(rf"`{_NAME} [0-9.]+", names))
    return dict(zip(("container", "unknown", "limits"), told.values(), strict=True))


def _html(text: str) -> Told:
    told: Told = {"container": set(), "unknown": set(), "limits": set()}
    for kind, name in re.findall(rf'<tr id="d\d+" data-kind="(\w+)"><th scope="row">{_NAME}', text):
        told.setdefault(kind, set()).add(name)
    told.pop("workers")
    return told


def _csv(text: str) -> Told:
    rows = [row for row in csv.DictReader(StringIO(text)) if row["kind"] == "dependency"]
    return {
        "container": {row["name"] for row in rows if row["verdict"] == "container"},
        "unknown": {row["name"] for row in rows if row["verdict"] == "unknown"},
        "limits": {row["name"] for row in rows if row["with_cautions"] == "true"},
    }


_READERS: dict[str, Callable[[str], Told]] = {
    "terminal": _terminal,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
    "gitlab": _gitlab,
    "junit": _junit,
    "markdown": _markdown,
    "html": _html,
    "csv": _csv,
}


@pytest.mark.parametrize("name", REPORTERS)
def test_every_output_tells_the_same_verdicts(
    render: Render, report: Report, context: ReportContext, name: str
) -> None:
    told = _READERS[name](render(name, report, replace(context, width=120)))
    assert told["container"] == {"numpy", "playwright", "sentence-transformers", "easyocr", "torch"}
    assert told["unknown"] == {"corp-auth", "boto3"}
    assert told["limits"] >= {"uvicorn"}
    assert told["limits"] - {"uvicorn"} <= {"pydantic"}  # its note is reported too
