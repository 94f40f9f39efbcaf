"""The main job against the real index; skipped with the reason where it cannot be reached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real_index

RUNS = ("requests", "httpx", "pydantic", "langchain-core", "openai", "anthropic")
FOUNDING = (
    "playwright", "pyppeteer", "ffmpeg-python", "numpy", "pandas", "scipy", "tensorflow", "torch", "pytorch",
    "opencv-python", "psycopg2", "psycopg2-binary", "mysqlclient", "bcrypt",
)  # fmt: skip
PURE_BESIDE_NATIVE = ("charset-normalizer", "tomli", "coverage")


def _scan(folder: Path, names: tuple[str, ...], *words: str) -> tuple[dict[str, Any], int]:
    (folder / "requirements.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "requirements.txt", "--format", "json", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    down = [
        finding["message"]
        for row in report["projects"][0]["dependencies"]
        for finding in row["findings"]
        if finding["rule"] == "CS504"
    ]
    if down:
        pytest.skip(f"the index cannot be reached: {down[0]}")
    return report, done.returncode


def _verdicts(report: dict[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {row["name"]: row["verdict"] for row in report["projects"][0]["dependencies"] if row["name"] in names}


def test_what_was_named_as_running_runs(tmp_path: Path) -> None:
    report, code = _scan(tmp_path, RUNS)
    assert _verdicts(report, RUNS) == dict.fromkeys(RUNS, "workers")
    assert code == 0


def test_the_founding_table_needs_containers_with_category_and_alternative(tmp_path: Path) -> None:
    report, code = _scan(tmp_path, FOUNDING, "--no-deps", "--no-inspect")
    assert _verdicts(report, FOUNDING) == dict.fromkeys(FOUNDING, "container")
    assert all(row["alternative"]["url"].startswith("https://") for row in report["projects"][0]["dependencies"])
    numpy = next(row for row in report["projects"][0]["dependencies"] if row["name"] == "numpy")
    assert "it would run: Pyodide has" in numpy["findings"][0]["message"]
    assert code == 1


@pytest.mark.parametrize(
    ("words", "mysqlclient"), [((), "workers"), (("--compatibility-date", "2026-01-01"), "container")]
)
def test_advice_relies_on_the_builds_of_the_runtime(tmp_path: Path, words: tuple[str, ...], mysqlclient: str) -> None:
    report, code = _scan(tmp_path, FOUNDING, "--no-deps", "--no-inspect", "--table", "advise", *words)
    verdicts = _verdicts(report, FOUNDING)
    for name in ("numpy", "pandas", "scipy", "opencv-python", "bcrypt"):
        assert verdicts[name] == "workers", name
    for name in ("tensorflow", "torch", "psycopg2", "playwright"):
        assert verdicts[name] == "container", name
    assert verdicts["mysqlclient"] == mysqlclient
    assert code == 1


def test_a_pure_wheel_beside_native_ones_runs(tmp_path: Path) -> None:
    report, code = _scan(tmp_path, PURE_BESIDE_NATIVE, "--no-inspect")
    assert _verdicts(report, PURE_BESIDE_NATIVE) == dict.fromkeys(PURE_BESIDE_NATIVE, "workers")
    assert code == 0


def test_a_pin_without_a_build_is_told_the_version_that_has_one(tmp_path: Path) -> None:
    report, code = _scan(tmp_path, ("jiter==0.8.2",), "--no-deps", "--no-inspect")
    row = report["projects"][0]["dependencies"][0]
    assert row["verdict"] == "container"
    assert any(finding["rule"] == "CS107" and "jiter==" in finding["remedy"] for finding in row["findings"])
    assert code == 1
