"""Requirement strings to dependencies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.inputs.formats.declaration import parse_declaration, parse_marker, shorten
from scanner.model.dependency import Location
from scanner.model.errors import SourceError

HERE = Location(path="requirements.txt", line=3, column=5)


def test_a_declaration_keeps_all_its_parts() -> None:
    dependency = parse_declaration(
        " Foo.Bar[Zeta_1,alpha] >=1.0, <2 ; python_version < '3.9' ", HERE, groups=("dev",), direct=None
    )
    assert dependency.name == "foo-bar"
    assert dependency.extras == ("alpha", "zeta-1")
    assert dependency.specifier == SpecifierSet(">=1.0,<2")
    assert str(dependency.marker) == 'python_version < "3.9"'
    assert (dependency.pin, dependency.url, dependency.hashes) == (None, None, ())
    assert (dependency.groups, dependency.direct, dependency.location) == (("dev",), None, HERE)
    assert dependency.text == "Foo.Bar[Zeta_1,alpha] >=1.0, <2 ; python_version < '3.9'"


VERSIONS = st.from_regex(r"[0-9!.+a-z_*-]{1,8}", fullmatch=True)


@given(name=st.from_regex(r"[A-Za-z0-9._-]{1,6}", fullmatch=True), version=VERSIONS)
def test_plain_pins_are_read_as_the_general_parser_reads_them(name: str, version: str) -> None:
    def read(text: str) -> tuple[object, ...] | None:
        try:
            found = parse_declaration(text, HERE)
        except SourceError:
            return None
        return (found.name, str(found.specifier), found.pin, found.extras, found.marker, found.url)

    assert read(f"{name}=={version}") == read(f"{name} =={version}")


def test_a_direct_reference_to_a_wheel_is_pinned_by_the_file_name() -> None:
    dependency = parse_declaration("demo @ https://files.example.org/demo-1.2%2Bcpu-py3-none-any.whl", HERE)
    assert dependency.url == "https://files.example.org/demo-1.2%2Bcpu-py3-none-any.whl"
    assert dependency.pin == Version("1.2+cpu")
    assert dependency.specifier == SpecifierSet()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "two words",
        "name==",
        "==1.0",
        "name ; nonsense",
        "name[unclosed",
        "name=={{ version }}",
        "name==" + "9" * 5000,
        "name ; " + "(" * 5000 + "python_version > '3'",
        "n" * 30_000,
        "\x00",
        "\N{RIGHT-TO-LEFT OVERRIDE}name==1",
    ],
)
def test_what_is_no_requirement_is_refused_at_its_line_in_one_line(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_declaration(text, HERE)
    assert (caught.value.path, caught.value.line) == ("requirements.txt", 3)
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 400


def test_a_marker_is_parsed_alone() -> None:
    assert str(parse_marker("os_name == 'nt'", HERE)) == 'os_name == "nt"'
    with pytest.raises(SourceError, match="is not a marker"):
        parse_marker("os_name", HERE)


def test_shortened_text_stands_on_one_line() -> None:
    assert shorten("a\n  b\tc") == "a b c"
    assert shorten("x" * 500, limit=10) == "x" * 9 + "…"


def test_shortened_text_ends_in_no_part_of_a_password() -> None:
    assert shorten("demo @ https://user:password@example.org/demo", limit=25) == "demo @ https://…"
    assert (
        shorten("demo @ https://example.org/demo-with-a-long-path", limit=35) == "demo @ https://example.org/demo-wi…"
    )
