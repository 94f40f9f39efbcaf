"""What a Pipfile declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.manifests.pipfile import parse_pipfile
from scanner.model.dependency import Dependency
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def test_every_category_is_read_with_the_line_of_each_package(make_document: MakeDocument) -> None:
    text = """\
[[source]]
url = "https://example.org/simple"
verify_ssl = true
[[source]]
url = "https://example.org/private"
name = "own"
[packages]
Alpha = {index = "own"}
[dev-packages]
beta = "==1.0"
[Docs]
gamma = "*"
[requires]
python_version = "3.12"
[scripts]
test = "pytest"
[pipenv]
allow_prereleases = true
"""
    parsed = parse_pipfile(make_document(text, "Pipfile"))
    found = [(each.name, each.groups, each.location.line) for each in parsed.entries if isinstance(each, Dependency)]
    assert found == [("alpha", (), 8), ("beta", ("dev-packages",), 10), ("gamma", ("docs",), 12)]
    assert summarize(parsed.index) == {
        "index": "https://example.org/simple/",
        "explicit": ["https://example.org/private/"],
        "pins": [("alpha", "own")],
        "prerelease": "allow",
    }
    assert parsed.problems == ()


@pytest.mark.parametrize(
    ("line", "specifier", "extras", "marker", "url"),
    [
        ('x = "*"', "", (), None, None),
        ('x = ""', "", (), None, None),
        ('x = ">=1, <2"', "<2,>=1", (), None, None),
        ('x = "==4.*"', "==4.*", (), None, None),
        ('x = "3.*"', "==3.*", (), None, None),
        ('x = "1.2"', "==1.2", (), None, None),
        ('"x[b, A]" = "~=1.0"', "~=1.0", ("a", "b"), None, None),
        ('"x[b][a]" = {extras = ["c"]}', "", ("a", "b", "c"), None, None),
        ('x = {version = "*", sys_platform = "== \'win32\'"}', "", (), 'sys_platform == "win32"', None),
        (
            "x = {markers = \"os_name == 'nt' or os_name == 'x'\", python_version = \"< '3.9'\"}",
            "",
            (),
            '(os_name == "nt" or os_name == "x") and python_version < "3.9"',
            None,
        ),
        (
            'x = {git = "https://example.org/x.git", ref = "v1", subdirectory = "s"}',
            "",
            (),
            None,
            "git+https://example.org/x.git@v1#subdirectory=s",
        ),
        ('x = {git = "git+https://example.org/x.git#egg=x"}', "", (), None, "git+https://example.org/x.git#egg=x"),
        ('x = {svn = "https://example.org/x"}', "", (), None, "svn+https://example.org/x"),
        ('x = {file = "https://example.org/x.zip"}', "", (), None, "https://example.org/x.zip"),
        ('x = {path = ".", editable = true}', "", (), None, "."),
    ],
)
def test_a_package_in_each_notation(  # noqa: PLR0917
    line: str,
    specifier: str,
    extras: tuple[str, ...],
    marker: str | None,
    url: str | None,
    make_document: MakeDocument,
) -> None:
    parsed = parse_pipfile(make_document(f"[packages]\n{line}\n", "Pipfile"))
    (entry,) = parsed.entries
    assert isinstance(entry, Dependency)
    assert (entry.name, str(entry.specifier), entry.extras, entry.url) == ("x", specifier, extras, url)
    assert (None if entry.marker is None else str(entry.marker)) == marker
    assert entry.editable == ("editable" in line)
    assert parsed.problems == ()


def test_an_exact_version_is_the_pin(make_document: MakeDocument) -> None:
    (entry,) = parse_pipfile(make_document('[packages]\nx = "==1.2"\n', "Pipfile")).entries
    assert isinstance(entry, Dependency)
    assert entry.pin == Version("1.2")


@pytest.mark.parametrize(
    "line",
    [
        'x = "==0 0"',
        '"_bad" = "*"',
        "x = 3",
        "x = []",
        'x = {version = "nonsense ="}',
        'x = {markers = "no"}',
        '"x[" = "*"',
    ],
)
def test_what_cannot_be_read_is_told_at_its_line_and_the_rest_is_read(line: str, make_document: MakeDocument) -> None:
    parsed = parse_pipfile(make_document(f'[packages]\n{line}\nfine = "*"\n', "Pipfile"))
    assert [entry.location.line for entry in parsed.entries] == [3]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [2]
