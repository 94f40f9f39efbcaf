"""HTML pages of links give rows with absolute URLs; what is no listing is told apart."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from scanner.index.listing.pages import parse_html_rows, parse_links_page, parse_page
from scanner.model.errors import IndexAnswerError

URL = "https://example.org/simple/foo/"
FOO = canonicalize_name("foo")


def _page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def test_an_anchor_with_everything_becomes_a_full_row() -> None:
    digest, sidecar = "ab" * 32, "cd" * 32
    anchor = (
        f'<a href="../../files/foo-1.0-py3-none-any.whl#sha256={digest}" data-requires-python="&gt;=3.9,&lt;4"'
        f' data-yanked="it &amp; that" data-core-metadata="sha256={sidecar}">foo-1.0-py3-none-any.whl</a>'
    )
    (row,) = parse_page(_page(anchor), URL).rows
    assert row.filename == "foo-1.0-py3-none-any.whl"
    assert row.url == "https://example.org/files/foo-1.0-py3-none-any.whl"
    assert (row.sha256, row.requires_python, row.yanked) == (digest, ">=3.9,<4", "it & that")
    assert (row.size_bytes, row.upload_time, row.metadata_sha256) == (None, None, sidecar)


@pytest.mark.parametrize(
    ("attributes", "yanked", "metadata"),
    [
        ("", None, None),
        ("data-yanked", "", None),
        ('data-yanked=""', "", None),
        ('data-core-metadata="true"', None, ""),
        ('data-core-metadata="false"', None, None),
        ('data-dist-info-metadata="md5=00"', None, ""),
        ('data-dist-info-metadata="sha256=00"', None, "00"),
    ],
)
def test_yanking_and_sidecars_are_attributes(attributes: str, yanked: str | None, metadata: str | None) -> None:
    (row,) = parse_page(_page(f'<a href="foo-1.0.tar.gz" {attributes}>x</a>'), URL).rows
    assert (row.yanked, row.metadata_sha256) == (yanked, metadata)


def test_the_first_base_element_counts() -> None:
    head = '<base href="https://files.example.org/a/"><base href="https://other.example.org/">'
    (row,) = parse_page(_page('<a href="foo-1.0.tar.gz">x</a>', head), URL).rows
    assert row.url == "https://files.example.org/a/foo-1.0.tar.gz"


def test_the_api_version_stands_in_a_meta_element() -> None:
    assert parse_page(_page("", '<meta name="pypi:repository-version" content="2.0">'), URL).api_version == "2.0"
    assert parse_page(_page(""), URL).api_version == "1.0"


def test_percent_signs_in_a_file_name_are_decoded() -> None:
    (row,) = parse_page(_page('<a href="foo-1.0%2Bcpu-py3-none-any.whl">x</a>'), URL).rows
    assert row.filename == "foo-1.0+cpu-py3-none-any.whl"


def test_the_text_names_the_file_where_the_url_does_not() -> None:
    (row,) = parse_page(_page('<a href="/download?id=1"> foo-1.0.tar.gz </a>'), URL).rows
    assert (row.filename, row.url) == ("foo-1.0.tar.gz", "https://example.org/download?id=1")


def test_unclosed_anchors_are_read_all_the_same() -> None:
    page = parse_page('<a href="foo-1.0.tar.gz">foo<a href="foo-2.0.tar.gz">foo', URL)
    assert [row.filename for row in page.rows] == ["foo-1.0.tar.gz", "foo-2.0.tar.gz"]


HEAD = "<title>Links for foo</title>"


@pytest.mark.parametrize(
    ("body", "head", "expected"),
    [
        ("", HEAD, True),
        ("<h1>Index of /simple/foo/</h1>", "", True),
        ("", '<meta name="pypi:repository-version" content="1.0">', True),
        ('<a href="../">up</a>', "", True),
        ('<a href="foo-1.0.tar.gz">foo</a><a href="/imprint">imprint</a>', "", True),
        ("", "", False),
        ('<a href="other-1.0.tar.gz">other</a>', "", False),
        ('<form><input type="password"></form>', HEAD, False),
        ('<a href="/login">log in</a>', HEAD, False),
        ('<a href="/download/setup.zip">the app</a><form></form>', "", False),
        ("<script>location = 'https://portal.example.org'</script>", "", False),
        ("Down for maintenance", "", False),
    ],
)
def test_a_page_is_a_listing_if_it_has_files_of_the_project_or_says_so(body: str, head: str, *, expected: bool) -> None:
    if expected:
        parse_html_rows(_page(body, head), URL, FOO)
    else:
        with pytest.raises(IndexAnswerError, match="lists no files"):
            parse_html_rows(_page(body, head), URL, FOO)


@pytest.mark.parametrize("cut", [12, 30, len("</html>"), len("</body></html>")])
def test_a_page_without_its_end_is_an_error(cut: int) -> None:
    text = _page('<a href="foo-1.0.tar.gz">foo</a><a href="foo-2.0.tar.gz">foo</a>', HEAD)
    assert len(parse_html_rows(text, URL, FOO)) == 2
    with pytest.raises(IndexAnswerError, match="without its end"):
        parse_html_rows(text[: -cut - (cut < 12) * len("</body>")], URL, FOO)


def test_a_page_of_links_may_list_anything_but_has_to_list_something() -> None:
    assert parse_links_page('<a href="foo-1.0.tar.gz">foo', URL)
    assert parse_links_page("", URL) == ()
    with pytest.raises(IndexAnswerError, match="login"):
        parse_links_page("<form></form>", URL)


def test_a_page_of_too_many_links_is_an_error() -> None:
    with pytest.raises(IndexAnswerError, match="more than 60,000 links"):
        parse_page('<a href="a-1.zip">' * 60_001, URL)


def test_links_that_cannot_be_joined_are_passed_over() -> None:
    assert parse_page(_page('<a href="//[x/foo-1.0.tar.gz">x</a><a>y</a><a href="">z</a>'), URL).rows == []


@pytest.mark.parametrize(
    ("text", "filenames"),
    [
        ("<A HREF=foo-1.tar.gz>x</A>", ["foo-1.tar.gz"]),
        ("<a\nhref = 'foo-1.tar.gz' />", ["foo-1.tar.gz"]),
        ('<a title="a > b" href="foo-1.tar.gz">', ["foo-1.tar.gz"]),
        ('<a title=it\'s href="foo-1.tar.gz">', ["foo-1.tar.gz"]),
        ('<a href="foo-1.tar.gz" href="foo-2.tar.gz">', ["foo-1.tar.gz"]),
        ('<a href="foo-1.tar.gz" data-requires-python=">=3.9,<4">', ["foo-1.tar.gz"]),
        ('<!-- <a href="foo-1.tar.gz"> --><a href="foo-2.tar.gz">', ["foo-2.tar.gz"]),
        ('<!-- <a href="foo-1.tar.gz">', []),
        ('<!DOCTYPE html [x]><?php x ?><a href="foo-1.tar.gz">', ["foo-1.tar.gz"]),
        ('1 < 2 <> <3 <a href="foo-1.tar.gz">', ["foo-1.tar.gz"]),
        ('<a href="foo-1.tar.gz', []),
        ('<a href="foo-1.tar.gz"', []),
        ('<abbr href="foo-1.tar.gz"><a>foo-2.tar.gz</a>', []),
        ("<a href", []),
        ("<", []),
    ],
)
def test_tags_are_read_as_browsers_read_them(text: str, filenames: list[str]) -> None:
    assert [row.filename for row in parse_page(text, URL).rows] == filenames


@pytest.mark.parametrize(
    "pattern",
    [
        "<a ",
        "<a x=",
        '<a x="',
        "<a x='y",
        "<!--",
        "<!",
        "</",
        "<",
        "<a href=''",
        "&#",
        "<a>",
        "x=\"'",
        "<a =\n",
        "<x y='\">",
    ],
)
def test_hostile_pages_are_read_in_the_time_of_their_length(pattern: str) -> None:
    # With a parser that tries again from every "<" the test would simply not end.
    assert parse_page(pattern * (500_000 // len(pattern)), URL).rows == []
