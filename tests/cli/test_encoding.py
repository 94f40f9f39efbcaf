"""Standard output that does not speak Unicode: plain signs for people, UTF-8 for programs."""

from __future__ import annotations

import io

import pytest

from scanner.cli.encoding import fit_encoding


def _written(text: str, encoding: str, *, for_programs: bool) -> bytes:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    fit_encoding(stream, for_programs=for_programs)
    stream.write(text)
    stream.flush()
    return raw.getvalue()


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", rb"x numpy -- a -> b, caf\xe9 \u4f60"),
        ("latin-1", b"x numpy -- a -> b, caf\xe9 \\u4f60"),
        ("cp1252", b"x numpy \x97 a -> b, caf\xe9 \\u4f60"),
        ("utf-8", "✗ numpy — a → b, café 你".encode()),
    ],
)
def test_people_are_told_in_the_signs_that_their_terminal_has(encoding: str, expected: bytes) -> None:
    assert _written("✗ numpy — a → b, café 你", encoding, for_programs=False) == expected


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_programs_are_told_in_utf_8_whatever_the_terminal_is(encoding: str) -> None:
    assert _written("→ café", encoding, for_programs=True) == "→ café".encode()


def test_a_stream_in_memory_is_left_as_it_is() -> None:
    stream = io.StringIO()
    fit_encoding(stream, for_programs=False)
    assert stream.write("→") == 1
