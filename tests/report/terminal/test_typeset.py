"""What is wrapped without rich is wrapped as rich wraps it."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from scanner.report.context import ReportContext
from scanner.report.terminal.typeset import Page, _harmless, wrap_narrow

_WORDS = st.text(st.sampled_from("ab-.,:·–→«»✓"), min_size=1, max_size=12)
_GAPS = st.sampled_from([" ", " ", " ", "  ", "    "])
_CONSOLE = Console(width=200, color_system=None, legacy_windows=False)


@settings(deadline=None)
@given(parts=st.lists(st.tuples(_WORDS, _GAPS), min_size=1, max_size=20), width=st.integers(12, 40))
def test_lines_break_where_rich_breaks_them(parts: list[tuple[str, str]], width: int) -> None:
    text = "".join(word + gap for word, gap in parts)
    lines = Text(text).wrap(_CONSOLE, width, overflow="fold")
    assert wrap_narrow(text, width) == [line.plain.rstrip() for line in lines]


@settings(deadline=None)
@given(spans=st.lists(_WORDS | _GAPS | st.sampled_from(["::", "\u5e83", "\t", "x" * 50, "\u00ad"]), max_size=8))
def test_a_line_without_rich_is_the_line_of_rich(spans: list[str]) -> None:
    stream, expected = io.StringIO(), io.StringIO()
    page = Page(stream, ReportContext(version="1", width=40, color=False))
    page.line(*spans)
    by_rich = Page(expected, ReportContext(version="1", width=40, color=False))
    by_rich._console.print(_harmless(Text("".join(spans))), soft_wrap=True)
    assert stream.getvalue() == expected.getvalue()


def test_a_word_that_is_too_long_is_left_to_rich() -> None:
    assert wrap_narrow("a " + "b" * 21, 20) == []


def test_further_lines_stand_under_the_first_with_and_without_colour() -> None:
    written = []
    for color in (False, True):
        stream = io.StringIO()
        page = Page(stream, ReportContext(version="1", width=40, color=color))
        page.paragraph("alpha beta gamma delta epsilon zeta", " · eta", lead="✗ ", indent=2)
        written.append(stream.getvalue())
    assert written[0] == "  ✗ alpha beta gamma delta epsilon zeta\n    · eta\n"
    assert written[1] == written[0]
