"""What a pylock.toml (PEP 751) holds, valid or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from scanner.inputs.formats.document import Parsed
from scanner.inputs.formats.locks.pylock import parse_pylock
from scanner.model.artifact import ArtifactKind
from scanner.model.dependency import Dependency
from tests.inputs.formats.conftest import summarize

if TYPE_CHECKING:
    from tests.inputs.formats.conftest import MakeDocument

TEXT = """\
lock-version = "1.0"
created-by = "x"
extras = ["crypto"]
dependency-groups = ["dev", "test"]
default-groups = ["main"]

[[packages]]
name = "alpha"
version = "1.0"
index = "https://example.org/simple"
dependencies = [{name = "beta"}, {name = "gamma", version = "2.0"}]
sdist = {name = "alpha-1.0.tar.gz", url = "https://example.org/f/alpha-1.0.tar.gz", hashes = {sha256 = "aa"}}
[[packages.wheels]]
url = "https://example.org/f/alpha-1.0-py3-none-any.whl?x#y"
upload-time = 2026-01-02T03:04:05Z
size = 7
hashes = {sha256 = "BB", blake2b = "cc"}
[[packages.wheels]]
path = "wheels/alpha-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
hashes = {sha512 = "dd"}

[[packages]]
name = "beta"
version = "1.0"
marker = "('dev' in dependency_groups or 'test' in dependency_groups) and sys_platform == 'win32'"
wheels = [{url = "https://example.org/f/beta-1.0-py3-none-any.whl", hashes = {sha256 = "00"}}]

[[packages]]
name = "gamma"
version = "2.0"
marker = "'crypto' in extras"
wheels = [{url = "https://example.org/f/gamma-2.0-py3-none-any.whl", hashes = {sha256 = "00"}}]

[[packages]]
name = "delta"
version = "1.0"
marker = "'main' in dependency_groups"
wheels = [{url = "https://example.org/f/delta-1.0-py3-none-any.whl", hashes = {sha256 = "00"}}]
"""


def _entries(parsed: Parsed) -> list[Dependency]:
    return [entry for entry in parsed.entries if isinstance(entry, Dependency)]


def _read(text: str, make_document: MakeDocument, path: str = "pylock.toml", **files: str) -> Parsed:
    return parse_pylock(make_document(text, path, files=files))


def _told(parsed: Parsed) -> list[tuple[int, str]]:
    return [(problem.location.line, problem.message) for problem in parsed.problems if problem.location]


def test_packages_stand_at_their_headers_filed_by_their_markers(make_document: MakeDocument) -> None:
    parsed = _read(TEXT, make_document)
    assert [(each.name, each.groups, each.location.line) for each in _entries(parsed)] == [
        ("alpha", (), 7),
        ("beta", ("dev", "test"), 22),
        ("gamma", ("extra:crypto",), 28),
        ("delta", (), 34),
    ]
    assert (parsed.is_lock, parsed.locks, parsed.problems) == (True, ("pyproject.toml",), ())


def test_a_marker_reads_as_written_and_judges_only_the_environment(make_document: MakeDocument) -> None:
    _, beta, gamma, delta = _entries(_read(TEXT, make_document))
    assert str(beta.marker).startswith('("dev" in dependency_groups or')
    assert str(beta.environment_marker) == 'sys_platform == "win32"'
    assert gamma.marker is not None
    assert gamma.environment_marker is True
    assert delta.marker is not None
    assert delta.environment_marker is True


def test_the_files_of_a_package_are_those_of_its_release(make_document: MakeDocument) -> None:
    alpha = _entries(_read(TEXT, make_document))[0]
    assert alpha.locked is not None
    sdist, wheel, native = alpha.locked.artifacts
    assert (sdist.filename, sdist.kind, sdist.sha256) == ("alpha-1.0.tar.gz", ArtifactKind.SDIST, "aa")
    assert (wheel.filename, wheel.size_bytes, wheel.sha256) == ("alpha-1.0-py3-none-any.whl", 7, "bb")
    assert wheel.upload_time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert [str(tag) for tag in native.tags] == ["cp314-cp314-pyemscripten_2026_0_wasm32"]
    assert (native.url, native.sha256) == ("wheels/alpha-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl", None)
    assert alpha.hashes == ("sha256:aa", "sha256:BB", "blake2b:cc", "sha512:dd")
    assert alpha.pin == Version("1.0")


def test_edges_are_kept_where_the_lock_has_them(make_document: MakeDocument) -> None:
    alpha, beta, *_ = _entries(_read(TEXT, make_document))
    assert alpha.locked is not None
    assert beta.locked is not None
    assert [(edge.name, edge.version) for edge in alpha.locked.edges] == [("beta", None), ("gamma", "2.0")]
    assert (alpha.locked.has_edges, beta.locked.has_edges) == (True, True)
    plain = _entries(_read('lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\n', make_document))[0]
    assert plain.locked is not None
    assert not plain.locked.has_edges


@pytest.mark.parametrize(
    ("source", "url", "editable"),
    [
        (
            'vcs = {type = "git", url = "https://example.org/a", commit-id = "abc", subdirectory = "s"}',
            "git+https://example.org/a@abc#subdirectory=s",
            "",
        ),
        ('vcs = {type = "hg", path = "../a", commit-id = "1"}', "hg+../a@1", ""),
        ('directory = {path = "../a", editable = true}', "../a", "editable"),
        ('archive = {url = "https://example.org/a.zip", hashes = {sha256 = "00"}}', "https://example.org/a.zip", ""),
        ('archive = {path = "a.zip", hashes = {sha256 = "00"}}', "a.zip", ""),
    ],
)
def test_a_package_from_elsewhere_has_its_url_and_no_files(
    source: str, url: str, editable: str, make_document: MakeDocument
) -> None:
    parsed = _read(f'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\n{source}\n', make_document)
    (entry,) = _entries(parsed)
    assert (entry.url, entry.editable, entry.pin) == (url, bool(editable), None)
    assert entry.locked is not None
    assert (entry.locked.artifacts, entry.locked.version) == ((), None)
    assert parsed.problems == ()


def test_the_manifest_beside_it_tells_what_is_direct(make_document: MakeDocument) -> None:
    manifest = '[project]\nname = "d"\ndependencies = ["alpha"]\n[dependency-groups]\ndev = ["beta"]\n'
    parsed = _read(TEXT, make_document, **{"pyproject.toml": manifest})
    assert [each.direct for each in _entries(parsed)] == [True, True, False, False]
    assert {each.direct for each in _entries(_read(TEXT, make_document))} == {None}


def test_what_is_locked_depends_on_who_wrote_it_and_how_it_is_called(make_document: MakeDocument) -> None:
    assert _read(TEXT, make_document, "p/pylock.dev.toml").locks == ()
    pipenv = TEXT.replace('"x"', '"pipenv"')
    parsed = _read(pipenv, make_document, Pipfile='[packages]\ngamma = "*"\n')
    assert parsed.locks == ("Pipfile",)
    assert [each.direct for each in _entries(parsed)] == [False, False, True, False]


def test_an_index_that_every_package_names_is_the_index(make_document: MakeDocument) -> None:
    url = "https://example.org/simple"
    assert summarize(_read(TEXT, make_document).index) == {"explicit": [f"{url}/"], "pins": [("alpha", url)]}
    alone = TEXT.partition('\n[[packages]]\nname = "beta"')[0]
    assert summarize(_read(alone, make_document).index) == {"index": f"{url}/"}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            'name = "beta"\nversion',
            'name = "Be.ta"\nversion',
            23,
            "packages[1].name: violates PEP 751: Name 'Be.ta' is not normalized",
        ),
        ('lock-version = "1.0"\n', "", 1, "lock-version: violates PEP 751: Missing required value"),
        ("size = 7", "size = -1.5", 16, "packages[0].wheels[0].size"),
        ("2026-01-02T03:04:05Z", '"2026-01-02T03:04:05Z"', 15, "packages[0].wheels[0].upload-time"),
        ('lock-version = "1.0"', 'lock-version = "2.0"', 1, "2.0"),
        ("marker = \"'crypto' in extras\"", 'marker = "nonsense"', 31, "packages[2].marker"),
        ('version = "2.0"\nmarker', 'version = "2.x"\nmarker', 30, "packages[2].version"),
    ],
)
def test_what_breaks_the_specification_is_told_with_its_place_and_still_read(
    old: str, new: str, line: int, message: str, make_document: MakeDocument
) -> None:
    assert old in TEXT
    parsed = _read(TEXT.replace(old, new, 1), make_document)
    assert len(parsed.entries) == 4
    told_line, told = _told(parsed)[0]
    assert told_line == line
    assert message in told


def test_an_upload_time_as_text_is_read_all_the_same(make_document: MakeDocument) -> None:
    alpha = _entries(_read(TEXT.replace("2026-01-02T03:04:05Z", '"2026-01-02T03:04:05Z"'), make_document))[0]
    assert alpha.locked is not None
    assert alpha.locked.artifacts[1].upload_time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
