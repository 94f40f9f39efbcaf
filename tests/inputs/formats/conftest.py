"""Documents in memory for the readers.

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Protocol

import pytest

from scanner.inputs.formats.document import Document
from scanner.inputs.masking import NotedVariables
from scanner.model.errors import SourceError
from scanner.model.index_settings import IndexSettings


class MakeDocument(Protocol):
    """Makes a document whose ``open`` finds the other files in a dict, by paths relative to each file's folder."""

    def __call__(
        self,
        text: str,
        path: str = "requirements.txt",
        *,
        files: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Document: ...


@pytest.fixture(scope="session")
def make_document() -> MakeDocument:
    """Make documents that see only the files they are given: see ``MakeDocument``."""
    return _make_document


def _make_document(
    text: str,
    path: str = "requirements.txt",
    *,
    files: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Document:
    others = {**(files or {}), path: text}
    variables = NotedVariables(environ or {}, lambda: {"example.org"})

    def open_from(folder: str, relative: str) -> Document:
        found = posixpath.normpath(posixpath.join(folder, relative))
        if found not in others:
            raise SourceError(found, None, "no such file")
        return make(found)

    def make(name: str) -> Document:
        folder = posixpath.dirname(name)
        return Document(
            path=name, text=others[name], open=lambda relative: open_from(folder, relative), expand=variables.expand
        )

    return make(path)


def summarize(settings: IndexSettings) -> dict[str, object]:
    """What index settings say, without where it stands; pins as pairs of project and index."""
    stated = {
        "index": settings.index.url if settings.index else None,
        "extra": [location.url for location in settings.extra if not location.is_explicit],
        "explicit": [location.url for location in settings.extra if location.is_explicit],
        "find_links": [location.url for location in settings.find_links],
        "pins": [(pin.project, pin.index) for pin in settings.pins],
        "no_index": settings.no_index,
        "prerelease": settings.prerelease,
    }
    return {key: value for key, value in stated.items() if value}
