"""Lines as pip joins them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats.requirements.lines import split_lines


def _texts(text: str) -> list[tuple[str, int, int]]:
    return [(line.text, line.line, line.column) for line in split_lines(text).lines]


def test_continued_lines_begin_where_their_first_physical_line_does() -> None:
    assert _texts("a==1 \\\n    --hash=x \\\n  --hash=y\n\n  b\n") == [
        ("a==1     --hash=x   --hash=y", 1, 1),
        ("b", 5, 3),
    ]


def test_a_comment_line_ends_a_continuation() -> None:
    lines = split_lines("a==1 \\\n# why\nb\n").lines
    assert [(line.text, line.comments) for line in lines] == [("a==1", ("# why",)), ("b", ())]


def test_a_hash_sign_begins_a_comment_only_after_white_space() -> None:
    assert _texts("git+https://example.org/x#egg=x # why\n#c\n") == [("git+https://example.org/x#egg=x", 1, 1)]


def test_a_backslash_at_the_end_of_the_file_continues_nothing() -> None:
    assert _texts("a==1 \\") == [("a==1", 1, 1)]


def test_comments_before_the_first_line_are_the_header_and_later_ones_belong_to_the_line_above() -> None:
    found = split_lines("# one\n# two\na # three\n# four\n\n# five\nb\n")
    assert found.header == ("# one", "# two")
    assert [line.comments for line in found.lines] == [("# three", "# four", "# five"), ()]


def test_line_numbers_count_as_editors_do() -> None:
    assert _texts("a\r\nb\rc\x0cd\u2028e\nf") == [
        ("a", 1, 1),
        ("b", 2, 1),
        ("c", 3, 1),
        ("d", 3, 1),
        ("e", 3, 1),
        ("f", 4, 1),
    ]


@given(st.text(alphabet="ab \\#\n\r\t\x0c", max_size=60))
def test_every_line_that_is_not_blank_is_found_once_and_in_order(text: str) -> None:
    lines = split_lines(text).lines
    assert all(line.text == line.text.strip() != "" for line in lines)
    assert [line.line for line in lines] == sorted(line.line for line in lines)
    assert sum(line.text.count("a") + sum(c.count("a") for c in line.comments) for line in lines) + sum(
        comment.count("a") for comment in split_lines(text).header
    ) == text.count("a")
