"""Which indexes [[tool.pdm.source]] names, and what comes from which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.inputs.formats.pyproject.pdm import read_pdm_sources
from scanner.inputs.formats.structure.table import parse_toml
from scanner.model.index_settings import PUBLIC_INDEX
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

OWN = "https://own.example.org/simple"
MAIN = "https://main.example.org/simple"
LINKS = "https://example.org/links"


def _read(text: str, make_document: MakeDocument) -> dict[str, object]:
    return summarize(read_pdm_sources(parse_toml(make_document(text, "pyproject.toml"))))


def test_sources_without_patterns_are_for_every_package(make_document: MakeDocument) -> None:
    text = f"""\
[[source]]
name = "pypi"
url = "{MAIN}"
[[source]]
name = "own"
url = "{OWN}"
[[source]]
name = "links"
url = "{LINKS}"
type = "find_links"
[[source]]
name = "no address"
"""
    assert _read(text, make_document) == {
        "index": f"{MAIN}/",
        "extra": [f"{OWN}/"],
        "explicit": [LINKS],
        "find_links": [LINKS],
    }


def test_an_included_package_comes_from_nowhere_else_and_goes_before_an_excluded_one(
    make_document: MakeDocument,
) -> None:
    text = f"""\
[[source]]
name = "own"
url = "{OWN}"
include_packages = ["Foo_*"]
exclude_packages = ["*"]
[[source]]
name = "links"
url = "{LINKS}"
type = "find_links"
exclude_packages = ["foo-bar", "baz"]
"""
    assert _read(text, make_document) == {
        "explicit": [f"{OWN}/", LINKS],
        "find_links": [LINKS],
        "pins": [("foo-*", "own"), ("foo-bar", PUBLIC_INDEX), ("baz", PUBLIC_INDEX)],
    }
