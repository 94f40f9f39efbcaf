"""uv's settings are found and merged as uv does it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.index.settings.uv import read_uv_environment, read_uv_files
from scanner.model.errors import SettingsError
from scanner.model.index_settings import IndexSettings


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _files(root: Path, environ: Mapping[str, str] | None = None, platform: str = "linux") -> tuple[IndexSettings, ...]:
    project, own = read_uv_files(
        environ or {}, home=root / "home", directory=root / "work/app", platform=platform, system_root=root
    )
    return project, *own


def _extra(layer: IndexSettings) -> list[str]:
    return [location.url for location in layer.extra]


def test_variables_name_indexes_with_and_without_names(tmp_path: Path) -> None:
    layer = read_uv_environment(
        {
            "UV_DEFAULT_INDEX": "https://default.example.org/simple",
            "UV_INDEX_URL": "https://older.example.org/simple",
            "UV_INDEX": "my-own=https://own.example.org https://plain.example.org/?a=b",
            "UV_EXTRA_INDEX_URL": "https://extra.example.org",
            "UV_INDEX_MY_OWN_USERNAME": "user",
            "UV_INDEX_MY_OWN_PASSWORD": "secret",
            "UV_FIND_LINKS": "wheels, https://example.org/links",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
            "UV_NO_INDEX": "0",
            "UV_HTTP_TIMEOUT": "9",
        },
        tmp_path,
    )
    assert layer.index is not None
    assert layer.index.url == "https://default.example.org/simple/"
    assert _extra(layer) == ["https://own.example.org/", "https://plain.example.org/?a=b", "https://extra.example.org/"]
    assert (layer.extra[0].name, layer.extra[0].username, layer.extra[0].password) == ("my-own", "user", "secret")
    assert tuple(link.url for link in layer.find_links) == ((tmp_path / "wheels").as_uri(), "https://example.org/links")
    assert (layer.strategy, layer.no_index, layer.timeout_seconds) == ("unsafe-best-match", False, 9.0)
    assert not layer.merges


def test_the_older_variable_counts_where_the_newer_is_not_set(tmp_path: Path) -> None:
    layer = read_uv_environment({"UV_INDEX_URL": "https://older.example.org", "UV_DEFAULT_INDEX": ""}, tmp_path)
    assert layer.index is not None
    assert layer.index.source == "UV_INDEX_URL"


@pytest.mark.parametrize(
    ("variable", "value"), [("UV_INDEX_STRATEGY", "best"), ("UV_HTTP_TIMEOUT", "1s"), ("UV_INDEX", "gopher://x")]
)
def test_a_variable_that_cannot_be_used_is_an_error_with_its_name(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_uv_environment({variable: value}, tmp_path)


def test_the_tool_table_of_the_nearest_project_is_read(tmp_path: Path) -> None:
    _write(
        tmp_path / "work/pyproject.toml",
        """
        [tool.uv]
        index-strategy = "first-index"
        extra-index-url = ["https://extra.example.org"]
        find-links = ["wheels"]
        no-index = false
        [[tool.uv.index]]
        name = "cpu"
        url = "https://cpu.example.org/simple"
        explicit = true
        ignore-error-codes = [403]
        [[tool.uv.index]]
        url = "https://default.example.org/simple"
        default = true
        [[tool.uv.index]]
        url = "https://flat.example.org/links"
        format = "flat"
        [tool.uv.sources]
        Torch = { index = "cpu" }
        other = { git = "https://example.org/other" }
        some = [{ index = "cpu", marker = "sys_platform == 'linux'" }]
        marked = { index = "cpu", extra = "x" }
        """,
    )
    _write(tmp_path / "work/app/pyproject.toml", "[project]\nname = 'app'\n")
    layer = _files(tmp_path)[0]
    assert layer.index is not None
    assert layer.index.url == "https://default.example.org/simple/"
    assert [(location.url, location.is_explicit) for location in layer.extra] == [
        ("https://cpu.example.org/simple/", True),
        ("https://flat.example.org/links", True),
        ("https://extra.example.org/", False),
    ]
    assert layer.extra[0].absent_statuses == {403}
    assert tuple(link.url for link in layer.find_links) == (
        "https://flat.example.org/links",
        (tmp_path / "work/wheels").as_uri(),
    )
    assert (layer.strategy, layer.no_index) == ("first-index", False)
    assert [(pin.project, pin.index, str(pin.marker)) for pin in layer.pins] == [
        ("torch", "cpu", "None"),
        ("some", "cpu", 'sys_platform == "linux"'),
        ("marked", "cpu", "None"),
    ]


def test_a_uv_toml_replaces_the_table_beside_it(tmp_path: Path) -> None:
    _write(tmp_path / "work/app/pyproject.toml", "[tool.uv]\nindex-url = 'https://table.example.org'\n")
    _write(tmp_path / "work/app/uv.toml", "index-url = 'https://file.example.org'\n")
    layer = _files(tmp_path)[0]
    assert layer.index is not None
    assert (layer.index.url, layer.index.source) == ("https://file.example.org/", str(tmp_path / "work/app/uv.toml"))


def test_the_table_for_pip_commands_goes_before(tmp_path: Path) -> None:
    _write(tmp_path / "work/app/uv.toml", "no-index = true\n[pip]\nno-index = false\n")
    assert _files(tmp_path)[0].no_index is False


@pytest.mark.parametrize(
    ("platform", "path", "environ", "position"),
    [
        ("linux", "home/.config/uv/uv.toml", {}, 1),
        ("linux", "xdg/uv/uv.toml", {"XDG_CONFIG_HOME": "{root}/xdg"}, 1),
        ("linux", "etc/uv/uv.toml", {}, 2),
        ("linux", "dirs/uv/uv.toml", {"XDG_CONFIG_DIRS": "{root}/a:{root}/dirs"}, 2),
        ("win32", "roaming/uv/uv.toml", {"APPDATA": "{root}/roaming"}, 1),
        ("win32", "data/uv/uv.toml", {"PROGRAMDATA": "{root}/data"}, 2),
    ],
)
def test_user_and_system_files_come_after_the_project(
    tmp_path: Path, platform: str, path: str, environ: dict[str, str], position: int
) -> None:
    _write(tmp_path / path, "extra-index-url = 'https://extra.example.org'\n")
    filled = {key: value.replace("{root}", str(tmp_path)) for key, value in environ.items()}
    layers = _files(tmp_path, filled, platform)
    assert [bool(layer.extra) for layer in layers] == [place == position for place in range(3)]


def test_a_named_file_replaces_all_and_must_be_there(tmp_path: Path) -> None:
    _write(tmp_path / "work/app/uv.toml", "no-index = true\n")
    named = _write(tmp_path / "named.toml", "index-strategy = 'unsafe-first-match'\n")
    _, layer = _files(tmp_path, {"UV_CONFIG_FILE": str(named)})
    assert (layer.strategy, layer.no_index) == ("unsafe-first-match", None)
    with pytest.raises(SettingsError, match="UV_CONFIG_FILE"):
        _files(tmp_path, {"UV_CONFIG_FILE": str(tmp_path / "absent")})
    assert _files(tmp_path, {"UV_NO_CONFIG": "1"}) == (IndexSettings(),)


def test_a_pyproject_that_cannot_be_read_is_a_note(tmp_path: Path) -> None:
    _write(tmp_path / "work/app/pyproject.toml", "[tool.uv\n")
    layer = _files(tmp_path)[0]
    assert len(layer.notes) == 1
    assert "pyproject.toml" in layer.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "index-url = 1",
        "extra-index-url = [1]",
        "no-index = 'yes'",
        "index = 'x'",
        "index = ['x']",
        "[[index]]\nname = 'x'",
        "index-strategy = 'best'",
        "index-url = [",
        "a = " + "[" * 5000,
    ],
)
def test_a_uv_toml_that_cannot_be_used_is_an_error_with_its_path(tmp_path: Path, text: str) -> None:
    _write(tmp_path / "work/app/uv.toml", text)
    with pytest.raises(SettingsError, match=r"uv\.toml"):
        _files(tmp_path)


def test_a_host_that_forbids_what_it_lacks_is_known(tmp_path: Path) -> None:
    layer = read_uv_environment({"UV_INDEX": "https://download.pytorch.org/whl/cpu"}, tmp_path)
    assert layer.extra[0].absent_statuses == {403}


def test_settings_for_the_resolver_are_carried(tmp_path: Path) -> None:
    _write(
        tmp_path / "work/app/uv.toml",
        "exclude-newer = 2026-01-02T03:04:05Z\nresolution = 'lowest'\nprerelease = 'allow'\n",
    )
    layer = _files(tmp_path)[0]
    assert (layer.exclude_newer, layer.resolution, layer.prerelease) == ("2026-01-02 03:04:05+00:00", "lowest", "allow")
    environ = {"UV_EXCLUDE_NEWER": "2026-05-05", "UV_RESOLUTION": "lowest-direct", "UV_PRERELEASE": "disallow"}
    layer = read_uv_environment(environ, tmp_path)
    assert (layer.exclude_newer, layer.resolution, layer.prerelease) == ("2026-05-05", "lowest-direct", "disallow")


def test_variables_give_no_credentials_to_an_index_that_a_project_names(tmp_path: Path) -> None:
    text = "[[index]]\nname = 'own'\nurl = 'https://own.example.org'\n"
    environ = {"UV_INDEX_OWN_USERNAME": "me", "UV_INDEX_OWN_PASSWORD": "secret"}
    _write(tmp_path / "work/app/uv.toml", text)
    _write(tmp_path / "home/.config/uv/uv.toml", text)
    project, user, _ = _files(tmp_path, environ)
    assert project.extra[0].username is None
    assert (user.extra[0].username, user.extra[0].password) == ("me", "secret")
