"""Paths inside archives."""

from __future__ import annotations

import tracemalloc

import pytest

from scanner.index.archive.paths import check_path, check_paths, normalize_path
from scanner.model.errors import ArtifactError

NAME = "a-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("paths", "reason"),
    [
        (["a", "b", "a"], "duplicate entry: 'a'"),
        (["a/b", "a/./b"], "duplicate entry: 'a/b'"),
        (["a", "a/b/c"], "a file and a folder: 'a'"),
        (["a/b/c", "a-b", "a.b", "a"], "a file and a folder: 'a'"),
    ],
)
def test_a_path_that_names_two_files_is_refused(paths: list[str], reason: str) -> None:
    with pytest.raises(ArtifactError, match=reason):
        check_paths(NAME, paths)


def test_folders_with_their_files_and_neighbours_pass() -> None:
    check_paths(NAME, ["a/", "a/b", "a-b", "ab", "a.b/c", "A/b"])


def test_deep_paths_take_memory_in_proportion() -> None:
    paths = [f"{number:05}/" + "a/" * 120 + "b" for number in range(10_000)]
    tracemalloc.start()
    check_paths(NAME, paths)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * sum(map(len, paths))


@pytest.mark.parametrize("path", ["/a", "C:/a", "a/../../b", "a\\b", "a\x7f", "", "a/" * 200])
def test_a_path_that_leaves_the_archive_is_refused(path: str) -> None:
    with pytest.raises(ArtifactError, match="an entry's name"):
        check_path(NAME, path)


@pytest.mark.parametrize("path", ["a", "a/b.py", "a..b/c", "..a", "a-1.0.dist-info/METADATA", "\u00e9/x"])
def test_a_plain_path_passes(path: str) -> None:
    check_path(NAME, path)


def test_paths_are_normalised_as_unpackers_write_them() -> None:
    assert [normalize_path(path) for path in ("a/b", "./a//b/", "a/.", "a/")] == ["a/b", "a/b", "a", "a"]
