"""What a pdm.lock holds, from version 4.0 to 4.5."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.locks.pdm import parse_pdm_lock
from scanner.model.artifact import ArtifactKind
from scanner.model.dependency import Dependency, Locked

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

TEXT = """\
[metadata]
groups = ["default", "dev", "cli"]
strategy = ["inherit_metadata", "static_urls"]
lock_version = "4.5.0"

[[package]]
name = "coverage"
version = "7.4.1"
requires_python = ">=3.8"
groups = ["dev"]
files = [
    {url = "https://example.org/coverage-7.4.1-cp312-cp312-win32.whl", hash = "sha256:00"},
    {url = "https://example.org/coverage-7.4.1.tar.gz", hash = "sha256:11"},
]

[[package]]
name = "coverage"
version = "7.4.1"
extras = ["toml"]
groups = ["dev", "Cl_I"]
dependencies = [
    "coverage==7.4.1",
    "tomli; python_version < \\"3.11\\"",
]
files = [
    {file = "coverage-7.4.1.tar.gz", hash = "sha256:11"},
]

[[package]]
name = "pytest-cov"
version = "4.1.0"
groups = ["default", "dev"]
dependencies = ["coverage[toml]>=5.2.1"]

[[package]]
name = "tomli"
version = "2.0.1"
groups = ["dev"]
marker = "python_version < \\"3.11\\""
"""


def _entries(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def _read(text: str, make_document: MakeDocument, manifest: str | None = None) -> Parsed:
    return parse_pdm_lock(make_document(text, "pdm.lock", files={"pyproject.toml": manifest} if manifest else None))


def test_a_package_with_extras_is_an_entry_of_its_own(make_document: MakeDocument) -> None:
    parsed = _read(TEXT, make_document)
    assert [(each.name, each.extras, each.groups, each.location.line) for each in _entries(parsed)] == [
        ("coverage", (), ("dev",), 6),
        ("coverage", ("toml",), ("dev", "cl-i"), 16),
        ("pytest-cov", (), (), 29),
        ("tomli", (), ("dev",), 35),
    ]
    assert (parsed.is_lock, parsed.locks, parsed.problems) == (True, ("pyproject.toml",), ())
    assert _entries(parsed)[0].pin == Version("7.4.1")
    assert str(_entries(parsed)[3].marker) == 'python_version < "3.11"'


def test_the_edges_of_a_release_are_those_of_all_its_entries_but_not_to_itself(make_document: MakeDocument) -> None:
    plain, with_extra, plugin, _ = _entries(_read(TEXT, make_document))
    for entry in (plain, with_extra):
        assert entry.locked is not None
        assert [(edge.name, str(edge.marker)) for edge in entry.locked.edges] == [("tomli", 'python_version < "3.11"')]
    assert plugin.locked is not None
    assert [(edge.name, edge.extras) for edge in plugin.locked.edges] == [("coverage", ("toml",))]


def test_the_files_with_urls_are_the_files_of_the_release(make_document: MakeDocument) -> None:
    plain, with_extra, *_ = _entries(_read(TEXT, make_document))
    assert plain.hashes == ("sha256:00", "sha256:11")
    assert plain.locked is not None
    assert [(file.filename, file.kind, file.sha256) for file in plain.locked.artifacts] == [
        ("coverage-7.4.1-cp312-cp312-win32.whl", ArtifactKind.WHEEL, "00"),
        ("coverage-7.4.1.tar.gz", ArtifactKind.SDIST, "11"),
    ]
    assert [str(tag) for tag in plain.locked.artifacts[0].tags] == ["cp312-cp312-win32"]
    assert with_extra.locked is not None
    assert with_extra.locked.artifacts == ()


def test_the_manifest_tells_extras_from_groups_and_what_is_direct(make_document: MakeDocument) -> None:
    manifest = """\
[project]
name = "demo"
optional-dependencies = {cl-i = ["coverage[toml]"]}
[dependency-groups]
dev = ["pytest-cov; os_name == 'nt'"]
"""
    parsed = _read(TEXT, make_document, manifest)
    assert [(each.extras, each.groups, each.direct) for each in _entries(parsed)] == [
        ((), ("dev",), True),
        (("toml",), ("dev", "extra:cl-i"), True),
        ((), (), True),
        ((), ("dev",), False),
    ]
    locked = _entries(parsed)[2].locked
    assert isinstance(locked, Locked)
    assert [str(edge.marker) for edge in locked.root_edges] == ['os_name == "nt"']


def test_a_lock_before_4_4_takes_its_groups_from_the_manifest_and_its_files_from_one_table(
    make_document: MakeDocument,
) -> None:
    text = """\
[metadata]
lock_version = "4.2"

[[package]]
name = "Al.pha"
version = "1.0"
dependencies = ["beta"]

[[package]]
name = "beta"
version = "2.0"

[metadata.files]
"Al.pha 1.0" = [{url = "https://example.org/al_pha-1.0-py3-none-any.whl", hash = "sha256:00"}]
"""
    manifest = '[tool.pdm.dev-dependencies]\ntest = ["al-pha"]\n'
    alpha, beta = _entries(_read(text, make_document, manifest))
    assert (alpha.groups, beta.groups) == (("test",), ("test",))
    assert alpha.hashes == ("sha256:00",)
    assert alpha.locked is not None
    assert [file.filename for file in alpha.locked.artifacts] == ["al_pha-1.0-py3-none-any.whl"]
    assert [each.groups for each in _entries(_read(text, make_document))] == [(), ()]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (
            'git = "https://example.org/a.git"\nref = "main"\nrevision = "abc"\nsubdirectory = "s"',
            "git+https://example.org/a.git@abc#subdirectory=s",
        ),
        ('url = "https://example.org/a.zip"', "https://example.org/a.zip"),
        ('path = "./a"\neditable = true', "./a"),
    ],
)
def test_a_package_from_elsewhere_has_its_url_and_no_files(source: str, url: str, make_document: MakeDocument) -> None:
    files = 'files = [{url = "https://example.org/a-1.tar.gz", hash = "sha256:00"}]'
    (entry,) = _entries(_read(f'[[package]]\nname = "a"\nversion = "1"\n{source}\n{files}\n', make_document))
    assert (entry.url, entry.editable) == (url, "editable" in source)
    assert entry.locked is not None
    assert entry.locked.artifacts == ()


def test_a_lock_from_the_future_is_told_with_its_version_and_read(make_document: MakeDocument) -> None:
    parsed = _read(TEXT.replace('"4.5.0"', '"5.0"'), make_document)
    assert len(parsed.entries) == 4
    assert ["5.0" in problem.message for problem in parsed.problems] == [True]


@pytest.mark.parametrize(
    "line",
    ["dependencies = 'a'", "dependencies = ['no good']", "dependencies = [1]", "extras = {}", "files = [1]", "git = 1"],
)
def test_wrong_values_are_told_and_the_package_is_read(line: str, make_document: MakeDocument) -> None:
    parsed = _read(f'[[package]]\nname = "a"\nversion = "1"\n{line}\n', make_document)
    assert [each.name for each in _entries(parsed)] == ["a"]
    assert [problem.location.line for problem in parsed.problems if problem.location] == [1]
