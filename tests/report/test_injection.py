"""Hostile text in every field of a report, through every reporter."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from markdown_it import MarkdownIt

from scanner.model.report import Report
from scanner.report import REPORTERS
from scanner.report.context import ReportContext
from scanner.report.csv import COLUMNS

Render = Callable[[str, Report, ReportContext], str]

HOSTILE = tuple(json.loads((Path(__file__).resolve().parents[1] / "hostile.json").read_text(encoding="ascii")))


def poison(value: Any, text: str, field: str = "") -> Any:
    """The same values with hostile text in every field that takes text; names stay apart from each other."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return {"name": f"{text}-{value}", "path": f"{text}.txt"}.get(field, text)
    if isinstance(value, tuple):
        return tuple(poison(one, text, field) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {each.name: poison(getattr(value, each.name), text, each.name) for each in fields(value)}
        return replace(value, **changed)
    return value


@pytest.fixture
def hostile_report(full_report: Report) -> Callable[[str], Report]:
    """A report on several projects with the text in every field that takes text."""
    return lambda text: poison(full_report, text)


@pytest.fixture
def context() -> ReportContext:
    return ReportContext(
        version="1.2.3", width=60, verbose=2, working_folder=PurePosixPath("/w/p"), root=PurePosixPath("/w")
    )


def _is_foul(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", REPORTERS)
def test_no_control_character_and_no_foreign_command_comes_out(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, name: str, text: str
) -> None:
    brief = render(name, hostile_report(text), replace(context, verbose=0))
    output = brief + render(name, hostile_report(text), context)
    assert not list(filter(_is_foul, output))
    assert not re.search(r"##(\w*)\[", output)
    commands = re.findall(r"^\s*::.*", output, re.MULTILINE)
    assert all(
        re.match(r"::(error|warning|notice) (file=[^:]*,line=\d+,col=\d+,)?title=[^:,]*::", line) for line in commands
    )
    if name != "github":
        assert commands == []


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_colours_are_the_only_escapes_on_a_terminal(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    output = render("terminal", hostile_report(text), replace(context, color=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert not list(filter(_is_foul, plain))
    assert plain == render("terminal", hostile_report(text), context)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_github_gets_one_line_for_each_annotation_whatever_they_say(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    def commands(text: str) -> list[str]:
        return [line.split(" ")[0] for line in render("github", hostile_report(text), context).splitlines()]

    assert commands(text) == commands("benign")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_json_holds_exactly_what_it_was_given(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    document = json.loads(render("json", hostile_report(text), context))
    written = document["projects"][0]["dependencies"][1]["requirement"]
    assert written == re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", ["sarif", "gitlab"])
def test_the_other_json_parses_and_has_all_its_entries(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, name: str, text: str
) -> None:
    def count(text: str) -> int:
        parsed = json.loads(render(name, hostile_report(text), context))
        return len(parsed["runs"][0]["results"] if name == "sarif" else parsed)

    assert count(text) == count("benign") > 15


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_junit_is_well_formed_and_has_all_its_cases(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    root = ET.fromstring(render("junit", hostile_report(text), context))  # noqa: S314 - our own output
    assert len(list(root.iter("testcase"))) == 22
    assert {element.tag for element in root.iter()} == {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "skipped",
        "system-out",
    }


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_csv_has_all_its_rows_and_no_formula(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    rows = list(csv.reader(StringIO(render("csv", hostile_report(text), context))))
    assert len(rows) == 31
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert not [cell for row in rows for cell in row if re.match(r"\s*[=+\-@]", cell)]


class _Tags(HTMLParser):
    """The tags of a page with the names of their attributes, the link targets and the script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[tuple[str, tuple[str, ...]]] = set()
        self.targets: list[str] = []
        self.scripts = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add((tag, tuple(name for name, _ in attrs)))
        self.targets += [str(value) for name, value in attrs if name == "href"]
        self.scripts += tag == "script"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_html_has_no_tag_attribute_or_script_but_its_own(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    own = _Tags(render("html", hostile_report("benign"), context)).seen
    own |= _Tags(render("html", hostile_report("https://benign.example.org/"), context)).seen
    page = _Tags(render("html", hostile_report(text), context))
    assert page.seen <= own
    assert page.scripts == 1
    assert all(re.match(r"(#[a-z0-9]+|https?://.*)\Z", target) for target in page.targets)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_markdown_has_no_markup_but_its_own(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(render("markdown", hostile_report(text), context))
    children = [child for token in tokens for child in token.children or ()]
    table = {"table", "thead", "tbody", "tr", "th", "td"}
    assert {token.tag for token in tokens} <= {"h2", "h3", "p", "ul", "li", "", "code", *table}
    assert all(token.type in {"fence", "code_inline"} for token in tokens if token.tag == "code")
    assert {child.tag for child in children} <= {"", "strong", "code", "a"}
    blocks = "".join(token.content for token in tokens if token.type == "html_block")
    assert re.sub(r"</?(details|summary)>|<!-- compat-scan -->", "", blocks).count("<") == 0
    assert not [child for child in children if child.type == "html_inline"]
    links = [str(child.attrs["href"]) for child in children if child.type == "link_open"]
    assert all(link.startswith("https://evil.example.org/x") for link in links)
    plain = "".join(child.content for child in children if child.type == "text")
    assert not re.search(r"@\w|#\d|://|www\.", plain)


@pytest.mark.parametrize("name", REPORTERS)
@pytest.mark.parametrize(
    "text",
    [
        "https://user:hunter2@index.example.org/simple",
        "git+https://hunter2@git.example.org/a.git@v1#egg=a",
        "see https://u:hun\nter2@index.example.org/ and https://h/?token=hunter2",
    ],
)
def test_no_password_comes_out(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, name: str, text: str
) -> None:
    brief = render(name, hostile_report(text), replace(context, verbose=0))
    output = brief + render(name, hostile_report(text), context)
    assert "hunter2" not in output
    assert "ter2" not in output
