"""[tool.uv]: sources, development dependencies, constraints, overrides and indexes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.model.dependency import Dependency, Skipped
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _read(text: str, make_document: MakeDocument) -> Parsed:
    return parse_pyproject(make_document(text, "pyproject.toml"))


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ('{git = "https://example.org/a.git"}', "git+https://example.org/a.git"),
        ('{git = "https://example.org/a.git", tag = "v1"}', "git+https://example.org/a.git@v1"),
        (
            '{git = "ssh://git@example.org/a.git", rev = "abc", subdirectory = "src"}',
            "git+ssh://git@example.org/a.git@abc#subdirectory=src",
        ),
        ('{path = "../a", editable = true}', "../a"),
        ('{url = "https://example.org/a-2.0-py3-none-any.whl"}', "https://example.org/a-2.0-py3-none-any.whl"),
        ("{workspace = true}", "workspace:A"),
        ('{index = "own"}', None),
        ('[{index = "own", marker = "os_name == \'nt\'"}, {path = "a"}]', "a"),
        ('[{path = "a", marker = "os_name == \'nt\'"}, {index = "own", marker = "os_name != \'nt\'"}]', None),
        ('[{path = "a", extra = "other"}, {path = "b", group = "other"}]', None),
        ("{}", None),
    ],
)
def test_a_source_says_where_a_dependency_comes_from(source: str, url: str | None, make_document: MakeDocument) -> None:
    parsed = _read(f'[project]\ndependencies = ["a>=1"]\n[tool.uv.sources]\nA = {source}\n', make_document)
    (entry,) = parsed.entries
    assert isinstance(entry, Dependency)
    assert (entry.url, entry.editable, str(entry.specifier), entry.location.line) == (
        url,
        "editable" in source,
        ">=1",
        2,
    )
    assert parsed.problems == ()


def test_a_source_for_an_extra_or_group_concerns_only_that(make_document: MakeDocument) -> None:
    text = """\
[project]
dependencies = ["a"]
optional-dependencies = {Big_One = ["a"]}
[dependency-groups]
dev = ["a"]
[tool.uv.sources]
a = [{path = "extra", extra = "big-one"}, {path = "group", group = "Dev"}]
"""
    urls = [entry.url for entry in _read(text, make_document).entries if isinstance(entry, Dependency)]
    assert urls == [None, "extra", "group"]


def test_a_declaration_with_a_url_of_its_own_keeps_it(make_document: MakeDocument) -> None:
    text = '[project]\ndependencies = ["a @ https://example.org/a.zip"]\n[tool.uv.sources]\na = {path = "b"}\n'
    (entry,) = _read(text, make_document).entries
    assert isinstance(entry, Dependency)
    assert entry.url == "https://example.org/a.zip"


def test_constraints_and_overrides_are_no_entries(make_document: MakeDocument) -> None:
    text = """\
[tool.uv]
dev-dependencies = ["a"]
constraint-dependencies = ["b<2"]
override-dependencies = ["c==1 ; os_name == 'nt'"]
build-constraint-dependencies = ["d<3"]
"""
    parsed = _read(text, make_document)
    dev, build = parsed.entries
    assert isinstance(dev, Dependency)
    assert (dev.name, dev.groups) == ("a", ("dev",))
    assert isinstance(build, Skipped)
    assert [(each.text, each.location.line) for each in parsed.constraints] == [("b<2", 3)]
    assert [(each.text, each.location.line) for each in parsed.overrides] == [("c==1 ; os_name == 'nt'", 4)]


def test_the_indexes_in_both_notations(make_document: MakeDocument) -> None:
    text = """\
[tool.uv]
index-url = "https://example.org/old"
extra-index-url = ["https://example.org/extra"]
find-links = ["./wheels"]
no-index = true
prerelease = "allow"
[[tool.uv.index]]
url = "https://example.org/more"
[[tool.uv.index]]
url = "https://example.org/default"
default = true
[[tool.uv.index]]
url = "https://example.org/flat"
format = "flat"
"""
    assert summarize(_read(text, make_document).index) == {
        "index": "https://example.org/default/",
        "extra": ["https://example.org/more/", "https://example.org/extra/"],
        "explicit": ["https://example.org/flat"],
        "find_links": ["https://example.org/flat", Path("wheels").absolute().as_uri()],
        "no_index": True,
        "prerelease": "allow",
    }


def test_sources_of_a_wrong_type_are_told_and_the_entries_stay(make_document: MakeDocument) -> None:
    text = '[project]\ndependencies = ["a", "b"]\n[tool.uv.sources]\na = 3\nb = {git = 4, workspace = "yes"}\n'
    parsed = _read(text, make_document)
    assert [entry.url for entry in parsed.entries if isinstance(entry, Dependency)] == [None, None]
    assert [each.location.line for each in parsed.problems if each.location] == [4, 5, 5]
