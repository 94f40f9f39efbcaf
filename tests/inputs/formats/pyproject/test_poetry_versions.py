"""Poetry's notation for versions, as poetry-core 2.5.0 reads it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.inputs.formats.pyproject.poetry_versions import (
    parse_poetry_constraint,
    write_platform_marker,
    write_python_marker,
)

# Each row was compared with the output of poetry-core's parse_constraint.
CONSTRAINTS = [
    ("*", ""),
    ("x", ""),
    ("^1.2.3", ">=1.2.3,<2.0.0"),
    ("^1.2", ">=1.2,<2.0"),
    ("^1", ">=1,<2"),
    ("^0.2.3", ">=0.2.3,<0.3.0"),
    ("^0.0.3", ">=0.0.3,<0.0.4"),
    ("^0.0", ">=0.0,<0.1"),
    ("^0", ">=0,<1"),
    ("^1.0.0b1", ">=1.0.0b1,<2.0.0"),
    ("^1.2.3.4", ">=1.2.3.4,<2.0.0.0"),
    ("^0.0.0.1", ">=0.0.0.1,<0.0.1.0"),
    ("^v1.2", ">=1.2,<2.0"),
    ("^1!2.0", ">=1!2.0,<1!3.0"),
    ("^ 2024.1", ">=2024.1,<2025.0"),
    ("~1.2.3", ">=1.2.3,<1.3.0"),
    ("~1.2", ">=1.2,<1.3"),
    ("~1", ">=1,<2"),
    ("~1.2.3.4", ">=1.2.3.4,<1.3.0.0"),
    ("~1.0rc1", ">=1.0rc1,<1.1"),
    ("~1.0.post1", ">=1.0.post1,<1.1"),
    ("~=1.2.3", ">=1.2.3,<1.3.0"),
    ("~=1.2", ">=1.2,<2.0"),
    ("1.2.*", "==1.2.*"),
    ("1.*", "==1.*"),
    ("==1.2.*", "==1.2.*"),
    ("!=1.2.*", "!=1.2.*"),
    ("1.2", "==1.2"),
    ("=1.2", "==1.2"),
    ("==1.0+cu1", "==1.0+cu1"),
    (">1", ">1"),
    ("<=2", "<=2"),
    (">=1.2,<2", ">=1.2,<2"),
    (">= 1.2 < 2", ">=1.2,<2"),
    (">=1.0,", ">=1.0"),
    (">=1.0,!=1.3", ">=1.0,!=1.3"),
    ("!=1.0,!=1.1", "!=1.0,!=1.1"),
    ("^1.0,>=1.5", ">=1.5,<2.0"),
]
# Unions have no PEP 440 form: the span from end to end, without what a `!=` can say.
UNIONS = [
    ("^1.0 || ^2.0", ">=1.0,<3.0"),
    ("~2.7 || ^3.4", ">=2.7,<4.0"),
    ("^2.7|^3.4", ">=2.7,<4.0"),
    ("<1 || >=2", "!=1.*"),
    ("<1.5 || >=3.2", ""),
    ("<1.5 || >1.5", "!=1.5"),
    ("!=2.*", "!=2.*"),
    ("!=2.* || 2.dev0", ""),
    ("1.0 || 1.2", ">=1.0,<=1.2"),
    (">=20.0.24,<20.21.1 || >20.21.1", ">=20.0.24,!=20.21.1"),
    ("* || ^1", ""),
]


@pytest.mark.parametrize(("text", "specifiers"), CONSTRAINTS)
def test_a_constraint_means_what_poetry_takes_it_for(text: str, specifiers: str) -> None:
    assert parse_poetry_constraint(text) == SpecifierSet(specifiers)


@pytest.mark.parametrize(("text", "specifiers"), UNIONS)
def test_a_union_is_the_span_from_end_to_end_without_the_gaps_that_can_be_written(text: str, specifiers: str) -> None:
    assert parse_poetry_constraint(text) == SpecifierSet(specifiers)


@pytest.mark.parametrize(
    "text", ["", " ", "latest", "1.2.x", "1.0 - 2.0", "^", ">=1 || ", "^1.*.2", "1" * 5000, "^a.b"]
)
def test_what_is_no_constraint_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_poetry_constraint(text)


def test_a_constraint_that_nothing_satisfies_keeps_its_clauses() -> None:
    assert parse_poetry_constraint(">2,<1") == SpecifierSet(">2,<1")
    assert parse_poetry_constraint("^1,^3 || >2,<1") == SpecifierSet(">=1,<2,>=3,<4")


_CLAUSES = st.lists(
    st.builds(
        "{}{}".format,
        st.sampled_from(["^", "~", ">=", "<", "<=", ">", "==", "!=", ""]),
        st.sampled_from(["1", "1.2", "0.3", "2.0.1", "1.5"]),
    ),
    min_size=1,
    max_size=3,
)
_VERSIONS = st.sampled_from(["0.2.9", "0.3.5", "1.0", "1.2", "1.4.2", "1.5", "1.6", "2.0.1", "3"]).map(Version)


@given(clauses=_CLAUSES, version=_VERSIONS)
def test_a_list_of_clauses_takes_the_versions_that_every_clause_takes(clauses: list[str], version: Version) -> None:
    every = all(parse_poetry_constraint(clause).contains(version) for clause in clauses)
    assert parse_poetry_constraint(",".join(clauses)).contains(version) == every


@given(clauses=_CLAUSES, other=st.sampled_from(["^1.2", "~0.3", "2.0.1", ">=1.4,<1.6"]), version=_VERSIONS)
def test_a_union_takes_every_version_that_one_of_its_parts_takes(
    clauses: list[str], other: str, version: Version
) -> None:
    part = ",".join(clauses)
    either = parse_poetry_constraint(f"{part} || {other}")
    if parse_poetry_constraint(part).contains(version) or parse_poetry_constraint(other).contains(version):
        assert either.contains(version)


# Each row was compared with the marker of poetry-core's Factory.create_dependency.
PYTHON = [
    ("*", None),
    ("^3.7", 'python_version >= "3.7" and python_version < "4.0"'),
    ("^3", 'python_version >= "3" and python_version < "4"'),
    ("~2.7", 'python_version == "2.7"'),
    ("~2.7 || ^3.4", 'python_version == "2.7" or python_version >= "3.4" and python_version < "4.0"'),
    (">=3.6.1,<3.7", 'python_full_version >= "3.6.1" and python_version < "3.7"'),
    (">=3.7,<3.8", 'python_version == "3.7"'),
    ("3.7", 'python_version == "3.7"'),
    ("3.7.*", 'python_version == "3.7"'),
    ("3.7.1", 'python_full_version == "3.7.1"'),
    (">3.6", 'python_full_version > "3.6.0"'),
    ("<=3.10", 'python_full_version <= "3.10.0"'),
    ("<3.8", 'python_version < "3.8"'),
    ("!=3.5", 'python_full_version != "3.5.0"'),
    ("!=3.5.*", 'python_version < "3.5" or python_version >= "3.6"'),
    (">=2.7,!=3.0.*,!=3.1.*", 'python_version >= "2.7" and python_version < "3.0" or python_version >= "3.2"'),
    ("<3.8 || >=3.10", 'python_version < "3.8" or python_version >= "3.10"'),
    ("~3.7.1", 'python_full_version >= "3.7.1" and python_full_version < "3.8.0"'),
    ("~3.7 || ~3.8", 'python_version >= "3.7" and python_version < "3.9"'),
    ("3.8 || 3.9", 'python_version >= "3.8" and python_version < "3.10"'),
]


@pytest.mark.parametrize(("text", "marker"), PYTHON)
def test_a_python_constraint_is_the_marker_that_poetry_makes_of_it(text: str, marker: str | None) -> None:
    assert write_python_marker(text) == marker


def test_a_python_constraint_without_any_python_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="excludes every Python"):
        write_python_marker(">3,<2")


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        ("*", None),
        ("linux", 'sys_platform == "linux"'),
        ("==linux", 'sys_platform == "linux"'),
        ("!=win32", 'sys_platform != "win32"'),
        ("linux || darwin", 'sys_platform == "linux" or sys_platform == "darwin"'),
        ("!=win32,!=darwin", 'sys_platform != "win32" and sys_platform != "darwin"'),
    ],
)
def test_a_platform_constraint_is_the_marker_that_poetry_makes_of_it(text: str, marker: str | None) -> None:
    assert write_platform_marker(text) == marker


@pytest.mark.parametrize("text", ["", "linux ||", 'a"b'])
def test_what_is_no_platform_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a platform"):
        write_platform_marker(text)


@given(text=st.text(alphabet="0123456789.^~=<>!*|, abvx-+", max_size=20))
def test_any_text_is_a_constraint_or_a_value_error(text: str) -> None:
    for parse in (parse_poetry_constraint, write_python_marker, write_platform_marker):
        with contextlib.suppress(ValueError):
            parse(text)
