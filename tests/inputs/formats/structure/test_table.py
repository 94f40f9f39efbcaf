"""Tables that know where they stand, and what they say of values of the wrong type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.structure.table import Table, parse_json, parse_toml
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

TEXT = """\
number = 1
flag = true
text = "x"
names = ["a", 2, "b"]
[table.inner]
key = "value"
[[rows]]
id = 1
[[rows]]
id = "two"
"""


@pytest.fixture
def top(make_document: MakeDocument) -> Table:
    return parse_toml(make_document(TEXT, "x.toml"))


def _told(table: Table) -> list[tuple[str, int]]:
    return [(problem.message, problem.location.line) for problem in table.problems if problem.location]


def test_values_of_the_right_type_are_given_and_missing_ones_are_absent(top: Table) -> None:
    assert (top.string("text"), top.integer("number"), top.boolean("flag")) == ("x", 1, True)
    assert (top.string("none"), top.integer("none"), top.boolean("none")) == (None, None, False)
    assert top.table("table", "inner").string("key") == "value"
    assert not top.table("no", "such", "table")
    assert top.problems == ()


def test_values_of_the_wrong_type_are_told_with_their_place_and_read_as_absent(top: Table) -> None:
    assert top.string("number") is None
    assert top.integer("flag") is None
    assert top.boolean("text") is False
    assert not top.table("names")
    assert list(top.tables("text")) == []
    assert _told(top) == [
        ("number: expected a string, not a whole number", 1),
        ("flag: expected a whole number, not true or false", 2),
        ("text: expected true or false, not a string", 3),
        ("names: expected a table, not an array", 4),
        ("text: expected an array, not a string", 3),
    ]


def test_elements_of_the_wrong_type_are_told_and_the_others_given(top: Table) -> None:
    assert [text for text, _ in top.strings("names")] == ["a", "b"]
    assert [(location.line, location.column) for _, location in top.strings("names")] == [(4, 10), (4, 18)]
    assert list(top.tables("names")) == []
    assert ("names[1]: expected a string, not a whole number", 4) in _told(top)


def test_what_is_read_twice_is_told_once(top: Table) -> None:
    top.string("number")
    top.string("number")
    assert len(top.problems) == 1


def test_the_tables_of_an_array_know_their_own_headers(top: Table) -> None:
    rows = list(top.tables("rows"))
    assert [row.location().line for row in rows] == [7, 9]
    assert [row.integer("id") for row in rows] == [1, None]
    assert _told(top) == [("rows[1].id: expected a whole number, not a string", 10)]


def test_members_are_the_tables_among_the_values(top: Table) -> None:
    assert [name for name, _ in top.table("table").members()] == ["inner"]
    assert [name for name, _ in top.members()] == ["table"]
    assert len(top.problems) == 5


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a = 1\nb = \n", 2, "not TOML: Invalid value"),
        ("a = 1\na = 2\n", 2, "not TOML: Cannot overwrite a value"),
        ("[a\n", 1, "not TOML: Expected ']' at the end of a table declaration"),
        ("a = " + "[" * 1000, None, "not readable as TOML: nested too deeply"),
    ],
)
def test_text_that_is_not_toml_is_a_source_error_with_its_line(
    text: str, line: int | None, reason: str, make_document: MakeDocument
) -> None:
    with pytest.raises(SourceError) as caught:
        parse_toml(make_document(text, "x.toml"))
    assert (caught.value.path, caught.value.line, caught.value.reason) == ("x.toml", line, reason)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a":\n}', 2, "not JSON: Expecting value"),
        ('{"a": ' + "[" * 200_000, None, "not readable as JSON: nested too deeply"),
        ("[1]", 1, "the top level is an array, not an object"),
        ("null", 1, "the top level is null, not an object"),
    ],
)
def test_text_that_is_no_json_object_is_a_source_error_with_its_line(
    text: str, line: int | None, reason: str, make_document: MakeDocument
) -> None:
    with pytest.raises(SourceError) as caught:
        parse_json(make_document(text, "x.json"))
    assert (caught.value.path, caught.value.line, caught.value.reason) == ("x.json", line, reason)


def test_a_byte_order_mark_is_no_part_of_the_document(make_document: MakeDocument) -> None:
    assert parse_toml(make_document("\ufeffa = 1\n")).location("a").column == 1
    assert parse_json(make_document('\ufeff{"a": 1}')).integer("a") == 1


def test_a_path_in_a_message_quotes_what_is_no_bare_key(make_document: MakeDocument) -> None:
    top = parse_toml(make_document('[a-b."c d"]\ne = [{f = 1}]\n'))
    next(top.table("a-b", "c d").tables("e")).string("f")
    assert _told(top) == [('a-b."c d".e[0].f: expected a string, not a whole number', 2)]


def test_the_tables_before_a_broken_line_are_read_and_the_line_is_told(make_document: MakeDocument) -> None:
    table = parse_toml(make_document('[[package]]\nname = "a"\n\n[[package]]\nname = "b"\n\n[[package]]\nname = "c\n'))
    assert [row.string("name") for row in table.tables("package")] == ["a", "b"]
    assert [problem.location.line for problem in table.problems if problem.location] == [8]


def test_a_document_without_a_whole_table_before_the_broken_line_is_refused(
    make_document: MakeDocument,
) -> None:
    with pytest.raises(SourceError, match="not TOML"):
        parse_toml(make_document('name = "a\n'))


@pytest.mark.parametrize(
    ("text", "values", "line"),
    [
        ('{"a": {"x": 1},\n "b": {"y": [1, 2], "z": {"q": "r', {"a": {"x": 1}, "b": {"y": [1, 2]}}, 2),
        ('{"a": [{"x": "}],"},\n {"y": "cut, off', {"a": [{"x": "}],"}]}, 2),
        ('{"a": {"x": {"v": 1}, "y": {"v": "b\\q,"}}}', {"a": {"x": {"v": 1}}}, 1),
        ('{"a": {"x": 1}}\n{"b": 2}', {"a": {"x": 1}}, 2),
    ],
    ids=["end", "array", "escape", "two documents"],
)
def test_of_broken_json_the_whole_members_before_the_break_are_read(
    text: str, values: dict[str, object], line: int, make_document: MakeDocument
) -> None:
    top = parse_json(make_document(text, "x.json"))
    assert top.values == values
    (problem,) = top.problems
    assert problem.message.startswith("not JSON: ")
    assert problem.location is not None
    assert problem.location.line == line
