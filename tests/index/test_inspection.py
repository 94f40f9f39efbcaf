"""Wheels that are opened after their metadata came from a sidecar."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from scanner.index.cache import Cache
from scanner.index.distributions import Distributions
from scanner.index.inspection import open_wheel
from scanner.index.projects import Index
from scanner.model.errors import ArtifactError
from scanner.model.index_settings import IndexLocation, IndexSettings
from scanner.runtime.candidates import Candidate

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel


def _open(index: FakeIndex, name: str, cache: Cache | None = None) -> str:
    """Read the metadata of the project's wheel, then open the wheel; returns its own metadata."""
    settings = IndexSettings(
        index=IndexLocation(url=index.url, source="test"), retries=0, own_hosts=frozenset({"127.0.0.1"})
    )
    with Index(settings, environ={}, home=Path("/nowhere"), user_agent="tests") as service:
        distributions = Distributions(service, cache)
        listing = service.listing(canonicalize_name(name))
        release = listing.release(listing.versions[0]) if listing else None
        assert release is not None
        wheel = release.artifacts[0]
        service.run(distributions.fetch_metadata(Candidate(release=release, wheel=wheel)))
        return service.run(open_wheel(distributions, wheel)).contents.metadata


@pytest.mark.parametrize(
    "sidecar",
    [
        "Metadata-Version: 2.3\nName: foo\nVersion: 1.0\n",
        "Metadata-Version: 2.3\nName: foo\nVersion: 1.0\nRequires-Dist: bar<2\n",
        "Metadata-Version: 2.3\nName: foo\nVersion: 1.0\nRequires-Dist: bar\nRequires-Python: <3.9\n",
    ],
)
def test_a_sidecar_that_contradicts_the_metadata_of_the_wheel_is_refused(
    index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path, sidecar: str
) -> None:
    path = index.add(make_wheel("foo", requires=["bar"]), core_metadata=False).removeprefix(index.origin)
    index.serve(f"{path}.metadata", sidecar.encode())
    for _ in range(2):  # the second scan knows the sidecar from the cache
        with (
            contextlib.closing(Cache(tmp_path / "cache")) as cache,
            pytest.raises(ArtifactError, match="contradicts the metadata"),
        ):
            _open(index, "foo", cache)
    assert index.count(f"{path}.metadata") == 1


def test_a_sidecar_that_says_the_same_in_other_words_passes(index: FakeIndex, make_wheel: MakeWheel) -> None:
    path = index.add(make_wheel("foo", requires=["bar >=1"]), core_metadata=False).removeprefix(index.origin)
    sidecar = "Metadata-Version: 2.1\r\nName: Foo\r\nVersion: 1\r\nSummary: x\r\nRequires-Dist: bar>=1\r\n\r\ntext"
    index.serve(f"{path}.metadata", sidecar.encode())
    assert "Requires-Dist: bar >=1" in _open(index, "foo")
