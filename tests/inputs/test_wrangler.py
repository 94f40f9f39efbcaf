"""What a Wrangler configuration says of the runtime."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inputs.wrangler import find_wrangler_config, read_wrangler_config
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
        ("wrangler.jsonc", "[]", "does not hold an object"),
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


def test_the_nearest_file_is_found_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "outer" / "repository"
    inner = repository / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / "wrangler.toml").write_text("", encoding="utf-8")
    assert find_wrangler_config(inner) == tmp_path / "outer" / "wrangler.toml"
    (repository / ".git").mkdir()
    assert find_wrangler_config(inner) is None
    (repository / "wrangler.jsonc").write_text("{}", encoding="utf-8")
    (repository / "wrangler.toml").write_text("", encoding="utf-8")
    assert find_wrangler_config(inner) == repository / "wrangler.jsonc"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("w") / "wrangler.toml"
    path.write_bytes(data)
    with contextlib.suppress(SettingsError):
        read_wrangler_config(path)
