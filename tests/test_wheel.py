"""The built wheel, installed into an empty environment, is what users get."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import FakeIndex, MakeWheel

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this project."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of scripts of an environment that holds the wheel and what it requires, nothing else."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=True)
    subprocess.run(
        [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(built)],
        check=True,
        capture_output=True,
    )
    return home / "bin"


def test_the_wheel_carries_the_tables_and_nothing_of_the_tests(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
    for name in ("incompatible.toml", "runtimes.toml", "platform.toml", "pyodide/314.0.7.json", "stdlib/3.14.toml"):
        assert f"scanner/data/{name}" in names
    assert "scanner/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "tools/", "data/"))]


def test_the_installed_program_scans(installed: Path, index: FakeIndex, make_wheel: MakeWheel, tmp_path: Path) -> None:
    index.add(make_wheel("alpha"))
    (tmp_path / "requirements.txt").write_text("alpha\nplaywright\n", encoding="utf-8")
    done = subprocess.run(
        [str(installed / "compat-scan"), "requirements.txt", "--format", "json"],
        cwd=tmp_path,
        env={"UV_DEFAULT_INDEX": index.url, "PIP_CONFIG_FILE": "/dev/null", "HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    verdicts = {row["name"]: row["verdict"] for row in json.loads(done.stdout)["projects"][0]["dependencies"]}
    assert verdicts == {"alpha": "workers", "playwright": "container"}


def test_the_installed_module_runs_and_knows_its_tables(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(installed / "python"), "-m", "scanner", "runtimes"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "314.0.7" in done.stdout


def test_what_it_requires_is_pure_python(installed: Path) -> None:
    done = subprocess.run(
        [str(installed / "python"), "-m", "pip", "inspect"], capture_output=True, text=True, check=True
    )
    native = []
    for package in json.loads(done.stdout)["installed"]:
        folder = Path(package["metadata_location"])
        wheel_file = folder / "WHEEL"
        if package["metadata"]["name"] in ("pip", "setuptools") or not wheel_file.exists():
            continue
        tags = [line for line in wheel_file.read_text().splitlines() if line.startswith("Tag:")]
        if not all(line.endswith("-none-any") for line in tags) and not _has_pure_wheel(package["metadata"]["name"]):
            native.append(package["metadata"]["name"])
    assert native == []


def _has_pure_wheel(name: str) -> bool:
    """Native speed-ups of libraries that also publish a pure wheel, which is what Pyodide installs."""
    return name.lower() in ("tomli", "charset-normalizer", "ruamel.yaml.clib")
