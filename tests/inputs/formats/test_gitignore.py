"""Patterns of .gitignore files, however hostile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from scanner.inputs.formats.gitignore import MAX_PATTERNS, IgnoreRules


def _rules(folder: Path, text: str) -> IgnoreRules:
    file = folder / ".gitignore"
    file.write_text(text, encoding="utf-8")
    return IgnoreRules().with_file(file, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


_PIECES = st.sampled_from(["a", "b", "*", "**", "/", "/**/", "?", "[ab]", "!", "\\*", "."])
_NAMES = st.text(alphabet="aab*.", min_size=1, max_size=4).filter(lambda name: name not in {".", ".."})


@given(
    pieces=st.lists(_PIECES, min_size=1, max_size=8),
    names=st.lists(_NAMES, min_size=1, max_size=5),
    is_folder=st.booleans(),
)
def test_a_pattern_excludes_what_it_excludes_for_pathspec(
    folder: Path, pieces: list[str], names: list[str], *, is_folder: bool
) -> None:
    line, path = "".join(pieces), "/".join(names)
    try:
        expected = GitIgnoreSpec.from_lines([line]).check_file(f"{path}/" if is_folder else path).include
    except ValueError:
        expected = None
    assert _rules(folder, line).ignores(folder / path, is_folder=is_folder) == bool(expected)


@pytest.mark.parametrize("line", ["[b-a]", "[z-a]*", "[[a]", "[", "!", "/", "[]", "[[:foo:]]", "\\", "***", "x" * 5000])
def test_a_line_that_is_no_pattern_leaves_the_others_alone(folder: Path, line: str) -> None:
    rules = _rules(folder, f"{line}\nname\n")
    assert rules.ignores(folder / "below" / "name", is_folder=False)
    assert line == "***" or not rules.ignores(folder / "other", is_folder=False)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("*a" * 60 + "b", "/".join(["a" * 250] * 15)),
        ("?*" * 60 + "b", "a" * 250),
        ("**/a/" * 60 + "b", "a/" * 2000 + "c"),
        ("a/**/*" * 30 + "b", "a/" * 2000 + "c"),
        ("**/*a*a*/" * 10 + "b", "/".join(["a" * 60] * 60)),
        ("[b-a" * 100, "b"),
    ],
)
def test_a_pattern_of_many_stars_takes_linear_time(folder: Path, line: str, name: str) -> None:
    start = time.process_time()
    assert not _rules(folder, line).ignores(folder / name, is_folder=False)
    assert time.process_time() - start < 1


def test_the_last_patterns_of_an_endless_file_count(folder: Path) -> None:
    rules = _rules(folder, "first\n" + "".join(f"name{number}\n" for number in range(MAX_PATTERNS)) + "name1\n!name1\n")
    assert rules.ignores(folder / "name9", is_folder=False)
    assert not rules.ignores(folder / "name1", is_folder=False)
    assert not rules.ignores(folder / "first", is_folder=False)
    repeated = _rules(folder, "first\n" + "again\n" * (MAX_PATTERNS + 1))
    assert repeated.ignores(folder / "first", is_folder=False)
