"""What a Wrangler configuration says of the runtime."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.wrangler import find_wrangler_config, find_wrangler_configs, read_wrangler_config
from scanner.model.errors import SettingsError

DATE, FLAGS = date(2026, 1, 1), ("python_workers",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wrangler.json", '{"compatibility_date": "2026-01-01", "compatibility_flags": ["python_workers"]}'),
        (
            "wrangler.jsonc",
            '{// c\n "compatibility_date": "2026-01-01", /* d */ "compatibility_flags": ["python_workers",],}',
        ),
        ("wrangler.toml", 'compatibility_date = "2026-01-01"\ncompatibility_flags = ["python_workers"]\n'),
        ("wrangler.toml", 'compatibility_date = 2026-01-01\ncompatibility_flags = ["python_workers"]\n'),
    ],
)
def test_every_form_is_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    config = read_wrangler_config(path)
    assert (config.compatibility_date, config.compatibility_flags) == (DATE, FLAGS)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("wrangler.json", "{", "does not parse"),
        ("wrangler.jsonc", "[]", "is not an object"),
        ("wrangler.toml", "compatibility_date = ", "does not parse"),
        ("wrangler.json", '{"compatibility_date": "soon"}', "is not a date"),
        ("wrangler.json", '{"compatibility_flags": "python_workers"}', "is not a list"),
        ("wrangler.json", "[" * 100_000, "does not parse"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_file(tmp_path: Path, name: str, text: str, reason: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=reason) as caught:
        read_wrangler_config(path, "shown")
    assert caught.value.path == "shown"


def test_the_nearest_folder_counts_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "outer" / "repository"
    inner = repository / "a" / "b"
    inner.mkdir(parents=True)
    (repository / "wrangler.toml").write_text("", encoding="utf-8")
    assert find_wrangler_config(inner) is None
    assert find_wrangler_config(inner, repository / "a") is None
    assert find_wrangler_config(inner, repository) == repository / "wrangler.toml"
    (repository / ".git").mkdir()
    assert find_wrangler_config(inner) == repository / "wrangler.toml"
    (repository / "wrangler.toml").rename(tmp_path / "outer" / "wrangler.toml")
    assert find_wrangler_config(inner) is None


def test_one_folders_files_come_in_the_order_of_pywrangler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web").mkdir()
    for name in ("wrangler.json", "wrangler.jsonc", "wrangler.toml"):
        (tmp_path / "web" / name).write_text("", encoding="utf-8")
    found = ("web/wrangler.toml", "web/wrangler.jsonc", "web/wrangler.json")
    assert find_wrangler_configs("web") == found
    monkeypatch.chdir(tmp_path / "web")
    assert find_wrangler_configs(".") == ("wrangler.toml", "wrangler.jsonc", "wrangler.json")


def test_environments_inherit_and_are_kept_where_they_change_the_runtime(tmp_path: Path) -> None:
    path = tmp_path / "wrangler.toml"
    path.write_text(
        'main = "a.py"\ncompatibility_date = 2026-01-01\ncompatibility_flags = ["python_workers"]\n'
        '[env.same]\nmain = "b.py"\n[env.later]\ncompatibility_date = 2026-10-01T00:00:00Z\n',
        encoding="utf-8",
    )
    config = read_wrangler_config(path)
    assert [(each.name, each.compatibility_date, each.main) for each in config.environments] == [
        ("later", date(2026, 10, 1), "a.py")
    ]
    assert config.environments[0].compatibility_flags == FLAGS
    assert (config.line_of("compatibility_date"), config.line_of("compatibility_flags"), config.line_of("x")) == (
        2,
        3,
        1,
    )


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("w") / "wrangler.toml"
    path.write_bytes(data)
    with contextlib.suppress(SettingsError):
        read_wrangler_config(path)
