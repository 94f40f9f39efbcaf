"""Markers taken apart, decided in part and written again."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from scanner.inputs.formats.locks.marker_expression import (
    Condition,
    Expression,
    decide,
    find_conditions,
    join,
    parse_expression,
    write_expression,
)

_CONDITIONS = st.sampled_from(
    [
        "os_name == 'nt'",
        'sys_platform != "win32"',
        "'3.8' <= python_version",
        "extra == 'a'",
        "'b' in extras",
        "platform_machine not in 'x86 arm'",
    ]
)
_MARKERS = st.recursive(
    _CONDITIONS,
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=8,
)
ENVIRONMENT = {"os_name": "posix", "sys_platform": "emscripten", "python_version": "3.14", "platform_machine": "wasm32"}


def _write(expression: Expression) -> str | bool:
    return expression if isinstance(expression, bool) else write_expression(expression)


@given(text=_MARKERS, machine=st.sampled_from(["x86", "wasm32"]), system=st.sampled_from(["nt", "posix"]))
def test_a_marker_written_from_its_expression_holds_in_the_same_environments(
    text: str, machine: str, system: str
) -> None:
    marker = Marker(text)
    written = _write(parse_expression(marker))
    assert isinstance(written, str)
    environment: dict[str, str | AbstractSet[str]] = {
        **ENVIRONMENT,
        "platform_machine": machine,
        "os_name": system,
        "extras": {"b"},
    }
    assert Marker(written).evaluate(environment) == marker.evaluate(environment)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("extra == 'a'", True),
        ("extra == 'b'", False),
        ("extra == 'a' and os_name == 'nt'", 'os_name == "nt"'),
        ("extra == 'b' and os_name == 'nt'", False),
        ("extra == 'b' or os_name == 'nt'", 'os_name == "nt"'),
        ("(extra == 'a' or extra == 'b') and os_name == 'nt'", 'os_name == "nt"'),
        (
            "os_name == 'nt' and (extra == 'b' or (sys_platform == 'x' or os_name == 'y'))",
            'os_name == "nt" and (sys_platform == "x" or os_name == "y")',
        ),
        ("os_name == 'nt' and os_name == 'nt'", 'os_name == "nt"'),
    ],
)
def test_what_is_decided_falls_away_and_the_rest_stays(text: str, left: str | bool) -> None:  # noqa: FBT001
    def verdict(condition: Condition) -> bool | None:
        return condition.value == "a" if condition.variable == "extra" else None

    assert _write(decide(parse_expression(Marker(text)), verdict)) == left


def test_a_condition_names_its_variable_whichever_way_round_it_is_written() -> None:
    conditions = list(find_conditions(parse_expression(Marker("'x' not in extras and python_version>='3.8'"))))
    assert conditions == [
        Condition("extras", "not in", "x", '"x" not in extras'),
        Condition("python_version", ">=", "3.8", 'python_version >= "3.8"'),
    ]


def test_joining_nothing_gives_what_changes_nothing() -> None:
    assert join("and", []) is True
    assert join("or", []) is False
    assert join("and", [True, False]) is False
    assert join("or", [False, True]) is True


def test_words_within_quotes_are_no_operators() -> None:
    expression = parse_expression(Marker("os_name == 'a and (b) or c' or os_name == 'd'"))
    assert [condition.value for condition in find_conditions(expression)] == ["a and (b) or c", "d"]
