"""The integrations under the real tools: pre-commit, check-jsonschema, zizmor, and the action's own installation.

The tools are installed from the package index into a folder of their own, once for all tests here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

pytestmark = pytest.mark.tools

ROOT = Path(__file__).resolve().parent.parent
LINUX = "cp314-cp314-manylinux_2_28_x86_64"
WORKFLOW_PAGES = (ROOT / "docs" / "github-action.md", ROOT / "docs" / "data.md")

Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Tool:
    """Runs one of the installed tools."""
    folder = tmp_path_factory.mktemp("tools")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    bin_folder = folder / "venv" / "bin"
    packages = ["pre-commit>=4", "check-jsonschema>=0.31", "zizmor>=1.9", "xmlschema>=3"]
    pip = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", "--no-compile", *packages]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the tools cannot be installed: {done.stderr.strip()[-300:]}")

    def run(
        *words: str | Path, cwd: Path = ROOT, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        environ = {**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(folder / "home"), "PYTHONPATH": "", **(env or {})}
        environ |= {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        return subprocess.run(words, cwd=cwd, env=environ, capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def workflows(tmp_path: Path) -> list[Path]:
    """The workflows that pages show, as files where a repository has them, and the project's own."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    paths = sorted(ROOT.glob(".github/workflows/*.yml"))
    for page in WORKFLOW_PAGES:
        found = re.search(r"```yaml\n(name: .*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        assert found is not None
        paths.append(folder / f"{page.stem}.yml")
        paths[-1].write_text(found[1], encoding="utf-8")
    return paths


def test_the_action_and_the_workflows_hold_to_their_schemas(tool: Tool, workflows: list[Path]) -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    done = tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hook_holds_to_its_schema(tool: Tool) -> None:
    done = tool("pre-commit", "validate-manifest", ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_in_the_action_and_in_the_workflows(tool: Tool, workflows: list[Path]) -> None:
    done = tool("zizmor", "--offline", "--no-progress", "--persona", "pedantic", "action.yml", *workflows)
    assert done.returncode == 0, done.stdout + done.stderr


def test_junit_holds_to_the_schema_that_jenkins_and_pytest_use(tool: Tool, tmp_path: Path) -> None:
    # pytest carries the schema of Jenkins' xUnit plugin in its source distribution.
    download = ("python", "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "pytest", "pytest")
    done = tool(*download, cwd=tmp_path)
    if done.returncode:
        pytest.skip(f"pytest's source distribution cannot be had: {done.stderr.strip()[-300:]}")
    (archive,) = tmp_path.glob("pytest-*.tar.gz")
    with tarfile.open(archive) as opened:
        (name,) = (name for name in opened.getnames() if name.endswith("/junit-10.xsd"))
        opened.extract(name, tmp_path, filter="data")
    report = ROOT / "tests" / "golden" / "junit.xml"
    done = tool("xmlschema-validate", "--schema", tmp_path / name, report)
    assert done.stdout.strip() == f"{report} is valid", done.stdout + done.stderr


def test_the_hook_fails_with_the_right_lines_and_passes_after_an_ignore(
    tool: Tool, tmp_path: Path, index: FakeIndex, make_wheel: MakeWheel
) -> None:
    index.add(make_wheel("alpha", tag=LINUX))
    index.add(make_wheel("pure"))
    files = {
        "requirements.txt": "pure\nalpha\n",
        "app/pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = [\n  "pure",\n  "alpha",\n]\n',
        "app/requirements-dev.txt": "pure\n",
        "setup.cfg": "[flake8]\nmax-line-length = 120\n",
        "notes.txt": "alpha\n",
    }
    repository = _make_repository(tmp_path / "mine", files)
    hooks = _copy_project(tmp_path / "compat-scan")
    environ = {"COMPAT_SCAN_INDEX_URL": index.url, "COMPAT_SCAN_NO_CACHE": "true"}
    done = tool("pre-commit", "try-repo", hooks, "compat-scan", "--all-files", "--verbose", cwd=repository, env=environ)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "exit code: 1" in done.stdout
    assert "requirements.txt:2" in done.stdout
    assert "app/pyproject.toml:6" in done.stdout
    assert "notes.txt" not in done.stdout

    # From here on as it is configured in a repository, which keeps what it has installed.
    config = f"repos:\n- repo: {hooks}\n  rev: {_head(hooks)}  hooks:\n  - id: compat-scan\n"
    (repository / ".pre-commit-config.yaml").write_text(config)
    subprocess.run(["git", "add", ".pre-commit-config.yaml"], cwd=repository, check=True)
    words = ("pre-commit", "run", "--all-files")
    ignore = "# compat-scan: ignore[CS101] runs in the container"
    (repository / "requirements.txt").write_text(f"pure\nalpha  {ignore}\n")
    manifest = (repository / "app/pyproject.toml").read_text()
    (repository / "app/pyproject.toml").write_text(manifest.replace('"alpha",', f'"alpha",  {ignore}'))
    done = tool(*words, cwd=repository, env=environ)
    assert done.returncode == 0, done.stdout + done.stderr

    (repository / "requirements.txt").write_text("playwright\npure\n")
    done = tool(*words, cwd=repository, env={**environ, "COMPAT_SCAN_OFFLINE": "true"})
    assert done.returncode == 1, "what is listed is told without a network"
    (repository / "requirements.txt").write_text("pure\n")
    done = tool(*words, cwd=repository, env={**environ, "COMPAT_SCAN_OFFLINE": "true"})
    assert done.returncode == 0, "what stays unknown stops no commit unless the arguments say so"


def test_the_action_installs_the_scanner_that_it_comes_with(tool: Tool, tmp_path: Path) -> None:
    steps = YAML(typ="safe").load((ROOT / "action.yml").read_text())["runs"]["steps"]
    script = next(step["run"] for step in steps if step.get("id") == "install")
    environ = {
        "GITHUB_ACTION_PATH": str(_copy_project(tmp_path / "action")),
        "PYTHON": sys.executable,
        "VERSION": "",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
    }
    done = tool("bash", "-c", script, cwd=tmp_path, env=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    bin_folder = (tmp_path / "outputs").read_text().strip().removeprefix("bin=")
    done = tool(f"{bin_folder}/compat-scan", "--version", cwd=tmp_path)
    assert done.stdout.startswith("compat-scan 0.")


def _make_repository(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return _commit(folder)


def _copy_project(folder: Path) -> Path:
    """The project as a git repository of its own, with what its wheel is made of, committed or not."""
    for name in ("scanner", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return _commit(folder)


def _head(folder: Path) -> str:
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True).stdout


def _commit(folder: Path) -> Path:
    who = ["-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "commit.gpgsign=false"]
    commands: Sequence[Sequence[str]] = (
        ["init", "--quiet"],
        ["add", "--all"],
        [*who, "commit", "--quiet", "-m", "all"],
    )
    for command in commands:
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder
