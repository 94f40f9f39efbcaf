"""[tool.poetry] by itself, and beside a [project] table."""

from __future__ import annotations

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


def _only(parsed: Parsed) -> Dependency:
    (entry,) = (entry for entry in parsed.entries if isinstance(entry, Dependency))
    return entry


@pytest.mark.parametrize(
    ("value", "specifier", "marker", "url"),
    [
        ('"^1.2"', "<2.0,>=1.2", None, None),
        ('{version = "1.*"}', "==1.*", None, None),
        ("{}", "", None, None),
        (
            '{version = "*", python = "~2.7", markers = "os_name == \'nt\' or os_name == \'x\'", platform = "linux"}',
            "",
            'python_version == "2.7" and (os_name == "nt" or os_name == "x") and sys_platform == "linux"',
            None,
        ),
        ('{git = "https://example.org/x.git"}', "", None, "git+https://example.org/x.git"),
        ('{git = "git+ssh://git@example.org/x.git", tag = "v1"}', "", None, "git+ssh://git@example.org/x.git@v1"),
        (
            '{git = "https://example.org/x.git", branch = "main", subdirectory = "src"}',
            "",
            None,
            "git+https://example.org/x.git@main#subdirectory=src",
        ),
        ('{path = "../x"}', "", None, "../x"),
        ('{file = "x-1.0.tar.gz"}', "", None, "x-1.0.tar.gz"),
        (
            '{url = "https://example.org/x.zip", subdirectory = "a"}',
            "",
            None,
            "https://example.org/x.zip#subdirectory=a",
        ),
    ],
)
def test_a_dependency_in_each_notation(
    value: str, specifier: str, marker: str | None, url: str | None, make_document: MakeDocument
) -> None:
    parsed = _read(f"[tool.poetry.dependencies]\nx = {value}\n", make_document)
    entry = _only(parsed)
    assert (entry.name, str(entry.specifier), entry.url) == ("x", specifier, url)
    assert (None if entry.marker is None else str(entry.marker)) == marker
    assert (entry.location.line, entry.location.column) == (2, 1)
    assert parsed.problems == ()


def test_each_of_several_constraints_is_an_entry(make_document: MakeDocument) -> None:
    text = """\
[tool.poetry.dependencies]
numpy = [
  {version = "<1.22", python = "<3.8"},
  {version = ">=1.22", python = ">=3.8", extras = ["b", "A"]},
]
[[tool.poetry.dependencies.scipy]]
version = "1.0"
[[tool.poetry.dependencies.scipy]]
version = "2.0"
"""
    parsed = _read(text, make_document)
    found = [
        (each.location.line, str(each.specifier), each.extras)
        for each in parsed.entries
        if isinstance(each, Dependency)
    ]
    # All in one array stand at their key; with a header of their own each at that.
    assert found == [(2, "<1.22", ()), (2, ">=1.22", ("a", "b")), (6, "==1.0", ()), (8, "==2.0", ())]


def test_python_is_skipped_with_its_constraint(make_document: MakeDocument) -> None:
    (entry,) = _read('[tool.poetry.dependencies]\npython = "^3.9"\n', make_document).entries
    assert isinstance(entry, Skipped)
    assert (entry.text, entry.location.line) == ('python = "^3.9"', 2)


def test_groups_extras_and_includes(make_document: MakeDocument) -> None:
    text = """\
[tool.poetry.dependencies]
always = "*"
alpha = {version = "*", optional = true}
beta = {version = "*", optional = true}
listed-but-not-optional = "*"
[tool.poetry.dev-dependencies]
old = "*"
[tool.poetry.group.Test.dependencies]
pytest = "*"
[tool.poetry.group.lint]
include-groups = ["tEST"]
[tool.poetry.extras]
Big_One = ["alpha", "listed-but-not-optional"]
all = ["alpha"]
"""
    parsed = _read(text, make_document)
    assert {str(each.name): each.groups for each in parsed.entries if isinstance(each, Dependency)} == {
        "always": (),
        "alpha": ("extra:big-one", "extra:all"),
        "beta": ("optional",),
        "listed-but-not-optional": (),
        "old": ("dev",),
        "pytest": ("test", "lint"),
    }
    assert parsed.problems == ()


def test_beside_project_dependencies_a_declaration_only_says_where_it_comes_from(make_document: MakeDocument) -> None:
    text = """\
[project]
name = "demo"
dependencies = ["alpha>=1", "beta"]
[tool.poetry.dependencies]
python = "^3.9"
alpha = {git = "https://example.org/alpha.git", develop = true}
beta = {source = "own"}
gamma = "^2"
[dependency-groups]
dev = ["delta"]
[tool.poetry.group.dev.dependencies]
delta = {path = "../delta"}
epsilon = "*"
"""
    parsed = _read(text, make_document)
    declared = [each for each in parsed.entries if isinstance(each, Dependency)]
    assert [(each.name, each.url, each.editable) for each in declared if each.skipped_because is None] == [
        ("alpha", "git+https://example.org/alpha.git", True),
        ("beta", None, False),
        ("delta", "../delta", False),
    ]
    assert [(each.location.line, each.skipped_because) for each in declared if each.skipped_because is not None] == [
        (6, "extends the declaration of the same name in [project]"),
        (7, "extends the declaration of the same name in [project]"),
        (8, "has no effect: it extends [project], which does not declare this name"),
        (12, "extends the declaration of the same name in [dependency-groups] dev"),
        (13, "has no effect: it extends [dependency-groups] dev, which does not declare this name"),
    ]


@pytest.mark.parametrize(
    ("project", "declared"),
    [
        ('name = "d"', ["plain", "optional"]),
        ('dynamic = ["dependencies"]', ["plain", "optional"]),
        ('dynamic = ["dependencies"]\noptional-dependencies = {x = ["a"]}', ["a", "plain"]),
        ('dynamic = ["optional-dependencies"]\ndependencies = ["a"]', ["a", "optional"]),
        ('dependencies = ["a"]', ["a"]),
        ("dependencies = []", ["plain", "optional"]),
    ],
)
def test_what_project_leaves_to_poetry_poetry_declares(
    project: str, declared: list[str], make_document: MakeDocument
) -> None:
    text = f"""\
[project]
{project}
[tool.poetry.dependencies]
plain = "*"
optional = {{version = "*", optional = true}}
[tool.poetry.extras]
x = ["optional"]
"""
    parsed = _read(text, make_document)
    found = [each for each in parsed.entries if isinstance(each, Dependency)]
    assert [each.name for each in found if each.skipped_because is None] == declared


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('x = "latest"', "Invalid version"),
        ('x = ""', "empty"),
        ('x = {version = "*", python = "3.y"}', "Invalid version"),
        ('x = {version = "*", markers = "nonsense"}', "not a marker"),
        ("x = 3", "expected a string"),
        ("x = [1]", "expected a table"),
        ('"not a name" = "*"', "is not a package name"),
        ('x = {version = 3, extras = "a"}', "expected a string"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_line_and_the_rest_is_read(
    line: str, part: str, make_document: MakeDocument
) -> None:
    parsed = _read(f'[tool.poetry.dependencies]\n{line}\nfine = "*"\n', make_document)
    assert "fine" in [each.name for each in parsed.entries if isinstance(each, Dependency)]
    assert parsed.problems[0].location is not None
    assert parsed.problems[0].location.line == 2
    assert part in parsed.problems[0].message


def test_the_sources_are_the_indexes(make_document: MakeDocument) -> None:
    text = """\
[[tool.poetry.source]]
name = "PyPI"
priority = "primary"
[[tool.poetry.source]]
name = "one"
url = "https://example.org/one"
priority = "supplemental"
[[tool.poetry.source]]
name = "two"
url = "https://example.org/two"
[[tool.poetry.source]]
name = "three"
url = "https://example.org/three"
secondary = true
"""
    one, two, three = (f"https://example.org/{name}/" for name in ("one", "two", "three"))
    assert summarize(_read(text, make_document).index) == {"extra": [two, one, three]}
    without_public = text.partition("\n[[")[2].join(("[[", ""))
    assert summarize(_read(without_public, make_document).index) == {"index": two, "extra": [one, three]}
