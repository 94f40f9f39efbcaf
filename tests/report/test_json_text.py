"""The layout of JSON documents is that of the standard library, whatever is written by parts."""

from __future__ import annotations

import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.report.json_text import write_json

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(value=_VALUES, depth=st.integers(0, 5))
def test_the_layout_is_the_standard_librarys(value: object, depth: int) -> None:
    stream = io.StringIO()
    write_json(value, stream, depth=depth)
    expected = json.dumps(value, indent=2).replace("\x7f", "\\u007f").replace("##", "#\\u0023")
    assert stream.getvalue() == f"{expected}\n"


@settings(deadline=None)
@given(members=st.lists(_VALUES, max_size=4))
def test_members_may_come_from_an_iterator(members: list[object]) -> None:
    told, expected = io.StringIO(), io.StringIO()
    write_json({"members": iter(members)}, told)
    write_json({"members": members}, expected)
    assert told.getvalue() == expected.getvalue()
