"""URLs as text: redaction, and comparison of origins."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Scheme, host and port, to which credentials are bound."""

    scheme: str
    host: str
    port: int


class SplitUrl(NamedTuple):
    """A URL with its credentials separated, percent-decoded; both are None if it has none."""

    url: str
    username: str | None
    password: str | None


def redact_url(url: str) -> str:
    """The URL without user and password, safe for messages, reports and attributes.

    Malformed URLs are supported: an unescaped "/", "?" or "#" in a password must not leave a part of it.
    """
    head, separator, rest = url.partition("//")
    if not separator:
        return url
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        cut = authority.rindex("@") + 1
    elif "@" in rest and not re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:\d*)?", authority):
        cut = rest.rindex("@") + 1
    else:
        return url
    return f"{head}//{rest[cut:]}"


def split_credentials(url: str) -> SplitUrl:
    """The URL and the text before its "@"."""
    redacted = redact_url(url)
    if redacted == url:
        return SplitUrl(url, None, None)
    start = url.index("//") + 2
    user_info = url[start : len(url) - len(redacted) + start - 1]
    username, separator, password = user_info.partition(":")
    return SplitUrl(redacted, unquote(username), unquote(password) if separator else None)


@lru_cache(maxsize=256)  # every name of a file is looked up on the same few indexes
def find_origin(url: str) -> Origin | None:
    """The origin of an http or https URL; None for every other text."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    return Origin(scheme, parts.hostname, port if port is not None else DEFAULT_PORTS[scheme])


def join_url(base: str, url: str) -> str | None:
    """The absolute URL of ``url`` on the page ``base``; None if it is invalid."""
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def drop_fragment(url: str) -> tuple[str, str]:
    """The URL without its fragment, and the fragment."""
    bare, _, fragment = url.partition("#")
    return bare, fragment


@lru_cache(maxsize=256)
def file_path(url: str) -> str | None:
    """The local path of a file: URL; None for every other URL and for files on another machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost"):
        return None
    from urllib.request import url2pathname  # noqa: PLC0415 - loads an HTTP library, for local indexes only

    try:
        path = url2pathname(parts.path)
    except (OSError, ValueError):
        return None
    return None if "\0" in path else path


def with_slash(url: str) -> str:
    """The URL with a slash at the end, so that relative links resolve below it; query and fragment are kept."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return url if parts.path.endswith("/") else urlunsplit(parts._replace(path=parts.path + "/"))
