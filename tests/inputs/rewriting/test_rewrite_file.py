"""One declaration of a file changes, and no other byte."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from scanner.inputs.formats import read_sources
from scanner.inputs.rewriting import Edit, MoveToGroup, Remove, Replace, Rewritten, format_diff, rewrite_file
from scanner.model.dependency import Dependency
from scanner.model.errors import EditError

if TYPE_CHECKING:
    from tests.inputs.rewriting.conftest import ApplyChanges

REQUIREMENTS, PYPROJECT, PIPFILE, CFG, SCRIPT = "requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg", "run.py"


def _read(path: str, data: bytes) -> tuple[Dependency, ...]:
    (file,) = read_sources([path], read_stdin=lambda: b"", expand=str, installed={path: data})
    entries = (*file.parsed.entries, *file.parsed.constraints, *file.parsed.overrides)
    return tuple(entry for entry in entries if isinstance(entry, Dependency))


def _edit(path: str, data: bytes, *edits: tuple[str, Edit]) -> Rewritten:
    """The file with edits of the declarations of these names."""
    declared = _read(path, data)
    return rewrite_file(
        path, data, [(next(each for each in declared if each.name == name), edit) for name, edit in edits]
    )


PLAIN_TOML = '[project]\nname = "app"\ndependencies = [\n  "a>=1", # one\n  "b[x]", # two\n  "c"\n]\n'
POETRY = dedent("""\
    [tool.poetry.dependencies]
    python = "^3.12"
    a = "^1.0"  # first
    "b" = {version = ">=2", extras = ["x", "y"], python = "<4"}
    c = { extras = [ "x" ], version = '3.*' }
    d = {extras = ["x"], optional = false}

    [tool.poetry.dependencies.e]
    version = "^5"  # own table
    extras = ["x"]

    [tool.poetry.group.test.dependencies]
    f = {git = "https://example.org/f.git"}
    g.version = "1.0"
    h = ["^1", "^2"]
    """)
HASHED = "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab  # note\nb>=2 ; python_version > '3.1' # keep\n"


def _poetry(before: str, old: str, new: str) -> str:
    """The Poetry file above with one piece marked as replaced, the first after the text ``before``."""
    head, found, tail = POETRY.partition(before)
    assert found
    return head + found + tail.replace(old, f"⟨{old}|{new}⟩", 1)


PIPENV = '[packages]\r\na = "*"\r\nb = {version = "==1", index = "x"}'
SEMICOLONS = "[options]\ninstall_requires = a; b>1 ;c # x\n"
SCRIPT_TEXT = (
    '"""a>=1"""\r\n# /// script\r\n# dependencies = [\r\n#   "a>=1", # x\r\n#   "b",\r\n# ]\r\n# ///\r\na = 1\r\n'
)

# Each text with what is replaced, and by what, between ⟨ and ⟩.
EDITS: list[tuple[str, str, str, Edit]] = [
    # requirements files
    (REQUIREMENTS, "a ==⟨1|2⟩ # c\nb\n", "a", Replace(requirement="a==2")),
    (REQUIREMENTS, "a\nb⟨|>=2,<3⟩", "b", Replace(requirement="b>=2,<3")),
    (REQUIREMENTS, "a [⟨x, |⟩Y_z] (>=1); os_name == 'nt'\n", "a", Replace(requirement="a[y-z]>=1")),
    (REQUIREMENTS, "a⟨ [x]|⟩ >=1\n", "a", Replace(requirement="a>=1")),
    (REQUIREMENTS, "a[x⟨|,y⟩]>=1\n", "a", Replace(requirement="a[y,x]>=1")),
    (REQUIREMENTS, "⟨a>=1|Other[e]~=2.0⟩ --config-settings x=y # c\n", "a", Replace(requirement="Other[e]~=2.0")),
    (REQUIREMENTS, "a⟨ >= 1, < 2|⟩ ;os_name=='nt'\n", "a", Replace(requirement="a")),
    (REQUIREMENTS, "a \\\n  ⟨>=1|<9⟩\nb\n", "a", Replace(requirement="a<9")),
    (REQUIREMENTS, "a⟨[x]|⟩ @ https://x.example/a.zip\n", "a", Replace(requirement="a")),
    (REQUIREMENTS, "a⟨|[x]⟩" + HASHED[1:], "a", Replace(requirement="a[x]==1")),
    (REQUIREMENTS, "\ta # 1\r\n# about b\r\n⟨b # 2\r\n|⟩", "b", Remove()),
    (REQUIREMENTS, "⟨a \\\n  >=1 \\\n|⟩# stays\nb\n", "a", Remove()),
    (REQUIREMENTS, "⟨-e ./a#egg=a\n|⟩b", "a", Remove()),
    # arrays of requirements
    (PYPROJECT, PLAIN_TOML.replace("[x]", "⟨[x]|⟩"), "b", Replace(requirement="b")),
    (PYPROJECT, PLAIN_TOML.replace('  "a>=1", # one\n', '⟨  "a>=1", # one\n|⟩'), "a", Remove()),
    (PYPROJECT, PLAIN_TOML.replace('  "c"\n', '⟨  "c"\n|⟩'), "c", Remove()),
    (PYPROJECT, '[project]\ndependencies = [⟨"a", |⟩"b", "c"]\n', "a", Remove()),
    (PYPROJECT, '[project]\ndependencies = ["a", ⟨"b", |⟩"c"]\n', "b", Remove()),
    (PYPROJECT, '[project]\ndependencies = ["a", "b"⟨, "c"|⟩]\n', "c", Remove()),
    (PYPROJECT, '[project]\ndependencies = [⟨"a"|⟩]\n', "a", Remove()),
    (PYPROJECT, '[project]\ndependencies = ["a", # x,\n ⟨"b"|⟩]\n', "b", Remove()),
    (PYPROJECT, '[project]\ndependencies = ["a",⟨ "b",|⟩\n "c"]\n', "b", Remove()),
    (
        PYPROJECT,
        '[project.optional-dependencies]\r\nx = [\'a ; python_version > "3"\', """\r\nb⟨>|<⟩1"""]\r\n',
        "b",
        Replace(requirement="b<1"),
    ),
    (PYPROJECT, "[dependency-groups]\nx = [⟨'a', |⟩{include-group = 'y'}]\ny = []\n", "a", Remove()),
    (
        PYPROJECT,
        '[project]\ndependencies = ["a⟨[x]|⟩>=1"]\n[tool.uv.sources]\na = {git = "https://x.example/a"}\n',
        "a",
        Replace(requirement="a>=1"),
    ),
    (PYPROJECT, '[tool.uv]\nconstraint-dependencies = ["a==⟨1|2⟩"]\n', "a", Replace(requirement="a==2")),
    # Poetry
    (PYPROJECT, _poetry("\na = ", "^1.0", "==1.9"), "a", Replace(requirement="a==1.9")),
    (
        PYPROJECT,
        _poetry("\na = ", '"^1.0"', '{version = "^1.0", extras = ["x"]}'),
        "a",
        Replace(requirement="a[x]>=1,<2"),
    ),
    (PYPROJECT, _poetry("\n", 'a = "^1.0"  # first\n', ""), "a", Remove()),
    (PYPROJECT, _poetry("b", ">=2", "<9"), "b", Replace(requirement="b[x,y]<9")),
    (PYPROJECT, _poetry("b", '["x", "y"]', '["y"]'), "b", Replace(requirement="b[y]>=2")),
    (PYPROJECT, _poetry("b", 'extras = ["x", "y"], ', ""), "b", Replace(requirement="b>=2")),
    (PYPROJECT, _poetry("first\n", '"b"', '"z"'), "b", Replace(requirement="z[x,y]>=2")),
    (PYPROJECT, _poetry("\nc =", "3.*", "*"), "c", Replace(requirement="c[x]")),
    (PYPROJECT, _poetry("\nc =", 'extras = [ "x" ], ', ""), "c", Replace(requirement="c==3.*")),
    (PYPROJECT, _poetry("\nd =", "extras", 'version = "==1", extras'), "d", Replace(requirement="d[x]==1")),
    (PYPROJECT, _poetry("s.e]", "^5", "==5.1"), "e", Replace(requirement="e[x]==5.1")),
    (PYPROJECT, _poetry("s.e]", 'extras = ["x"]\n', ""), "e", Replace(requirement="e>=5,<6")),
    (PYPROJECT, "⟨[tool.poetry.dependencies.e]\nversion = '5' # c\n|⟩\n[tool.x]\n", "e", Remove()),
    (PYPROJECT, "[tool.poetry]\n⟨[[tool.poetry.dependencies.e]]\nversion = '5'|⟩", "e", Remove()),
    (PYPROJECT, _poetry("\n", 'f = {git = "https://example.org/f.git"}\n', ""), "f", Remove()),
    (PYPROJECT, "[tool.poetry]\ndependencies = {a = '1'⟨, b = '2'|⟩}\n", "b", Remove()),
    # Pipfile
    (PIPFILE, PIPENV.replace("*", "⟨*|~=1.5⟩"), "a", Replace(requirement="a~=1.5")),
    (PIPFILE, PIPENV.replace("==1", "⟨==1|*⟩"), "b", Replace(requirement="b")),
    (PIPFILE, '[dev-packages]\n⟨a = "*" # x|⟩', "a", Remove()),
    (PIPFILE, '[packages]\n"a[x]" = "⟨==1|==2⟩"\n', "a", Replace(requirement="a[x]==2")),
    # setup.cfg
    (CFG, "[options]\ninstall_requires =\n  a>=⟨1|2⟩ # one\n  b\n", "a", Replace(requirement="a>=2")),
    (CFG, "[options]\ninstall_requires =\n⟨  a>=1 # one\n|⟩  b\n", "a", Remove()),
    (CFG, SEMICOLONS.replace("b>1", "⟨b>1|z⟩"), "b", Replace(requirement="z")),
    (CFG, SEMICOLONS.replace("a; ", "⟨a; |⟩"), "a", Remove()),
    (CFG, SEMICOLONS.replace(" ;c", "⟨ ;c|⟩"), "c", Remove()),
    (CFG, "[options.extras_require]\nx = ⟨a|⟩ # only\n", "a", Remove()),
    # scripts
    (SCRIPT, SCRIPT_TEXT.replace('"a>=1",', '"a⟨>=1|⟩",'), "a", Replace(requirement="a")),
    (SCRIPT, SCRIPT_TEXT.replace('#   "a>=1", # x\r\n', '⟨#   "a>=1", # x\r\n|⟩'), "a", Remove()),
]


@pytest.mark.parametrize(("path", "marked", "name", "edit"), EDITS)
def test_an_edit_replaces_one_piece_of_the_text(
    path: str, marked: str, name: str, edit: Edit, apply_changes: ApplyChanges
) -> None:
    before, after = (re.sub(r"⟨([^|]*)\|([^⟩]*)⟩", part, marked) for part in (r"\1", r"\2"))
    rewritten = _edit(path, before.encode(), (name, edit))
    assert rewritten.after.decode() == after
    assert len(rewritten.changes) == 1
    assert apply_changes(rewritten) == rewritten.after


def test_other_versions_drop_the_hashes_of_the_old_ones() -> None:
    rewritten = _edit(REQUIREMENTS, HASHED.encode(), ("a", Replace(requirement="a==2")))
    assert rewritten.after == b"a==2  # note\nb>=2 ; python_version > '3.1' # keep\n"
    assert [(each.line, each.column, each.old) for each in rewritten.changes] == [
        (1, 1, "a==1"),
        (1, 5, " \\\n    --hash=sha256:aa \\\n    --hash=sha256:ab"),
    ]


MOVES = [
    (
        '[project]\ndependencies = ["b"]\n[tool.uv]\nsources.b = {path = "b"}\n[dependency-groups]\ndev = ["x"]\n',
        '[project]\ndependencies = []\n[tool.uv]\nsources.b = {path = "b"}\n[dependency-groups]\ndev = ["b", "x"]\n',
    ),
    (PLAIN_TOML, PLAIN_TOML.replace('  "b[x]", # two\n', "") + '\n[dependency-groups]\ndev = ["b[x]"]\n'),
    (
        PLAIN_TOML + '[dependency-groups]\nDEV = [\n    # tests\n    "t", # x\n]\n',
        PLAIN_TOML.replace('  "b[x]", # two\n', "")
        + '[dependency-groups]\nDEV = [\n    # tests\n    "b[x]",\n    "t", # x\n]\n',
    ),
    (
        '[dependency-groups]\r\nx = []\r\n[project]\r\ndependencies = ["b"]',
        '[dependency-groups]\r\ndev = ["b"]\r\nx = []\r\n[project]\r\ndependencies = []',
    ),
    (
        '[dependency-groups]\ndev = []\n[project]\ndependencies = ["b"]',
        '[dependency-groups]\ndev = ["b"]\n[project]\ndependencies = []',
    ),
    (
        'dependency-groups = {dev = ["x"]}\n[project]\ndependencies = ["b"]',
        'dependency-groups = {dev = ["b", "x"]}\n[project]\ndependencies = []',
    ),
    ('[project]\ndependencies = ["b"]', '[project]\ndependencies = []\n\n[dependency-groups]\ndev = ["b"]\n'),
]


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_a_requirement_moves_into_a_dependency_group(before: str, after: str) -> None:
    assert _edit(PYPROJECT, before.encode(), ("b", MoveToGroup())).after.decode() == after


def test_several_edits_of_a_file_are_made_together(apply_changes: ApplyChanges) -> None:
    data = b'[dependency-groups]\ndev = ["t"]\n[project]\ndependencies = ["a", "b>=1", "c", "d"]\n'
    edits: list[tuple[str, Edit]] = [
        ("a", MoveToGroup()),
        ("b", Replace(requirement="b<1")),
        ("c", Remove()),
        ("d", MoveToGroup(group="lint")),
        ("t", Remove()),
    ]
    rewritten = _edit(PYPROJECT, data, *edits)
    expected = b'[dependency-groups]\nlint = ["d"]\ndev = ["a"]\n[project]\ndependencies = ["b<1"]\n'
    assert rewritten.after == expected
    assert apply_changes(rewritten) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_the_encoding_of_a_file_stays(encoding: str) -> None:
    text = "# coding: latin-1\na>=1  # caf\xe9\r\nb\r"
    rewritten = _edit(REQUIREMENTS, text.encode(encoding), ("b", Replace(requirement="b==1")))
    assert rewritten.after == text.replace("b\r", "b==1\r").encode(encoding)
    assert [(each.line, each.column) for each in rewritten.changes] == [(3, 1)]


COMPILED = "# This file is autogenerated by pip-compile with Python 3.14\na==1\n"
REFUSED: list[tuple[str, str, str, Edit, str]] = [
    (REQUIREMENTS, "a\n<<<<<<< HEAD\n", "a", Remove(), "merge conflict"),
    (REQUIREMENTS, COMPILED, "a", Remove(), "lock file"),
    (REQUIREMENTS, HASHED + "c==1 --hash=sha256:cc\n", "a", Replace(requirement="a==2"), "requires hashes"),
    (REQUIREMENTS, "--require-hashes\n" + HASHED, "a", Replace(requirement="a==2"), "requires hashes"),
    (REQUIREMENTS, "a\n", "a", Replace(requirement="a ; os_name == 'nt'"), "marker"),
    (REQUIREMENTS, "a\n", "a", Replace(requirement="a @ https://x.example/a.zip"), "marker or the URL"),
    (REQUIREMENTS, "a\n", "a", Replace(requirement="a =="), "not a requirement"),
    (REQUIREMENTS, "a @ https://x.example/a.zip\n", "a", Replace(requirement="a==1"), "URL or path"),
    (REQUIREMENTS, "git+https://x.example/a#egg=a\n", "a", Replace(requirement="a[x]"), "URL or path"),
    (REQUIREMENTS, "a\n", "a", MoveToGroup(), "dependency groups"),
    (PYPROJECT, '[tool.poetry]\nname = "x"\n' + POETRY, "g", Replace(requirement="g==2"), "dotted"),
    (PYPROJECT, POETRY, "h", Replace(requirement="h==2"), "several constraints"),
    (PYPROJECT, POETRY, "h", Remove(), "several constraints"),
    (PYPROJECT, POETRY, "e", Replace(requirement="z[x]==5"), "header"),
    (PYPROJECT, "[tool.poetry.dependencies.e]\nversion = '5'\nx.y = 1\nx.z = 2\n", "e", Remove(), "tables of its own"),
    (PYPROJECT, POETRY, "a", MoveToGroup(), "only requirements in"),
    (PYPROJECT, '[project]\ndependencies = ["a"]\n[x\n', "a", Remove(), "not TOML"),
    (
        PYPROJECT,
        'dependency-groups = {}\n[project]\ndependencies = ["a"]\n',
        "a",
        MoveToGroup(),
        "cannot be extended",
    ),
    (
        PYPROJECT,
        '[tool.poetry.dependencies]\na = {version = "1", optional = true}\n[tool.poetry.extras]\nx = ["a"]\n',
        "a",
        Replace(requirement="b==1"),
        "would not read back",
    ),
    (PIPFILE, '[packages]\n"a[x]" = "==1"\n', "a", Replace(requirement="a==1"), "part of the key"),
    (CFG, "[options]\nx = a\ninstall_requires = %(x)s\n", "a", Remove(), "place of the declaration"),
    ("setup.py", "from setuptools import setup\nsetup(install_requires=['a'])\n", "a", Remove(), "not edited"),
    ("poetry.lock", '[[package]]\nname = "a"\nversion = "1"\n', "a", Remove(), "not edited"),
]


@pytest.mark.parametrize(("path", "text", "name", "edit", "reason"), REFUSED)
def test_what_cannot_be_done_safely_is_refused(path: str, text: str, name: str, edit: Edit, reason: str) -> None:
    with pytest.raises(EditError, match=reason):
        _edit(path, text.encode(), (name, edit))


def test_a_declaration_that_is_no_longer_at_its_location_is_refused() -> None:
    (old,) = _read(REQUIREMENTS, b"a==1\n")
    for changed in (b"\na==1\n", b"a==2\n", b"b==1\n", b""):
        with pytest.raises(EditError, match="at its location"):
            rewrite_file(REQUIREMENTS, changed, [(old, Remove())])


def test_two_edits_of_one_declaration_are_refused() -> None:
    with pytest.raises(EditError):
        _edit(REQUIREMENTS, b"a\n", ("a", Replace(requirement="a==1")), ("a", Remove()))


@pytest.mark.parametrize("data", [b"a\n# \xff\n", b"# coding: cp932\na\n# \xfa\x54\n"])
def test_a_file_that_would_not_be_written_back_exactly_is_refused(data: bytes) -> None:
    with pytest.raises(EditError, match="text"):
        _edit(REQUIREMENTS, data, ("a", Remove()))


def test_an_edit_that_changes_nothing_has_no_changes() -> None:
    rewritten = _edit(PYPROJECT, POETRY.encode(), ("a", Replace(requirement="A>=1,<2")))
    assert rewritten.after == rewritten.before
    assert rewritten.changes == ()
    assert format_diff(rewritten) == ""


def test_a_diff_shows_the_lines_that_change() -> None:
    rewritten = _edit(REQUIREMENTS, b"a\nb", ("b", Replace(requirement="b==1")))
    assert format_diff(rewritten) == (
        "--- a/requirements.txt\n+++ b/requirements.txt\n@@ -1,2 +1,2 @@\n a\n"
        "-b\n\\ No newline at end of file\n+b==1\n\\ No newline at end of file\n"
    )
