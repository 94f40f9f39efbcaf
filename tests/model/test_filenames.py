"""Versions and kinds are read out of file names by splitting alone."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from scanner.model.artifact import ArtifactKind
from scanner.model.filenames import (
    MAX_TAGS,
    SDIST_SUFFIXES,
    FilenameReader,
    find_kind,
    find_wheel_tags,
    is_distribution,
    may_fit_webassembly,
    parse_wheel_name,
)


@pytest.mark.parametrize(
    ("name", "filename", "version"),
    [
        ("foo", "foo-1.0-py3-none-any.whl", "1.0"),
        ("foo-bar", "Foo_Bar-1.0-1-cp314-abi3-linux_x86_64.whl", "1.0"),
        ("foo-bar", "foo.bar-1.0+local.1-py3-none-any.whl", "1.0+local.1"),
        ("foo", "foo-1.0.tar.gz", "1.0"),
        ("foo-bar", "foo-bar-1.0.tar.gz", "1.0"),
        ("foo-bar", "Foo_Bar-1.0.zip", "1.0"),
        ("foo", "foo-1.0-1.tar.gz", "1.0-1"),
        ("foo", "foo-1.0.TAR.GZ", "1.0"),
        ("foo", "foo-1.0.tgz", "1.0"),
        ("foo", "foo-1.0.tar.bz2", "1.0"),
        ("foo", "foo-1.0-py2.7.egg", "1.0"),
        ("foo", "foo-1.0.win32-py2.7.exe", "1.0"),
        ("foo", "foo-1.0.win-amd64-py2.7.msi", "1.0"),
        ("foo", "foo-1.0-1.noarch.rpm", "1.0"),
        ("foo", "bar-1.0.tar.gz", None),
        ("foo", "foo-bar-1.0.tar.gz", "bar-1.0"),
        ("foo-bar", "foo-1.0.tar.gz", None),
        ("foo", "foobar-1.0-py3-none-any.whl", None),
        ("foo", "foo.whl", None),
        ("foo", "foo-1.0.whl", None),
        ("foo", "foo-.tar.gz", None),
        ("foo", "foo-1.0.txt", None),
        ("foo", "foo-1.0/../../x.tar.gz", None),
        ("foo", "foo-1.0\n.tar.gz", None),
        ("foo", "foö-1.0.tar.gz", None),
        ("foo", "", None),
    ],
)
def test_the_version_is_what_stands_after_the_name(name: str, filename: str, version: str | None) -> None:
    assert FilenameReader(canonicalize_name(name)).version_text(filename) == version


def test_the_suffix_tells_the_kind() -> None:
    assert find_kind("foo-1.0-py3-none-any.whl") is ArtifactKind.WHEEL
    assert find_kind("foo-1.0.tar.gz") is ArtifactKind.SDIST
    assert find_kind("foo-1.0.ZIP") is ArtifactKind.SDIST
    assert find_kind("foo-1.0-py2.7.egg") is ArtifactKind.OTHER
    assert is_distribution("foo-1.0.exe")
    assert not is_distribution("foo-1.0-py3-none-any.whl.metadata")


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("foo-1.0-py3-none-any.whl", True),
        ("foo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl", True),
        ("foo-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl", True),
        ("foo-1.0-cp314-cp314-manylinux_2_28_x86_64.whl", False),
        ("wasm32-1.0-cp314-cp314-win_amd64.whl", False),
        ("foo-any.tar.gz", False),
    ],
)
def test_wheels_that_may_fit_webassembly_are_told_by_their_last_tag(filename: str, expected: bool) -> None:  # noqa: FBT001
    assert may_fit_webassembly(filename) is expected


def test_a_wheel_name_has_a_project_a_version_and_tags() -> None:
    found = parse_wheel_name("Foo_Bar-1.0-2-py2.py3-none-any.whl")
    assert found is not None
    assert (found.name, str(found.version)) == ("foo-bar", "1.0")
    assert sorted(map(str, found.tags)) == ["py2-none-any", "py3-none-any"]
    assert find_wheel_tags("odd name-py2.py3-none-any.whl") == found.tags


@pytest.mark.parametrize(
    "filename",
    [
        "foo-1.0-py3-none-any.tar.gz",
        "foo-one-py3-none-any.whl",
        "foo-1.0-py3-none.whl",
        "f@o-1.0-py3-none-any.whl",
        f"foo-{'9' * 5000}-py3-none-any.whl",
        "",
    ],
)
def test_a_name_that_breaks_the_rules_has_no_parts(filename: str) -> None:
    assert parse_wheel_name(filename) is None


def test_a_source_distribution_has_no_tags() -> None:
    assert find_wheel_tags("a-b-c-d-1.0.tar.gz") is None


def test_the_tags_of_one_name_are_bounded_before_they_are_multiplied() -> None:
    most = ".".join(f"py{number}" for number in range(MAX_TAGS))
    found = find_wheel_tags(f"foo-1.0-{most}-none-any.whl")
    assert found is not None
    assert len(found) == MAX_TAGS
    assert find_wheel_tags(f"foo-1.0-{most}.py-none-any.whl") is None
    assert find_wheel_tags("foo-1.0-" + "-".join([".".join("a" * 360)] * 3) + ".whl") is None


@pytest.mark.parametrize("suffix", SDIST_SUFFIXES)
def test_every_suffix_of_a_source_distribution_is_one(suffix: str) -> None:
    assert find_kind(f"foo-1.0{suffix}") is ArtifactKind.SDIST
    assert FilenameReader(canonicalize_name("foo")).version_text(f"foo-1.0{suffix}") == "1.0"
