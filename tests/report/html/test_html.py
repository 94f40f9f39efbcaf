from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser

from scanner.model.graph import Graph
from scanner.model.report import Judgement, Report
from scanner.report.context import ReportContext

Render = Callable[[str, Report, ReportContext], str]
Make = Callable[..., Judgement]

_VOID = {"meta", "input", "rect"}


class _Page(HTMLParser):
    """The elements of a page with their attributes; fails where they are not properly nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_whole_report_is_as_recorded(
    render: Render, report: Report, context: ReportContext, golden: Callable[[str, str], None]
) -> None:
    golden("report.html", render("html", report, context))


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(
    render: Render, report: Report, context: ReportContext
) -> None:
    text = render("html", report, context)

    def source(tag: str) -> str:
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

    (policy,) = [meta["content"] for meta in _Page(text).all("meta") if "http-equiv" in meta]
    assert policy == (
        f"default-src 'none'; style-src '{source('style')}'; script-src '{source('script')}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_and_no_attribute_needs_an_exception_from_the_policy(
    render: Render, report: Report, context: ReportContext
) -> None:
    page = _Page(render("html", report, context))
    assert not {tag for tag, _ in page.elements} & {"img", "link", "iframe", "object", "embed", "base", "use", "image"}
    for tag, attributes in page.elements:
        assert not {name for name in attributes if name in {"src", "style", "srcset"} or name.startswith("on")}, tag


def test_there_is_a_row_for_each_dependency_and_every_anchor_leads_to_one(
    render: Render, report: Report, context: ReportContext
) -> None:
    page = _Page(render("html", report, context))
    rows = [row["id"] for row in page.all("tr") if "id" in row]
    assert len(rows) == len(report.dependencies)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    anchors = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert anchors <= ids
    assert len(ids) == sum("id" in attributes for _, attributes in page.elements)


def test_the_controls_are_hidden_until_a_script_shows_them(
    render: Render, report: Report, context: ReportContext
) -> None:
    (controls,) = _Page(render("html", report, context)).all("form")
    assert "hidden" in controls


def test_the_tree_is_open_where_it_leads_to_a_container(render: Render, report: Report, context: ReportContext) -> None:
    text = render("html", report, context)
    tree = text[text.index('<ul class="tree">') : text.index('id="skipped1"')]
    assert re.search(r"<details open><summary>[^\n]*sentence-transformers 5\.1\.2", tree)
    assert re.search(r"<details><summary>[^\n]*pydantic 2\.12\.5", tree)


def test_what_hangs_below_a_package_is_drawn_once(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    judged = [make_judgement("one"), make_judgement("two"), *(make_judgement(name, direct=False) for name in "ab")]
    edges = {"a==1.0": ("b==1.0",), "one==1.0": ("a==1.0",), "two==1.0": ("a==1.0",)}
    text = render("html", make_report(*judged, graph=Graph(edges=edges)), context)
    tree = text[text.index('<ul class="tree">') : text.index("</section>", text.index('<ul class="tree">'))]
    assert tree.count(" b 1.0 <") == 1
    assert tree.count(" a 1.0 <") == 2
    assert tree.count("(as above)") == 1


def test_the_bundle_is_shown_against_the_limit(render: Render, report: Report, context: ReportContext) -> None:
    text = render("html", report, context)
    assert "bundle at least 3.1 of 64 MiB uncompressed" in text
    assert '<div class="gauge"><svg' in text


def test_a_chain_of_any_depth_is_drawn_without_trouble(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    chain = [make_judgement(f"p{number:04}", direct=number == 0) for number in range(5_000)]
    edges = {one.key: (below.key,) for one, below in itertools.pairwise(chain)}
    text = render("html", make_report(*chain, graph=Graph(edges=edges)), context)
    assert text.count("(and more, which the table has)") == 1
    assert _Page(text).all("details")


def test_only_a_long_page_is_laid_out_in_pieces(
    render: Render, make_judgement: Make, make_report: Callable[..., Report], context: ReportContext
) -> None:
    judgements = [make_judgement(f"p{number}") for number in range(301)]
    assert '<body class="long">' in render("html", make_report(*judgements), context)
    assert '<body class="long">' not in render("html", make_report(*judgements[:300]), context)


def test_an_empty_report_is_a_page_too(
    render: Render, make_report: Callable[..., Report], context: ReportContext
) -> None:
    text = render("html", make_report(), context)
    assert _Page(text).all("table") == []
    assert "There are no dependencies." in text


def test_rules_link_to_their_documentation_where_it_is_known(
    render: Render, report: Report, context: ReportContext
) -> None:
    known = ReportContext(version=context.version, rules_url="https://docs.example.org/rules.md")
    assert "https://docs.example.org/rules.md#cs201" in render("html", report, known)
    assert "#cs201" not in render("html", report, context)
