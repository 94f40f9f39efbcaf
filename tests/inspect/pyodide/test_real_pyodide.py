"""The proof itself: Pyodide under Node, installed by the command's own --install, on wheels made here and real ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

pytestmark = pytest.mark.real_pyodide

ROOT = Path(__file__).resolve().parents[3]

NAMED = "pexpect gunicorn uvicorn celery selenium joblib tornado watchdog docker black".split()  # noqa: SIM905
IMPORTS = {"gunicorn", "uvicorn", "celery", "selenium", "joblib", "docker", "black"}
"""Those of the ten that a real Pyodide imports, whatever they can do then."""

HOSTILE = """
from pyodide.code import run_js
def attempt(script):
    try:
        run_js(script)
        return "did it"
    except Exception as error:
        return type(error).__name__
outcomes = [
    attempt("process.getBuiltinModule('fs').readFileSync('/etc/hostname', 'utf8')"),
    attempt("process.getBuiltinModule('child_process').execSync('true')"),
    attempt("fetch('http://127.0.0.1:9/')"),
]
assert "did it" not in outcomes, outcomes
"""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the npm package, kept for the session."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no «{program}» on this machine")
    return tmp_path_factory.mktemp("pyodide-cache")


def _verify(cache: Path, folder: Path, text: str, *words: str, **environ: str) -> tuple[dict[str, Any], int]:
    (folder / "requirements.txt").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "scanner", "verify", "requirements.txt", "--install", "--format", "json", *words],
        cwd=folder,
        env={**os.environ, "COMPAT_SCAN_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 2 and "npm could not install" in done.stderr:
        pytest.skip(f"the npm package cannot be had: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout), done.returncode


def test_made_wheels_do_what_was_predicted(
    cache: Path, tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("fine", "1.0", files={"fine/__init__.py": "import json\n"}))
    index.add(make_wheel("groups", "1.0", files={"groups/__init__.py": "import grp\n"}))
    index.add(make_wheel("nosy", "1.0", files={"nosy/__init__.py": HOSTILE}))
    index.add(make_wheel("below", "1.0", files={"below/__init__.py": "import fine, below.more\n", "below/more.py": ""}))
    told, code = _verify(cache, tmp_path, "fine\ngroups\nnosy\nbelow\n", UV_DEFAULT_INDEX=index.url)
    happened = {row["name"]: (row["predicted"], row["happened"]) for row in told["packages"]}
    assert happened == {
        "fine": ("workers", "imported"),
        "groups": ("container", "failed"),
        "nosy": ("workers", "imported"),
        "below": ("workers", "imported"),
    }
    assert code == 0
    groups = next(row for row in told["packages"] if row["name"] == "groups")
    assert groups["modules"][0]["trace"] == ["groups/__init__.py:1"]


@pytest.mark.real_index
def test_ten_named_packages_do_what_was_predicted(cache: Path, tmp_path: Path) -> None:
    told, code = _verify(cache, tmp_path, "\n".join(NAMED) + "\n", "--direct", "--table", "advise")
    rows = {row["name"]: row for row in told["packages"]}
    down = [row["reason"] for row in rows.values() if row["predicted"] == "unknown"]
    if down:
        pytest.skip(f"the index cannot be reached: {down[0]}")
    assert set(rows) == set(NAMED)
    assert {name for name, row in rows.items() if row["happened"] == "imported"} == IMPORTS
    assert [name for name, row in rows.items() if row["comparison"] == "disagrees"] == []
    assert code in (0, 3)
