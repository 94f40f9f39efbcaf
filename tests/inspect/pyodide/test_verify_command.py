"""`compat-scan verify` from outside: exit codes, the table and the JSON, over a stand-in for Node."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel, Run

NODE = """
if "--print" in sys.argv:
    print("[]")
    sys.exit()
job = json.load(sys.stdin)
for module in job["modules"]:
    print(json.dumps({"token": job["token"], "module": module, "ok": module != "broken", "error": "OSError"}))
if not job["modules"]:
    print(json.dumps({"token": job["token"], "missing": job["host_packages"]}))
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A search path with a stand-in for Node, and the npm package in the cache."""
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text(f"#!{sys.executable}\nimport json, sys\n{NODE}", encoding="utf-8")
    node.chmod(0o755)
    package = tmp_path / "kept" / "verify" / "pyodide-314.0.7" / "node_modules" / "pyodide"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "pyodide", "version": "314.0.7"}), encoding="utf-8")
    (package / "pyodide.mjs").write_text("", encoding="utf-8")
    return {"PATH": str(node.parent), "COMPAT_SCAN_CACHE_DIR": str(tmp_path / "kept")}


@pytest.fixture
def packages(index: FakeIndex, make_wheel: MakeWheel) -> None:
    index.add(make_wheel("alpha", "1.0", files={"alpha/__init__.py": ""}))
    index.add(make_wheel("broken", "1.0", files={"broken/__init__.py": ""}))
    index.add_names("markupsafe")


@pytest.mark.usefixtures("packages")
def test_agreement_is_exit_code_zero(run: Run, environ: dict[str, str]) -> None:
    result = run("verify", "requirements.txt", files={"requirements.txt": "alpha\n"}, env=environ)
    assert result.exit_code == 0
    assert "Verified in Pyodide 314.0.7 under Node: 1 prediction agrees" in result.stdout
    assert "alpha 1.0" in result.stdout


@pytest.mark.usefixtures("packages")
def test_disagreement_is_exit_code_one(run: Run, environ: dict[str, str]) -> None:
    files = {"requirements.txt": "alpha\nbroken\nmarkupsafe\n"}
    result = run("verify", "requirements.txt", "-v", files=files, env=environ)
    assert result.exit_code == 1
    assert "1 prediction agrees, 1 disagrees, 1 left open" in result.stdout


@pytest.mark.usefixtures("packages")
def test_what_could_not_be_verified_is_exit_code_three(run: Run, environ: dict[str, str]) -> None:
    files = {"requirements.txt": "alpha\nmarkupsafe\n"}
    result = run("verify", "requirements.txt", "--format", "json", files=files, env=environ)
    assert result.exit_code == 3
    document = json.loads(result.stdout)
    assert document["schema"] == "compat-scan/verify/1"
    assert document["target"] == {"python": "3.14.2", "pyodide": "314.0.7"}
    assert document["summary"] == {"agrees": 1, "disagrees": 0, "open": 1}
    alpha, markupsafe = document["packages"]
    assert (alpha["predicted"], alpha["happened"], alpha["comparison"]) == ("workers", "imported", "agrees")
    assert alpha["modules"] == [{"module": "alpha", "ok": True, "error": None, "message": None, "trace": []}]
    assert (markupsafe["happened"], markupsafe["modules"]) == ("not-verifiable", [])


@pytest.mark.usefixtures("packages")
def test_without_node_or_the_package_it_is_misuse_and_nothing_is_fetched(
    run: Run, index: FakeIndex, environ: dict[str, str], tmp_path: Path
) -> None:
    files = {"requirements.txt": "alpha\n"}
    result = run("verify", "requirements.txt", files=files, env={"PATH": str(tmp_path)})
    assert result.exit_code == 2
    assert "needs Node.js" in result.stderr
    empty = {**environ, "COMPAT_SCAN_CACHE_DIR": os.fspath(tmp_path / "none")}
    result = run("verify", "requirements.txt", files=files, env=empty)
    assert result.exit_code == 2
    assert "--install" in result.stderr
    assert index.requests == []
