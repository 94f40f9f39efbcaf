"""pip inspect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scanner.inputs.formats.locks.pip_inspect import parse_inspect_report
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _package(name: str, version: str = "1.0", *requires: str, **fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "version": version, "requires_dist": list(requires)}, **fields}


def _report(*packages: Any, version: str = "1") -> str:
    return json.dumps({"version": version, "pip_version": "26.0", "installed": list(packages)}, indent=1)


def test_installed_packages_are_a_lock_with_edges(make_document: MakeDocument) -> None:
    text = _report(
        _package("Flask", "3.0", "click>=8", "extra-tool; extra == 'cli'", "colorama; os_name == 'nt'", requested=True),
        _package("click", "8.1", requested=False),
        _package("uvicorn", "0.3", "httptools; extra == 'standard'", requested=False),
        _package("gradio", "1", "uvicorn[standard]", requested=True),
        _package("httptools", "1", requested=False),
    )
    parsed = parse_inspect_report(make_document(text, "inspect.json"))
    found = {str(e.name): e for e in parsed.entries if isinstance(e, Dependency)}
    assert parsed.is_lock
    assert {name: e.direct for name, e in found.items()} == {
        "flask": True,
        "click": False,
        "uvicorn": False,
        "gradio": True,
        "httptools": False,
    }
    flask, uvicorn = found["flask"].locked, found["uvicorn"].locked
    assert flask is not None
    assert uvicorn is not None
    assert [(edge.name, edge.marker and str(edge.marker)) for edge in flask.edges] == [
        ("click", None),
        ("colorama", 'os_name == "nt"'),
    ]
    assert [edge.name for edge in uvicorn.edges] == ["httptools"]
    assert (str(found["click"].pin), str(found["click"].specifier)) == ("8.1", "==8.1")
    lines = text.split("\n")
    assert all("{" in lines[e.location.line - 1] for e in found.values())


def test_where_nothing_is_requested_nothing_is_said_of_it(make_document: MakeDocument) -> None:
    parsed = parse_inspect_report(make_document(_report(_package("a", requested=False)), "inspect.json"))
    assert [e.direct for e in parsed.entries if isinstance(e, Dependency)] == [None]


@pytest.mark.parametrize(
    ("source", "url", "editable"),
    [
        ({"url": "file:///src/demo", "dir_info": {"editable": True}}, "file:///src/demo", True),
        (
            {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "d"},
            "git+https://example.org/x.git@abc#subdirectory=d",
            False,
        ),
        ({"url": "https://example.org/x.whl", "archive_info": {}}, "https://example.org/x.whl", False),
    ],
)
def test_direct_urls_are_kept(make_document: MakeDocument, source: dict[str, Any], url: str, editable: bool) -> None:  # noqa: FBT001
    parsed = parse_inspect_report(make_document(_report(_package("x", direct_url=source)), "inspect.json"))
    assert [(e.url, e.editable) for e in parsed.entries if isinstance(e, Dependency)] == [(url, editable)]


def test_pip_itself_is_skipped_unless_something_needs_it(make_document: MakeDocument) -> None:
    alone = parse_inspect_report(make_document(_report(_package("pip"), _package("a")), "inspect.json"))
    needed = parse_inspect_report(make_document(_report(_package("pip"), _package("a", "1", "pip")), "inspect.json"))
    for_tests = _package("a", "1", "pip; extra == 'test'")
    optional = parse_inspect_report(make_document(_report(_package("pip"), for_tests), "inspect.json"))
    assert [type(e) for e in alone.entries] == [Skipped, Dependency]
    assert [type(e) for e in optional.entries] == [Skipped, Dependency]
    assert [type(e) for e in needed.entries] == [Dependency, Dependency]


def test_wrong_types_and_versions_are_problems_and_the_rest_is_read(make_document: MakeDocument) -> None:
    text = _report(1, {"metadata": []}, _package("bad name"), _package("a", "1", "=="), _package("b"), version="2")
    parsed = parse_inspect_report(make_document(text, "inspect.json"))
    assert [e.name for e in parsed.entries if isinstance(e, Dependency)] == ["a", "b"]
    assert len(parsed.problems) >= 5


@pytest.mark.parametrize("text", ["", "[]", "{", '{"installed": ' + "[" * 100_000, "\x7f"])
def test_what_is_no_json_object_is_a_source_error(make_document: MakeDocument, text: str) -> None:
    with pytest.raises(SourceError):
        parse_inspect_report(make_document(text, "inspect.json"))
