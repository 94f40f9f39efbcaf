"""The shared cases: small inputs with what is true of them (README.md beside them), judged against the real index."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED

pytestmark = pytest.mark.real_index
ROOT = Path(__file__).resolve().parents[1]
CASES = SHARED / "cases"
DAY = "2026-12-01"
ADVISE = ("--table", "advise")
WORKERS, HYBRID, CONTAINER, UNKNOWN = "workers", "hybrid", "container", "unknown"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of one scan of a case."""

    verdict: str
    code: int
    versions: dict[str, str] = field(default_factory=dict)
    """Of single packages."""
    verdicts: dict[str, str] = field(default_factory=dict)
    rules: dict[str, set[str]] = field(default_factory=dict)
    """Of single packages: rules that must be among theirs."""
    not_rules: dict[str, set[str]] = field(default_factory=dict)
    problems: set[tuple[str, str]] = field(default_factory=set)
    """The deployment problems: rule, and the file that it is in."""
    words: tuple[str, ...] = ()
    lock: bool = False
    """Whether `uv lock` is run first."""


TRUTHS: dict[str, Truth] = {
    "m01-monorepo-dates": Truth(verdict=CONTAINER, code=1, verdicts={"httpx": WORKERS, "pyarrow": CONTAINER}),
    "m01-monorepo-dates/hello": Truth(verdict=WORKERS, code=0),
    "m01-monorepo-dates/etl": Truth(verdict=CONTAINER, code=1, rules={"pyarrow": {"CS101"}}),
    "r01-uvlock-vs-pyproject": Truth(
        verdict=WORKERS, code=0, versions={"pydantic": "2.10.6", "pydantic-core": "2.27.2"}, lock=True
    ),
    "r03-one-blocker": Truth(
        verdict=HYBRID,
        code=1,
        versions={"pydantic": "2.10.6"},
        verdicts={"uvloop": CONTAINER, "pydantic": WORKERS},
    ),
    "r06-two-configs": Truth(
        verdict=CONTAINER, code=1, verdicts={"pyarrow": CONTAINER}, problems={("CS719", "wrangler.jsonc")}
    ),
    "r07-requirements-dev": Truth(verdict=WORKERS, code=0, verdicts={"httpx": WORKERS}),
    "r08-requirements-beside": Truth(
        verdict=WORKERS, code=1, verdicts={"httpx": WORKERS}, problems={("CS717", "requirements.txt")}
    ),
    "r10-psycopg-bare": Truth(verdict=CONTAINER, code=1, versions={"psycopg": "3.3.9"}, rules={"psycopg": {"CS301"}}),
    "r11-no-dependencies": Truth(verdict=WORKERS, code=0),
    "u01-uv-environments": Truth(
        verdict=HYBRID, code=1, verdicts={"uvloop": CONTAINER, "requests": WORKERS}, lock=True
    ),
    "u02-explicit-index": Truth(verdict=UNKNOWN, code=3, verdicts={"internal-lib": UNKNOWN, "requests": WORKERS}),
    "w01-pynacl": Truth(verdict=CONTAINER, code=1, verdicts={"pynacl": CONTAINER}),
    "w02-discord-http": Truth(
        verdict=CONTAINER,
        code=1,
        versions={"discord-http": "3.3.0"},
        rules={"cryptography": {"CS101"}, "uvloop": {"CS101"}},
    ),
    "w03-shapely": Truth(verdict=CONTAINER, code=1, rules={"numpy": {"CS201"}, "shapely": {"CS109"}}),
    "w03-shapely advise": Truth(verdict=WORKERS, code=0, versions={"shapely": "2.0.7", "numpy": "2.2.5"}, words=ADVISE),
    "w04-pandas-pyarrow advise": Truth(
        verdict=HYBRID,
        code=1,
        versions={"pydantic": "2.10.6"},
        verdicts={"pyarrow": CONTAINER, "pandas": WORKERS, "pydantic": WORKERS, "httpx": WORKERS},
        words=ADVISE,
    ),
    "w07-pydantic-2125/2025": Truth(verdict=CONTAINER, code=1, verdicts={"pydantic": CONTAINER}),
    "w07-pydantic-2125/2026": Truth(verdict=WORKERS, code=0, versions={"pydantic-core": "2.41.5"}),
    "w10-fastapi-bcrypt": Truth(verdict=HYBRID, code=1, rules={"bcrypt": {"CS201"}}, not_rules={"fastapi": {"CS307"}}),
    "w10-fastapi-bcrypt advise": Truth(verdict=WORKERS, code=0, versions={"bcrypt": "5.0.0"}, words=ADVISE),
    "w11-openai-at-startup/top": Truth(
        verdict=WORKERS,
        code=1,
        verdicts={"openai": WORKERS},
        rules={"openai": {"CS307"}},
        problems={("CS307", "worker.py")},
    ),
    "w11-openai-at-startup/handler": Truth(verdict=WORKERS, code=0, rules={"openai": {"CS307"}}),
    "p01-sshkeyboard/py312": Truth(verdict=CONTAINER, code=1, rules={"sshkeyboard": {"CS301"}}),
    "p01-sshkeyboard/py313": Truth(verdict=CONTAINER, code=1, rules={"sshkeyboard": {"CS301"}}),
    "p01-sshkeyboard/py314": Truth(verdict=WORKERS, code=0),
    "s01-old-wheel-and-sdist": Truth(
        verdict=WORKERS, code=0, rules={"langdetect": {"CS103"}}, not_rules={"langdetect": {"CS101"}}
    ),
    "p02-static-frame": Truth(verdict=CONTAINER, code=1, rules={"arraykit": {"CS101"}, "arraymap": {"CS101"}}),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder that all cases share, so that what one fetches is in the cache of the next."""
    return tmp_path_factory.mktemp("home")


def _scan(paths: list[str], home: Path, cwd: Path, *words: str) -> tuple[dict[str, Any], int]:
    environ = {"PYTHONPATH": str(ROOT), "HOME": str(home), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "scanner", *paths, "--exclude-newer", DAY, "--format", "json", *words]
    done = subprocess.run(command, check=False, cwd=cwd, env=environ, capture_output=True, text=True)
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    is_down = not document["complete"] and "u02" not in paths[0]
    if is_down:
        pytest.skip("the index cannot be reached")
    return document, done.returncode


def _copy(name: str, folder: Path) -> Path:
    if not CASES.is_dir():
        pytest.skip("the shared cases are not here")
    shutil.copytree(CASES / name, folder / name)
    (folder / ".git").mkdir()
    return folder


@pytest.mark.parametrize("case", TRUTHS)
def test_what_is_true_of_a_case_is_reported(case: str, home: Path, tmp_path: Path) -> None:
    truth, name = TRUTHS[case], case.removesuffix(" advise")
    folder = _copy(name, tmp_path)
    if truth.lock:
        locking = subprocess.run(["uv", "lock", "-q"], check=False, cwd=folder / name, capture_output=True)
        if locking.returncode:
            pytest.skip("uv cannot lock here")
    document, code = _scan([name], home, folder, *truth.words)
    rows = {row["name"]: row for project in document["projects"] for row in project["dependencies"]}
    rules = {name: {finding["rule"] for finding in row["findings"]} for name, row in rows.items()}
    assert (document["verdict"], code) == (truth.verdict, truth.code)
    assert {name: rows[name]["version"] for name in truth.versions} == truth.versions
    assert {name: rows[name]["verdict"] for name in truth.verdicts} == truth.verdicts
    assert {name: rules[name] & wanted for name, wanted in truth.rules.items()} == truth.rules
    assert not any(rules[name] & unwanted for name, unwanted in truth.not_rules.items())
    problems = [one for project in document["projects"] for one in project["problems"] if one["level"] == "blocker"]
    assert {(one["rule"], Path(one["location"]["path"]).name) for one in problems} == truth.problems


def test_a_monorepo_says_the_same_however_its_projects_are_named(home: Path, tmp_path: Path) -> None:
    folder = _copy("m01-monorepo-dates", tmp_path) / "m01-monorepo-dates"
    ways = [["."], ["hello", "etl"], ["etl", "hello"]]
    seen = [_scan(paths, home, folder)[0]["projects"] for paths in ways]
    said = [
        {project["path"]: (project["target"]["python"], project["verdict"]) for project in projects}
        for projects in seen
    ]
    assert said == [{"hello": ("3.14.2", WORKERS), "etl": ("3.13.2", CONTAINER)}] * len(ways)


def test_the_lock_of_the_developer_is_compared(home: Path, tmp_path: Path) -> None:
    name = "r01-uvlock-vs-pyproject"
    folder = _copy(name, tmp_path)
    if subprocess.run(["uv", "lock", "-q"], check=False, cwd=folder / name, capture_output=True).returncode:
        pytest.skip("uv cannot lock here")
    document, _ = _scan([name], home, folder)
    (problem,) = document["projects"][0]["problems"]
    assert (problem["rule"], problem["level"]) == ("CS718", "note")
    assert "the Worker gets 2.27.2" in problem["message"]
