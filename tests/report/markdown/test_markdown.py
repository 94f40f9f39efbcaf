from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scanner.model.finding import Finding, Level
from scanner.model.report import Judgement, ProjectVerdict, Report, Verdict
from scanner.model.rule import Rule
from scanner.report.context import ReportContext
from scanner.report.markdown.text import code, inline, link

Render = Callable[[str, Report, ReportContext], str]
Make = Callable[..., Judgement]


def _tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        yield token
        yield from token.children or ()


def _shown(text: str) -> str:
    """What a reader sees of one line of Markdown."""
    return "".join(token.content for token in _tokens(text) if token.type in {"text", "code_inline"})


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.md", render("markdown", report, context))


@pytest.mark.parametrize(
    "text",
    [
        "numpy 2.4.6 has no wheel: cp314-cp314-manylinux_2_28_x86_64",
        "*bold* _em_ __init__ ~~gone~~ [a](b) ![c](d) <b>x</b> &lt; | cell",
        "@octocat #1 org/repo#2 GH-3 deadbeefcafe 0123456 :smile: a@example.org",
        "https://evil.example.org www.evil.example.org. mailto:a@example.org",
        "`code` ``two`` ` lone and `unclosed",
        "- + 1. 2) = > # heading $x$ \\ end",
        "trailing` ` `` ```",
    ],
)
def test_a_sentence_from_outside_shows_its_words_and_makes_no_markup(text: str) -> None:
    written = inline(text)
    assert {token.type for token in _tokens(written)} <= {
        "paragraph_open",
        "inline",
        "text",
        "code_inline",
        "paragraph_close",
    }
    assert _shown(written).replace("`", "") == text.replace("`", "")
    outside_code = "".join(token.content for token in _tokens(written) if token.type == "text")
    assert not any(
        sign in outside_code for sign in ("@", "#", "://", "www.", "<", "|", "*", "[", ":smile:", "deadbeef", "GH-3")
    )


@pytest.mark.parametrize("text", ["a", "`", "``", "a`b", "`a", "a``b`", "a\\", "***"])
def test_code_shows_exactly_what_it_is_given(text: str) -> None:
    (span,) = [token for token in _tokens(code(text)) if token.type == "code_inline"]
    assert span.content == text


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://docs.example.org/a/?b=c#d", "https://docs.example.org/a/?b=c#d"),
        ("https://docs.example.org/a>b) c", "https://docs.example.org/a%3Eb%29%20c"),
    ],
)
def test_a_link_leads_where_it_says(url: str, target: str) -> None:
    (opened,) = [token for token in _tokens(link("Docs", url)) if token.type == "link_open"]
    assert opened.attrs["href"] == target


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "not a url"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert not [token for token in _tokens(link("Docs", url)) if token.type == "link_open"]


@pytest.mark.parametrize("limit_bytes", [2_000, 10_000, 65_000])
def test_a_large_report_stays_below_the_limit_and_counts_the_rest(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext, limit_bytes: int
) -> None:
    finding = Finding(rule=Rule.CS101, level=Level.BLOCKER, message="native wheels only – " + "x " * 40)
    judgements = [
        make_judgement(f"p{number}", verdict=Verdict.CONTAINER, findings=(finding,)) for number in range(2_000)
    ]
    runs = [make_judgement(f"r{number}") for number in range(2_000)]
    text = render("markdown", make_report(*judgements, *runs), replace(context, markdown_bytes=limit_bytes))
    assert len(text.encode()) <= limit_bytes
    assert "more, which do not fit here" in text
    assert text.count("<details>") == text.count("</details>")
    assert "### Needs a container (2000)" in text


def test_a_clean_report_has_no_empty_section(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    text = render("markdown", make_report(make_judgement("a"), verdict=ProjectVerdict.WORKERS), context)
    assert text.count("<details>") == 1
    assert "###" not in text
