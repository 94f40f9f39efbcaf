"""PEP 503 HTML pages, and find-links pages, into rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from scanner.index.http.urls import drop_fragment, join_url
from scanner.index.listing.rows import FileRow
from scanner.model.filenames import is_distribution

Attributes = dict[str, str]
_VERSION_NAMES = ("pypi:repository-version", "api-version")
_NOT_OF_A_LISTING = ("form", "input", "script", "iframe")
_LONGEST_LABEL = 1000  # file names are far shorter
# Quotes count only behind an equals sign. Possessive throughout: what was matched once is not tried in another way.
_TAG = re.compile(r"""<([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s/>="'][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?+""")


class Page(NamedTuple):
    """What stands on a page of links."""

    api_version: str
    """From the meta element (PEP 629); «1.0» where there is none."""
    rows: tuple[FileRow, ...]
    """With absolute URLs."""
    is_listing: bool
    """Whether it can be a project's page: it lists files, or nothing at all; a login page does neither."""


def parse_page(text: str, url: str) -> Page:
    """The files that a page at ``url`` links to, in order; broken HTML is read as far as it goes.

    The standard library's parser is not used: 60 kB of «<a » keep that of Python 3.11.7 busy for more than a minute.
    Here every character is looked at a bounded number of times.
    """
    base, api_version, rows, has_other_content = url, "1.0", [], False
    is_base_seen = False
    for tag, attributes, label in _find_tags(text):
        href = (attributes.get("href") or "").strip()
        if tag == "a" and href:
            row = _anchor_row(attributes, href, label, base)
            if row is not None:
                rows.append(row)
            elif not href.startswith(("..", "?", "#")):  # a folder's own index page has these
                has_other_content = True
        elif tag == "base" and href and not is_base_seen:
            is_base_seen, base = True, join_url(base, href) or base
        elif tag == "meta" and attributes.get("name") in _VERSION_NAMES:
            api_version = attributes.get("content") or ""
        elif tag in _NOT_OF_A_LISTING:
            has_other_content = True
    return Page(api_version, tuple(rows), bool(rows) or not has_other_content)


def _find_tags(text: str) -> Iterator[tuple[str, Attributes, str]]:
    """Each start tag in small letters, with its attributes and the text behind it; comments are passed over."""
    position = text.find("<")
    while position >= 0:
        if text.startswith("<!--", position):
            end = text.find("-->", position + 4)
        elif text.startswith(("<!", "<?"), position):
            end = text.find(">", position)
        else:
            match = _TAG.match(text, position)
            if match is None and not text[position + 1 : position + 2].isalpha():
                end = position
            elif match is None:
                return  # a tag that never ends takes the rest of the page with it, in browsers too
            else:
                end = match.end()
                yield match[1].lower(), _read_attributes(match[2]), _label(text, end)
        if end < 0:
            return
        position = text.find("<", end + (end == position))


def _read_attributes(text: str) -> Attributes:
    """The attributes of a tag; the first of several with one name counts, as in HTML."""
    attributes: Attributes = {}
    for match in _ATTRIBUTE.finditer(text):
        value = next((group for group in match.groups()[1:] if group is not None), "")
        attributes.setdefault(match[1].lower(), html.unescape(value))
    return attributes


def _label(text: str, start: int) -> str:
    """The text from here to the next tag."""
    stop = text.find("<", start, start + _LONGEST_LABEL)
    return html.unescape(text[start : stop if stop >= 0 else start + _LONGEST_LABEL]).strip()


def _anchor_row(attributes: Attributes, href: str, text: str, base: str) -> FileRow | None:
    """The file that an anchor stands for; None where it leads elsewhere."""
    url = join_url(base, href)
    if url is None:
        return None
    url, fragment = drop_fragment(url)
    filename = _filename(url, text)
    if filename is None:
        return None
    yanked = attributes.get("data-yanked")
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
