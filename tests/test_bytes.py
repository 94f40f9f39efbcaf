"""How many bytes and requests an index is asked for: for the contents of large wheels, and for small ones."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from scanner.index.archive.contents import read_wheel_contents
from scanner.index.archive.pieces import ByteSource
from scanner.index.distributions import Distributions
from scanner.index.inspection import open_wheel
from scanner.index.projects import Index
from scanner.model.index_settings import IndexLocation, IndexSettings
from scanner.runtime.candidates import Candidate

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

MEGABYTES = (1, 2, 4, 8, 12, 18, 25, 35, 48, 60)
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<2H", 3, 62) + bytes(4096)


@dataclass
class RangedIndex:
    """A file of the index on the loopback, read by ranges over HTTP; counts what comes."""

    url: str
    size_bytes: int
    received_bytes: int = field(default=0)

    async def read(self, start: int, stop: int) -> bytes:
        data = await asyncio.to_thread(_fetch, self.url, start, stop)
        self.received_bytes += len(data)
        return data


def _fetch(url: str, start: int, stop: int) -> bytes:
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-{stop - 1}"})  # noqa: S310  # the loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        data: bytes = answer.read()
    return data


def _members(noise: random.Random, size_bytes: int) -> Iterator[tuple[str, bytes]]:
    """About as many modules as such a wheel has, some data, and native code of half its size."""
    for number in range(max(20, size_bytes // 60_000)):
        yield f"big/module_{number}.py", noise.randbytes(1500).hex().encode()
    for number in range(4):
        yield f"big/_native{number}.cpython-314-x86_64-linux-gnu.so", ELF + noise.randbytes(size_bytes // 8)
        yield f"big/data_{number}.bin", noise.randbytes(size_bytes // 10)


def _wheel(size_bytes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, data in _members(random.Random(size_bytes), size_bytes):  # noqa: S311
            archive.writestr(path, data, zipfile.ZIP_DEFLATED if path.endswith(".py") else zipfile.ZIP_STORED)
        archive.writestr("big-1.0.dist-info/METADATA", "Metadata-Version: 2.3\nName: big\nVersion: 1.0\n")
        archive.writestr("big-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("big-1.0.dist-info/RECORD", "")
    return stream.getvalue()


@pytest.mark.parametrize("megabytes", MEGABYTES)
def test_the_content_check_takes_at_most_two_percent_of_a_wheel(index: FakeIndex, megabytes: int) -> None:
    data = _wheel(megabytes * 1_000_000)
    source = RangedIndex(index.serve("/files/big-1.0-py3-none-any.whl", data), len(data))
    contents = asyncio.run(_read(source))
    assert len(contents) == 4
    assert source.received_bytes <= len(data) * 0.02


async def _read(source: ByteSource) -> list[str]:
    contents = await read_wheel_contents("big-1.0-py3-none-any.whl", source)
    return [native.path for native in contents.native]


def _open(index: FakeIndex, names: list[str]) -> list[int]:
    """How many modules each project's wheel has; asked for its metadata first, as a resolver does, all at once."""
    settings = IndexSettings(
        own_hosts=frozenset({"127.0.0.1"}),
        strategy="first-index",
        extra=(IndexLocation(url=index.url, source="test"),),
        retries=0,
    )

    async def learn(service: Index, distributions: Distributions, name: str) -> int:
        listing = await service.fetch_listing(canonicalize_name(name))
        release = listing.release(listing.versions[0]) if listing else None
        assert release is not None
        candidate = Candidate(release=release, wheel=release.artifacts[0])
        assert await distributions.fetch_metadata(candidate) is not None
        return len((await open_wheel(distributions, release.artifacts[0])).contents.python_modules)

    with Index(settings, environ={}, home=Path("/nowhere"), user_agent="tests") as service:
        distributions = Distributions(service)

        async def learn_all() -> list[int]:
            return await asyncio.gather(*(learn(service, distributions, name) for name in names))

        return service.run(learn_all())


def test_a_small_wheel_without_a_sidecar_is_one_request(index: FakeIndex, make_wheel: MakeWheel) -> None:
    names = [f"foo{number}" for number in range(12)]
    for name in names:
        index.add(make_wheel(name, files={f"{name}/__init__.py": ""}), core_metadata=False)
    assert _open(index, names) == [1] * 12
    asked = [request.path for request in index.requests]
    assert sum(path.endswith(".whl") for path in asked) == 12
    assert sum(path.endswith(".metadata") for path in asked) == 3


def test_a_sidecar_that_is_not_announced_is_used_where_the_index_has_them(
    index: FakeIndex, make_wheel: MakeWheel
) -> None:
    wheel = make_wheel("foo", files={"foo.py": ""})
    path = index.add(wheel, core_metadata=False).removeprefix(index.origin)
    index.serve(f"{path}.metadata", wheel.metadata)
    assert _open(index, ["foo"]) == [1]
    assert [index.count(f"{path}.metadata"), index.count(path)] == [1, 1]


def test_the_metadata_of_a_larger_wheel_is_one_short_read(index: FakeIndex, make_wheel: MakeWheel) -> None:
    noise = random.Random(1)  # noqa: S311
    wheel = make_wheel("foo", files={"foo.py": "", "foo/data.txt": noise.randbytes(400_000).hex()})
    path = index.add(wheel, core_metadata=False).removeprefix(index.origin)
    index.fail(f"{path}.metadata", status=404)
    assert _open(index, ["foo"]) == [1]
    first, second = (request.headers.get("range") for request in index.requests if request.path == path)
    start, _, stop = (first or "").removeprefix("bytes=").partition("-")
    assert int(stop) - int(start) < 128 * 1024
    assert int(stop) == len(wheel.data) - 1
    assert second is None
