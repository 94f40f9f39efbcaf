from __future__ import annotations

import ast
import sys

import pytest

from scanner.inspect.code.site import Kind, SourceFile, WheelCode
from scanner.inspect.code.source import Unread, read_module

NEWEST = (3, 99)
"""A target newer than whatever runs the tests."""


def parse_source(data: bytes, python: tuple[int, int]) -> ast.Module | Unread:
    """The whole tree of a module, or why there is none."""
    wheel = WheelCode(filename="pkg.whl", members=("pkg.py",), read=lambda _: data)
    parts = read_module(SourceFile("pkg", "pkg.py", is_package=False, kind=Kind.SOURCE, wheel=wheel), python)
    return parts if isinstance(parts, Unread) else ast.Module([node for part in parts.statements for node in part], [])


@pytest.mark.parametrize(
    "data",
    [
        b"print 'hello'",
        b"exec 'x'",
        b"x = 1\0",
        b"# coding: nonsense\nx = 1",
        b"x = '\xff'",
        "import os".encode("utf-16"),
    ],
    ids=["print statement", "exec statement", "null byte", "unknown encoding", "not UTF-8", "UTF-16"],
)
def test_what_no_python_3_takes_fails_on_the_target_too(data: bytes) -> None:
    unread = parse_source(data, NEWEST)
    assert isinstance(unread, Unread)
    assert unread.fails
    assert unread.reason


@pytest.mark.parametrize(
    "data",
    [
        b"(" * 100_000,
        b"x = " + b"[" * 5_000 + b"]" * 5_000,
        b"x = " + b"not " * 50_000 + b"1",
        b"x = " + b"lambda: " * 20_000 + b"1",
        b"".join(b" " * depth + b"if a:\n" for depth in range(150)),
        b"f(" + b"a," * 200_000 + b")",
        b"x = 1\n" * 2_000_000,
        b"a\n" * 1_000_000,
    ],
    ids=["brackets", "lists", "not", "lambda", "indentation", "arguments", "12 MB", "a million lines"],
)
def test_what_is_too_deep_or_too_large_is_unread_and_no_failure(data: bytes) -> None:
    unread = parse_source(data, NEWEST)
    assert isinstance(unread, Unread)
    assert not unread.fails


@pytest.mark.parametrize(
    "data", [b"x = '\\d'\n", b"assert (1, 2)\n", b"1 is 1\n", b"\xef\xbb\xbfx = 1\n", b"", b"\r\n"]
)
def test_odd_but_valid_sources_are_read_without_warnings(data: bytes) -> None:
    assert isinstance(parse_source(data, NEWEST), ast.Module)


def test_a_coding_cookie_is_honoured() -> None:
    tree = parse_source("# coding: latin-1\nx = 'é'\n".encode("latin-1"), NEWEST)
    assert isinstance(tree, ast.Module)


def test_a_syntax_error_counts_as_failing_only_where_the_running_python_knows_the_targets_syntax() -> None:
    data = b"x = = 1"
    older, newer = parse_source(data, sys.version_info[:2]), parse_source(data, NEWEST)
    assert isinstance(older, Unread)
    assert isinstance(newer, Unread)
    assert (older.fails, newer.fails) == (True, False)


@pytest.mark.parametrize(
    "source",
    [
        "type Alias[T] = list[T]\nimport pwd\n",
        "def first[T: (int, str)](items: list[T]) -> T:\n    return items[0]\nimport pwd\n",
        "class Box[\n    T,\n]:\n    item: T\nimport pwd\n",
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass\nimport pwd\n",
        "x = f\"{', '.join(f\"{a['b']}\" for a in b)}\"\nimport pwd\n",
        "x = t'{a}'\nimport pwd\n",
        "x = f'''\n{a\n}'''  # it's \"quoted\nimport pwd\n",
    ],
)
def test_syntax_newer_than_the_running_python_is_read_with_its_imports_and_lines(source: str) -> None:
    tree = parse_source(source.encode(), NEWEST)
    assert isinstance(tree, ast.Module)
    imports = [node for node in tree.body if isinstance(node, ast.Import)]
    assert [node.lineno for node in imports] == [source.count("\n")]


def test_a_large_module_is_read_in_pieces_with_its_lines() -> None:
    rows = "".join(f"ROW_{number} = ('a', {number}, [1, 2, 3])\n" for number in range(8_000))
    data = f"import first\n{rows}import last\n".encode()
    tree = parse_source(data, NEWEST)
    assert isinstance(tree, ast.Module)
    assert [(node.names[0].name, node.lineno) for node in tree.body if isinstance(node, ast.Import)] == [
        ("first", 1), ("last", 8_002),
    ]  # fmt: skip


def test_a_large_table_of_data_does_not_keep_a_module_from_being_read() -> None:
    data = b"import first\nTABLE = [\n" + b"    [1, 2, 3],\n" * 40_000 + b"]\nimport last\n"
    tree = parse_source(data, NEWEST)
    assert isinstance(tree, ast.Module)
    assert [node.lineno for node in tree.body if isinstance(node, ast.Import)] == [1, 40_004]


def test_a_long_string_with_anything_in_it_does_not_keep_a_module_from_being_read() -> None:
    data = b'TEXT = """\n' + b"import this; (((,,,\n" * 30_000 + b'"""\nimport last\n'
    tree = parse_source(data, NEWEST)
    assert isinstance(tree, ast.Module)
    assert [node.lineno for node in tree.body if isinstance(node, ast.Import)] == [30_003]


def test_quotes_in_a_comment_do_not_keep_a_large_module_from_being_read() -> None:
    rows = "".join(f"ROW_{number} = ('a', {number}, [1, 2, 3])\n" for number in range(8_000))
    text = "'''" + "a text, no code " * 200 + "'''"
    data = f"# not this: '''\nimport first\nTEXT = {text}\n{rows}import last\n".encode()
    tree = parse_source(data, NEWEST)
    assert isinstance(tree, ast.Module)
    assert [node.lineno for node in tree.body if isinstance(node, ast.Import)] == [2, 8_004]
