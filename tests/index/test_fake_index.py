"""The fixtures that other tests rely on keep their promises."""

from __future__ import annotations

import http.client
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from packaging.metadata import parse_email
from packaging.utils import parse_wheel_filename

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeSdist, MakeWheel

ASK_JSON = {"Accept": "application/vnd.pypi.simple.v1+json"}


def _get(url: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=5)
    try:
        connection.request("GET", parts.path, headers=headers or {})
        response = connection.getresponse()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_a_wheel_carries_its_metadata_and_a_record_of_everything(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("Foo.Bar", "1.2", files={"foo.py": "x = 1"}, requires=["b>1"], extras=["x"], entry_points="[a]")
    with zipfile.ZipFile(io.BytesIO(wheel.data)) as archive:
        names = archive.namelist()
        raw, unknown = parse_email(archive.read("foo_bar-1.2.dist-info/METADATA"))
        record = archive.read("foo_bar-1.2.dist-info/RECORD").decode()
    assert parse_wheel_filename(wheel.filename)[0] == "foo-bar"
    assert (raw["name"], raw["requires_dist"], unknown) == ("Foo.Bar", ["b>1"], {})
    assert [row.split(",")[0] for row in record.splitlines()] == names
    assert "foo_bar-1.2.dist-info/entry_points.txt" in names


def test_wheels_are_the_same_bytes_each_time(make_wheel: MakeWheel, make_sdist: MakeSdist) -> None:
    assert make_wheel("foo", files={"a.py": "1"}).data == make_wheel("foo", files={"a.py": "1"}).data
    assert make_sdist("foo", files={"a.py": "1"}).data == make_sdist("foo", files={"a.py": "1"}).data


def test_metadata_headers_can_be_replaced_and_removed(make_wheel: MakeWheel) -> None:
    wheel = make_wheel("foo", metadata={"Name": "other", "Version": None})
    assert b"Name: other" in wheel.metadata
    assert b"Version: 1.0" not in wheel.metadata


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_a_source_distribution_has_everything_in_one_folder(make_sdist: MakeSdist, suffix: str) -> None:
    sdist = make_sdist("Foo", "2", files={"setup.py": "pass"}, suffix=suffix)
    if suffix == ".zip":
        with zipfile.ZipFile(io.BytesIO(sdist.data)) as archive:
            names = archive.namelist()
    else:
        with tarfile.open(fileobj=io.BytesIO(sdist.data)) as tar:
            names = tar.getnames()
    assert sorted(names) == ["foo-2/PKG-INFO", "foo-2/setup.py"]


def test_a_listing_comes_as_json_or_as_html(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("foo", requires_python=">=3.9"), yanked="broken")
    status, headers, body = _get(f"{index.url}foo/", ASK_JSON)
    assert (status, headers["content-type"]) == (200, "application/vnd.pypi.simple.v1+json")
    assert json.loads(body)["files"][0]["requires-python"] == ">=3.9"
    page = _get(f"{index.url}foo/")[2].decode()
    assert 'data-requires-python="&gt;=3.9"' in page
    assert 'data-yanked="broken"' in page
    index.html_only = True
    assert _get(f"{index.url}foo/", ASK_JSON)[1]["content-type"].startswith("text/html")


def test_files_are_served_whole_by_range_and_with_a_metadata_sidecar(index: FakeIndex, make_wheel: MakeWheel) -> None:
    wheel = make_wheel("foo")
    url = index.add(wheel)
    assert _get(url)[2] == wheel.data
    assert _get(f"{url}.metadata")[2] == wheel.metadata
    status, headers, body = _get(url, {"Range": "bytes=-5"})
    total = len(wheel.data)
    assert (status, body) == (206, wheel.data[-5:])
    assert headers["content-range"] == f"bytes {total - 5}-{total - 1}/{total}"
    assert _get(url, {"Range": f"bytes={total}-"})[0] == 416
    index.ranges = False
    assert _get(url, {"Range": "bytes=0-1"})[0] == 200


def test_failures_last_as_long_as_they_are_told_to(index: FakeIndex) -> None:
    index.add_names("foo", ["foo-1.0.tar.gz"])
    index.fail("foo", status=429, times=1, retry_after="7")
    status, headers, _ = _get(f"{index.url}foo/")
    assert (status, headers["retry-after"]) == (429, "7")
    assert _get(f"{index.url}foo/")[0] == 200
    assert index.count("foo") == 2


def test_credentials_are_asked_for(index: FakeIndex) -> None:
    index.add_names("foo")
    index.credentials = ("user", "secret")
    assert _get(f"{index.url}foo/")[0] == 401
    assert _get(f"{index.url}foo/", {"Authorization": "Basic dXNlcjpzZWNyZXQ="})[0] == 200
    assert index.requests[1].headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="


def test_connections_can_be_dropped_and_bodies_replaced(index: FakeIndex) -> None:
    index.drop("foo", times=1)
    with pytest.raises(http.client.RemoteDisconnected):
        _get(f"{index.url}foo/")
    index.answer("foo", "nonsense", content_type="text/plain", status=418)
    assert _get(f"{index.url}foo/")[::2] == (418, b"nonsense")
    index.redirect("/elsewhere", "/simple/foo/")
    assert _get(f"{index.origin}/elsewhere")[1]["location"] == "/simple/foo/"
