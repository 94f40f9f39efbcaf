"""What URLs and paths tell of a distribution."""

from __future__ import annotations

import pytest

from scanner.inputs.formats.reference import (
    is_archive,
    is_url,
    is_vcs_url,
    parse_reference,
    path_of_file_url,
    read_filename,
)


@pytest.mark.parametrize(
    ("url", "name", "version"),
    [
        ("https://example.org/a/Demo_Pkg-1.0-py3-none-any.whl", "demo-pkg", "1.0"),
        ("https://example.org/demo-1.0%2Bcpu-cp313-cp313-linux_x86_64.whl?x=1#sha256=ab", "demo", "1.0+cpu"),
        ("./wheels/demo-1.0-1-py3-none-any.whl", "demo", "1.0"),
        ("C:\\wheels\\demo-1.0-py3-none-any.whl", "demo", "1.0"),
        ("file:///x/demo-1.0.tar.gz", "demo", "1.0"),
        ("https://example.org/demo-pkg-1.0.zip", "demo-pkg", "1.0"),
        ("https://example.org/a/wxPython_Phoenix-3.0.3.dev1820+49a8884-cp34-none-win_amd64.whl", "wxpython-phoenix",
         "3.0.3.dev1820+49a8884"),
    ],
)  # fmt: skip
def test_a_file_name_tells_name_and_version(url: str, name: str, version: str) -> None:
    reference = parse_reference(url)
    assert (reference.name, str(reference.version)) == (name, version)


@pytest.mark.parametrize(
    "url",
    [
        "git+https://example.org/demo-1.0.tar.gz",
        "https://example.org/org/demo/archive/release-1.0.tar.gz",
        "https://example.org/org/demo/archive/refs/tags/v1.0.zip",
        "https://example.org/v1.0.tar.gz",
        "https://example.org/2024-01.zip",
        "https://example.org/broken.whl",
        "https://example.org/" + "-" * 5000 + ".whl",
        "./folder",
        "",
        "#",
    ],
)
def test_what_does_not_tell_a_name_gives_none(url: str) -> None:
    assert parse_reference(url).name is None


def test_forms_are_told_apart() -> None:
    assert is_url("https://example.org")
    assert not is_url("C:/x")
    assert not is_url("./x")
    assert is_vcs_url("git+ssh://git@example.org/x")
    assert is_vcs_url("git://example.org/x")
    assert not is_vcs_url("https://example.org/x.git")
    assert is_archive("x/demo.tar.bz2")
    assert not is_archive("demo")
    assert read_filename("https://example.org/a%20b.whl?query#fragment") == "a b.whl"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a/b%20c.txt", "/a/b c.txt"),
        ("file://localhost/a.txt", "/a.txt"),
        ("file:a.txt", "a.txt"),
        ("FILE:///a.txt", "/a.txt"),
        ("a.txt", "a.txt"),
    ],
)
def test_a_file_url_stands_for_its_path(url: str, path: str) -> None:
    assert path_of_file_url(url) == path
