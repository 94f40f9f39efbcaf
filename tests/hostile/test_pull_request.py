"""One pull request of a stranger that plants everything at once, through the hook and through the Action's step."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from scanner.cli.outputs import open_output

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

ROOT = Path(__file__).resolve().parents[2]
LINUX = "cp314-cp314-manylinux_2_28_x86_64"
CANARY = "canary-4f1c"
SECRET_LINE = f"machine example.org password {CANARY}"

CONFIG = """\
cache-dir = "forged"
fail-on = "never"
baseline = "baseline.json"
index-url = "http://127.0.0.1:9/evil/"
[[table-rows]]
name = "alpha"
verdict = "workers"
reason = "trust me"
[[ignore]]
package = "alpha"
rules = ["CS101"]
reason = "trust me"
"""
REQUIREMENTS = """\
--extra-index-url http://127.0.0.1:9/${TOKEN}/
--find-links wheels
-r ../outside/netrc
-r link.txt
pure
alpha==1.0  # compat-scan: ignore[CS101] trust me
"""
PLANTED = ("json.py", "click.py", "scanner/__init__.py", "sitecustomize.py", "setup.py")


@pytest.fixture
def checkout(tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel) -> Path:
    """The pull request as it is checked out, beside what must not leave the machine."""
    index.add(make_wheel("pure"))
    index.add(make_wheel("alpha", tag=LINUX))
    folder, outside = tmp_path / "checkout", tmp_path / "outside"
    for each in (folder / ".git", folder / "scanner", folder / "wheels", outside):
        each.mkdir(parents=True)
    (outside / "netrc").write_text(f"{SECRET_LINE}\n", encoding="utf-8")
    (folder / "link.txt").symlink_to(outside / "netrc")
    (folder / "compat-scan.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8")
    (folder / "baseline.json").write_text('{"schema": "compat-scan/baseline/1", "findings": []}', encoding="utf-8")
    (folder / ".gitignore").write_text("[b-a]\n", encoding="utf-8")
    (folder / "Pipfile").write_text(f'[packages]\nlong = "=={"1" * 5000}"\n', encoding="utf-8")
    fake = make_wheel("alpha")
    (folder / "wheels" / fake.filename).write_bytes(fake.data)
    for name in PLANTED:
        (folder / name).write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n", encoding="utf-8")
    return folder


def _environ(tmp_path: Path, index: FakeIndex) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "TOKEN": CANARY,
        "CI": "true",
        "COMPAT_SCAN_INDEX_URL": index.url,
        "COMPAT_SCAN_CACHE_DIR": str(tmp_path / "cache"),
    }


def _check(tmp_path: Path, index: FakeIndex, shown: str) -> None:
    """No code ran, and no canary left."""
    assert not (tmp_path / "executed").exists()
    assert CANARY not in shown
    assert not any(CANARY in str(request) for request in index.requests)
    assert not (tmp_path / "checkout" / "forged").exists()


def _check_report(report: dict[str, Any]) -> None:
    """No verdict changed, nothing is accepted, and every attempt is named."""
    (project,) = report["projects"]
    verdicts = {row["name"]: (row["verdict"], row["findings"][:1]) for row in project["dependencies"]}
    assert verdicts["pure"][0] == "workers"
    assert verdicts["alpha"][0] == "container"
    findings = [finding for row in project["dependencies"] for finding in row["findings"]]
    assert findings
    assert not [each for each in (*findings, *project["problems"]) if each["accepted"]]
    told = json.dumps([project["notes"], report["notes"], project["problems"]])
    attempts = (
        *("cache-dir is not used", "fail-on is not used", "baseline is not used", "index-url is not used"),
        *("table-rows is not used", "ignore is not used", "requirements.txt:6: the ignore is not used"),
        *("wheels is not used (--untrusted)", "lies outside of", "link.txt", "over 1000 digits"),
    )
    assert [attempt for attempt in attempts if attempt not in told] == []


def test_the_hook_is_not_steered(checkout: Path, tmp_path: Path, index: FakeIndex) -> None:
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    words = [*hook["entry"].split()[1:], *hook["args"], "--untrusted", "--format", "json"]
    names = ["requirements.txt", "Pipfile", "setup.py"]
    done = subprocess.run(
        [sys.executable, "-I", "-m", "scanner", *words, *names],
        cwd=checkout, env=_environ(tmp_path, index), capture_output=True, text=True, check=False,
    )  # fmt: skip
    _check(tmp_path, index, done.stdout + done.stderr)
    assert done.returncode == 1, done.stderr
    _check_report(json.loads(done.stdout))


def test_the_action_is_not_steered_by_a_fork(checkout: Path, tmp_path: Path, index: FakeIndex) -> None:
    steps = YAML(typ="safe").load((ROOT / "action.yml").read_text())["runs"]["steps"]
    (step,) = (each for each in steps if each.get("id") == "scan")
    assert step["env"]["FORK"] == "${{ github.event.pull_request.head.repo.fork }}"
    bin_folder, outputs, summary = tmp_path / "bin", tmp_path / "outputs", tmp_path / "summary.md"
    bin_folder.mkdir()
    (tmp_path / "home").mkdir()
    (bin_folder / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    (bin_folder / "python").chmod(0o755)
    given = {"BIN": str(bin_folder), "PATHS": ".", "SARIF": "true", "SUMMARY": "true", "FORK": "true"}
    runner = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    environ = {**dict.fromkeys(step["env"], ""), **_environ(tmp_path, index), **given, **runner}
    done = subprocess.run(
        ["bash", "-c", step["run"]], cwd=checkout, env=environ, capture_output=True, text=True, check=False
    )
    written = outputs.read_text(encoding="utf-8")
    path = re.search(r"^report=(.*)$", written, re.MULTILINE)
    assert path, done.stderr
    text = Path(path[1]).read_text(encoding="utf-8")
    _check(tmp_path, index, done.stdout + done.stderr + written + text + summary.read_text(encoding="utf-8"))
    assert "exit-code=1" in written
    _check_report(json.loads(text))


def test_a_planted_link_is_not_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "bashrc"
    precious.write_text("kept", encoding="utf-8")
    for name in ("x.csv", "x.csv.unfinished"):
        (tmp_path / name).symlink_to(precious)
    with open_output(str(tmp_path / "x.csv")) as first, open_output(str(tmp_path / "x.csv")) as second:
        first.write("first")
        second.write("second")
    assert precious.read_text(encoding="utf-8") == "kept"
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bashrc", "x.csv", "x.csv.unfinished"]


def test_an_output_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="stop"), open_output(str(tmp_path / "x.csv")):
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [4, 14])
def test_too_few_open_files_are_one_sentence(tmp_path: Path, most: int) -> None:
    pytest.importorskip("resource")
    code = (
        f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({most}, {most}));"
        " os.execv(sys.executable, [sys.executable, '-I', *sys.argv[1:]])"
    )

    def start(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    if start("-c", "pass").returncode:
        pytest.skip(f"Python itself does not start with {most} open files here")
    done = start("-m", "scanner", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"compat-scan: error: [^\n]+open files[^\n]+\n", done.stderr)
