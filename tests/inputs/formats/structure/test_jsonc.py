"""What Wrangler accepts as JSON with comments is read, and what it refuses is refused."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats.structure.jsonc import parse_jsonc

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('// one\n{"a": 1} // two', {"a": 1}),
        ('// one\r{"a": 1}', {"a": 1}),
        ("/* a\n * b **/ [1, /* c */ 2 /* d */ , // e\n ]", [1, 2]),
        ('{"a": [1, 2, ], "b": {"c": "x", }, }', {"a": [1, 2], "b": {"c": "x"}}),
        ('["a",]', ["a"]),
        ("[[],{},null,]", [[], {}, None]),
        ('["//", "/* x */", ",]", "\\",]"]', ["//", "/* x */", ",]", '",]']),
        ('{"http://x": "a,}", "b\\\\": "c"}', {"http://x": "a,}", "b\\": "c"}),
        ("/**/1", 1),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_comments_and_trailing_commas_are_read(text: str, value: object) -> None:
    assert parse_jsonc(text)[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "// nothing else",
        "{'a': 1}",
        "{a: 1}",
        "[0x10]",
        "[+1]",
        "[.5]",
        "[1.]",
        "[01]",
        "[NaN]",
        "[-Infinity]",
        "[,]",
        "{,}",
        "[1,,]",
        "[/* x */,]",
        '{"a":,}',
        '{"a": 1} /* no end',
        "[1] /*/",
        "[1] / 2",
        '["a\nb"]',
        '["a\\\nb"]',
        '["a\tb"]',
        '["a]',
        "[1] [2]",
        "[1],",
        "# a\n[1]",
        "[1,\u00a0]",
    ],
)
def test_what_wrangler_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"JSON value|Expecting|Invalid|Illegal|Unterminated|Extra data"):
        parse_jsonc(text)


@pytest.mark.parametrize("text", ['/* a\n b */ {"x": 1,\n} // c', '{"a": "//", // é\r\n"b": [1,],}'])
def test_the_plain_text_keeps_every_line_and_column(text: str) -> None:
    value, plain = parse_jsonc(text)
    assert json.loads(plain) == value
    assert len(plain) == len(text)
    assert [at for at, character in enumerate(text) if character in "\r\n"] == [
        at for at, character in enumerate(plain) if character in "\r\n"
    ]


@given(VALUES, st.integers(0, 2))
def test_plain_json_stays_as_it_is(value: object, indent: int) -> None:
    text = json.dumps(value, indent=indent)
    assert parse_jsonc(text) == (value, text)


@pytest.mark.parametrize(
    "part",
    ['"\\"', "/*", '"', ",", ", ", ",\n", "/", "//", "*/", "1 ", "[", "],", '"a":', "\\", '"a" ', "/**", '{"a":1,},'],
)
def test_a_hostile_text_takes_linear_time(part: str) -> None:
    text = part * (1_000_000 // len(part))
    begun = time.process_time()
    with pytest.raises((ValueError, RecursionError)):
        parse_jsonc(text)
    assert time.process_time() - begun < 2
