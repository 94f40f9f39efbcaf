"""What a poetry.lock holds, from version 1.0 to 2.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.locks.poetry import parse_poetry_lock
from scanner.model.dependency import Dependency, Locked
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

V21 = """\
[[package]]
name = "Alpha"
version = "1.0"
optional = false
groups = ["main"]
files = [
    {file = "alpha-1.0.tar.gz", hash = "sha256:00"},
    {file = "alpha-1.0-py3-none-any.whl", hash = "sha256:11"},
]

[package.dependencies]
beta = {version = "*", extras = ["fast"], markers = "sys_platform != 'win32'"}
gamma = ">=1"

[[package]]
name = "beta"
version = "2.0"
optional = false
groups = ["main", "dev"]
markers = {main = "extra == 'cli'", dev = "sys_platform == 'win32'"}

[package.dependencies]
delta = {version = "*", optional = true, markers = "extra == 'fast'"}
unused = {version = "*", optional = true, markers = "extra == 'slow'"}

[package.extras]
fast = ["delta"]
slow = ["unused"]

[[package]]
name = "gamma"
version = "3.0"
optional = true
groups = ["main"]
markers = "extra == 'cli' and sys_platform == 'emscripten' or extra == 'web'"

[[package]]
name = "delta"
version = "4.0"
groups = ["Docs", "dev"]

[metadata]
lock-version = "2.1"
"""


def _entries(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def _read(text: str, make_document: MakeDocument, **files: str) -> Parsed:
    return parse_poetry_lock(
        make_document(text, "poetry.lock", files={f"{name}.toml": each for name, each in files.items()})
    )


def _groups(parsed: Parsed) -> dict[str, tuple[str, ...]]:
    return {str(each.name): each.groups for each in _entries(parsed)}


def test_a_package_stands_at_its_header_with_its_exact_version_and_hashes(make_document: MakeDocument) -> None:
    parsed = _read(V21, make_document)
    alpha = _entries(parsed)[0]
    assert [each.location.line for each in _entries(parsed)] == [1, 15, 30, 37]
    assert (alpha.name, str(alpha.specifier), alpha.pin) == ("alpha", "==1.0", Version("1.0"))
    assert alpha.hashes == ("sha256:00", "sha256:11")
    assert (parsed.is_lock, parsed.locks, parsed.problems) == (True, ("pyproject.toml",), ())


def test_groups_and_markers_of_version_2_1(make_document: MakeDocument) -> None:
    parsed = _read(V21, make_document)
    assert _groups(parsed) == {
        "alpha": (),
        "beta": ("extra:cli", "dev"),
        "gamma": ("extra:cli", "extra:web"),
        "delta": ("docs", "dev"),
    }
    _, beta, gamma, _ = _entries(parsed)
    assert str(beta.marker) == 'extra == "cli" or sys_platform == "win32"'
    assert str(gamma.marker) == 'extra == "cli" and sys_platform == "emscripten" or extra == "web"'
    assert beta.environment_marker is True
    assert gamma.environment_marker is True


def test_a_package_for_a_group_without_a_marker_has_none(make_document: MakeDocument) -> None:
    text = '[[package]]\nname = "a"\nversion = "1"\ngroups = ["main", "dev"]\nmarkers = {main = "os_name == \'nt\'"}\n'
    (entry,) = _entries(_read(text, make_document))
    assert (entry.groups, entry.marker) == ((), None)


def test_edges_keep_extras_and_markers_and_those_of_extras_that_nobody_asks_for_are_left_out(
    make_document: MakeDocument,
) -> None:
    manifest = '[project]\nname = "demo"\ndependencies = ["alpha"]\n'
    alpha, beta, *_ = _entries(_read(V21, make_document, pyproject=manifest))
    assert alpha.locked is not None
    assert beta.locked is not None
    assert [(e.name, e.extras, str(e.marker)) for e in alpha.locked.edges] == [
        ("beta", ("fast",), 'sys_platform != "win32"'),
        ("gamma", (), "None"),
    ]
    assert [(e.name, e.marker) for e in beta.locked.edges] == [("delta", None)]
    assert beta.locked.has_edges


def test_the_manifest_beside_it_tells_what_is_direct_and_how_it_is_asked_for(make_document: MakeDocument) -> None:
    manifest = "[project]\nname = 'demo'\ndependencies = [\"Alpha[x]; os_name == 'nt'\"]\n"
    parsed = _read(V21, make_document, pyproject=manifest)
    assert [each.direct for each in _entries(parsed)] == [True, False, False, False]
    locked = _entries(parsed)[0].locked
    assert isinstance(locked, Locked)
    assert [(edge.extras, str(edge.marker)) for edge in locked.root_edges] == [(("x",), 'os_name == "nt"')]
    assert {each.direct for each in _entries(_read(V21, make_document))} == {None}


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (
            'type = "git"\nurl = "https://example.org/a.git"\nresolved_reference = "abc"\nsubdirectory = "s"',
            "git+https://example.org/a.git@abc#subdirectory=s",
        ),
        ('type = "git"\nurl = "https://example.org/a.git"\nreference = "v1"', "git+https://example.org/a.git@v1"),
        ('type = "url"\nurl = "https://example.org/a.whl"', "https://example.org/a.whl"),
        ('type = "file"\nurl = "a.tar.gz"', "a.tar.gz"),
        ('type = "directory"\nurl = "../a"', "../a"),
        ('type = "legacy"\nurl = "https://example.org/simple"\nreference = "own"', None),
    ],
)
def test_a_package_from_elsewhere_has_its_url(source: str, url: str | None, make_document: MakeDocument) -> None:
    text = f'[[package]]\nname = "a"\nversion = "1"\ndevelop = true\n\n[package.source]\n{source}\n'
    (entry,) = _entries(_read(text, make_document))
    assert (entry.url, entry.editable, entry.pin) == (url, True, Version("1"))


def test_an_index_of_some_packages_stands_beside_the_public_one(make_document: MakeDocument) -> None:
    legacy = '[[package]]\nname = "a"\nversion = "1"\n[package.source]\ntype = "legacy"\nurl = "https://example.org/simple"\n'
    plain = '[[package]]\nname = "b"\nversion = "1"\n'
    url = "https://example.org/simple"
    assert summarize(_read(legacy + plain, make_document).index) == {"explicit": [f"{url}/"], "pins": [("a", url)]}
    assert summarize(_read(legacy, make_document).index) == {"index": f"{url}/"}
    assert summarize(_read(plain, make_document).index) == {}


V11 = """\
[[package]]
name = "alpha"
version = "1.0"
category = "main"
optional = false
marker = "os_name == 'nt'"

[[package]]
name = "Beta.Two"
version = "1.0"
category = "dev"
optional = false

[[package]]
name = "gamma"
version = "1.0"
category = "main"
optional = true

[package.dependencies]
delta = "*"

[[package]]
name = "delta"
version = "1.0"
category = "main"
optional = true

[extras]
Cl_I = ["gamma (>=1)"]

[metadata]
lock-version = "1.1"

[metadata.files]
alpha = [{file = "alpha-1.0.tar.gz", hash = "sha256:00"}]
"Beta.Two" = [{file = "beta-1.0.tar.gz", hash = "sha256:11"}]
not-locked = []
"""


def test_categories_extras_and_hashes_of_version_1(make_document: MakeDocument) -> None:
    parsed = _read(V11, make_document)
    assert _groups(parsed) == {
        "alpha": (),
        "beta-two": ("dev",),
        "gamma": ("extra:cl-i",),
        "delta": ("extra:cl-i",),
    }
    alpha, beta, *_ = _entries(parsed)
    assert (alpha.hashes, beta.hashes) == (("sha256:00",), ("sha256:11",))
    assert str(alpha.marker) == 'os_name == "nt"'


def test_a_lock_without_groups_takes_them_from_the_manifest(make_document: MakeDocument) -> None:
    lock = """\
[[package]]
name = "a"
version = "1"
[package.dependencies]
b = "*"
[[package]]
name = "b"
version = "1"
[[package]]
name = "c"
version = "1"
[package.dependencies]
b = "*"
d = "*"
[[package]]
name = "d"
version = "1"
[metadata]
lock-version = "2.0"
"""
    manifest = '[tool.poetry.dependencies]\na = "*"\n[tool.poetry.group.dev.dependencies]\nc = "*"\n'
    assert _groups(_read(lock, make_document, pyproject=manifest)) == {"a": (), "b": (), "c": ("dev",), "d": ("dev",)}
    assert _groups(_read(lock, make_document)) == {"a": (), "b": (), "c": (), "d": ()}


def test_edges_to_a_name_with_several_versions_name_the_one_that_fits(make_document: MakeDocument) -> None:
    text = """\
[[package]]
name = "a"
version = "1"
[package.dependencies]
numpy = [
  {version = ">=1,<2", python = "<3.9"},
  {version = "^2.1 || ^3", markers = "python_version >= '3.9'"},
]
[[package]]
name = "numpy"
version = "1.24.0"
[[package]]
name = "numpy"
version = "2.1.0"
"""
    locked = _entries(_read(text, make_document))[0].locked
    assert locked is not None
    assert [(edge.version, str(edge.marker)) for edge in locked.edges] == [
        ("1.24.0", 'python_version < "3.9"'),
        ("2.1.0", 'python_version >= "3.9"'),
    ]


def test_a_lock_from_the_future_is_told_with_its_version_and_read(make_document: MakeDocument) -> None:
    parsed = _read(V21.replace('"2.1"', '"999.0"'), make_document)
    assert len(parsed.entries) == 4
    (problem,) = parsed.problems
    assert "999.0" in problem.message
    assert problem.location is not None
    assert problem.location.line == 43


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("version = 1", 1),
        ("groups = 'main'", 1),
        ("markers = 'nonsense'", 1),
        ("markers = ['a']", 1),
        ("dependencies = []", 1),
        ("dependencies = {b = 3}", 1),
        ("dependencies = {b = {markers = 'x'}}", 1),
        ("dependencies = {b = {python = '3.y'}}", 1),
        ("dependencies = {'b c' = '*'}", 1),
        ("files = 'a'", 1),
        ("source = 'git'", 1),
    ],
)
def test_wrong_values_are_told_and_the_package_is_read(line: str, number: int, make_document: MakeDocument) -> None:
    version = "" if line.startswith("version") else 'version = "1"\n'
    parsed = _read(f'[[package]]\nname = "a"\n{version}{line}\n[[package]]\nname = "b"\nversion = "1"\n', make_document)
    assert [each.name for each in _entries(parsed)] == ["a", "b"]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [number]


@pytest.mark.parametrize("name", ["", "name = 3", 'name = "no name"'])
def test_a_package_without_a_usable_name_is_told(name: str, make_document: MakeDocument) -> None:
    parsed = _read(f'[[package]]\n{name}\nversion = "1"\n[[package]]\nname = "b"\nversion = "1"\n', make_document)
    assert [each.name for each in _entries(parsed)] == ["b"]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [1]
