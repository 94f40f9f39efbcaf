"""PEP 503 HTML pages, and find-links pages, into rows."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scanner.index.filenames import is_distribution
from scanner.index.rows import FileRow
from scanner.index.urls import drop_fragment, join_url

_VERSION_NAMES = ("pypi:repository-version", "api-version")
Attributes = list[tuple[str, str | None]]


class Page(NamedTuple):
    """What stands on a page of links."""

    api_version: str
    """From the meta element (PEP 629); «1.0» where there is none."""
    rows: tuple[FileRow, ...]
    """With absolute URLs."""
    is_listing: bool
    """Whether it can be a project's page: it lists files, or nothing at all; a login page does neither."""


def parse_page(text: str, url: str) -> Page:
    """The files that a page at ``url`` links to, in order.

    Raises:
        ValueError: the text is no HTML that could be read.
    """
    parser = _LinkParser(url)
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as error:  # how html.parser gives up on a declaration it cannot follow
        raise ValueError("the HTML cannot be parsed") from error
    return Page(parser.api_version, tuple(parser.rows), bool(parser.rows) or not parser.has_other_content)


class _LinkParser(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[FileRow] = []
        self.api_version = "1.0"
        self.has_other_content = False
        self._base = url
        self._base_seen = False
        self._anchor: dict[str, str | None] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        # The first of several attributes of one name counts, as in HTML.
        attributes = dict(reversed(attrs))
        if tag == "a":
            self._end_anchor()
            self._anchor, self._text = attributes, ""
        elif tag == "base" and not self._base_seen and attributes.get("href"):
            self._base_seen = True
            self._base = join_url(self._base, attributes["href"] or "") or self._base
        elif tag == "meta" and attributes.get("name") in _VERSION_NAMES:
            self.api_version = attributes.get("content") or ""
        elif tag in ("form", "input", "script", "iframe"):
            self.has_other_content = True

    def handle_data(self, data: str) -> None:
        if self._anchor is not None and len(self._text) < 1000:  # file names are far shorter
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_anchor()

    def close(self) -> None:
        super().close()
        self._end_anchor()

    def _end_anchor(self) -> None:
        attributes, self._anchor = self._anchor, None
        if attributes is None or not attributes.get("href"):
            return
        href = (attributes["href"] or "").strip()
        row = _anchor_row(attributes, href, self._text.strip(), self._base)
        if row is not None:
            self.rows.append(row)
        elif not href.startswith(("..", "?", "#")):  # a folder's own index page has these
            self.has_other_content = True


def _anchor_row(attributes: dict[str, str | None], href: str, text: str, base: str) -> FileRow | None:
    """The file that an anchor stands for; None where it leads elsewhere."""
    url = join_url(base, href)
    if url is None:
        return None
    url, fragment = drop_fragment(url)
    filename = _filename(url, text)
    if filename is None:
        return None
    yanked = (attributes["data-yanked"] or "") if "data-yanked" in attributes else None
    metadata = _metadata_hash(attributes.get("data-core-metadata") or attributes.get("data-dist-info-metadata"))
    requires_python = attributes.get("data-requires-python") or None
    return FileRow(filename, url, None, _sha256(fragment), requires_python, yanked, None, metadata)


def _filename(url: str, text: str) -> str | None:
    """The last part of the URL's path, or else the anchor's text, if either names a distribution."""
    for candidate in (unquote(urlsplit(url).path).rpartition("/")[2], text):
        if is_distribution(candidate):
            return candidate
    return None


def _sha256(fragment: str) -> str | None:
    for part in fragment.split("&"):
        key, _, value = part.partition("=")
        if key == "sha256" and value:
            return value
    return None


def _metadata_hash(value: str | None) -> str | None:
    """None without a sidecar, empty for «true» or another algorithm's hash, else the sha256."""
    if value is None or value == "false":
        return None
    return value.removeprefix("sha256=") if value.startswith("sha256=") else ""
