"""What a uv.lock holds: projects, workspaces, scripts, conflicts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.locks.uv import parse_uv_lock
from scanner.model.artifact import ArtifactKind
from scanner.model.dependency import Dependency, Locked, Skipped
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

TEXT = """\
version = 1
revision = 3
requires-python = ">=3.10"

[[package]]
name = "alpha"
version = "1.0"
source = { registry = "https://example.org/simple" }
dependencies = [
    { name = "beta", version = "2.0", source = { registry = "https://e.org/simple" }, marker = "os_name == 'nt'" },
    { name = "gamma", extra = ["fast"] },
]
sdist = { url = "https://e.org/alpha-1.0.tar.gz", hash = "sha256:00", size = 9, upload-time = "2026-01-02T03:04:05.5Z" }
wheels = [
    { url = "https://example.org/f/alpha-1.0-py2.py3-none-any.whl", hash = "sha256:11", size = 8 },
    { path = "local/alpha-1.0-cp314-cp314-win32.whl", hash = "sha256:22" },
    { filename = "alpha-1.0-1-py3-none-any.whl", hash = "sha512:33" },
]

[[package]]
name = "beta"
version = "1.0"
source = { registry = "https://example.org/simple" }

[[package]]
name = "beta"
version = "2.0"
source = { registry = "https://example.org/simple" }

[[package]]
name = "demo"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "alpha" },
    { name = "colorama", marker = "sys_platform == 'win32'" },
]

[package.optional-dependencies]
Cl_I = [
    { name = "beta", version = "1.0", source = { registry = "https://example.org/simple" } },
]

[package.dev-dependencies]
dev = [
    { name = "delta" },
]

[package.metadata]
requires-dist = [{ name = "alpha", specifier = ">=1" }]

[[package]]
name = "colorama"
version = "0.4.6"
source = { registry = "https://example.org/simple" }

[[package]]
name = "delta"
version = "1.0"
source = { registry = "https://example.org/other" }
dependencies = [{ name = "gamma" }]

[[package]]
name = "gamma"
version = "1.0"
source = { registry = "https://example.org/simple" }

[package.optional-dependencies]
fast = [{ name = "epsilon" }]
slow = [{ name = "zeta" }]

[[package]]
name = "epsilon"
version = "1.0"
source = { registry = "https://example.org/simple" }
"""


def _entries(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def _read(text: str, make_document: MakeDocument, path: str = "uv.lock") -> Parsed:
    return parse_uv_lock(make_document(text, path))


def _one(source: str, make_document: MakeDocument, rest: str = "") -> Dependency:
    (entry,) = _entries(_read(f'version = 1\n[[package]]\nname = "a"\nsource = {source}\n{rest}', make_document))
    return entry


def test_packages_stand_at_their_headers_with_the_groups_that_need_them(make_document: MakeDocument) -> None:
    parsed = _read(TEXT, make_document)
    found = [(each.name, str(each.pin), each.groups, each.direct, each.location.line) for each in _entries(parsed)]
    assert found == [
        ("alpha", "1.0", (), True, 5),
        ("beta", "1.0", ("extra:cl-i",), True, 20),
        ("beta", "2.0", (), False, 25),
        ("colorama", "0.4.6", (), True, 52),
        ("delta", "1.0", ("dev",), True, 57),
        ("gamma", "1.0", (), False, 63),
        ("epsilon", "1.0", (), False, 72),
    ]
    assert (parsed.is_lock, parsed.locks, parsed.problems) == (True, ("pyproject.toml",), ())


def test_the_project_itself_is_skipped(make_document: MakeDocument) -> None:
    (root,) = (entry for entry in _read(TEXT, make_document).entries if isinstance(entry, Skipped))
    assert (root.text, root.reason, root.location.line) == ("demo==0.1.0", "the project itself", 30)


def test_the_markers_of_the_roots_edges_are_kept_apart_from_the_entry(make_document: MakeDocument) -> None:
    colorama = _entries(_read(TEXT, make_document))[3]
    assert colorama.marker is None
    assert isinstance(colorama.locked, Locked)
    assert [str(edge.marker) for edge in colorama.locked.root_edges] == ['sys_platform == "win32"']


def test_edges_keep_versions_extras_and_markers(make_document: MakeDocument) -> None:
    alpha, *_, gamma, _ = _entries(_read(TEXT, make_document))
    assert alpha.locked is not None
    assert [(e.name, e.version, e.extras, str(e.marker)) for e in alpha.locked.edges] == [
        ("beta", "2.0", (), 'os_name == "nt"'),
        ("gamma", None, ("fast",), "None"),
    ]
    assert gamma.locked is not None
    assert [edge.name for edge in gamma.locked.edges] == ["epsilon"]
    assert gamma.locked.has_edges


def test_the_files_of_a_registry_package_are_those_of_its_release(make_document: MakeDocument) -> None:
    alpha = _entries(_read(TEXT, make_document))[0]
    assert alpha.locked is not None
    sdist, wheel, local, named = alpha.locked.artifacts
    assert (sdist.kind, sdist.size_bytes, sdist.sha256) == (ArtifactKind.SDIST, 9, "00")
    assert sdist.upload_time == datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)
    assert (wheel.filename, sorted(map(str, wheel.tags))) == (
        "alpha-1.0-py2.py3-none-any.whl",
        ["py2-none-any", "py3-none-any"],
    )
    assert (local.filename, local.url) == ("alpha-1.0-cp314-cp314-win32.whl", "local/alpha-1.0-cp314-cp314-win32.whl")
    assert (named.filename, named.sha256, [str(tag) for tag in named.tags]) == (
        "alpha-1.0-1-py3-none-any.whl",
        None,
        ["py3-none-any"],
    )
    assert alpha.hashes == ("sha256:00", "sha256:11", "sha256:22", "sha512:33")


def test_the_registry_of_most_packages_is_the_index(make_document: MakeDocument) -> None:
    index = _read(TEXT, make_document).index
    other = "https://example.org/other"
    expected = {"index": "https://example.org/simple/", "explicit": [f"{other}/"], "pins": [("delta", other)]}
    assert summarize(index) == expected


@pytest.mark.parametrize(
    ("source", "url", "editable"),
    [
        ('{ git = "https://example.org/a?rev=main#abc" }', "git+https://example.org/a@abc", ""),
        (
            '{ git = "ssh://git@example.org/a?subdirectory=s%2Ft&tag=v1#abc" }',
            "git+ssh://git@example.org/a@abc#subdirectory=s/t",
            "",
        ),
        ('{ git = "https://example.org/a?branch=main" }', "git+https://example.org/a@main", ""),
        ('{ git = "https://[bad" }', "https://[bad", ""),
        ('{ url = "https://example.org/a.zip", subdirectory = "s" }', "https://example.org/a.zip", ""),
        ('{ path = "a.whl" }', "a.whl", ""),
        ('{ directory = "libs/a" }', "libs/a", ""),
        ('{ editable = "libs/a" }', "libs/a", "editable"),
        ('"git+https://example.org/a#abc"', "git+https://example.org/a@abc", ""),
        ('"registry+https://example.org/simple"', None, ""),
    ],
)
def test_a_package_from_elsewhere_has_its_url_and_no_files(
    source: str, url: str | None, editable: str, make_document: MakeDocument
) -> None:
    wheel = 'wheels = [{ url = "https://example.org/a-1-py3-none-any.whl", hash = "sha256:00" }]\n'
    entry = _one(source, make_document, f'version = "1"\n{wheel}')
    assert (entry.url, entry.editable, entry.pin) == (url, bool(editable), Version("1"))
    assert entry.locked is not None
    assert len(entry.locked.artifacts) == (1 if url is None else 0)


def test_the_members_of_a_workspace_are_the_project_itself_and_other_folders_are_not(
    make_document: MakeDocument,
) -> None:
    text = """\
version = 1
[manifest]
members = ["Root", "lib_a"]
[[package]]
name = "root"
source = { virtual = "." }
dependencies = [{ name = "lib-a" }, { name = "other" }]
[[package]]
name = "lib-a"
source = { editable = "libs/a" }
dependencies = [{ name = "idna" }]
[[package]]
name = "other"
source = { directory = "../other" }
[[package]]
name = "idna"
version = "3.0"
source = { registry = "https://example.org/simple" }
"""
    parsed = _read(text, make_document)
    assert [entry.text for entry in parsed.entries if isinstance(entry, Skipped)] == ["root", "lib-a"]
    assert [(each.name, each.direct, each.url) for each in _entries(parsed)] == [
        ("other", True, "../other"),
        ("idna", True, None),
    ]


def test_the_lock_of_a_script_asks_by_its_manifest(make_document: MakeDocument) -> None:
    text = """\
version = 1
[manifest]
requirements = [{ name = "rich", specifier = ">=13", marker = "os_name == 'nt'" }]
[manifest.dependency-groups]
dev = [{ name = "pytest" }]
[[package]]
name = "rich"
version = "13.0"
source = { registry = "https://example.org/simple" }
[[package]]
name = "pytest"
version = "8.0"
source = { registry = "https://example.org/simple" }
"""
    parsed = _read(text, make_document, "tools/run.py.lock")
    assert [(each.name, each.direct, each.groups) for each in _entries(parsed)] == [
        ("rich", True, ()),
        ("pytest", True, ("dev",)),
    ]
    assert parsed.locks == ("run.py",)


def test_versions_that_exclude_each_other_belong_to_the_extras_that_choose_them(make_document: MakeDocument) -> None:
    registry = 'source = { registry = "https://example.org/simple" }'
    text = f"""\
version = 1
conflicts = [[{{ package = "demo", extra = "old" }}, {{ package = "demo", extra = "new" }}]]
[[package]]
name = "anyio"
version = "4.0"
{registry}
dependencies = [
    {{ name = "idna", version = "2.0", marker = "extra == 'extra-4-demo-old'" }},
    {{ name = "idna", version = "3.0", marker = "extra == 'extra-4-demo-new' or extra != 'extra-4-demo-old'" }},
    {{ name = "tzdata", marker = "os_name == 'nt' or (extra == 'extra-4-demo-new' and extra == 'extra-4-demo-old')" }},
]
[[package]]
name = "demo"
source = {{ virtual = "." }}
dependencies = [{{ name = "anyio" }}]
[package.optional-dependencies]
old = [{{ name = "idna", version = "2.0", marker = "extra == 'extra-4-demo-old'" }}]
[[package]]
name = "idna"
version = "2.0"
{registry}
[[package]]
name = "idna"
version = "3.0"
{registry}
[[package]]
name = "tzdata"
version = "1.0"
{registry}
"""
    anyio, old, new, tzdata = _entries(_read(text, make_document))
    assert [each.groups for each in (anyio, old, new, tzdata)] == [(), ("extra:old",), (), ()]
    assert anyio.locked is not None
    assert [(edge.version, str(edge.marker)) for edge in anyio.locked.edges] == [
        ("2.0", "None"),
        ("3.0", "None"),
        (None, 'os_name == "nt"'),
    ]


def test_the_tables_of_early_locks_are_called_distribution(make_document: MakeDocument) -> None:
    parsed = _read('version = 1\n[[distribution]]\nname = "a"\nversion = "1"\n', make_document)
    assert [(each.name, each.location.line) for each in _entries(parsed)] == [("a", 2)]


def test_a_lock_from_the_future_is_told_with_its_version_and_read(make_document: MakeDocument) -> None:
    parsed = _read(TEXT.replace("version = 1\n", "version = 7\n", 1), make_document)
    assert len(parsed.entries) == 8
    (problem,) = parsed.problems
    assert "lock version 7" in problem.message
    assert problem.location is not None
    assert problem.location.line == 1


@pytest.mark.parametrize(
    "line",
    [
        "version = 1",
        "dependencies = 'b'",
        "dependencies = [{}]",
        "dependencies = [{ name = 'b', marker = 'no' }]",
        "dependencies = [{ name = 'b', extra = 'x' }]",
        "optional-dependencies = []",
        "wheels = [3]",
        "wheels = [{ url = 3 }]",
        "sdist = 'x'",
        "source = 3",
    ],
)
def test_wrong_values_are_told_at_the_package_and_it_is_read(line: str, make_document: MakeDocument) -> None:
    source = "" if line.startswith("source") else 'source = { registry = "https://example.org/simple" }\n'
    parsed = _read(f'version = 1\n\n[[package]]\nname = "a"\n{source}{line}\n', make_document)
    assert [each.name for each in _entries(parsed)] == ["a"]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [3]


def test_a_version_that_pep_440_does_not_know_is_kept_as_written(make_document: MakeDocument) -> None:
    entry = _one('{ registry = "https://example.org/simple" }', make_document, 'version = "2004d"\n')
    assert (str(entry.specifier), entry.pin) == ("===2004d", None)
    assert entry.locked is not None
    assert entry.locked.version == "2004d"
