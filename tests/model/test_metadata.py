"""Core metadata, and markers for the target."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.version import Version

from scanner.model.errors import ArtifactError
from scanner.model.metadata import applies, may_apply, parse_metadata

HEAD = "Metadata-Version: 2.3\nName: Some.Thing\nVersion: 1.0\n"


def test_the_deciding_fields_are_read_and_the_description_is_not() -> None:
    text = HEAD + "Requires-Python: >=3.9\nProvides-Extra: Fast_One\n"
    text += "Requires-Dist: a>=1\nRequires-Dist: b; extra=='x'\n"
    metadata = parse_metadata(text + "\nRequires-Dist: not-this\n", "f.whl")
    assert metadata.name == "some-thing"
    assert metadata.version == Version("1.0")
    assert [str(requirement) for requirement in metadata.requires] == ["a>=1", 'b; extra == "x"']
    assert metadata.extras == {"fast-one"}
    assert metadata.requires_python == ">=3.9"
    assert not metadata.dynamic_requires


def test_line_ends_and_continuations_are_those_of_mail_headers() -> None:
    metadata = parse_metadata("Name: a\r\nVersion: 1\r\nLicense: one\r\n  two\r\nRequires-Dist: b\r\n\r\nbody", "f.whl")
    assert [str(requirement) for requirement in metadata.requires] == ["b"]


def test_a_line_of_spaces_continues_a_field_and_does_not_end_the_header() -> None:
    metadata = parse_metadata("Name: a\nVersion: 1\nLicense: one\n        \n        two\nRequires-Dist: b\n", "f.whl")
    assert [str(requirement) for requirement in metadata.requires] == ["b"]


def test_a_requirement_that_no_parser_takes_is_kept_aside() -> None:
    assert parse_metadata(HEAD + "Requires-Dist: ???\n", "f.whl").odd_requires == ("???",)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("numpy (>=1.9.*)", "numpy>=1.9"),
        ("pyzmq (>=2.7,!=3.0*)", "pyzmq!=3.0.*,>=2.7"),
        ("elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl<8.0.0,>=7.2.0"),
        ("a2>=1.0, ; python_version >= '3'", 'a2>=1.0; python_version >= "3"'),
    ],
)
def test_old_spellings_are_read_as_installers_read_them(written: str, read: str) -> None:
    metadata = parse_metadata(f"{HEAD}Requires-Dist: {written}\n", "f.whl")
    assert [str(requirement) for requirement in metadata.requires] == [read]


@pytest.mark.parametrize(
    ("odd", "matters"),
    [
        ("a b c", True),
        ("a b; sys_platform == 'win32'", False),
        ("a b; extra == 'x'", False),
        ("a b; what is this", True),
    ],
)
def test_a_requirement_that_cannot_be_read_matters_unless_its_marker_leaves_it_out(odd: str, *, matters: bool) -> None:
    assert may_apply(odd, {"sys_platform": "emscripten"}) is matters


@pytest.mark.parametrize(
    ("text", "dynamic"),
    [
        (HEAD, False),
        (HEAD + "Dynamic: Requires-Dist\n", True),
        (HEAD + "Dynamic: license\n", False),
        ("Metadata-Version: 2.1\nName: a\nVersion: 1\n", True),
    ],
)
def test_a_source_distribution_promises_its_requirements_only_since_metadata_2_2(text: str, *, dynamic: bool) -> None:
    assert parse_metadata(text, "f.tar.gz", from_source=True).dynamic_requires is dynamic


@pytest.mark.parametrize("text", ["", "Version: 1\n", "Name: a\n", "Name: a\nVersion: not one\n"])
def test_metadata_without_name_or_version_is_refused(text: str) -> None:
    with pytest.raises(ArtifactError, match=r"f\.whl"):
        parse_metadata(text, "f.whl")


def test_a_header_of_many_megabytes_is_refused() -> None:
    with pytest.raises(ArtifactError, match="4 MiB"):
        parse_metadata(HEAD + "Keywords: x\n" * 500_000, "f.whl")


@given(st.text())
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(ArtifactError):
        parse_metadata(text, "f.whl")


def test_markers_hold_in_the_environment_that_is_given_and_where_they_cannot_be_evaluated() -> None:
    environment = {"sys_platform": "emscripten", "python_version": "3.14", "platform_release": "5.0.3"}
    assert applies(None, environment)
    assert applies(Marker("sys_platform == 'emscripten'"), environment)
    assert not applies(Marker("sys_platform == 'linux'"), environment)
    assert applies(Marker("extra == 'x'"), environment, ("x",))
    assert not applies(Marker("extra == 'x'"), environment)


def test_more_header_fields_than_any_project_has_are_refused() -> None:
    text = "Name: a\nVersion: 1\n" + "".join(f"Requires-Dist: b{number}\n" for number in range(9_998))
    assert len(parse_metadata(text, "a").requires) == 9_998
    with pytest.raises(ArtifactError, match="more than 10,000 header fields"):
        parse_metadata(f"{text}Requires-Dist: c\n", "a")
