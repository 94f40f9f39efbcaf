"""Bytes to text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats.text import MAX_FILE_BYTES, decode_leniently
from scanner.model.errors import SourceError

LINE = "requests==2.0  # Größe\n"


@pytest.mark.parametrize(
    "data",
    [
        LINE.encode(),
        codecs.BOM_UTF8 + LINE.encode(),
        LINE.encode("utf-16"),
        LINE.encode("utf-16-le"),
        LINE.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + LINE.encode("utf-16-be"),
        LINE.encode("utf-32"),
        LINE.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + LINE.encode("utf-32-be"),
    ],
)
def test_every_unicode_encoding_is_recognised(data: bytes) -> None:
    assert decode_leniently(data, "r.txt") == (LINE, ())


def test_a_coding_line_among_the_first_two_decides() -> None:
    source = "# first\n# -*- coding: latin-1 -*-\n" + LINE
    assert decode_leniently(source.encode("latin-1"), "r.txt") == (source, ())


def test_a_coding_line_that_python_does_not_know_leaves_utf_8() -> None:
    source = "# -*- coding: utf-8-unix -*-\n" + LINE
    assert decode_leniently(source.encode(), "r.txt") == (source, ())


@pytest.mark.parametrize("name", ["rot13", "hex", "utf-16", "unicode_escape", "idna", "punycode", "utf-7", "undefined"])
def test_a_coding_line_cannot_name_what_no_such_line_is_written_in(name: str) -> None:
    source = f"# coding: {name}\nfoo\\bar\n"
    assert decode_leniently(source.encode(), "r.txt") == (source, ())


def test_lenient_decoding_keeps_the_rest_and_tells_the_first_bad_line() -> None:
    text, problems = decode_leniently(b"good==1\n# Stra\xdfe\nfine==2\n", "r.txt")
    assert text.splitlines()[0::2] == ["good==1", "fine==2"]
    assert [(problem.location and problem.location.line) for problem in problems] == [2]
    assert problems[0].message.startswith("not UTF-8: byte 0xdf")


def test_a_zero_byte_is_no_text() -> None:
    with pytest.raises(SourceError, match="zero byte") as caught:
        decode_leniently(b"name==1\nother\x00==2\n", "r.txt")
    assert caught.value.line == 2


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(SourceError, match="exceed the limit"):
        decode_leniently(bytes(MAX_FILE_BYTES + 1), "r.txt")


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_a_source_error(data: bytes) -> None:
    try:
        text, _ = decode_leniently(data, "r.txt")
    except SourceError:
        return
    assert "\0" not in text
