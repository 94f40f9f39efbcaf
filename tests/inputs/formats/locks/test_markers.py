"""Which extras and groups the marker of a lock files a package under."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker

from scanner.inputs.formats.locks.markers import (
    any_of,
    choose_conflict,
    drop_conflicts,
    find_conflict_groups,
    part_marker,
    read_marker,
    split_by_extra,
)
from scanner.inputs.formats.structure.table import parse_toml

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

EMSCRIPTEN = {"sys_platform": "emscripten", "python_version": "3.14"}


@pytest.mark.parametrize(
    ("text", "groups", "holds"),
    [
        ("sys_platform == 'emscripten'", (), True),
        ("sys_platform == 'win32'", (), False),
        ("'dev' in dependency_groups", ("dev",), True),
        ("('dev' in dependency_groups) and (sys_platform == 'win32')", ("dev",), False),
        ("'dev' in dependency_groups or 'test' in dependency_groups", ("dev", "test"), True),
        ("'Cry_pto' in extras", ("extra:cry-pto",), True),
        ("extra == 'a' or extra == 'b' and sys_platform == 'win32'", ("extra:a", "extra:b"), True),
        ("extra == 'a' and extra == 'b'", ("extra:a", "extra:b"), True),
        ("'main' in dependency_groups", (), True),
        ("'main' in dependency_groups and sys_platform == 'win32' or 'dev' in dependency_groups", (), False),
        ("'dev' not in dependency_groups", (), True),
        ("'dev' in dependency_groups and 'dev' not in dependency_groups", ("dev",), False),
    ],
)
def test_a_marker_files_its_package_and_judges_the_rest(text: str, groups: tuple[str, ...], holds: bool) -> None:  # noqa: FBT001
    filed = part_marker(Marker(text), default_groups={"main"})
    assert filed.groups == groups
    for each in (filed, copy.deepcopy(filed), pickle.loads(pickle.dumps(filed))):  # noqa: S301 - our own value
        assert str(each.marker) == str(Marker(text))
        left = each.environment_marker
        assert (left if isinstance(left, bool) else left.evaluate(EMSCRIPTEN)) is holds


def test_too_many_choices_to_tell_apart_are_all_taken() -> None:
    text = " or ".join(f"extra == 'x{number}'" for number in range(80))
    filed = part_marker(Marker(text))
    assert len(filed.groups) == 80
    assert filed.environment_marker is True


def test_any_of_several_markers_is_one_that_holds_where_one_of_them_does() -> None:
    windows, extra = part_marker(Marker("sys_platform == 'win32'")), part_marker(Marker("extra == 'a'"))
    both = any_of([windows, extra])
    assert str(both.marker) == 'sys_platform == "win32" or extra == "a"'
    assert both.environment_marker is True
    assert any_of([windows, part_marker(None)]).marker is None
    assert any_of([windows]) == windows


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("sys_platform == 'win32'", [(None, 'sys_platform == "win32"')]),
        ("extra == 'a'", [("a", None)]),
        ("extra == 'a' and sys_platform == 'win32'", [("a", 'sys_platform == "win32"')]),
        ("extra == 'a' or sys_platform == 'win32'", [(None, 'sys_platform == "win32"'), ("a", None)]),
        ("extra == 'a' or extra == 'b'", [("a", None), ("b", None)]),
    ],
)
def test_an_edge_is_split_by_the_extras_that_ask_for_it(text: str, split: list[tuple[str | None, str | None]]) -> None:
    found = [(extra, None if marker is None else str(marker)) for extra, marker in split_by_extra(Marker(text))]
    assert found == split


def test_an_edge_without_a_marker_belongs_to_no_extra() -> None:
    assert list(split_by_extra(None)) == [(None, None)]


UV = (
    "sys_platform == 'win32' and extra == 'extra-4-demo-cpu'"
    " or (extra == 'extra-4-demo-cpu' and extra == 'group-4-demo-dev')"
)


def test_uv_names_for_conflicting_extras_and_groups_are_read() -> None:
    assert find_conflict_groups(Marker(UV)) == ("extra:cpu", "dev")
    assert find_conflict_groups(Marker("extra == 'a'")) == ()
    assert find_conflict_groups(None) == ()


def test_a_choice_decides_the_conflicts_of_a_uv_marker() -> None:
    marker = Marker(UV)
    assert choose_conflict(marker, None) is False
    assert str(choose_conflict(marker, "extra:cpu")) == 'sys_platform == "win32"'
    assert choose_conflict(marker, "dev") is False
    assert choose_conflict(None, "dev") is None


def test_without_conflicts_a_uv_marker_asks_only_about_the_environment() -> None:
    assert str(drop_conflicts(Marker(UV))) == 'sys_platform == "win32"'
    assert drop_conflicts(Marker("extra == 'extra-4-demo-cpu'")) is None
    plain = Marker("sys_platform == 'win32'")
    assert drop_conflicts(plain) is plain


@pytest.mark.parametrize("name", ["extra-99-demo-cpu", "extra-9999999999-x", "extra-x-demo-cpu", "extra-4-demo"])
def test_what_only_looks_like_a_uv_name_is_an_ordinary_extra(name: str) -> None:
    marker = Marker(f"extra == '{name}' or sys_platform == 'win32'")
    assert find_conflict_groups(marker) == ()
    assert drop_conflicts(marker) is marker


@pytest.mark.parametrize("text", ["nonsense", "os_name == ", "(" * 500 + "os_name == 'nt'" + ")" * 500])
def test_a_marker_that_cannot_be_read_is_told_and_absent(text: str, make_document: MakeDocument) -> None:
    table = parse_toml(make_document(f'x = 1\nmarker = "{text}"\n'))
    assert read_marker(table, "marker") is None
    assert [problem.location.line for problem in table.problems if problem.location] == [2]


def test_an_empty_marker_is_none(make_document: MakeDocument) -> None:
    table = parse_toml(make_document('marker = " "\n'))
    assert read_marker(table, "marker") is None
    assert table.problems == ()
