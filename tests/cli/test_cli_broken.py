"""Broken input from outside: what can be read is judged, and nothing readable is never a clean bill."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

Run = Callable[..., Result]

NOTHING = {
    "requirements.txt": "",
    "pyproject.toml": "[project",
    "poetry.lock": "",
    "uv.lock": "version = 1\n[[package]\n",
    "pdm.lock": "\x01",
    "pylock.toml": "",
    "Pipfile": "packages = 1\n",
    "Pipfile.lock": '{"default": {"alpha": ',
    "pip-inspect.json": "[]",
    "script.py": "print()\n",
    "setup.cfg": "[options",
    "setup.py": "setup(",
    "environment.yml": "dependencies: [",
}


EMPTY = {"requirements.txt", "poetry.lock"}
"""Of these, those that can be read and require nothing."""


def _rows(result: Result) -> dict[str, str]:
    projects = json.loads(result.stdout)["projects"]
    return {row["name"]: row["verdict"] for project in projects for row in project["dependencies"]}


@pytest.mark.parametrize("name", NOTHING)
def test_a_file_in_which_nothing_can_be_read_is_no_clean_bill(run: Run, name: str) -> None:
    result = run(name, "--format", "json", files={name: NOTHING[name]})
    report = json.loads(result.stdout)
    assert report["projects"][0]["dependencies"] == []
    is_broken = bool(report["projects"][0]["problems"])
    assert is_broken or name in EMPTY
    assert (report["verdict"], result.exit_code) == (("unknown", 2) if is_broken else ("workers", 0))


def test_a_proxy_that_cannot_be_used_is_told_once(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    proxy = {"HTTP_PROXY": "gopher://proxy.example.org", "NO_PROXY": ""}
    result = run(
        "requirements.txt", files={"requirements.txt": "alpha\nbeta\n"}, url="http://index.invalid/", env=proxy
    )
    gc.collect()  # only then a task says that nobody asked for its error
    assert result.exit_code == 2
    assert result.stderr.startswith("compat-scan: error: proxy: gopher://proxy.example.org is")
    assert caplog.text == ""


def test_what_can_be_read_beside_broken_lines_is_judged(run: Run, index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha"))
    result = run("requirements.txt", "--format", "json", files={"requirements.txt": "alpha\n=== broken\n"})
    assert result.exit_code == 3
    assert _rows(result) == {"alpha": "workers"}
    assert [problem["location"]["line"] for problem in json.loads(result.stdout)["projects"][0]["problems"]] == [2]


def test_a_broken_file_beside_a_whole_one_does_not_hide_what_needs_a_container(
    run: Run, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", tag="cp314-cp314-manylinux_2_28_x86_64"))
    files = {"a/requirements.txt": "alpha\n", "b/poetry.lock": "[[package"}
    result = run(".", "--format", "json", files=files)
    assert result.exit_code == 1
    assert _rows(result) == {"alpha": "container"}
    projects = json.loads(result.stdout)["projects"]
    assert [project["verdict"] for project in projects] == ["container", "unknown"]
    assert [problem["location"]["path"] for problem in projects[1]["problems"]] == ["b/poetry.lock"]


def test_a_folder_without_dependency_files_is_misuse(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    assert run("bare").exit_code == 2
    assert run("list", "bare").exit_code == 2


def test_a_pipe_is_misuse_alone_and_a_problem_in_a_folder(
    run: Run, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    index.add(make_wheel("alpha"))
    (tmp_path / "mixed").mkdir()
    os.mkfifo(tmp_path / "mixed" / "requirements.txt")
    assert run("mixed/requirements.txt").exit_code == 2
    result = run("mixed", "--format", "json", files={"mixed/setup.cfg": "[options]\ninstall_requires = alpha\n"})
    assert (result.exit_code, _rows(result)) == (3, {"alpha": "workers"})


def test_what_is_not_there_is_misuse(run: Run) -> None:
    result = run("nowhere.txt")
    assert (result.exit_code, result.stdout) == (2, "")


def test_empty_standard_input_is_no_clean_bill(run: Run) -> None:
    assert run("-", stdin="").exit_code == 2


def test_a_hundred_thousand_lines_are_listed_within_three_hundred_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("".join(f"package-{n}=={n % 50}.{n % 7}\n" for n in range(100_000)), encoding="utf-8")
    output, peak_bytes = _measure("list", str(path), "--format", "json")
    assert len(json.loads(output)["entries"]) == 100_000
    assert peak_bytes < 300_000_000


def _measure(*words: str) -> tuple[bytes, int]:
    """What a command prints, and the most memory that it held, told by a process in between that only waits for it."""
    program = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'scanner', *sys.argv[1:]], stdout=subprocess.PIPE)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
        "sys.stdout.buffer.write(done.stdout)\n"
    )
    done: subprocess.CompletedProcess[Any] = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, check=True, env={**os.environ, "CI": "1"}
    )
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return done.stdout, int(done.stderr.split()[-1]) * unit_bytes
