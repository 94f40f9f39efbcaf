"""setup.py, read and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.manifests.setup_py import parse_setup_py
from scanner.model.dependency import Dependency, Skipped
from scanner.model.errors import SourceError

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument


def _found(parsed: Parsed) -> list[tuple[str | None, tuple[str, ...], int]]:
    return [(e.name, e.groups, e.location.line) for e in parsed.entries if isinstance(e, Dependency)]


def _skipped(parsed: Parsed) -> list[tuple[str, int]]:
    return [(e.text, e.location.line) for e in parsed.entries if isinstance(e, Skipped)]


def test_literal_lists_are_read_at_the_lines_of_their_strings(make_document: MakeDocument) -> None:
    text = """\
from setuptools import setup

setup(
    name="demo",
    install_requires=[
        "one>=1",
        "two;"
        "python_version<'3.9'",
    ],
    setup_requires=("wheel",),
    tests_require={"pytest"},
    extras_require={
        "Dev_Tools": ["black"],
        ":os_name=='nt'": ["colorama"],
        "cli:python_version<'3.8'": ["click; os_name=='nt'"],
    },
)
"""
    parsed = parse_setup_py(make_document(text, "setup.py"))
    assert _found(parsed) == [
        ("one", (), 6),
        ("two", (), 7),
        ("wheel", ("build-system",), 10),
        ("pytest", ("tests_require",), 11),
        ("black", ("extra:dev-tools",), 13),
        ("colorama", (), 14),
        ("click", ("extra:cli",), 15),
    ]
    markers = [str(e.marker) for e in parsed.entries if isinstance(e, Dependency) and e.marker]
    assert markers == [
        'python_version < "3.9"',
        'os_name == "nt"',
        'os_name == "nt" and python_version < "3.8"',
    ]
    assert parsed.entries[0].location.column == 9
    assert not parsed.problems


def test_names_that_are_bound_once_are_followed(make_document: MakeDocument) -> None:
    text = """\
import setuptools
BASE = ["one"]
MORE: list[str] = [*BASE, "two"] + list(("three",))
EXTRAS = {"a": ["x"], **{"b": ["y"]}}
TEXT = '''
# a comment
four>=1

five
'''
kwargs = dict(install_requires=MORE, extras_require=EXTRAS)
if __name__ == "__main__":
    setuptools.setup(tests_require=EXTRAS["a"], setup_requires=TEXT.splitlines(), **kwargs)
"""
    parsed = parse_setup_py(make_document(text, "setup.py"))
    assert sorted(_found(parsed), key=str) == sorted(
        [
            ("x", ("tests_require",), 4),
            ("four", ("build-system",), 7),
            ("five", ("build-system",), 9),
            ("one", (), 2),
            ("two", (), 3),
            ("three", (), 3),
            ("x", ("extra:a",), 4),
            ("y", ("extra:b",), 4),
        ],
        key=str,
    )
    assert not _skipped(parsed)


@pytest.mark.parametrize(
    ("text", "skipped"),
    [
        ("setup(install_requires=read('r.txt'))", [("read('r.txt')", 1)]),
        ("setup(install_requires=[x for x in y])", [("[x for x in y]", 1)]),
        ("setup(install_requires=[f'a=={v}', 'b'])", [("f'a=={v}'", 1)]),
        ("setup(install_requires=['a==%s' % v])", [("'a==%s' % v", 1)]),
        ("setup(extras_require=make())", [("make()", 1)]),
        ("setup(extras_require={name: []})", [("name", 1)]),
        ("setup(**settings())", [("settings()", 1)]),
        ("A = ['a']\nA = ['b']\nsetup(install_requires=A)", [("A", 3)]),
        ("if x:\n    A = ['a']\nsetup(install_requires=A)", [("A", 3)]),
        ("def f(A):\n    setup(install_requires=A)", [("A", 2)]),
        ("import A\nA = []\nsetup(install_requires=A)", [("A", 3)]),
        ("setup(install_requires=(\n  read()\n  + more()))", [("read()", 2), ("more()", 3)]),
        ("setup(install_requires='a b'.split())", [("'a b'.split()", 1)]),
        ("A = A\nsetup(install_requires=A)", None),
    ],
)
def test_what_is_computed_is_skipped_where_it_stands(
    make_document: MakeDocument, text: str, skipped: list[tuple[str, int]] | None
) -> None:
    parsed = parse_setup_py(make_document(text, "setup.py"))
    if skipped is None:
        assert len(_skipped(parsed)) == 1
    else:
        assert _skipped(parsed) == skipped
    assert all("not run" in e.reason for e in parsed.entries if isinstance(e, Skipped))


def test_what_changes_a_list_later_is_told_beside_it(make_document: MakeDocument) -> None:
    text = """\
needs = ["one"]
if old:
    needs.append("two")
needs += ["three"]
extras = {"a": ["x"]}
extras["all"] = extras["a"]
setup(install_requires=needs, extras_require=extras)
"""
    parsed = parse_setup_py(make_document(text, "setup.py"))
    assert _found(parsed) == [("one", (), 1), ("x", ("extra:a",), 5)]
    assert sorted(_skipped(parsed)) == [('extras["all"]', 6), ('needs += ["three"]', 4), ('needs.append("two")', 3)]


def test_what_is_set_in_the_keywords_later_counts_where_it_declares(make_document: MakeDocument) -> None:
    changes = "    k['ext_modules'] = []\n    k['setup_requires'] = ['b']\n"
    text = f"k = dict(install_requires=['a'])\nif x:\n{changes}setup(**k)"
    parsed = parse_setup_py(make_document(text, "setup.py"))
    assert _found(parsed) == [("a", (), 1)]
    assert _skipped(parsed) == [("k['setup_requires']", 4)]


def test_a_second_call_of_setup_repeats_nothing(make_document: MakeDocument) -> None:
    text = "A = ['a']\ntry:\n    setup(install_requires=A)\nexcept E:\n    setup(install_requires=A)\n"
    assert _found(parse_setup_py(make_document(text, "setup.py"))) == [("a", (), 1)]


def test_nothing_is_imported_or_run(make_document: MakeDocument) -> None:
    text = "raise SystemExit('run')\nimport no_such_module\nsetup(install_requires=['a'])"
    assert _found(parse_setup_py(make_document(text, "setup.py"))) == [("a", (), 3)]


def test_broken_requirements_are_located(make_document: MakeDocument) -> None:
    parsed = parse_setup_py(make_document("setup(install_requires=[\n'==1',\n'good'])", "setup.py"))
    assert [p.location.line for p in parsed.problems if p.location] == [2]
    assert _found(parsed) == [("good", (), 3)]


def test_columns_count_characters(make_document: MakeDocument) -> None:
    (entry,) = parse_setup_py(make_document("setup(name='größe', install_requires=['a'])", "setup.py")).entries
    assert entry.location.column == 39


@pytest.mark.parametrize(
    "text",
    [
        "print 'python 2'\n",
        "setup(",
        "setup(install_requires=" + "[" * 5000 + "]" * 5000 + ")",
        "setup(install_requires=" + "-" * 100_000 + "1)",
        "x = 1\n" * 300_000,
    ],
    ids=["python 2", "truncated", "brackets", "operators", "too large"],
)
def test_what_does_not_parse_is_a_source_error(make_document: MakeDocument, text: str) -> None:
    with pytest.raises(SourceError):
        parse_setup_py(make_document(text, "setup.py"))


def test_a_tower_of_names_ends(make_document: MakeDocument) -> None:
    text = "x0 = ['a', 'b']\n" + "".join(f"x{n + 1} = x{n} + x{n}\n" for n in range(60)) + "setup(install_requires=x60)"
    assert parse_setup_py(make_document(text, "setup.py")).entries


def test_invalid_escapes_warn_nobody(make_document: MakeDocument) -> None:
    assert parse_setup_py(make_document("x = '\\d'\nsetup(install_requires=['a'])", "setup.py")).entries
