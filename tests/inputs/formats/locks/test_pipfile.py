"""What a Pipfile.lock holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.locks.pipfile import parse_pipfile_lock
from scanner.model.dependency import Dependency, Locked
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

TEXT = """\
{
    "_meta": {
        "pipfile-spec": 6,
        "sources": [{"name": "own", "url": "https://example.org/simple", "verify_ssl": true}]
    },
    "default": {
        "alpha": {
            "extras": ["X_1"],
            "hashes": ["sha256:00", "sha256:11"],
            "index": "own",
            "markers": "python_version >= '3.8' and python_version not in '3.0, 3.1'",
            "version": "==1.0"
        },
        "beta": {"git": "https://example.org/beta.git", "ref": "abc"},
        "shared": {"version": "==2.0"}
    },
    "develop": {
        "e1839a8": {"editable": true, "path": "."},
        "shared": {"version": "==2.0"}
    },
    "Docs": {
        "gamma": {"version": "==2004d"}
    }
}
"""
PIPFILE = """\
[packages]
alpha = {version = "*", extras = ["x-1"], sys_platform = "== 'linux'"}
[dev-packages]
shared = "*"
[docs]
gamma = "*"
"""


def _entries(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def test_every_category_is_read_with_the_line_of_each_key(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document(TEXT, "Pipfile.lock"))
    assert [(each.name, each.groups, each.location.line, each.direct) for each in _entries(parsed)] == [
        ("alpha", (), 7, None),
        ("beta", (), 14, None),
        ("shared", (), 15, None),
        ("e1839a8", ("develop",), 18, None),
        ("shared", ("develop",), 19, None),
        ("gamma", ("docs",), 22, None),
    ]
    assert (parsed.is_lock, parsed.locks, parsed.problems) == (True, ("Pipfile",), ())
    assert summarize(parsed.index) == {"index": "https://example.org/simple/", "pins": [("alpha", "own")]}


def test_an_entry_has_everything_that_the_lock_says_of_it(make_document: MakeDocument) -> None:
    alpha, beta, _, local, _, gamma = _entries(parse_pipfile_lock(make_document(TEXT, "Pipfile.lock")))
    assert (str(alpha.specifier), alpha.pin, alpha.extras) == ("==1.0", Version("1.0"), ("x-1",))
    assert alpha.hashes == ("sha256:00", "sha256:11")
    assert str(alpha.marker) == 'python_version >= "3.8" and python_version not in "3.0, 3.1"'
    assert alpha.locked is not None
    assert (alpha.locked.version, alpha.locked.has_edges) == ("1.0", False)
    assert (beta.url, beta.pin) == ("git+https://example.org/beta.git@abc", None)
    assert (local.url, local.editable) == (".", True)
    assert (str(gamma.specifier), gamma.pin) == ("===2004d", None)


def test_the_pipfile_beside_it_tells_what_is_direct(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document(TEXT, "p/Pipfile.lock", files={"p/Pipfile": PIPFILE}))
    assert [(each.name, each.groups, each.direct) for each in _entries(parsed)] == [
        ("alpha", (), True),
        ("beta", (), False),
        ("shared", (), False),
        ("e1839a8", ("develop",), False),
        ("shared", ("develop",), True),
        ("gamma", ("docs",), True),
    ]
    locked = _entries(parsed)[0].locked
    assert isinstance(locked, Locked)
    assert [(edge.extras, str(edge.marker)) for edge in locked.root_edges] == [(("x-1",), 'sys_platform == "linux"')]


def test_a_pipfile_that_cannot_be_read_tells_nothing(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document(TEXT, "Pipfile.lock", files={"Pipfile": "[packages"}))
    assert {each.direct for each in _entries(parsed)} == {None}
    assert parsed.problems == ()


def test_an_unknown_version_of_the_format_is_told_and_read(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document(TEXT.replace('"pipfile-spec": 6', '"pipfile-spec": 7')))
    assert len(parsed.entries) == 6
    (problem,) = parsed.problems
    assert "version 7" in problem.message
    assert problem.location is not None
    assert problem.location.line == 3


@pytest.mark.parametrize(
    "package", [{"version": ">=1"}, {"version": 3}, [], None, {"hashes": "x"}, {"markers": "no"}, {"hashes": [None]}]
)
def test_wrong_values_are_told_and_the_rest_is_read(package: object, make_document: MakeDocument) -> None:
    text = json.dumps({"default": {"odd": package, "fine": {"version": "==1"}}})
    parsed = parse_pipfile_lock(make_document(text, "Pipfile.lock"))
    assert "fine" in [each.name for each in _entries(parsed)]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [1]


def test_a_name_that_no_package_can_have_is_told(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document('{"default": {\n"_x": {}}}', "Pipfile.lock"))
    assert parsed.entries == ()
    assert [problem.location.line for problem in parsed.problems if problem.location] == [2]


def test_a_package_that_pipenv_left_open_has_no_version_and_is_no_problem(make_document: MakeDocument) -> None:
    parsed = parse_pipfile_lock(make_document('{"default": {"colorama": {"version": "*"}}}', "Pipfile.lock"))
    (entry,) = parsed.entries
    assert isinstance(entry, Dependency)
    assert (entry.name, entry.pin, str(entry.specifier), parsed.problems) == ("colorama", None, "", ())
