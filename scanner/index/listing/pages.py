"""The answers of an index for a project (PEP 691 JSON, PEP 503 HTML), and find-links pages, as rows."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packaging.utils import NormalizedName, canonicalize_name

from scanner.index.listing.rows import MOST_FILES, FileRow, RowLike, parse_project_rows
from scanner.model.errors import IndexAnswerError
from scanner.model.filenames import FilenameReader, is_distribution
from scanner.model.urls import drop_fragment, join_url, redact_url

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_JSON_TYPES = ("application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json", "application/json")
_HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.latest+html", "text/html")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
# The encodings of the web (WHATWG). Python has others, and some of those take quadratic time.
_ENCODING = re.compile(
    r"utf-?(8|16(le|be)?)|(us-)?ascii|iso-8859-\d{1,2}|latin-?1|windows-125\d|koi8-[ru]|gbk|gb2312|gb18030|big5"
    r"|shift[_-]jis|euc-(jp|kr)",
    re.IGNORECASE,
)

Attributes = dict[str, str]
_VERSION_NAMES = ("pypi:repository-version", "api-version")
_NOT_OF_A_LISTING = ("form", "input", "script", "iframe")
_UNENDING = "<"
_TITLES = ("links for", "index of", "directory listing for")
_LONGEST_LABEL = 1000  # file names are far shorter
# Quotes count only after an equals sign. Possessive throughout, so that nothing is matched in two ways.
_TAG = re.compile(r"""<([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>""")
_ATTRIBUTE = re.compile(r"""([^\s/>="'][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)))?+""")


@dataclass(kw_only=True, slots=True)
class Page:
    """What stands on a page of links."""

    api_version: str = "1.0"
    """From the meta element (PEP 629)."""
    rows: list[FileRow]
    """The files that it links to, in order, with absolute URLs."""
    is_index: bool = False
    """Whether it says that it is a page of files: by its version, its title, or a link to the folder above."""
    has_other_content: bool = False
    """Whether it has what no listing has, a form or a link to something else for example."""
    is_cut: bool = False
    """Whether its end is missing."""


def parse_rows(body: bytes, *, content_type: str, url: str, name: NormalizedName) -> Sequence[RowLike]:
    """The files that an index answered with for ``name``.

    Raises:
        IndexAnswerError: it is no listing, has another version of the API, or is about another project.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _JSON_TYPES:
        return _parse_json(body, url, name)
    if media_type in _HTML_TYPES:
        charset = _CHARSET.search(content_type)
        return parse_html_rows(_decode(body, charset[1] if charset else "utf-8"), url, name)
    shown = storable(media_type)[:80] or "no content type"
    raise IndexAnswerError(redact_url(url), f"the answer has the content type {shown}, which is no listing")


def parse_html_rows(text: str, url: str, name: NormalizedName) -> Sequence[RowLike]:
    """The files on a PEP 503 page.

    Raises:
        IndexAnswerError: as ``parse_rows``.
    """
    page = parse_complete_page(text, url)
    reader = FilenameReader(name)
    is_empty_index = page.is_index and not page.has_other_content
    if not is_empty_index and not any(reader.version_text(row.filename) for row in page.rows):
        reason = "the answer is a web page that lists no files of the project, perhaps a login page"
        raise IndexAnswerError(redact_url(url), reason)
    _check_api_version(page.api_version, url)
    return page.rows


def parse_links_page(text: str, url: str) -> tuple[FileRow, ...]:
    """The files on a find-links page.

    Raises:
        IndexAnswerError: it is cut, or lists no files and looks like another kind of page.
    """
    page = parse_complete_page(text, url)
    if page.has_other_content and not page.rows:
        raise IndexAnswerError(redact_url(url), "the answer is a web page that lists no files, perhaps a login page")
    return tuple(page.rows)


def parse_complete_page(text: str, url: str) -> Page:
    """As ``parse_page``.

    Raises:
        IndexAnswerError: the end of the page is missing.
    """
    page = parse_page(text, url)
    if page.is_cut:
        raise IndexAnswerError(redact_url(url), "the answer is a web page without its end")
    return page


def parse_page(text: str, url: str) -> Page:
    """What stands on a page at ``url``; broken HTML is read as far as possible.

    The standard library's parser is not used: 60 kB of "<a " keep that of Python 3.11.7 busy for more than a minute.
    This one looks at each character a bounded number of times.

    Raises:
        IndexAnswerError: the page has more than ``MOST_FILES`` links.
    """
    page, base, is_base_seen, is_opened = Page(rows=[]), url, False, False
    for tag, attributes, label in _find_tags(text):
        href = (attributes.get("href") or "").strip()
        if tag == "a" and href:
            _add_anchor(page, attributes, href, label, base)
        elif tag == "base" and href and not is_base_seen:
            is_base_seen, base = True, join_url(base, href) or base
        elif tag == "meta" and attributes.get("name") in _VERSION_NAMES:
            page.api_version, page.is_index = attributes.get("content") or "", True
        elif tag in ("title", "h1"):
            page.is_index |= any(title in label.lower() for title in _TITLES)
        elif tag in ("html", "body"):
            is_opened = True
        elif tag == _UNENDING:
            page.is_cut = True
        page.has_other_content |= tag in _NOT_OF_A_LISTING
    end = text[-1000:].lower()
    page.is_cut |= is_opened and "</html>" not in end and "</body>" not in end
    return page


def _add_anchor(page: Page, attributes: Attributes, href: str, label: str, base: str) -> None:
    row = _anchor_row(attributes, href, label, base)
    if row is not None:
        page.rows.append(row)
    elif href.startswith(("..", "?", "#")):  # the index page of a folder has these
        page.is_index |= href.startswith("..")
    else:
        page.has_other_content = True
    if len(page.rows) > MOST_FILES:
        raise IndexAnswerError(redact_url(base), f"the answer has more than {MOST_FILES:,} links")


def _parse_json(body: bytes, url: str, name: NormalizedName) -> Sequence[RowLike]:
    try:
        project = parse_project_rows(body)
    except ValueError as error:
        raise IndexAnswerError(redact_url(url), f"cannot read the listing: {storable(str(error))[:200]}") from error
    _check_api_version(project.api_version, url)
    if canonicalize_name(project.name) != name:
        reason = f"the answer to a request for {name} is about {storable(project.name)[:100]}"
        raise IndexAnswerError(redact_url(url), reason)
    return project.rows


def _check_api_version(text: str, url: str) -> None:
    """Minor versions add only what may be ignored; another major version means something else (PEP 629)."""
    if text.split(".", maxsplit=1)[0].strip() != "1":
        reason = f"the answer has version {storable(text)[:20]} of the simple API; compat-scan knows version 1"
        raise IndexAnswerError(redact_url(url), reason)


def _decode(body: bytes, charset: str) -> str:
    return body.decode(charset if _ENCODING.fullmatch(charset) else "utf-8", errors="replace")


def storable(text: str) -> str:
    """The text with lone surrogates written out: JSON can carry them, and no output can."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _find_tags(text: str) -> Iterator[tuple[str, Attributes, str]]:
    """Each start tag in small letters, with its attributes and the text after it; comments are left out.

    ``_UNENDING`` stands for a tag that never ends.
    """
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
                yield _UNENDING, {}, ""  # it takes the rest of the page with it, in browsers too
                return
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
    """None without a sidecar, empty for "true" or the hash of another algorithm, else the sha256."""
    if value is None or value == "false":
        return None
    return value.removeprefix("sha256=") if value.startswith("sha256=") else ""
