"""Where reports go, and what the command line tells them of their surroundings."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

LINUX = "cp314-cp314-manylinux_2_28_x86_64"


@pytest.fixture
def _alpha(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", tag=LINUX))


@pytest.mark.usefixtures("_alpha")
def test_services_are_told_paths_from_the_root_of_the_repository(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"app/requirements.txt": "alpha\n"}
    run("list", "app", files=files)
    monkeypatch.chdir(tmp_path / "app")
    assert "file=app/requirements.txt," in run("requirements.txt", "--format", "github").stdout
    told = run("requirements.txt", "--format", "github", env={"GITHUB_WORKSPACE": str(tmp_path / "app")}).stdout
    assert "file=requirements.txt," in told
    assert "requirements.txt:1" in run("requirements.txt").stdout
    assert "app/requirements.txt" not in run("requirements.txt").stdout


@pytest.mark.usefixtures("_alpha")
def test_the_job_summary_is_added_to_and_may_be_longer_than_a_comment(run: Run, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    lines = "".join(f"ghost-{number}-{'x' * 60}\n" for number in range(700))
    files = {"requirements.txt": lines}
    words = ("requirements.txt", "--offline", "--format", "markdown", "--output")
    run(*words, str(summary), files=files, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text(encoding="utf-8").startswith("before\n<!-- compat-scan -->")
    assert 65_536 < summary.stat().st_size < 1_048_576
    run(*words, "comment.md", files=files)
    assert (tmp_path / "comment.md").stat().st_size <= 65_000


@pytest.mark.usefixtures("_alpha")
def test_a_pipe_is_written_to_and_not_replaced(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        result = run(
            "requirements.txt", "--format", "json", "--output", str(pipe), files={"requirements.txt": "alpha\n"}
        )
        written = os.read(reader, 1 << 16)
    finally:
        os.close(reader)
    assert result.exit_code == 1
    assert json.loads(written)["verdict"] == "container"
    assert pipe.is_fifo()


def test_an_output_that_cannot_be_written_is_misuse(run: Run) -> None:
    result = run("r.txt", "--offline", "--format", "json", "--output", "nowhere/r.json", files={"r.txt": "a\n"})
    assert result.exit_code == 2
    assert "nowhere/r.json" in result.stderr


def test_notes_go_to_standard_error_where_the_report_has_no_place_for_them(run: Run) -> None:
    files = {"r.txt": "a\n", "setup.cfg": "[flake8]\n"}
    assert "declares no dependencies" in run("r.txt", "setup.cfg", "--offline", "--format", "json", files=files).stderr
    assert "declares no dependencies" not in run("r.txt", "setup.cfg", "--offline").stderr
    assert run("r.txt", "setup.cfg", "--offline", "--format", "json", "--quiet").stderr == ""
