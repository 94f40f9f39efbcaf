"""One project of the real index, as a check of everything that the loopback index imitates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner.index.projects import Index
from scanner.index.settings import Surroundings, read_index_settings
from scanner.model.artifact import ArtifactKind
from scanner.model.errors import IndexUnreachable
from scanner.runtime.tables import load_platform

pytestmark = pytest.mark.real_index
TOMLI = canonicalize_name("tomli")


@pytest.fixture
def real_index(tmp_path: Path) -> Iterator[Index]:
    # Certificates and proxies are this machine's; the indexes are not, so that the answer is the public one.
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_"))}
    around = Surroundings(
        environ=environ,
        home=tmp_path,
        directory=tmp_path,
        default_index_url=load_platform().public_index_url,
        system_root=tmp_path,
    )
    settings = read_index_settings(around)
    with Index(settings, environ=environ, home=tmp_path, user_agent="compat-scan/tests") as index:
        try:
            index.listing(TOMLI)
        except IndexUnreachable as failure:
            pytest.skip(str(failure))
        yield index


def test_a_well_known_project_has_versions_wheels_and_hashes(real_index: Index) -> None:
    listing = real_index.listing(TOMLI)
    assert listing is not None
    assert Version("2.0.1") in listing.versions
    release = listing.release(Version("2.0.1"))
    assert release is not None
    assert {artifact.kind for artifact in release.artifacts} == {ArtifactKind.WHEEL, ArtifactKind.SDIST}
    assert all(artifact.sha256 and artifact.size_bytes for artifact in release.artifacts)
    assert listing.has_candidate(Version("2.0.1"))


def test_a_part_of_a_wheel_can_be_fetched(real_index: Index) -> None:
    listing = real_index.listing(TOMLI)
    assert listing is not None
    release = listing.release(Version("2.0.1"))
    assert release is not None
    wheel = next(artifact for artifact in release.artifacts if artifact.kind is ArtifactKind.WHEEL)
    answer = real_index.run(real_index.fetch(wheel.url, max_bytes=1_000_000, byte_range=(0, 4)))
    assert answer.body[:4] == b"PK\x03\x04"


def test_a_project_that_does_not_exist_is_none(real_index: Index) -> None:
    assert real_index.listing(canonicalize_name("compat-scan-no-such-project-for-tests")) is None
