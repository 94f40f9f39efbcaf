"""What a project sets for its resolver has an effect on what is judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

WORKER = '{"main": "worker.py", "compatibility_date": "2026-09-28", "compatibility_flags": ["python_workers"]}'


@pytest.fixture
def releases(index: FakeIndex, make_wheel: MakeWheel) -> None:
    """Three releases of "alpha", the last of them a prerelease, each of its own year."""
    for version, year in (("1.0", 2024), ("2.0", 2025), ("3.0a1", 2026)):
        index.add(make_wheel("alpha", version), upload_time=f"{year}-03-01T00:00:00Z")
    index.add(make_wheel("workers-runtime-sdk", "1.9.5"), upload_time="2024-03-01T00:00:00Z")


def _version(run: Run, *words: str, path: str = "requirements.txt", **files: str) -> str:
    result = run(path, "--format", "json", *words, files={"requirements.txt": "alpha\n", **files})
    rows: list[dict[str, Any]] = json.loads(result.stdout)["projects"][0]["dependencies"]
    return next(str(row["version"]) for row in rows if row["name"] == "alpha")


@pytest.mark.usefixtures("releases")
@pytest.mark.parametrize("words", [(), ("--no-deps",)])
def test_exclude_newer_leaves_out_later_uploads(run: Run, words: tuple[str, ...]) -> None:
    assert _version(run, *words) == "2.0"
    assert _version(run, "--exclude-newer", "2025-01-01", *words) == "1.0"


@pytest.mark.usefixtures("releases")
@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('exclude-newer = "2025-01-01"\n', "1.0"),
        ('resolution = "lowest"\n', "1.0"),
        ('resolution = "lowest-direct"\n', "1.0"),
        ('prerelease = "allow"\n', "3.0a1"),
        ('prerelease = "disallow"\n', "2.0"),
    ],
)
def test_the_settings_of_uv_have_an_effect(run: Run, text: str, version: str) -> None:
    assert _version(run, **{"uv.toml": text}) == version


@pytest.mark.usefixtures("releases")
def test_the_command_line_comes_before_the_settings_of_uv(run: Run) -> None:
    settings = {"uv.toml": 'exclude-newer = "2025-01-01"\n'}
    assert _version(run, "--exclude-newer", "2026-01-01", **settings) == "2.0"


@pytest.mark.usefixtures("releases")
@pytest.mark.parametrize(("requirement", "version"), [("alpha", "1.0"), ("alpha>=2", "2.0")])
def test_the_versions_of_pylock_toml_are_preferred_where_they_satisfy(run: Run, requirement: str, version: str) -> None:
    files = {
        "pyproject.toml": f'[project]\nname = "a"\nversion = "1"\ndependencies = ["{requirement}"]\n',
        "pylock.toml": 'lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "alpha"\nversion = "1.0"\n',
        "wrangler.jsonc": WORKER,
        "worker.py": "",
    }
    assert _version(run, path="pyproject.toml", **files) == version
