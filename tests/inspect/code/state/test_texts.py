from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inspect.code.state.texts import Pattern, call_string_method, is_cheap, search


@pytest.mark.parametrize(
    ("pattern", "how", "text", "found"),
    [
        ("^i\\d86$|^x86$", "match", "i686", True),
        ("^i\\d86$|^x86$", "match", "wasm32", False),
        ("asm", "search", "wasm32", True),
        ("asm", "fullmatch", "wasm32", False),
        ("win(dows)?", "match", "windows", None),
        ("[", "match", "x", None),
        ("x", "match", "x" * 41, None),
    ],
)
def test_a_pattern_is_searched_where_that_is_cheap(pattern: str, how: str, text: str, *, found: bool | None) -> None:
    assert search(Pattern(pattern, ignores_case=False), how, text) is found


def test_case_is_ignored_where_the_pattern_says_so() -> None:
    assert search(Pattern("WASM", ignores_case=True), "match", "wasm32") is True


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "a*a*a*b",
        "(a{1,20}){20}",
        "(?=a)a",
        "(a)\\1",
        "a?" * 20,
        "(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)",
        "x" * 201,
    ],
)
def test_what_may_take_long_is_not_tried(pattern: str) -> None:
    assert not is_cheap(pattern)


@pytest.mark.parametrize(
    ("text", "name", "arguments", "given"),
    [
        ("a.b", "split", (".",), ("a", "b")),
        ("a.b", "rpartition", (".",), ("a", ".", "b")),
        ("{}_{}", "format", ("a", "b"), "a_b"),
        ("-", "join", (("a", "b"),), "a-b"),
        ("{:>99999999}", "format", ("a",), None),
        ("{0.__class__}", "format", ("a",), None),
        ("a" * 900, "replace", ("a", "bb"), None),
        ("a", "split", ("",), None),
        ("a", "startswith", (1,), None),
    ],
)
def test_string_methods(text: str, name: str, arguments: tuple[object, ...], given: object) -> None:
    assert call_string_method(text, name, arguments) == given


@settings(deadline=None)
@given(st.text(alphabet="ab(|)*+?{}1,[]^$.\\:", max_size=60), st.text(alphabet="ab", max_size=40))
def test_no_pattern_raises(pattern: str, text: str) -> None:
    assert search(Pattern(pattern, ignores_case=False), "match", text) in (True, False, None)
