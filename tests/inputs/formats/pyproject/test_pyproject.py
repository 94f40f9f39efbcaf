"""What a pyproject.toml declares: the standard tables, the self-references, the tools' own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.model.dependency import Dependency, Entry, Skipped
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _show(entries: tuple[Entry, ...]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Line, declaration and groups of each entry; what a scan leaves out has its reason in place of groups."""
    return [(entry.location.line, entry.text, _groups_or_reason(entry)) for entry in entries]


def _groups_or_reason(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Skipped):
        return (entry.reason,)
    return entry.groups if entry.skipped_because is None else (entry.skipped_because,)


def test_the_standard_tables_are_read_with_the_line_of_each_element(make_document: MakeDocument) -> None:
    text = """\
[build-system]
requires = ["hatchling >=1", "wheel"]

[project]
name = "demo"
dependencies = [
    # a comment
    "Alpha_One[b,A]>=1,<2; python_version < '3.11'",
    'beta @ https://example.org/beta-1.0-py3-none-any.whl',
]
[project.optional-dependencies]
Big_Extra = ["gamma==1.2"]
"""
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _show(parsed.entries) == [
        (8, "Alpha_One[b,A]>=1,<2; python_version < '3.11'", ()),
        (9, "beta @ https://example.org/beta-1.0-py3-none-any.whl", ()),
        (12, "gamma==1.2", ("extra:big-extra",)),
        (2, "hatchling >=1", ("build-system",)),
        (2, "wheel", ("build-system",)),
    ]
    alpha, beta, gamma, _, wheel = parsed.entries
    assert isinstance(alpha, Dependency)
    assert (alpha.name, str(alpha.specifier), alpha.extras) == ("alpha-one", "<2,>=1", ("a", "b"))
    assert str(alpha.marker) == 'python_version < "3.11"'
    assert isinstance(beta, Dependency)
    assert (beta.url, beta.pin) == ("https://example.org/beta-1.0-py3-none-any.whl", Version("1.0"))
    assert isinstance(gamma, Dependency)
    assert gamma.pin == Version("1.2")
    assert wheel.location.column == 30
    assert parsed.problems == ()
    assert not parsed.is_lock


def test_an_element_that_is_no_requirement_is_a_problem_at_its_line_and_the_rest_is_read(
    make_document: MakeDocument,
) -> None:
    text = '[project]\ndependencies = [\n  "good",\n  "no good",\n  3,\n  "fine",\n]\n'
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert [entry.text for entry in parsed.entries] == ["good", "fine"]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [4, 5]


def test_the_project_in_its_own_extras_is_put_aside_and_widens_what_it_names(make_document: MakeDocument) -> None:
    text = """\
[project]
name = "Demo.Project"
[project.optional-dependencies]
test = ["pytest"]
docs = ["sphinx"]
all = ["demo-project[test,docs]", "extra"]
[dependency-groups]
dev = ["demo_project[all,missing]"]
[build-system]
requires = ["demo-project"]
"""
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _show(parsed.entries) == [
        (4, "pytest", ("extra:test", "extra:all", "dev")),
        (5, "sphinx", ("extra:docs", "extra:all", "dev")),
        (6, "demo-project[test,docs]", ("the project itself",)),
        (6, "extra", ("extra:all", "dev")),
        (8, "demo_project[all,missing]", ("the project itself",)),
        (10, "demo-project", ("build-system",)),
    ]
    assert parsed.problems == ()


def test_a_circle_of_the_projects_own_extras_is_no_problem(make_document: MakeDocument) -> None:
    text = '[project]\nname = "d"\n[project.optional-dependencies]\na = ["d[b]", "x"]\nb = ["d[a]", "y"]\n'
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    declared = [entry for entry in parsed.entries if isinstance(entry, Dependency)]
    groups = {entry.text: entry.groups for entry in declared if entry.skipped_because is None}
    assert groups == {"x": ("extra:a", "extra:b"), "y": ("extra:b", "extra:a")}
    assert parsed.problems == ()


def test_the_tables_of_pdm_flit_and_hatch_are_read(make_document: MakeDocument) -> None:
    text = """\
[tool.pdm.dev-dependencies]
Test = ["pytest", "-e file:///${PROJECT_ROOT}/sub#egg=sub"]
[[tool.pdm.source]]
name = "pypi"
url = "https://example.org/pdm"
[[tool.pdm.source]]
name = "more"
url = "https://example.org/more"
[[tool.pdm.source]]
name = "files"
url = "https://example.org/files"
type = "find_links"
[tool.flit.metadata]
requires = ["requests>=2.6"]
dev-requires = ["pytest-cov"]
[tool.flit.metadata.requires-extra]
doc = ["sphinx"]
[tool.hatch.envs.default]
dependencies = ["coverage"]
[tool.hatch.envs.lint]
extra-dependencies = ["ruff"]
"""
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _show(parsed.entries) == [
        (2, "pytest", ("test",)),
        (2, "file:///${PROJECT_ROOT}/sub#egg=sub", ("test",)),
        (14, "requests>=2.6", ()),
        (15, "pytest-cov", ("dev",)),
        (17, "sphinx", ("extra:doc",)),
        (19, "coverage", ("only in Hatch's development environment `default`",)),
        (21, "ruff", ("only in Hatch's development environment `lint`",)),
    ]
    local = parsed.entries[1]
    assert isinstance(local, Dependency)
    assert (local.name, local.editable) == ("sub", True)
    assert summarize(parsed.index) == {
        "index": "https://example.org/pdm/",
        "extra": ["https://example.org/more/"],
        "explicit": ["https://example.org/files"],
        "find_links": ["https://example.org/files"],
    }


def test_a_file_without_any_of_the_tables_declares_nothing(make_document: MakeDocument) -> None:
    parsed = parse_pyproject(make_document("[tool.ruff]\nline-length = 120\n", "pyproject.toml"))
    assert (parsed.entries, parsed.problems) == ((), ())


def test_tables_where_arrays_belong_are_told_and_the_rest_is_read(make_document: MakeDocument) -> None:
    text = (
        '[project]\nname = 3\ndependencies = {a = "1"}\noptional-dependencies = ["x"]\n[dependency-groups]\nd = ["y"]\n'
    )
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert [entry.text for entry in parsed.entries] == ["y"]
    assert [problem.message for problem in parsed.problems] == [
        "project.dependencies: expected an array, not a table",
        "project.optional-dependencies: expected a table, not an array",
        "project.name: expected a string, not a whole number",
    ]


def test_every_skipped_entry_has_a_reason(make_document: MakeDocument) -> None:
    text = '[project]\nname = "d"\ndynamic = ["dependencies"]\n[tool.poetry.dependencies]\npython = "^3.9"\n'
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert [(type(entry), bool(entry.reason)) for entry in parsed.entries if isinstance(entry, Skipped)] == [
        (Skipped, True)
    ]
