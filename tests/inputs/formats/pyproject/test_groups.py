"""Dependency groups (PEP 735) and what includes what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.pyproject import parse_pyproject
from scanner.model.dependency import Dependency
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _groups(parsed: Parsed) -> dict[str, tuple[str, ...]]:
    return {entry.text: entry.groups for entry in parsed.entries if isinstance(entry, Dependency)}


def _problems(parsed: Parsed) -> list[tuple[Rule, int, str]]:
    return [(each.rule, each.location.line, each.message) for each in parsed.problems if each.location]


def test_a_declaration_names_its_own_group_and_all_that_include_it(make_document: MakeDocument) -> None:
    text = """\
[dependency-groups]
coverage = ["cov"]
Test_ing = ["pytest", {include-group = "coverage"}]
dev = [{include-group = "test-ing"}, {include-group = "typing"}]
typing = ["mypy"]
"""
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _groups(parsed) == {
        "cov": ("coverage", "test-ing", "dev"),
        "pytest": ("test-ing", "dev"),
        "mypy": ("typing", "dev"),
    }
    assert parsed.problems == ()


def test_an_include_of_a_group_that_does_not_exist_is_told_at_its_line(make_document: MakeDocument) -> None:
    text = '[dependency-groups]\ndev = [\n  "a",\n  {include-group = "none"},\n]\n'
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _groups(parsed) == {"a": ("dev",)}
    message = "the group `dev` includes `none`, which does not exist"
    assert _problems(parsed) == [(Rule.CS602, 4, message)]


def test_an_empty_group_can_be_included(make_document: MakeDocument) -> None:
    text = '[dependency-groups]\na = []\nb = [{include-group = "a"}]\n'
    assert parse_pyproject(make_document(text, "pyproject.toml")).problems == ()


def test_a_circle_is_told_once_and_its_declarations_are_still_read(make_document: MakeDocument) -> None:
    text = """\
[dependency-groups]
a = ["x", {include-group = "b"}]
b = [{include-group = "c"}]
c = ["y", {include-group = "a"}]
self = [{include-group = "self"}]
"""
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _groups(parsed) == {"x": ("a", "c", "b"), "y": ("c", "b", "a")}
    assert _problems(parsed) == [
        (Rule.CS602, 4, "the group includes itself: a → b → c → a"),
        (Rule.CS602, 5, "the group includes itself: self → self"),
    ]


def test_a_chain_of_a_thousand_groups_is_followed_without_recursion(make_document: MakeDocument) -> None:
    lines = [f'g{number} = [{{include-group = "g{number + 1}"}}]' for number in range(1_500)]
    text = "\n".join(["[dependency-groups]", *lines, 'g1500 = ["x"]'])
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert len(_groups(parsed)["x"]) == 1_501


def test_more_includes_than_any_project_has_are_not_followed(make_document: MakeDocument) -> None:
    lines = [f'g{number} = [{{include-group = "g{number + 1}"}}]' for number in range(2_500)]
    text = "\n".join(["[dependency-groups]", *lines, 'g2500 = ["x"]'])
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _groups(parsed) == {"x": ("g2500",)}
    assert [rule for rule, _, _ in _problems(parsed)] == [Rule.CS602]


def test_elements_that_are_neither_requirements_nor_includes_are_told(make_document: MakeDocument) -> None:
    elements = ["1", '{include = "b"}', "{include-group = 2}", '"no good"', '"fine"']
    text = "\n".join(["[dependency-groups]", "a = [", *(f"  {element}," for element in elements), "]", "b = 3"])
    parsed = parse_pyproject(make_document(text, "pyproject.toml"))
    assert _groups(parsed) == {"fine": ("a",)}
    assert [(rule, line) for rule, line, _ in _problems(parsed)] == [
        (Rule.CS601, 3),
        (Rule.CS601, 4),
        (Rule.CS601, 5),
        (Rule.CS601, 6),
        (Rule.CS601, 9),
    ]
