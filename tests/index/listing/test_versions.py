"""Spellings of versions: what is looked up by its numbers is what parsing all of them finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from scanner.index.listing.versions import VersionTexts

FINAL = ["1.0", "1", "1.0.0", "v1.0", "01.0", "0!1.0"]
SPELLINGS = [*FINAL, "1.0rc1", "1.0.post1", "1.0-1", "1.0+local", "1!1.0", "1.0.dev3"]


@pytest.mark.parametrize(
    ("version", "texts"),
    [
        ("1", FINAL),
        ("1.0rc1", ["1.0rc1"]),
        ("1.0.post1", ["1.0.post1", "1.0-1"]),
        ("1+local", ["1.0+local"]),
        ("1!1", ["1!1.0"]),
        ("2", []),
    ],
)
def test_all_spellings_of_a_version_are_found(version: str, texts: list[str]) -> None:
    assert VersionTexts(SPELLINGS).of(Version(version)) == texts
    known = VersionTexts(SPELLINGS)
    assert len(known.all) == 6
    assert known.of(Version(version)) == texts


def test_what_is_no_version_is_in_neither() -> None:
    odd = VersionTexts(["", "x", "1.0x", "9" * 5000, "1.0"])
    assert list(odd.near(Version("1"))) == [Version("1.0")]
    assert list(odd.all) == [Version("1.0")]


NUMBERS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
TEXTS = st.builds(
    "".join,
    st.tuples(st.sampled_from(["", "v", "0!", "1!"]), NUMBERS, st.sampled_from(["", "a1", ".post2", ".dev0", "+x"])),
)


@given(st.lists(TEXTS, max_size=8), TEXTS)
def test_looking_up_finds_what_parsing_all_finds(texts: list[str], asked: str) -> None:
    everything = VersionTexts(texts)
    expected = everything.all.get(Version(asked), [])
    assert VersionTexts(texts).of(Version(asked)) == expected
