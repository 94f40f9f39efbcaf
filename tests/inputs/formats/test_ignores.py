"""Comments that accept findings, by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats.ignores import find_inline_ignores

MARK = "# compat-scan: ignore"


def test_the_parts_of_a_comment_are_told_apart() -> None:
    (found,) = find_inline_ignores("r.txt", f"a\nb  {MARK}[ CS101,CS202  CS301 ]  the  reason \n")
    assert (found.path, found.line, found.lines) == ("r.txt", 2, (2,))
    assert found.rules == ("CS101", "CS202", "CS301")
    assert found.reason == "the  reason"


@pytest.mark.parametrize(
    "text", ["a # compat-scan is useful\n", "a # compat-scan: see docs\n", "compat-scan: ignore[]\n"]
)
def test_other_comments_and_other_text_are_left_alone(text: str) -> None:
    assert find_inline_ignores("r.txt", text) == ()


@pytest.mark.parametrize("rest", ["", " CS101 why", "[CS101 why"])
def test_a_comment_without_brackets_names_no_rules(rest: str) -> None:
    (found,) = find_inline_ignores("r.txt", f"a {MARK}{rest}\n")
    assert found.rules == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_whatever_ends_them(end: str) -> None:
    (found,) = find_inline_ignores("r.txt", end.join(["a", "", f"b {MARK}[CS101] r"]))
    assert found.line == 3


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("r.txt", ["a \\", "  --hash=x \\", f"  --hash=y {MARK}[CS101] r"], (3, 1)),
        ("r.txt", ["a \\", "  --hash=x", f"{MARK}[CS101] r"], (3,)),
        ("Pipfile", ["[packages.a]", f"version = '*' {MARK}[CS101] r"], (2, 1)),
        ("uv.lock", ["[[package]]", "name = 'a'", f"version = '1' {MARK}[CS101] r"], (3, 2, 1)),
        ("uv.lock", ["[[package]]", "name = 'a'", f"{MARK}[CS101] r"], (3,)),
        ("p.toml", ["[x]", "a = [", "  'b',", f"] {MARK}[CS101] r"], (4,)),
        ("r.txt", ["[[package]]", f"version = '1' {MARK}[CS101] r"], (2,)),
    ],
)
def test_a_declaration_may_begin_further_up(path: str, lines: list[str], expected: tuple[int, ...]) -> None:
    (found,) = find_inline_ignores(path, "\n".join(lines))
    assert found.lines == expected


@given(st.lists(st.sampled_from([MARK, "[", "]", "CS101", "\\", "\n", "\r", "=", " ", "a", "é", "\x85"])).map("".join))
def test_any_text_gives_comments_on_lines_that_it_has(text: str) -> None:
    for path in ("r.txt", "uv.lock"):
        for found in find_inline_ignores(path, text):
            assert MARK in text
            assert all(1 <= line <= text.count("\n") + text.count("\r") + 1 for line in found.lines)
