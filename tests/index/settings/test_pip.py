"""pip's settings are merged as pip merges them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.index.settings.pip import read_pip_environment, read_pip_files
from scanner.model.errors import SettingsError
from scanner.model.index_settings import IndexSettings


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _files(root: Path, environ: Mapping[str, str] | None = None, platform: str = "linux") -> IndexSettings:
    return read_pip_files(
        environ or {}, home=root / "home", directory=root / "work", platform=platform, system_root=root
    )


def _index(layer: IndexSettings) -> str | None:
    return layer.index.url if layer.index else None


def test_variables_say_everything_that_files_can(tmp_path: Path) -> None:
    layer = read_pip_environment(
        {
            "PIP_INDEX_URL": "https://example.org/simple",
            "PIP_EXTRA_INDEX_URL": "https://a.example.org https://b.example.org",
            "PIP_FIND_LINKS": "wheels https://example.org/links.html",
            "PIP_NO_INDEX": "yes",
            "PIP_CERT": "ca.pem",
            "PIP_PROXY": "http://user:secret@proxy.example.org:3128",
            "PIP_DEFAULT_TIMEOUT": "7",
            "PIP_RETRIES": "1",
            "PIP_TRUSTED_HOST": "example.org",
        },
        tmp_path,
    )
    assert _index(layer) == "https://example.org/simple/"
    assert [location.url for location in layer.extra] == ["https://a.example.org/", "https://b.example.org/"]
    assert tuple(link.url for link in layer.find_links) == (
        (tmp_path / "wheels").as_uri(),
        "https://example.org/links.html",
    )
    assert (layer.no_index, layer.cert, layer.timeout_seconds) == (True, str(tmp_path / "ca.pem"), 7.0)
    assert (layer.retries, layer.proxy, layer.merges) == (1, "http://user:secret@proxy.example.org:3128", True)
    assert layer.notes == ("PIP_TRUSTED_HOST: trusted-host is not followed; certificates are always checked",)
    assert "secret" not in repr(layer)


def test_empty_variables_say_nothing(tmp_path: Path) -> None:
    assert read_pip_environment({"PIP_INDEX_URL": "", "PIP_NO_INDEX": ""}, tmp_path) == IndexSettings(merges=True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PIP_NO_INDEX", "perhaps"),
        ("PIP_RETRIES", "many"),
        ("PIP_DEFAULT_TIMEOUT", "nan"),
        ("PIP_INDEX_URL", "ftp://x"),
    ],
)
def test_a_variable_that_cannot_be_used_is_an_error_with_its_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_pip_environment({variable: value}, tmp_path)


def test_stronger_files_replace_weaker_ones_key_by_key(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", "[global]\nindex-url = https://global.example.org\nretries = 4\ncert = /ca.pem\n")
    _write(tmp_path / "home/.pip/pip.conf", "[global]\nindex-url = https://legacy.example.org\n")
    assert _index(_files(tmp_path)) == "https://legacy.example.org/"
    _write(tmp_path / "home/.config/pip/pip.conf", "[global]\nindex_url = https://user.example.org\nretries = 3\n")
    assert _index(_files(tmp_path)) == "https://user.example.org/"
    _write(tmp_path / "venv/pip.conf", "[global]\nindex-url = https://venv.example.org\n")
    layer = _files(tmp_path, {"VIRTUAL_ENV": str(tmp_path / "venv")})
    assert (_index(layer), layer.retries, layer.cert) == ("https://venv.example.org/", 3, "/ca.pem")
    assert layer.index is not None
    assert layer.index.source == str(tmp_path / "venv/pip.conf")


def test_the_install_section_goes_before_the_global_one_in_whichever_file(tmp_path: Path) -> None:
    _write(tmp_path / "etc/xdg/pip/pip.conf", "[install]\nfind-links =\n    /a\n    /b\n[download]\nno-index = true\n")
    _write(tmp_path / "home/.config/pip/pip.conf", "[global]\nfind-links = /c\n")
    layer = _files(tmp_path)
    assert (tuple(link.url for link in layer.find_links), layer.no_index) == (("file:///a", "file:///b"), None)


def test_the_named_file_goes_first_and_replaces_the_users(tmp_path: Path) -> None:
    _write(tmp_path / "home/.config/pip/pip.conf", "[global]\nretries = 3\n")
    named = _write(tmp_path / "named.conf", "[global]\nindex-url = https://named.example.org\n")
    layer = _files(tmp_path, {"PIP_CONFIG_FILE": str(named)})
    assert (_index(layer), layer.retries) == ("https://named.example.org/", None)
    assert _files(tmp_path, {"PIP_CONFIG_FILE": str(tmp_path / "absent")}).retries == 3


def test_the_null_device_as_configuration_file_turns_files_off(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", "[global]\nretries = 4\n")
    assert _files(tmp_path, {"PIP_CONFIG_FILE": "/dev/null"}) == IndexSettings(merges=True)


@pytest.mark.parametrize(
    ("platform", "path", "environ"),
    [
        ("linux", "xdg/pip/pip.conf", {"XDG_CONFIG_DIRS": "{root}/nowhere:{root}/xdg"}),
        ("linux", "xdg/pip/pip.conf", {"XDG_CONFIG_HOME": "{root}/xdg"}),
        ("darwin", "Library/Application Support/pip/pip.conf", {}),
        ("darwin", "home/Library/Application Support/pip/pip.conf", {}),
        ("darwin", "home/.config/pip/pip.conf", {}),
        ("win32", "data/pip/pip.ini", {"PROGRAMDATA": "{root}/data"}),
        ("win32", "roaming/pip/pip.ini", {"APPDATA": "{root}/roaming"}),
        ("win32", "home/pip/pip.ini", {}),
        ("win32", "venv/pip.ini", {"VIRTUAL_ENV": "{root}/venv"}),
    ],
)
def test_every_platform_has_its_own_places(tmp_path: Path, platform: str, path: str, environ: dict[str, str]) -> None:
    _write(tmp_path / path, "[global]\nretries = 4\n")
    filled = {key: value.replace("{root}", str(tmp_path)) for key, value in environ.items()}
    assert _files(tmp_path, filled, platform).retries == 4


@pytest.mark.parametrize("content", [b"no section\n", b"[global]\nretries = \xff\n", b"[global]\n[global]\n"])
def test_a_file_that_cannot_be_read_is_an_error_that_quotes_nothing(tmp_path: Path, content: bytes) -> None:
    path = _write(tmp_path / "etc/pip.conf", "")
    path.write_bytes(content + b"# https://user:secret@example.org\n")
    with pytest.raises(SettingsError, match=r"pip\.conf") as caught:
        _files(tmp_path)
    assert "secret" not in str(caught.value)


def test_a_percent_sign_is_only_a_percent_sign(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", "[global]\nindex-url = https://u:p%40ss@example.org/\n")
    layer = _files(tmp_path)
    assert layer.index is not None
    assert layer.index.password == "p@ss"
