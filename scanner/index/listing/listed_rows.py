"""What an index answers with for a project (PEP 691 JSON, PEP 503 HTML) as rows, one for each file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from packaging.utils import NormalizedName, canonicalize_name

from scanner.index.http.urls import redact_url
from scanner.index.listing.pages import parse_page
from scanner.index.listing.rows import ProjectRows, RowLike, parse_project_rows
from scanner.model.errors import IndexAnswerError

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_JSON_TYPES = ("application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json", "application/json")
_HTML_TYPES = ("application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.latest+html", "text/html")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE)

# The encodings of the WHATWG standard, by Python's names: others, like punycode, take quadratic time.
_PAGE_ENCODING = re.compile(
    r"utf-8|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp(866|874|932|949|125\d)|koi8-[ru]|mac-(roman|cyrillic)"
    r"|gb(k|2312|18030)|big5|euc_(jp|kr)|iso2022_jp|shift_jis"
)


def parse_rows(body: bytes, *, content_type: str, url: str, name: NormalizedName) -> Sequence[RowLike]:
    """The files that an index answered with for ``name``; the body is not needed any more then.

    Raises:
        IndexAnswerError: it is no listing, speaks another version of the API, or is about another project.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _JSON_TYPES:
        return _parse_json(body, url, name)
    if media_type in _HTML_TYPES:
        charset = _CHARSET.search(content_type)
        return parse_html_rows(_decode(body, charset[1] if charset else "utf-8"), url)
    told = storable(media_type)[:80] or "no content type"
    raise IndexAnswerError(redact_url(url), f"answered with {told}, which is no listing")


def parse_html_rows(text: str, url: str) -> Sequence[RowLike]:
    """The files on a PEP 503 page.

    Raises:
        IndexAnswerError: as ``parse_rows``.
    """
    page = parse_page(text, url)
    if not page.is_listing:
        raise IndexAnswerError(redact_url(url), "answered with a web page that lists no files, perhaps a login page")
    _check_api_version(page.api_version, url)
    return page.rows


def _parse_json(body: bytes, url: str, name: NormalizedName) -> Sequence[RowLike]:
    try:
        project: ProjectRows = parse_project_rows(body)
    except ValueError as error:
        raise IndexAnswerError(redact_url(url), f"the listing cannot be read: {storable(str(error))[:200]}") from error
    _check_api_version(project.api_version, url)
    if canonicalize_name(project.name) != name:
        reason = f"was asked for «{name}» and answered with «{storable(project.name)[:100]}»"
        raise IndexAnswerError(redact_url(url), reason)
    return project.rows


def _check_api_version(text: str, url: str) -> None:
    """Minor versions add only what may be ignored; another major version means something else (PEP 629)."""
    if text.split(".", maxsplit=1)[0].strip() != "1":
        reason = f"speaks version «{storable(text)[:20]}» of the simple API; compat-scan knows version 1"
        raise IndexAnswerError(redact_url(url), reason)


def _decode(body: bytes, charset: str) -> str:
    try:
        encoding = codecs.lookup(charset).name
    except (LookupError, ValueError):
        encoding = "utf-8"
    return body.decode(encoding if _PAGE_ENCODING.fullmatch(encoding) else "utf-8", errors="replace")


def storable(text: str) -> str:
    """The text with lone surrogates written out: JSON can carry them, and no output can."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
