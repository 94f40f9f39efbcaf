"""Splices of a text that has changed meanwhile, at the offsets of the original."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.rewriting.draft import Splice, decode_draft
from scanner.model.errors import EditError


@given(
    text=st.text(alphabet="ab\n\r", max_size=12),
    splices=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.text(alphabet="xy", max_size=3)), max_size=5),
)
def test_splices_made_one_after_the_other_are_splices_of_the_original(
    text: str, splices: list[tuple[int, int, str]]
) -> None:
    draft = decode_draft("a.txt", text.encode())
    expected = text
    for one, other, new in splices:
        start, end = sorted(min(each, len(expected)) for each in (one, other))
        with contextlib.suppress(EditError):
            draft.splice(Splice(start, end, new))
            expected = expected[:start] + new + expected[end:]
        assert draft.text == expected
    assert draft.encode() == expected.encode()
    ends = [0, *(each.end for each in draft.splices)]
    assert all(end <= each.start <= each.end for end, each in zip(ends, draft.splices, strict=False))
