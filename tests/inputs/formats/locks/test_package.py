"""The pieces that every lock's entries are made of."""

from __future__ import annotations

from datetime import datetime

import pytest

from scanner.inputs.formats.locks.package import make_artifact, parse_name, parse_pin, write_vcs_url
from scanner.model.artifact import ArtifactKind


@pytest.mark.parametrize(
    ("text", "name"),
    [("Foo_Bar.baz", "foo-bar-baz"), (" a ", "a"), ("", None), ("_a", None), ("a b", None), ("a-", None), ("é", None)],
)
def test_a_name_is_normalised_or_none(text: str, name: str | None) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize(
    ("version", "specifier", "pin"),
    [
        ("1.0", "==1.0", "1.0"),
        ("1.0+CPU", "==1.0+cpu", "1.0+cpu"),
        ("v1.0-rc1", "==1.0rc1", "1.0rc1"),
        ("2004d", "===2004d", "None"),
        ("1 2", "", "None"),
        ("1" * 5000, "", "None"),
        (None, "", "None"),
    ],
)
def test_a_version_is_pinned_as_far_as_it_is_one(version: str | None, specifier: str, pin: str) -> None:
    found_specifier, found_pin = parse_pin(version)
    assert (str(found_specifier), str(found_pin)) == (specifier, pin)


@pytest.mark.parametrize(
    ("filename", "kind", "tags"),
    [
        ("a-1-py3-none-any.whl", ArtifactKind.WHEEL, ["py3-none-any"]),
        ("a-1-5-cp39-abi3-win32.whl", ArtifactKind.WHEEL, ["cp39-abi3-win32"]),
        ("a-1-py2.py3-none-any.whl", ArtifactKind.WHEEL, ["py2-none-any", "py3-none-any"]),
        ("bad.whl", ArtifactKind.WHEEL, []),
        ("a-1-" + ".".join(f"p{n}" for n in range(150)) + "-none-any.whl", ArtifactKind.WHEEL, []),
        ("a-1.tar.gz", ArtifactKind.SDIST, []),
        ("a-1.ZIP", ArtifactKind.SDIST, []),
        ("a-1.exe", ArtifactKind.OTHER, []),
    ],
)
def test_a_file_name_tells_kind_and_tags(filename: str, kind: ArtifactKind, tags: list[str]) -> None:
    artifact = make_artifact(url=f"https://example.org/f/{filename}?x=1#y")
    assert artifact is not None
    assert (artifact.filename, artifact.kind, sorted(map(str, artifact.tags))) == (filename, kind, tags)


def test_a_file_without_a_name_is_none() -> None:
    assert make_artifact(url="") is None


@pytest.mark.parametrize(
    ("hash_text", "sha256"),
    [("sha256:AB", "ab"), ("sha512:ab", None), ("ab", None), ("sha256:", None), (None, None)],
)
def test_only_a_sha256_is_taken_for_one(hash_text: str | None, sha256: str | None) -> None:
    artifact = make_artifact(url="a.tar.gz", hash_text=hash_text)
    assert artifact is not None
    assert artifact.sha256 == sha256


@pytest.mark.parametrize(
    ("uploaded", "time"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02 03:04:05+00:00"),
        (datetime.fromisoformat("2026-01-02T03:04:05+01:00"), "2026-01-02 03:04:05+01:00"),
        ("yesterday", "None"),
        (3, "None"),
    ],
)
def test_an_upload_time_is_read_from_a_date_or_its_text(uploaded: object, time: str) -> None:
    artifact = make_artifact(url="a.tar.gz", uploaded=uploaded)
    assert artifact is not None
    assert str(artifact.upload_time) == time


def test_a_negative_size_is_none() -> None:
    artifact = make_artifact(url="a.tar.gz", size=-1)
    assert artifact is not None
    assert artifact.size_bytes is None


@pytest.mark.parametrize(
    ("url", "revision", "subdirectory", "written"),
    [
        ("https://e.org/a", None, None, "git+https://e.org/a"),
        ("git+https://e.org/a", "v1", None, "git+https://e.org/a@v1"),
        ("https://e.org/a#egg=a", "v1", "s", "git+https://e.org/a@v1#egg=a&subdirectory=s"),
    ],
)
def test_a_repository_is_written_as_requirement_strings_do(
    url: str, revision: str | None, subdirectory: str | None, written: str
) -> None:
    assert write_vcs_url("git", url, revision=revision, subdirectory=subdirectory) == written
