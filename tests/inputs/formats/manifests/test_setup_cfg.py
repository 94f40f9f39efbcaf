"""setup.cfg, and its lines beside what configparser makes of them."""

from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.manifests.ini_lines import read_ini
from scanner.inputs.formats.manifests.setup_cfg import parse_setup_cfg
from scanner.model.dependency import Dependency, Skipped
from scanner.model.finding import Problem
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _found(parsed: Parsed) -> list[tuple[str | None, tuple[str, ...], int, int]]:
    return [
        (entry.name, entry.groups, entry.location.line, entry.location.column)
        for entry in parsed.entries
        if isinstance(entry, Dependency)
    ]


def test_each_option_is_read_at_the_lines_of_its_parts(make_document: MakeDocument) -> None:
    text = """\
[metadata]
name = demo
requires-dist = old

[options]
install_requires =
    # why
    one>=1  # inline
\ttwo; python_version<"3.9"

    three
setup_requires = setuptools>=40; wheel
tests-require = pytest
[options.extras_require]
Dev_Tools =
  black
docs = sphinx>=5
[flake8]
install_requires = nothing
"""
    parsed = parse_setup_cfg(make_document(text, "setup.cfg"))
    assert _found(parsed) == [
        ("old", (), 3, 17),
        ("one", (), 8, 5),
        ("two", (), 9, 2),
        ("three", (), 11, 5),
        ("setuptools", ("build-system",), 12, 18),
        ("wheel", ("build-system",), 12, 18),
        ("pytest", ("tests_require",), 13, 17),
        ("black", ("extra:dev-tools",), 16, 3),
        ("sphinx", ("extra:docs",), 17, 8),
    ]
    assert not parsed.problems


def test_a_marker_in_a_value_of_one_line_is_no_second_requirement(make_document: MakeDocument) -> None:
    parsed = parse_setup_cfg(make_document("[options]\ninstall_requires = one; os_name == 'nt'\n", "setup.cfg"))
    (entry,) = parsed.entries
    assert isinstance(entry, Dependency)
    assert str(entry.marker) == 'os_name == "nt"'


def test_the_older_form_of_a_marker_is_read(make_document: MakeDocument) -> None:
    parsed = parse_setup_cfg(make_document("[extras]\ntest =\n  one<2:python_version<'3'\n  a:b:c\n", "setup.cfg"))
    (entry,) = parsed.entries
    assert isinstance(entry, Dependency)
    assert (entry.name, str(entry.marker), entry.groups) == ("one", 'python_version < "3"', ("extra:test",))
    assert [p.location.line for p in parsed.problems if p.location] == [4]


def test_file_directives_are_followed(make_document: MakeDocument) -> None:
    text = "[options]\ninstall_requires = file: a.txt, gone.txt\n[options.extras_require]\nx =\n  file: b.txt\n"
    parsed = parse_setup_cfg(make_document(text, "setup.cfg", files={"a.txt": "one\n", "b.txt": "\ntwo\n"}))
    assert [(e.location.path, e.location.line, e.groups) for e in parsed.entries if isinstance(e, Dependency)] == [
        ("a.txt", 1, ()),
        ("b.txt", 2, ("extra:x",)),
    ]
    assert [(p.rule, p.location and p.location.line, p.message) for p in parsed.problems] == [
        (Rule.CS602, 2, "`gone.txt` cannot be included: no such file")
    ]


def test_what_the_package_computes_is_skipped(make_document: MakeDocument) -> None:
    (entry,) = parse_setup_cfg(make_document("[options]\ninstall_requires = attr: demo.NEEDS\n", "setup.cfg")).entries
    assert isinstance(entry, Skipped)
    assert (entry.text, entry.location.line) == ("attr: demo.NEEDS", 2)


def test_interpolated_options_stand_where_they_are_named(make_document: MakeDocument) -> None:
    text = "[options.extras_require]\nall =\n  %(test)s\n  more\ntest =\n  pytest\n  tox\nloop = %(loop)s\n"
    parsed = parse_setup_cfg(make_document(text, "setup.cfg"))
    assert _found(parsed)[:3] == [
        ("pytest", ("extra:all",), 3, 3),
        ("tox", ("extra:all",), 3, 3),
        ("more", ("extra:all",), 4, 3),
    ]
    assert not any(name == "loop" for name, *_ in _found(parsed))


def test_options_that_name_one_another_many_times_end(make_document: MakeDocument) -> None:
    text = "[options.extras_require]\n" + "".join(
        f"x{n} =\n" + f"  %(x{n + 1})s\n" * 50 + f"  name-{n}\n" for n in range(40)
    )
    assert len(parse_setup_cfg(make_document(text, "setup.cfg")).entries) > 40


def test_broken_lines_and_declarations_are_located(make_document: MakeDocument) -> None:
    text = "lost\n[options]\nnonsense\ninstall_requires =\n  good\n  ==1\n= nothing\n"
    parsed = parse_setup_cfg(make_document(text, "setup.cfg"))
    assert [name for name, *_ in _found(parsed)] == ["good"]
    assert [p.location.line for p in parsed.problems if p.location] == [1, 3, 7, 6]


LINES = st.lists(
    st.sampled_from(
        [
            "[a]",
            "[b]",
            "",
            "# c",
            "  ; d",
            "x = 1",
            "y: 2",
            "z =",
            "  w",
            "\tw",
            "   v = 2",
            " [u]",
            "  # e",
            "t=%",
            "k = ",
        ]
    ),
    max_size=14,
)


@given(LINES)
def test_values_are_those_of_configparser(make_document: MakeDocument, lines: list[str]) -> None:
    text = "\n".join(lines)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    problems: list[Problem] = []
    found: dict[tuple[str, str], list[str]] = {}
    for option in read_ini(make_document(text, "setup.cfg"), problems):
        found[option.section, option.key] = [line for line, _ in option.lines]
    expected = {
        (section, key): [line.strip() for line in parser[section][key].split("\n") if line.strip()]
        for section in parser.sections()
        for key in parser[section]
    }
    assert found == expected
    assert not problems
