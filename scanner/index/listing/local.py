"""Package indexes and find-links on this machine: folders as they are, pages parsed like those of the web.

A missing file or folder is no failure; one that cannot be read is.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from packaging.utils import NormalizedName, canonicalize_name

from scanner.index.http.answer import Answer, ByteRange, ContentRange
from scanner.index.listing import Listing, make_listing, parse_html_listing
from scanner.index.listing.pages import parse_links_page
from scanner.index.listing.rows import FileRow
from scanner.model.errors import IndexAnswerError, IndexUnreachable
from scanner.model.filenames import FilenameReader, is_distribution
from scanner.model.urls import file_path

MOST_PAGE_BYTES = 64 * 1024 * 1024


def read_local_listing(index_url: str, name: NormalizedName) -> Listing | None:
    """A project of a ``file:`` index: its index.html (PEP 503), or else the files in its folder.

    Raises:
        IndexUnreachable: the folder or page is there and cannot be read.
        IndexAnswerError: the page is no listing.
    """
    path = file_path(index_url)
    if path is None:
        raise IndexUnreachable(index_url, "is no folder of this machine")
    if not os.path.exists(os.path.join(path, name)):  # noqa: PTH110, PTH118  # a file of many names: no objects for it
        return None
    folder = Path(path) / name
    text = read_page_text(folder / "index.html")
    if text is not None:
        return parse_html_listing(text, url=f"{folder.as_uri()}/", name=name)
    return make_listing(_rows(folder), url=f"{folder.as_uri()}/", name=name) if folder.is_dir() else None


def fetch_local(url: str, *, max_bytes: int, byte_range: ByteRange | None = None) -> Answer:
    """What a server would answer for a ``file:`` URL: the file with 200, a part of it with 206, or 404.

    Raises:
        IndexUnreachable: it is there and cannot be read.
        IndexAnswerError: what was asked for is larger than ``max_bytes``.
    """
    path = file_path(url)
    found = None if path is None else _read_part(Path(path), max_bytes, byte_range)
    if found is None:
        return Answer(url=url, status=404, headers={}, body=b"")
    data, part = found
    return Answer(url=url, status=200 if part is None else 206, headers={}, body=data)


def read_page_text(path: Path) -> str | None:
    """The text of a local page; None where there is none.

    Raises:
        IndexUnreachable: it is there and cannot be read.
        IndexAnswerError: it is larger than ``MOST_PAGE_BYTES``.
    """
    found = _read_part(path, MOST_PAGE_BYTES, None)
    return None if found is None else found[0].decode("utf-8", errors="replace")


class LinksPage:
    """The files of one find-links place, for any project: of a page of links, or of a folder."""

    def __init__(self, rows: tuple[FileRow, ...], url: str) -> None:
        self._rows = rows
        self._url = url

    def listing(self, name: NormalizedName) -> Listing | None:
        """The files of one project; None where there are none."""
        reader = FilenameReader(name)
        rows = [row for row in self._candidates(name) if reader.version_text(row.filename) is not None]
        return make_listing(rows, url=self._url, name=name) if rows else None

    def _candidates(self, name: NormalizedName) -> tuple[FileRow, ...]:
        """The files whose normalised name begins like the project's: where the name ends is not told by the dashes."""
        return tuple(self._by_first_word.get(name.split("-", 1)[0], ()))

    @cached_property
    def _by_first_word(self) -> dict[str, list[FileRow]]:
        groups: dict[str, list[FileRow]] = {}
        for row in self._rows:
            first_word = canonicalize_name(row.filename.split("-", 1)[0]).split("-", 1)[0]
            groups.setdefault(first_word, []).append(row)
        return groups


def read_links(url: str) -> LinksPage | None:
    """The find-links place that a ``file:`` URL names, a folder or an HTML page; None where there is none.

    Raises:
        IndexUnreachable, IndexAnswerError: it is there and cannot be read.
    """
    text_path = file_path(url)
    if text_path is None:
        return None
    path = Path(text_path)
    if os.path.isdir(text_path):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
        return LinksPage(tuple(_rows(path)), url)
    text = read_page_text(path)
    return None if text is None else LinksPage(parse_links_page(text, url), url)


def _rows(folder: Path) -> Iterator[FileRow]:
    """The distributions in a folder by name; files that vanish or cannot be looked at have no size."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise IndexUnreachable(folder.as_uri(), f"cannot be read: {type(error).__name__}") from error
    for path in paths:
        if is_distribution(path.name) and not path.is_dir():
            yield FileRow(path.name, path.as_uri(), _size_bytes(path))


def _size_bytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _read_part(path: Path, max_bytes: int, byte_range: ByteRange | None) -> tuple[bytes, ContentRange | None] | None:
    """The bytes of a local file, and which they are if not all; None where there is no such file."""
    try:
        with path.open("rb") as file:
            part = None if byte_range is None else _find_part(file.seek(0, os.SEEK_END), byte_range)
            file.seek(part.start if part else 0)
            data = file.read(min(max_bytes + 1, part.stop - part.start) if part else max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            return None  # no file can have such a name
        raise IndexUnreachable(path.absolute().as_uri(), f"cannot be read: {type(error).__name__}") from error
    if len(data) > max_bytes:
        raise IndexAnswerError(path.absolute().as_uri(), f"is larger than {max_bytes} bytes")
    return data, part


def _find_part(total_bytes: int, byte_range: ByteRange) -> ContentRange:
    start, stop = byte_range
    first = max(total_bytes + start, 0) if start < 0 else min(start, total_bytes)
    last = total_bytes if stop is None else min(stop, total_bytes)
    return ContentRange(start=first, stop=max(first, last), total_bytes=total_bytes)
