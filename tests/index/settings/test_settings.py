"""Settings from everywhere, in their order of precedence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.index.settings import IndexRequest, IndexSettings, read_index_settings
from scanner.model.errors import SettingsError
from scanner.model.report import PUBLIC_INDEX, IndexPin

DEFAULT = "https://default.example.org/simple"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _read(root: Path, environ: Mapping[str, str] | None = None, **keywords: Any) -> IndexSettings:
    return read_index_settings(
        environ=environ or {},
        home=root / "home",
        directory=root / "work",
        default_index_url=DEFAULT,
        platform="linux",
        system_root=root,
        **keywords,
    )


def _urls(settings: IndexSettings) -> list[str]:
    return [location.url.removeprefix("https://").partition(".")[0] for location in settings.index_urls]


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
    scanned = IndexRequest(index_url=_url("scanned"), source="requirements.txt")
    assert _urls(_read(tmp_path, scanned=scanned)) == ["scanned"]
    environ = {"PIP_INDEX_URL": _url("pipvar")}
    assert _urls(_read(tmp_path, environ, scanned=scanned)) == ["pipvar"]
    environ["UV_DEFAULT_INDEX"] = _url("uvvar")
    assert _urls(_read(tmp_path, environ, scanned=scanned)) == ["uvvar"]
    arguments = IndexRequest(index_url=_url("argument"))
    assert _urls(_read(tmp_path, environ, scanned=scanned, arguments=arguments)) == ["argument"]


def test_extra_indexes_add_up_before_the_default_one(tmp_path: Path) -> None:
    _write(tmp_path / "work/uv.toml", f"extra-index-url = ['{_url('project')}', '{_url('argument')}']\n")
    _write(tmp_path / "home/.config/uv/uv.toml", f"extra-index-url = ['{_url('uvuser')}']\n")
    settings = _read(
        tmp_path,
        {"UV_INDEX": _url("uvvar"), "PIP_EXTRA_INDEX_URL": _url("pipvar")},
        arguments=IndexRequest(extra_index_urls=(_url("argument"),)),
        scanned=IndexRequest(extra_index_urls=(_url("scanned"),)),
    )
    assert _urls(settings) == ["argument", "uvvar", "pipvar", "scanned", "project", "uvuser", "default"]


def test_pips_variable_replaces_the_list_in_pips_files(tmp_path: Path) -> None:
    _write(tmp_path / "etc/pip.conf", f"[global]\nextra-index-url = {_url('file')}\nfind-links = /a\n")
    assert _urls(_read(tmp_path)) == ["file", "default"]
    settings = _read(tmp_path, {"PIP_EXTRA_INDEX_URL": _url("variable"), "PIP_FIND_LINKS": "/b"})
    assert (_urls(settings), settings.find_links) == (["variable", "default"], ("file:///b",))


@pytest.mark.parametrize(
    ("environ", "keywords", "strategy"),
    [
        ({}, {}, "unsafe-best-match"),
        ({"PIP_EXTRA_INDEX_URL": _url("a")}, {}, "unsafe-best-match"),
        ({}, {"scanned": IndexRequest(extra_index_urls=(_url("a"),))}, "unsafe-best-match"),
        ({"UV_INDEX": _url("a")}, {}, "first-index"),
        ({}, {"arguments": IndexRequest(extra_index_urls=(_url("a"),))}, "first-index"),
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
    assert (settings.index_urls, settings.no_index, settings.find_links) == ((), True, ("file:///wheels",))
    assert _urls(_read(tmp_path, environ, arguments=IndexRequest(index_url=_url("argument")))) == ["argument"]
    assert _read(tmp_path, {"UV_INDEX_URL": _url("a")}, arguments=IndexRequest(no_index=True)).no_index


def test_an_explicit_index_stands_beside_the_same_one_for_all_and_its_pins_are_kept(tmp_path: Path) -> None:
    _write(
        tmp_path / "work/pyproject.toml",
        f"[[tool.uv.index]]\nname = 'main'\nurl = '{DEFAULT}'\nexplicit = true\n"
        "[tool.uv.sources]\nfoo = { index = 'main' }\nbar = { index = 'gone' }\n",
    )
    settings = _read(tmp_path)
    assert [location.is_explicit for location in settings.index_urls] == [True, False]
    assert (dict(settings.pins), settings.strategy) == (
        {"foo": (f"{DEFAULT}/",), "bar": ()},
        "unsafe-best-match",
    )


@pytest.mark.parametrize("asking", ["argument", "scanned", "uv variable", "pip variable"])
def test_an_index_that_answers_403_for_what_it_lacks_is_known_wherever_it_is_named(tmp_path: Path, asking: str) -> None:
    url = "https://download.pytorch.org/whl/cpu"
    request = IndexRequest(extra_index_urls=(url,))
    settings = _read(
        tmp_path,
        {"uv variable": {"UV_INDEX": url}, "pip variable": {"PIP_EXTRA_INDEX_URL": url}}.get(asking, {}),
        **{"argument": {"arguments": request}, "scanned": {"scanned": request}}.get(asking, {}),
    )
    assert [location.absent_statuses for location in settings.index_urls] == [{403}, set()]


def test_what_uv_says_of_an_index_is_kept_where_the_scanned_file_names_it_too(tmp_path: Path) -> None:
    _write(
        tmp_path / "work/pyproject.toml",
        f"[[tool.uv.index]]\nname = 'own'\nurl = '{_url('own')}'\nignore-error-codes = [401]\n",
    )
    scanned = IndexRequest(extra_index_urls=(_url("own"),))
    own = _read(tmp_path, {"UV_INDEX_OWN_USERNAME": "user"}, scanned=scanned).index_urls[0]
    assert (own.source, own.username, own.absent_statuses) == ("command line", "user", frozenset({401}))


def test_a_tie_to_a_default_index_that_stronger_settings_replace_is_to_the_replacement(tmp_path: Path) -> None:
    pins = (IndexPin(project="foo", index="main", url=_url("main")), IndexPin(project="bar", index=PUBLIC_INDEX))
    scanned = IndexRequest(index_url=_url("main"), pins=pins)
    assert dict(_read(tmp_path, scanned=scanned).pins) == {"foo": (f"{_url('main')}/",), "bar": (f"{DEFAULT}/",)}
    mirrored = _read(tmp_path, scanned=scanned, arguments=IndexRequest(index_url=_url("mirror")))
    assert dict(mirrored.pins) == {"foo": (f"{_url('mirror')}/",), "bar": (f"{_url('mirror')}/",)}


def test_the_project_may_lie_elsewhere_than_the_working_directory(tmp_path: Path) -> None:
    _write(tmp_path / "other/uv.toml", f"index-url = '{_url('project')}'\n")
    scanned = IndexRequest(find_links=("wheels",))
    settings = _read(tmp_path, {"PIP_FIND_LINKS": "here"}, project=tmp_path / "other", scanned=scanned)
    assert _urls(settings) == ["project"]
    assert settings.find_links == ((tmp_path / "work/here").as_uri(), (tmp_path / "other/wheels").as_uri())


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


def test_an_index_in_the_scanned_file_that_is_none_is_an_error_with_the_files_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"requirements\.txt: index-url"):
        _read(tmp_path, scanned=IndexRequest(index_url="git+ssh://example.org/x", source="requirements.txt"))


def test_no_password_is_in_the_representation(tmp_path: Path) -> None:
    settings = _read(
        tmp_path, {"PIP_INDEX_URL": "https://me:hunter2@example.org/", "PIP_PROXY": "http://me:hunter2@p:1"}
    )
    assert "hunter2" not in repr(settings)
    assert settings.index_urls[0].password == "hunter2"
