"""How many bytes of large wheels the content check without imports asks an index for."""

from __future__ import annotations

import asyncio
import io
import random
import struct
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from scanner.index.byte_source import ByteSource
from scanner.index.wheel_contents import read_wheel_contents

if TYPE_CHECKING:
    from tests.conftest import FakeIndex

MEGABYTES = (1, 2, 4, 8, 12, 18, 25, 35, 48, 60)
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<2H", 3, 62) + bytes(4096)


@dataclass
class RangedIndex:
    """A file of the index on the loopback, read by ranges over HTTP; counts what comes."""

    url: str
    size_bytes: int | None
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
