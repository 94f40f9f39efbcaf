"""Where keys and array elements stand in JSON, compared with what the standard library reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inputs.formats.structure.json_positions import close_json, find_json_positions
from scanner.inputs.formats.structure.positions import KeyPath

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(value=_VALUES, layout=st.sampled_from([None, 0, 1, 4, "\t"]), escapes=st.sampled_from(["ascii", "none"]))
def test_every_key_and_element_is_found_at_its_own_text(value: object, layout: int | str | None, escapes: str) -> None:
    text = json.dumps(value, indent=layout, ensure_ascii=escapes == "ascii")
    positions = find_json_positions(text, depth=100)
    expected = dict(_walk(value))
    assert set(positions) == set(expected)
    lines = text.split("\n")
    for path, inner in expected.items():
        line, column = positions.find(path)
        offset = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
        found, _ = json.JSONDecoder().raw_decode(text, offset)
        assert found == (path[-1] if isinstance(path[-1], str) else inner)


@settings(deadline=None)
@given(value=_VALUES, depth=st.integers(1, 3))
def test_a_depth_records_the_paths_up_to_it_and_no_longer_ones(value: object, depth: int) -> None:
    found = set(find_json_positions(json.dumps(value), depth=depth))
    assert found == {path for path in dict(_walk(value)) if len(path) <= depth}


@settings(deadline=None)
@given(
    value=st.dictionaries(st.text(max_size=4), _VALUES, min_size=1), cut=st.integers(0, 200), depth=st.integers(1, 3)
)
def test_every_beginning_of_a_text_is_closed_to_json_that_has_nothing_else(
    value: dict[str, object], cut: int, depth: int
) -> None:
    closed = close_json(json.dumps(value)[:cut], depth=depth)
    if closed:
        whole = dict(_walk(value))
        assert all(path in whole for path, _ in _walk(json.loads(closed)))


def test_keys_stand_on_their_own_lines() -> None:
    text = '{\r\n  "default": {\r\n    "al\\u0070ha": {"hashes": ["]", "}"]},\r\n    "beta": {}\r\n  }\r\n}\r\n'
    positions = find_json_positions(text, depth=2)
    assert positions.find(("default", "alpha")) == (3, 5)
    assert positions.find(("default", "alpha", "hashes", 1)) == (3, 5)
    assert positions.find(("default", "beta")) == (4, 5)


def test_of_a_key_that_stands_twice_the_last_place_counts_as_its_value_does() -> None:
    text = '{"a": 1,\n "a": 2}'
    assert json.loads(text) == {"a": 2}
    assert find_json_positions(text).find(("a",)) == (2, 2)


def test_two_megabytes_on_one_line_take_one_pass() -> None:
    text = json.dumps(
        {"default": {f"name-{n}": {"hashes": ["sha256:00"]} for n in range(40_000)}, "develop": {"x": {}}}
    )
    line, column = find_json_positions(text, depth=2).find(("develop", "x"))
    assert (line, text[column - 1 : column + 2]) == (1, '"x"')


def _walk(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (*path, key), inner
        yield from _walk(inner, (*path, key))
