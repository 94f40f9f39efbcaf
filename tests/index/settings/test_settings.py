"""Settings from everywhere, in their order of precedence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker

from scanner.index.settings import Surroundings, read_arguments, read_index_settings
from scanner.model.index_settings import PUBLIC_INDEX, IndexLocation, IndexPin, IndexSettings, Place

DEFAULT = "https://default.example.org/simple"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _read(root: Path, environ: Mapping[str, str] | None = None, **keywords: Any) -> IndexSettings:
    around = Surroundings(
        environ=environ or {},
        home=root / "home",
        directory=root / "work",
        default_index_url=DEFAULT,
        project=keywords.pop("project", None),
        platform="linux",
        system_root=root,
    )
    if "arguments" in keywords:
        keywords["arguments"] = (keywords["arguments"],)
    return read_index_settings(around, **keywords)


def _arguments(index_url: str | None = None, extra: tuple[str, ...] = ()) -> IndexSettings:
    return read_arguments(index_url, extra, Place(label="command line", directory=Path("/work")))


def _scanned(index_url: str | None = None, extra: tuple[str, ...] = (), **keywords: Any) -> IndexSettings:
    place = Place(label="requirements.txt", directory=Path("/work"), is_own=False)
    return replace(read_arguments(index_url, extra, place), **keywords)


def _pins(settings: IndexSettings) -> list[tuple[str, str]]:
    return [(pin.project, pin.index) for pin in settings.pins]


def _urls(settings: IndexSettings) -> list[str]:
    return [location.url.removeprefix("https://").partition(".")[0] for location in settings.locations]


def _url(name: str) -> str:
    return f"https://{name}.example.org/simple"


def test_without_any_settings_there_is_the_default_index(tmp_path: Path) -> None:
    settings = _read(tmp_path)
    assert _urls(settings) == ["default"]
    assert (settings.find_links, settings.no_index, settings.cert, settings.notes) == ((), False, None, ())
    assert (settings.timeout_seconds, settings.retries) == (30.0, 2)


def test_the_first_place_that_names_the_default_index_counts(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", f"[global]\nindex-url = {_url('global')}\n")
    assert _urls(_read(tmp_path)) == ["global"]
    _write(tmp_path / "home/.config/uv/uv.toml", f"index-url = '{_url('uvuser')}'\n")
    assert _urls(_read(tmp_path)) == ["uvuser"]
    _write(tmp_path / "work/uv.toml", f"index-url = '{_url('project')}'\n")
    assert _urls(_read(tmp_path)) == ["project"]
    scanned = _scanned(_url("scanned"))
    assert _urls(_read(tmp_path, scanned=scanned)) == ["scanned"]
    environ = {"PIP_INDEX_URL": _url("pipvar")}
    assert _urls(_read(tmp_path, environ, scanned=scanned)) == ["pipvar"]
    environ["UV_DEFAULT_INDEX"] = _url("uvvar")
    assert _urls(_read(tmp_path, environ, scanned=scanned)) == ["uvvar"]
    arguments = _arguments(_url("argument"))
    assert _urls(_read(tmp_path, environ, scanned=scanned, arguments=arguments)) == ["argument"]


def test_extra_indexes_add_up_before_the_default_one(tmp_path: Path) -> None:
    _write(tmp_path / "work/uv.toml", f"extra-index-url = ['{_url('project')}', '{_url('argument')}']\n")
    _write(tmp_path / "home/.config/uv/uv.toml", f"extra-index-url = ['{_url('uvuser')}']\n")
    settings = _read(
        tmp_path,
        {"UV_INDEX": _url("uvvar"), "PIP_EXTRA_INDEX_URL": _url("pipvar")},
        arguments=_arguments(extra=(_url("argument"),)),
        scanned=_scanned(extra=(_url("scanned"),)),
    )
    assert _urls(settings) == ["argument", "uvvar", "pipvar", "scanned", "project", "uvuser", "default"]


def test_pips_variable_replaces_the_list_in_pips_files(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", f"[global]\nextra-index-url = {_url('file')}\nfind-links = /a\n")
    assert _urls(_read(tmp_path)) == ["file", "default"]
    settings = _read(tmp_path, {"PIP_EXTRA_INDEX_URL": _url("variable"), "PIP_FIND_LINKS": "/b"})
    assert (_urls(settings), [link.url for link in settings.find_links]) == (["variable", "default"], ["file:///b"])


@pytest.mark.parametrize(
    ("environ", "keywords", "strategy"),
    [
        ({}, {}, "unsafe-best-match"),
        ({"PIP_EXTRA_INDEX_URL": _url("a")}, {}, "unsafe-best-match"),
        ({}, {"scanned": _scanned(extra=(_url("a"),))}, "unsafe-best-match"),
        ({"UV_INDEX": _url("a")}, {}, "first-index"),
        ({}, {"arguments": _arguments(extra=(_url("a"),))}, "first-index"),
        ({"UV_INDEX": _url("a"), "UV_INDEX_STRATEGY": "unsafe-first-match"}, {}, "unsafe-best-match"),
        ({"PIP_EXTRA_INDEX_URL": _url("a"), "UV_INDEX_STRATEGY": "first-index"}, {}, "first-index"),
    ],
)
def test_several_indexes_count_together_for_pip_and_one_by_one_for_uv(
    tmp_path: Path, environ: dict[str, str], keywords: dict[str, Any], strategy: str
) -> None:
    assert _read(tmp_path, environ, **keywords).strategy == strategy


def test_no_index_leaves_find_links_alone_unless_a_stronger_place_names_an_index(tmp_path: Path) -> None:
    environ = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels"}
    settings = _read(tmp_path, environ)
    assert (settings.locations, settings.no_index) == ((), True)
    assert [link.url for link in settings.find_links] == ["file:///wheels"]
    assert _urls(_read(tmp_path, environ, arguments=_arguments(_url("argument")))) == ["argument"]
    assert _read(tmp_path, {"UV_INDEX_URL": _url("a")}, arguments=IndexSettings(no_index=True)).no_index


def test_an_explicit_index_stands_beside_the_same_one_for_all_and_its_pins_are_kept(tmp_path: Path) -> None:
    _write(
        tmp_path / "work/pyproject.toml",
        f"[[tool.uv.index]]\nname = 'main'\nurl = '{DEFAULT}'\nexplicit = true\n"
        "[tool.uv.sources]\nfoo = { index = 'main' }\nbar = { index = 'gone' }\n",
    )
    settings = _read(tmp_path)
    assert [location.is_explicit for location in settings.locations] == [True, False]
    assert (_pins(settings), settings.strategy) == ([("foo", f"{DEFAULT}/"), ("bar", "")], "unsafe-best-match")


@pytest.mark.parametrize("asking", ["argument", "scanned", "uv variable", "pip variable"])
def test_an_index_that_answers_403_for_what_it_lacks_is_known_wherever_it_is_named(tmp_path: Path, asking: str) -> None:
    url = "https://download.pytorch.org/whl/cpu"
    settings = _read(
        tmp_path,
        {"uv variable": {"UV_INDEX": url}, "pip variable": {"PIP_EXTRA_INDEX_URL": url}}.get(asking, {}),
        **{"argument": {"arguments": _arguments(extra=(url,))}, "scanned": {"scanned": _scanned(extra=(url,))}}.get(
            asking, {}
        ),
    )
    assert [location.absent_statuses for location in settings.locations] == [{403}, set()]


OWN_TABLE = f"[[tool.uv.index]]\nname = 'own'\nurl = '{_url('own')}'\nignore-error-codes = [401]\n"


def test_credentials_by_name_go_only_where_the_users_own_settings_have_that_name(tmp_path: Path) -> None:
    _write(tmp_path / "work/pyproject.toml", OWN_TABLE)
    environ = {"UV_INDEX_OWN_USERNAME": "user", "UV_INDEX_OWN_PASSWORD": "secret"}
    settings = _read(tmp_path, environ)
    assert (settings.locations[0].username, settings.locations[0].absent_statuses) == (None, frozenset({401}))
    (note,) = settings.notes
    assert f"UV_INDEX=own={_url('own')}/" in note
    assert "secret" not in note
    other = _read(tmp_path, {**environ, "UV_INDEX": f"own={_url('elsewhere')}"})
    assert [location.username for location in other.locations] == ["user", None, None]
    own = _read(tmp_path, {**environ, "UV_INDEX": f"own={_url('own')}"})
    assert (own.locations[0].username, own.locations[0].absent_statuses, own.notes) == ("user", frozenset({401}), ())


def test_a_pin_to_a_default_index_that_stronger_settings_replace_is_to_the_replacement(tmp_path: Path) -> None:
    pins = (IndexPin(project="foo", index=_url("main")), IndexPin(project="bar", index=PUBLIC_INDEX))
    scanned = _scanned(_url("main"), pins=pins)
    assert _pins(_read(tmp_path, scanned=scanned)) == [("foo", f"{_url('main')}/"), ("bar", f"{DEFAULT}/")]
    mirrored = _read(tmp_path, scanned=scanned, arguments=_arguments(_url("mirror")))
    assert _pins(mirrored) == [("foo", f"{_url('mirror')}/"), ("bar", f"{_url('mirror')}/")]


def test_pins_hold_where_their_markers_hold(tmp_path: Path) -> None:
    explicit = IndexLocation(url=f"{_url('own')}/", source="test", name="own", is_explicit=True)
    pins = tuple(
        IndexPin(project=name, index="own", marker=Marker(f"sys_platform == '{platform}'"))
        for name, platform in (("foo", "emscripten"), ("bar", "win32"))
    )
    settings = _read(
        tmp_path, scanned=IndexSettings(pins=pins, extra=(explicit,)), markers={"sys_platform": "emscripten"}
    )
    assert _pins(settings) == [("foo", explicit.url)]


def test_the_hosts_of_the_users_own_settings_are_known(tmp_path: Path) -> None:
    _write(tmp_path / "work/pyproject.toml", OWN_TABLE)
    _write(tmp_path / "etc/pip.conf", f"[global]\nfind-links = {_url('links')}\ntrusted-host = trusted.example.org:8\n")
    _write(tmp_path / "home/.config/uv/uv.toml", f"index-url = '{_url('uvuser')}'\n")
    settings = _read(
        tmp_path,
        {"UV_INDEX": _url("uvvar")},
        arguments=_arguments(extra=(_url("argument"),)),
        scanned=_scanned(_url("scanned"), (_url("other"),)),
    )
    names = {host.removesuffix(".example.org") for host in settings.own_hosts}
    assert names == {"default", "links", "trusted", "uvuser", "uvvar", "argument"}


def test_the_project_may_lie_elsewhere_than_the_working_directory(tmp_path: Path) -> None:
    _write(tmp_path / "other/uv.toml", f"index-url = '{_url('project')}'\n")
    link = IndexLocation(url=(tmp_path / "other/wheels").as_uri(), source="test", is_flat=True)
    scanned = IndexSettings(find_links=(link,))
    settings = _read(tmp_path, {"PIP_FIND_LINKS": "here"}, project=tmp_path / "other", scanned=scanned)
    assert _urls(settings) == ["project"]
    assert [link.url for link in settings.find_links] == [
        (tmp_path / "work/here").as_uri(),
        (tmp_path / "other/wheels").as_uri(),
    ]


def test_single_values_and_notes_are_taken_over(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", "[global]\ncert = /ca.pem\nproxy = proxy:1\nretries = 99\ntimeout = 0\n")
    settings = _read(tmp_path, {"PIP_TRUSTED_HOST": "x"})
    assert (settings.cert, settings.proxy, settings.retries, settings.timeout_seconds) == (
        "/ca.pem",
        "proxy:1",
        5,
        30.0,
    )
    assert len(settings.notes) == 1


def test_no_password_is_in_the_representation(tmp_path: Path) -> None:
    settings = _read(
        tmp_path, {"PIP_INDEX_URL": "https://me:hunter2@example.org/", "PIP_PROXY": "http://me:hunter2@p:1"}
    )
    assert "hunter2" not in repr(settings)
    assert settings.locations[0].password == "hunter2"
