"""The shared cases: which projects, runtimes, files, skipped entries and problems each of them has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from scanner.inputs.projects import Discovered, Project, find_projects
from scanner.inputs.settings import load_settings
from tests.conftest import SHARED

CASES = SHARED / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A copy of the case that the test names, as the current folder."""
    folder = tmp_path / str(request.param)
    shutil.copytree(CASES / str(request.param), folder)
    monkeypatch.chdir(folder)
    return folder


def _find(paths: Sequence[str] = (".",)) -> Discovered:
    settings = load_settings({}, {}, Path.cwd())
    return find_projects(paths, settings, expand=str, read_stdin=lambda: b"", installed={}, today=date(2026, 12, 1))


def _summary(project: Project) -> tuple[str, str, tuple[str, ...], str, str]:
    """Path, Python, files, the dependencies that the project declares, and the codes of its problems."""
    names = (str(each.name) for each in project.dependencies if each.name not in project.implicit)
    codes = " ".join(problem.rule.code for problem in project.problems)
    return (project.path, project.target.python.rpartition(".")[0], project.files, " ".join(names), codes)


REQUIREMENTS, PYPROJECT = ("requirements.txt",), ("pyproject.toml",)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            "m01-monorepo-dates",
            [
                ("etl", "3.13", ("etl/pyproject.toml",), "pyarrow", ""),
                ("hello", "3.14", ("hello/pyproject.toml",), "httpx", ""),
            ],
        ),
        ("r01-uvlock-vs-pyproject", [(".", "3.13", PYPROJECT, "pydantic", "")]),
        ("r03-one-blocker", [(".", "3.13", REQUIREMENTS, "pydantic uvloop", "")]),
        ("r06-two-configs", [(".", "3.13", PYPROJECT, "pyarrow", "CS719")]),
        ("r07-requirements-dev", [(".", "3.14", REQUIREMENTS, "httpx", "")]),
        ("r08-requirements-beside", [(".", "3.14", PYPROJECT, "httpx", "CS717")]),
        ("r10-psycopg-bare", [(".", "3.14", REQUIREMENTS, "psycopg", "")]),
        ("r11-no-dependencies", [(".", "3.13", PYPROJECT, "", "")]),
        ("u01-uv-environments", [(".", "3.14", PYPROJECT, "requests uvloop", "")]),
        ("u02-explicit-index", [(".", "3.14", PYPROJECT, "requests internal-lib", "")]),
        ("w01-pynacl", [(".", "3.14", REQUIREMENTS, "pynacl", "")]),
        ("w02-discord-http", [(".", "3.14", REQUIREMENTS, "discord-http", "")]),
        ("w03-shapely", [(".", "3.13", PYPROJECT, "shapely", "")]),
        ("w04-pandas-pyarrow", [(".", "3.13", PYPROJECT, "httpx pandas pyarrow pydantic", "")]),
        (
            "w07-pydantic-2125",
            [
                ("2025", "3.13", ("2025/requirements.txt",), "pydantic", ""),
                ("2026", "3.14", ("2026/requirements.txt",), "pydantic", ""),
            ],
        ),
        ("w10-fastapi-bcrypt", [(".", "3.14", PYPROJECT, "fastapi bcrypt pyjwt pydantic", "")]),
        (
            "w11-openai-at-startup",
            [
                (each, "3.14", (f"{each}/pyproject.toml",), "flask openai requests python-dotenv", "")
                for each in ("handler", "top")
            ],
        ),
        (
            "p01-sshkeyboard",
            [
                (
                    f"py{python.replace('.', '')}",
                    python,
                    (f"py{python.replace('.', '')}/requirements.txt",),
                    "sshkeyboard",
                    "",
                )
                for python in ("3.12", "3.13", "3.14")
            ],
        ),
        ("s01-old-wheel-and-sdist", [(".", "3.14", REQUIREMENTS, "langdetect", "")]),
        ("p02-static-frame", [(".", "3.14", REQUIREMENTS, "static-frame", "")]),
    ],
    indirect=["case"],
)
def test_projects(case: Path, expected: list[tuple[str, str, tuple[str, ...], str, str]]) -> None:
    assert case.is_dir()
    assert [_summary(project) for project in _find().projects] == expected


@pytest.mark.parametrize("case", ["m01-monorepo-dates"], indirect=True)
@pytest.mark.parametrize("paths", [["hello", "etl"], ["etl", "hello"], ["etl/wrangler.jsonc", "hello/pyproject.toml"]])
def test_the_order_of_paths_changes_nothing_else(case: Path, paths: list[str]) -> None:
    assert case.is_dir()
    together = {project.path: project for project in _find().projects}
    named = _find(paths).projects
    assert [project.path for project in named] == [path.partition("/")[0] for path in paths]
    assert {project.path: project for project in named} == together


@pytest.mark.parametrize("case", ["r07-requirements-dev"], indirect=True)
def test_development_files_are_skipped(case: Path) -> None:
    assert case.is_dir()
    (project,) = _find().projects
    assert [entry.text for entry in project.skipped] == ["ruff", "pytest", "mypy"]


@pytest.mark.parametrize("case", ["r11-no-dependencies"], indirect=True)
def test_no_dependencies_need_no_index(case: Path) -> None:
    assert case.is_dir()
    (project,) = _find().projects
    assert (project.requirements, project.problems) == ((), ())


@pytest.mark.real_index
@pytest.mark.parametrize("case", ["r01-uvlock-vs-pyproject", "u01-uv-environments"], indirect=True)
def test_a_lock_that_uv_writes_is_compared_or_not_usable(case: Path) -> None:
    uv = shutil.which("uv")
    if uv is None or subprocess.run([uv, "lock", "-q"], cwd=case, check=False).returncode:
        pytest.skip("uv cannot lock here")
    (project,) = _find().projects
    assert not project.is_lock
    is_worker = case.name.startswith("r01")
    assert [lock.path for lock in project.compared] == (["uv.lock"] if is_worker else [])
    assert any("only for" in note for note in project.notes) is not is_worker
