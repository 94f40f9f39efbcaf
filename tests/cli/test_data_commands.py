"""`compat-scan data show`, and what a scan says about the age of its data."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.runtime import tables

if TYPE_CHECKING:
    from tests.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
DATE = re.compile(r'(?m)^("?date"?(?: = |: "))\d{4}-\d\d-\d\d')


@pytest.fixture(scope="module")
def aged_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program whose tables a test can age."""
    folder = tmp_path_factory.mktemp("aged")
    shutil.copytree(ROOT / "scanner", folder / "scanner", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "empty").mkdir()
    (folder / "empty" / "requirements.txt").write_text("\n", encoding="utf-8")
    return folder


def _scan(copy: Path, days: int, *words: str) -> subprocess.CompletedProcess[str]:
    """A scan of nothing by a copy whose tables are all this old."""
    day = dt.datetime.now(tz=dt.UTC).date() - dt.timedelta(days=days)
    for path in copy.joinpath("data").rglob("*.*"):
        path.write_text(DATE.sub(rf"\g<1>{day}", path.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "scanner", "scan", "empty/requirements.txt", "--offline", *words]
    environ = {"PYTHONPATH": str(copy), "HOME": str(copy), "PIP_CONFIG_FILE": "/dev/null", "COMPAT_SCAN_NO_CACHE": "1"}
    return subprocess.run(command, check=False, cwd=copy, env=environ, capture_output=True, text=True)


@pytest.mark.parametrize(("days", "levels"), [(59, []), (61, ["note"]), (181, ["warning"])])
def test_old_data_are_a_note_and_then_a_warning(aged_copy: Path, days: int, levels: list[str]) -> None:
    errors = _scan(aged_copy, days).stderr
    assert re.findall(r"compat-scan: (note|warning): data of \S+, \d+ days old", errors) == levels
    assert ("compat-scan data update" in errors) == bool(levels)


def test_a_note_is_quiet_and_a_warning_is_not(aged_copy: Path) -> None:
    assert "data of" not in _scan(aged_copy, 61, "-q").stderr
    assert "data of" in _scan(aged_copy, 181, "-q").stderr


def test_tables_kept_by_people_warn_after_a_year(aged_copy: Path) -> None:
    assert "upgrade compat-scan" not in _scan(aged_copy, 364).stderr
    assert re.search(r"warning: incompatible\.toml \(.*\) is of \S+; upgrade compat-scan", _scan(aged_copy, 366).stderr)


def test_data_older_than_allowed_make_a_success_incomplete(aged_copy: Path) -> None:
    fresh, old = _scan(aged_copy, 20, "--max-data-age", "30"), _scan(aged_copy, 40, "--max-data-age", "30")
    assert (fresh.returncode, "CS604" in fresh.stdout) == (0, False)
    assert (old.returncode, "CS604" in old.stdout) == (3, True)
    assert "Runs on Python Workers." in old.stdout


@pytest.mark.parametrize("form", ["json", "sarif", "markdown", "html", "junit", "github", "gitlab", "csv", "terminal"])
def test_data_older_than_allowed_are_a_problem_in_every_format(aged_copy: Path, form: str) -> None:
    old = _scan(aged_copy, 40, "--max-data-age", "30", "--format", form)
    text = " ".join(old.stdout.split())
    assert (old.returncode, "CS604" in text, "than the 30 days" in text) == (3, True, True)


def test_every_table_is_shown_with_date_source_and_purpose(run: Run) -> None:
    output = run("data", "show").stdout
    for entry in tables.list_tables():
        assert entry.name in output
    assert "decides  which packages need a container" in output
    document = json.loads(run("data", "show", "--format", "json").stdout)
    assert document["schema"] == "compat-scan/data/1"
    row = next(row for row in document["tables"] if row["name"] == "runtimes.toml")
    assert (row["maker"], row["origin"]) == ("registries", "shipped")
    assert row["date"] == tables.find_newest("runtimes.toml").date.isoformat()


@pytest.fixture
def damaged_folder(tmp_path: Path) -> Iterator[Path]:
    """A cache folder with a damaged file of updated tables."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    (folder / "tables.json").write_text('{"format": 1', encoding="utf-8")
    yield folder
    tables.use_updates(None)


def test_a_damaged_update_is_ignored_with_a_note(run: Run, damaged_folder: Path) -> None:
    result = run("runtimes", env={"COMPAT_SCAN_CACHE_DIR": str(damaged_folder)})
    assert result.exit_code == 0
    assert "note:" in result.stderr
    assert "the shipped tables are used" in result.stderr


@pytest.mark.parametrize("days", ["-1", "soon", "1.5"])
def test_a_maximum_age_is_a_number_of_days(run: Run, days: str) -> None:
    assert run("scan", "--max-data-age", days, ".").exit_code == 2
    result = run("scan", ".", env={"COMPAT_SCAN_MAX_DATA_AGE": days})
    assert (result.exit_code, "must be a whole number of days" in result.stderr) == (2, True)
