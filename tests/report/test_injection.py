"""Hostile text in every field of a report, through every reporter."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path, PurePosixPath

import pytest
from markdown_it import MarkdownIt

from scanner.model.artifact import Artifact, ArtifactKind
from scanner.model.dependency import Location, Skipped
from scanner.model.finding import Alternative, Evidence, Finding, Level, Problem, Strength
from scanner.model.report import Judgement, Report, Verdict
from scanner.model.rule import Rule
from scanner.report import REPORTERS
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]

HOSTILE = tuple(json.loads((Path(__file__).resolve().parents[1] / "hostile.json").read_text(encoding="ascii")))


@pytest.fixture
def hostile_report(make_report: Callable[..., Report]) -> Callable[[str], Report]:
    """A report with the text in every field that takes text."""

    def make(text: str) -> Report:
        place = Location(path=f"{text}.txt", line=1)
        evidence = Evidence(fact=text, origin=text, strength=Strength.PROVEN)
        artifact = Artifact(filename=text, url=text, kind=ArtifactKind.WHEEL, size_bytes=10)

        def judge(rule: Rule, level: Level, verdict: Verdict, own: Verdict, **values: object) -> Judgement:
            finding = Finding(rule=rule, level=level, message=text, evidence=(evidence,), remedy=text)
            return Judgement(
                name=f"{text}-{rule.code}",
                requirement=text,
                version=text,
                verdict=verdict,
                own_verdict=own,
                category=text,
                artifact=artifact,
                findings=(finding,),
                alternative=Alternative(use=text, url=text),
                **{"direct": True, "location": place, **values},  # type: ignore[arg-type]
            )

        root = judge(Rule.CS101, Level.BLOCKER, Verdict.CONTAINER, Verdict.CONTAINER, direct=False, location=None)
        root = replace(root, via=((f"{text}-{Rule.CS109.code}", root.name), (text, root.name)))
        report = make_report(
            judge(Rule.CS109, Level.BLOCKER, Verdict.CONTAINER, Verdict.WORKERS),
            root,
            judge(Rule.CS505, Level.CAUTION, Verdict.UNKNOWN, Verdict.UNKNOWN),
            judge(Rule.CS304, Level.CAUTION, Verdict.WORKERS, Verdict.WORKERS),
            judge(Rule.CS105, Level.NOTE, Verdict.WORKERS, Verdict.WORKERS),
            skipped=(Skipped(text=text, reason=text, location=place),),
            problems=(Problem(rule=Rule.CS601, message=text, location=place),),
            notes=(text,),
        )
        target = replace(report.target, reason=text, python=text, pyodide=text)
        return replace(report, target=target)

    return make


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
    lines = render("github", hostile_report(text), context).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "::notice"]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_json_holds_exactly_what_it_was_given(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    document = json.loads(render("json", hostile_report(text), context))
    written = document["dependencies"][1]["requirement"]
    assert written == re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", ["sarif", "gitlab"])
def test_the_other_json_parses_and_has_all_its_entries(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, name: str, text: str
) -> None:
    parsed = json.loads(render(name, hostile_report(text), context))
    assert len(parsed["runs"][0]["results"] if name == "sarif" else parsed) == 4


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_junit_is_well_formed_and_has_all_its_cases(
    render: Render, hostile_report: Callable[[str], Report], context: ReportContext, text: str
) -> None:
    root = ET.fromstring(render("junit", hostile_report(text), context))  # noqa: S314 - our own output
    assert len(list(root.iter("testcase"))) == 7
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
    assert len(rows) == 8
    assert {len(row) for row in rows} == {20}
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
    assert {token.tag for token in tokens} <= {"h2", "h3", "p", "ul", "li", ""}
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
