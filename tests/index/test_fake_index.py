"""The loopback index that other tests rely on keeps its promises."""

from __future__ import annotations

import http.client
import json
import zipfile
import io
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from packaging.metadata import parse_email
from packaging.utils import parse_wheel_filename

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel


def _get(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=5)
    try:
        connection.request("GET", parts.path, headers=headers or {})
        response = connection.getresponse()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_a_wheel_carries_metadata_and_a_record_of_everything(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("Foo.Bar", "1.2", files={"foo.py": "x = 1"}, requires=["b>1"], extras=["x"], entry_points="[a]")
    with zipfile.ZipFile(io.BytesIO(wheel.data)) as archive:
        names = archive.namelist()
        raw, unknown = parse_email(archive.read("foo_bar-1.2.dist-info/METADATA") if False else wheel.metadata)
        record = archive.read([name for name in names if name.endswith("/RECORD")][0]).decode()
    assert parse_wheel_filename(wheel.filename)[0] == "foo-bar"
    assert (raw["name"], raw["requires_dist"], unknown) == ("Foo.Bar", ["b>1"], {})
    assert [row.split(",")[0] for row in record.splitlines()] == names
