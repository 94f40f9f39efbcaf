"""Where keys, headers and array elements stand in TOML, compared with what tomli reads."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.inputs.formats.structure.positions import KeyPath
from scanner.inputs.formats.structure.toml_positions import find_toml_positions

_KEYS = st.sampled_from(
    ["a", "b-c", "d_1", "0", "é", "a.b", "", 'q"q', "s p", "t\ttab", "back\\slash", "#no", "[x]", "'"]
)
_CHARACTERS = 'ab"\\[]{}#=,é\t '
_TEXTS = st.text(alphabet=_CHARACTERS + "'\n", max_size=12)
_SCALARS = st.one_of(
    st.integers(-9, 9).map(str),
    st.sampled_from(["1.5", "inf", "true", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00", "07:32:00", "0xFF", "1_000"]),
    _TEXTS.map(json.dumps),
    st.text(alphabet=_CHARACTERS, max_size=12).map(lambda text: f"'{text}'"),
    st.text(alphabet=_CHARACTERS + "\n", max_size=12).map(lambda text: f"'''{text}'''"),
    _TEXTS.map(lambda text: '"""' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'),
    st.sampled_from(['"""a""b"""', '"""ends in quotes"""""', "'''x''''", '"""\\\n  folded"""', '""', "''", '""""""']),
)
_BLANKS = st.sampled_from(["", " ", "\t", "\n", " # a ] } \" ' comment\n", "\r\n"])
_LINE_ENDS = st.sampled_from(["\n", "  # [not] = 'a header'\n", "\r\n", "\n\n"])


@settings(deadline=None, max_examples=120)
@given(data=st.data())
def test_the_paths_found_are_those_that_the_parsed_document_has(data: st.DataObject) -> None:
    text = _draw_document(data)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError:  # two headers or keys that exclude each other
        return
    assert set(find_toml_positions(text, depth=100)) == set(_walk(values))


@settings(deadline=None, max_examples=60)
@given(data=st.data(), depth=st.integers(1, 4))
def test_a_depth_records_the_paths_up_to_it_and_no_longer_ones(data: st.DataObject, depth: int) -> None:
    text = _draw_document(data)
    try:
        values = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    assert set(find_toml_positions(text, depth=depth)) == {path for path in _walk(values) if len(path) <= depth}


@settings(deadline=None)
@given(elements=st.lists(_SCALARS, min_size=1, max_size=6), blanks=st.lists(_BLANKS, min_size=14, max_size=14))
def test_an_array_element_stands_where_its_text_begins(elements: list[str], blanks: list[str]) -> None:
    text, begins = "key = [", []
    for number, element in enumerate(elements):
        text += blanks[2 * number]
        begins.append(len(text))
        text += element + blanks[2 * number + 1] + ","
    text += "]\n"
    positions = find_toml_positions(text)
    for number, begin in enumerate(begins):
        line = text.count("\n", 0, begin) + 1
        column = begin - (text.rfind("\n", 0, begin) + 1) + 1
        assert positions.find(("key", number)) == (line, column)


EXAMPLE = """\
# comment
title = "x"

[tool.poetry] # a table
name = "demo"
"quoted.key" = 1
nested.dotted = {inline = [1, 2],
}

[[package]]
name = "a"
files = [
    "one", # comment ]
    {file = "two"},
]
  [package.source]
  url = "u"

[[package]]
name = "b"
[[package.wheels]]
url = "w"
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (2, 1)),
        (("tool",), (4, 1)),
        (("tool", "poetry"), (4, 1)),
        (("tool", "poetry", "quoted.key"), (6, 1)),
        (("tool", "poetry", "nested"), (7, 1)),
        (("tool", "poetry", "nested", "dotted"), (7, 1)),
        (("tool", "poetry", "nested", "dotted", "inline"), (7, 18)),
        (("tool", "poetry", "nested", "dotted", "inline", 1), (7, 31)),
        (("package", 0), (10, 1)),
        (("package", 0, "files", 0), (13, 5)),
        (("package", 0, "files", 1), (14, 5)),
        (("package", 0, "files", 1, "file"), (14, 6)),
        (("package", 0, "source"), (16, 3)),
        (("package", 0, "source", "url"), (17, 3)),
        (("package", 1), (19, 1)),
        (("package", 1, "wheels", 0), (21, 1)),
        (("package", 1, "wheels", 0, "url"), (22, 1)),
    ],
)
def test_headers_keys_and_elements_stand_where_they_are_written(path: KeyPath, place: tuple[int, int]) -> None:
    assert find_toml_positions(EXAMPLE).find(path) == place
    assert find_toml_positions(EXAMPLE.replace("\n", "\r\n")).find(path) == place


def test_a_path_that_was_not_recorded_has_the_place_of_its_nearest_parent() -> None:
    positions = find_toml_positions(EXAMPLE, depth=2)
    assert positions.find(("package", 1, "wheels", 0, "url")) == (19, 1)
    assert positions.find(("nothing", "of", "this")) == (1, 1)


def test_a_table_stands_where_its_own_header_does_even_if_a_longer_one_came_first() -> None:
    assert find_toml_positions("[a.b]\nx = 1\n[a]\ny = 2\n").find(("a",)) == (3, 1)


def test_toml_1_1_is_understood() -> None:
    text = 'a = {\n  b = "\\e\\x41", # comment\n  c = 07:32,\n}\nd = 1\n'
    assert tomli.loads(text)["a"]["b"] == "\x1bA"
    assert find_toml_positions(text).find(("a", "c")) == (3, 3)
    assert find_toml_positions(text).find(("d",)) == (5, 1)


@pytest.mark.parametrize(
    "text",
    [
        "a = [" + '"x",' * 500_000 + "]\nb = 1\n",
        'a = "' + 'x\\"' * 700_000 + '"\nb = 1\n',
        'a = """' + '""\\"' * 700_000 + '"""\nb = 1\n',
        "a = '''" + "''x" * 700_000 + "'''\nb = 1\n",
        "a = {" + ", ".join(f"k{n} = [[{{}}]]" for n in range(100_000)) + "}\nb = 1\n",
        "a = " + "#\n".join(["[1,"] + ["1,"] * 300_000) + "]\nb = 1\n",
    ],
    ids=["elements", "escapes", "quotes", "literal", "inline", "comments"],
)
def test_a_value_of_two_megabytes_takes_one_pass(text: str) -> None:
    last_line = text.count("\n")
    assert find_toml_positions(text, depth=1).find(("b",)) == (last_line, 1)
    assert find_toml_positions(text, depth=3).find(("b",)) == (last_line, 1)


def _walk(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (*path, key)
        yield from _walk(inner, (*path, key))


def _draw_document(data: st.DataObject) -> str:
    """Headers and pairs in every notation; not every document is valid."""
    lines = [_draw_pair(data) for _ in range(data.draw(st.integers(0, 3)))]
    for _ in range(data.draw(st.integers(0, 5))):
        opening, closing = data.draw(st.sampled_from([("[", "]"), ("[[", "]]"), ("  [ ", " ]")]))
        lines.append(f"{opening}{_draw_key(data)}{closing}{data.draw(_LINE_ENDS)}")
        lines += [_draw_pair(data) for _ in range(data.draw(st.integers(0, 3)))]
    return "".join(lines)


def _draw_pair(data: st.DataObject) -> str:
    return f"{_draw_key(data)}{data.draw(st.sampled_from(['=', ' = ']))}{_draw_value(data, 3)}{data.draw(_LINE_ENDS)}"


def _draw_key(data: st.DataObject) -> str:
    dot = data.draw(st.sampled_from([".", " . "]))
    return dot.join(_write_key(data, key) for key in data.draw(st.lists(_KEYS, min_size=1, max_size=3)))


def _write_key(data: st.DataObject, key: str) -> str:
    forms = [json.dumps(key), json.dumps(key, ensure_ascii=False)]
    if key.isascii() and key.replace("-", "").replace("_", "").isalnum():
        forms.append(key)
    if "'" not in key:
        forms.append(f"'{key}'")
    return data.draw(st.sampled_from(forms))


def _draw_value(data: st.DataObject, levels: int) -> str:
    kind = data.draw(st.sampled_from(["scalar", "scalar", "array", "table"])) if levels else "scalar"
    if kind == "scalar":
        return str(data.draw(_SCALARS))
    parts = []
    for _ in range(data.draw(st.integers(0, 3))):
        key = f"{_draw_key(data)} = " if kind == "table" else ""
        parts.append(f"{data.draw(_BLANKS)}{key}{_draw_value(data, levels - 1)}{data.draw(_BLANKS)}")
    inner = ",".join(parts) + (data.draw(st.sampled_from(["", ",", ",\n"])) if parts else data.draw(_BLANKS))
    return f"[{inner}]" if kind == "array" else f"{{{inner}}}"
